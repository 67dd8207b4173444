//! How the person at the tablet left it: language, airplane mode, who works. State of the user
//! interface is state of the database, so that ending the program loses nothing.

use rusqlite::{OptionalExtension, params};

use super::{Tablet, TabletError};

/// Longest value, in bytes; what is longer is no setting.
const MAX_BYTES: usize = 1_000;

impl Tablet {
    /// A setting, when it was made.
    pub fn setting(&self, key: &str) -> Result<Option<String>, TabletError> {
        let value = self
            .store
            .reader()
            .prepare_cached("SELECT value FROM settings WHERE key = ?1")?
            .query_row([key], |row| row.get(0))
            .optional()?;
        Ok(value)
    }

    /// Makes a setting.
    pub fn set_setting(&mut self, key: &str, value: &str) -> Result<(), TabletError> {
        if value.len() > MAX_BYTES {
            return Err(TabletError::NotYet(format!(
                "a setting has at most {MAX_BYTES} bytes: shorten it"
            )));
        }
        self.store.write(|transaction| {
            transaction.execute(
                "INSERT INTO settings (key, value) VALUES (?1, ?2)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                params![key, value],
            )?;
            Ok(())
        })
    }
}
