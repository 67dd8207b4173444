//! Opening the data directory: its lock, its database, its schema.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, Migrations};

use super::StoreError;

/// The database's file name in the data directory.
pub const DATABASE_FILE: &str = "kanyan.sqlite3";
/// Locked by the running server; what it says is for people.
pub const LOCK_FILE: &str = "kanyan.lock";

/// "Kany": says that a SQLite file is ours.
const APPLICATION_ID: i64 = 0x4b61_6e79;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Every statement of the program fits, so that none is prepared twice.
const STATEMENT_CACHE: usize = 256;

/// Numbered, append-only: after a release a file is never edited.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001-initial.sql"),
    include_str!("../../migrations/0002-door.sql"),
    include_str!("../../migrations/0003-window.sql"),
    include_str!("../../migrations/0004-permit-force.sql"),
];

fn migrations() -> Migrations<'static> {
    Migrations::new(MIGRATIONS.iter().map(|sql| M::up(sql)).collect())
}

/// Makes the directory and takes its lock, which the kernel frees even after a crash.
pub(super) fn lock(directory: &Path) -> Result<File, StoreError> {
    std::fs::create_dir_all(directory).map_err(|e| file_error(directory, &e))?;
    let path = directory.join(LOCK_FILE);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|e| file_error(&path, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::DirectoryInUse {
            dir: directory.to_owned(),
        }),
        Err(TryLockError::Error(e)) => Err(file_error(&path, &e)),
    }
}

/// The one connection that writes, with the schema brought up to date.
pub(super) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    let mut connection = Connection::open(path)?;
    prepare(&connection)?;
    refuse_foreign_file(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A commit has reached the disk before anybody is told: receipts depend on it.
    connection.pragma_update(None, "synchronous", "FULL")?;
    migrations()
        .to_latest(&mut connection)
        .map_err(|e| migration_error(&e))?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    Ok(connection)
}

/// A read-only connection to the database in `directory`. It needs no lock, so that a command
/// line tool can look into the data of a running server.
///
/// # Errors
/// There is no database, or it is damaged or newer than this program.
pub fn open_reader(directory: &Path) -> Result<Connection, StoreError> {
    let path = directory.join(DATABASE_FILE);
    if !path.is_file() {
        return Err(StoreError::NoDatabase {
            dir: directory.to_owned(),
        });
    }
    let connection = open_read_only(&path)?;
    refuse_foreign_file(&connection)?;
    Ok(connection)
}

pub(super) fn open_read_only(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    prepare(&connection)?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    Ok(())
}

/// Refuses a newer schema, and a SQLite file that another program wrote.
fn refuse_foreign_file(connection: &Connection) -> Result<(), StoreError> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let found = pragma("user_version")?;
    let known = i64::try_from(MIGRATIONS.len()).expect("a handful of migrations fits i64");
    if found > known {
        return Err(StoreError::NewerDatabase { found, known });
    }
    let application = pragma("application_id")?;
    if found > 0 && application != APPLICATION_ID && application != 0 {
        return Err(StoreError::Corrupt {
            detail: format!("{DATABASE_FILE} was written by another program"),
        });
    }
    Ok(())
}

fn migration_error(error: &rusqlite_migration::Error) -> StoreError {
    match error {
        rusqlite_migration::Error::RusqliteError { err, query } => StoreError::Other {
            detail: format!("the schema could not be upgraded: {err} in {query}"),
        },
        other => StoreError::Other {
            detail: format!("the schema could not be upgraded: {other}"),
        },
    }
}

pub(super) fn file_error(path: &Path, error: &std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::StorageFull => StoreError::DiskFull,
        std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied => {
            StoreError::ReadOnly
        }
        _ => StoreError::File {
            path: path.to_owned(),
            detail: error.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_migrations_are_valid_from_nothing() {
        migrations().validate().unwrap();
    }

    #[test]
    fn a_newer_database_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(DATABASE_FILE);
        drop(open_writer(&path).unwrap());
        Connection::open(&path)
            .unwrap()
            .pragma_update(None, "user_version", 99)
            .unwrap();
        assert_eq!(
            open_writer(&path).unwrap_err(),
            StoreError::NewerDatabase {
                found: 99,
                known: i64::try_from(MIGRATIONS.len()).unwrap()
            }
        );
        assert!(matches!(
            open_reader(dir.path()).unwrap_err(),
            StoreError::NewerDatabase { .. }
        ));
    }

    #[test]
    fn what_is_no_database_is_called_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(DATABASE_FILE);
        std::fs::write(&path, vec![7_u8; 8192]).unwrap();
        assert!(matches!(
            open_writer(&path).unwrap_err(),
            StoreError::Corrupt { .. }
        ));
        assert_eq!(std::fs::read(&path).unwrap(), vec![7_u8; 8192]);
    }

    #[test]
    fn an_empty_directory_has_nothing_to_read() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(
            open_reader(dir.path()).unwrap_err(),
            StoreError::NoDatabase { .. }
        ));
    }
}
