//! What this installation is: single values by name.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::StoreError;

/// The value of `key`, if there is one.
///
/// # Errors
/// The database cannot be read.
pub fn get(connection: &Connection, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?)
}

/// The value of `key` as text.
///
/// # Errors
/// The database cannot be read, or the value is no text.
pub fn get_text(connection: &Connection, key: &str) -> Result<Option<String>, StoreError> {
    get(connection, key)?
        .map(|bytes| String::from_utf8(bytes).map_err(|e| StoreError::unreadable("meta", e)))
        .transpose()
}

/// Sets `key`, replacing what was there.
///
/// # Errors
/// The database cannot be written.
pub fn set(transaction: &Transaction<'_>, key: &str, value: &[u8]) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO meta (key, value) VALUES (?1, ?2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )?
        .execute(params![key, value])?;
    Ok(())
}
