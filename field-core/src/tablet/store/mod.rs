//! The only place with SQL on the tablet: one SQLCipher database, opened with the storage key.
//! One noun a file; functions take a connection or a transaction and know no rules.

pub(super) mod blobs;
pub(super) mod changes;
pub(super) mod documents;
pub(super) mod officers;
pub(super) mod signatures;
pub(super) mod statements;

use std::fs::File;
use std::path::Path;

use data_encoding::HEXLOWER;
use rand::Rng;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use rusqlite_migration::{M, Migrations};
use zeroize::Zeroizing;

use super::{StorageKey, TabletError};

const MIGRATIONS: &[M<'_>] = &[
    M::up(include_str!("0001-initial.sql")),
    M::up(include_str!("0002-signatures.sql")),
    M::up(include_str!("0003-unlocking.sql")),
    M::up(include_str!("0004-lookups.sql")),
];
const FILE_KEY: &str = "file-key";

/// The database and the lock that keeps a second program out.
pub(super) struct Store {
    connection: Connection,
    _lock: File,
}

impl Store {
    pub(super) fn open(
        folder: &Path,
        key: &StorageKey,
        rng: &mut impl Rng,
    ) -> Result<Self, TabletError> {
        let lock = File::create(folder.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(TabletError::InUse),
            Err(std::fs::TryLockError::Error(error)) => return Err(error.into()),
        }
        let mut connection = Connection::open(folder.join("tablet.db"))?;
        let hex = Zeroizing::new(HEXLOWER.encode(key.as_ref()));
        let pragma = Zeroizing::new(format!("x'{}'", hex.as_str()));
        connection.pragma_update(None, "key", pragma.as_str())?;
        // The first read shows whether the key fits.
        connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
            .map_err(|error| match error.sqlite_error_code() {
                Some(rusqlite::ErrorCode::NotADatabase) => TabletError::WrongKey,
                _ => TabletError::Store(error),
            })?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        Migrations::from_slice(MIGRATIONS)
            .to_latest(&mut connection)
            .map_err(|error| match error {
                rusqlite_migration::Error::MigrationDefinition(
                    rusqlite_migration::MigrationDefinitionError::DatabaseTooFarAhead,
                ) => TabletError::NewerStore,
                rusqlite_migration::Error::RusqliteError { err, .. } => TabletError::Store(err),
                other => TabletError::Answer(other.to_string()),
            })?;
        let store = Self {
            connection,
            _lock: lock,
        };
        store.make_file_key(rng)?;
        Ok(store)
    }

    fn make_file_key(&self, rng: &mut impl Rng) -> Result<(), TabletError> {
        if self.meta(FILE_KEY)?.is_none() {
            let mut key = Zeroizing::new([0; 32]);
            rng.fill_bytes(key.as_mut());
            set_meta(&self.connection, FILE_KEY, key.as_ref())?;
        }
        Ok(())
    }

    /// The key of the evidence files, itself inside the encrypted database.
    pub(super) fn file_key(&self) -> Result<Zeroizing<[u8; 32]>, TabletError> {
        let key = self.meta(FILE_KEY)?.unwrap_or_default();
        let key: [u8; 32] = key
            .try_into()
            .map_err(|_| TabletError::Sealed("the key of the evidence files"))?;
        Ok(Zeroizing::new(key))
    }

    pub(super) fn meta(&self, key: &str) -> Result<Option<Vec<u8>>, TabletError> {
        let value = self
            .connection
            .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| {
                row.get(0)
            })
            .optional()?;
        Ok(value)
    }

    pub(super) const fn reader(&self) -> &Connection {
        &self.connection
    }

    /// Runs `work` in one transaction: all of it is on the disk afterwards, or nothing.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, TabletError>,
    ) -> Result<T, TabletError> {
        let transaction = self
            .connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }
}

pub(super) fn set_meta(
    connection: &Connection,
    key: &str,
    value: &[u8],
) -> Result<(), TabletError> {
    connection.execute(
        "INSERT INTO meta (key, value) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        params![key, value],
    )?;
    Ok(())
}

/// A line for the inspector's sync log, which keeps its newest thousand.
pub(super) fn log(connection: &Connection, at: i64, text: &str) -> Result<(), TabletError> {
    connection.execute(
        "INSERT INTO sync_log (at, text) VALUES (?1, ?2)",
        params![at, text],
    )?;
    connection.execute(
        "DELETE FROM sync_log WHERE id <= (SELECT max(id) FROM sync_log) - 1000",
        [],
    )?;
    Ok(())
}

/// A column that must be an identifier or a hash.
pub(super) fn column<T>(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<T>
where
    T: for<'a> TryFrom<&'a [u8]>,
{
    let bytes = row.get_ref(index)?.as_blob()?;
    T::try_from(bytes).map_err(|_| {
        rusqlite::Error::FromSqlConversionFailure(
            index,
            rusqlite::types::Type::Blob,
            "not an identifier or hash".into(),
        )
    })
}
