//! What can go wrong in the store, said so that a caller knows what to do. Nothing else of
//! SQLite's crosses this boundary.

use std::path::PathBuf;

/// Which rule of the schema a write broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constraint {
    /// A value that may exist once exists already.
    Unique,
    /// A row names another that does not exist, or is still named by one.
    ForeignKey,
    /// A required value is missing.
    NotNull,
    /// A value is outside its range, or a table that is append-only was to be changed.
    Check,
}

/// An error of the store. It is `Clone` because a commit that fails is told to every job of its
/// batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No space left; nothing of the job was kept.
    #[error("the disk is full: free some space in the data directory; nothing was written")]
    DiskFull,
    /// The file system or the file does not allow writing.
    #[error(
        "the database is read-only: give the server's user the right to write to the data directory"
    )]
    ReadOnly,
    /// Another process holds the database.
    #[error("the database is held by another process: close it and try again")]
    Busy,
    /// A rule of the schema was broken; only this job was rolled back.
    #[error("the database refused the row ({kind:?}): {detail}")]
    Constraint {
        /// Which kind of rule.
        kind: Constraint,
        /// SQLite's words, naming table and column.
        detail: String,
    },
    /// The file is not a database, or pages of it are damaged.
    #[error("the database is damaged ({detail}): stop the server and restore the last backup")]
    Corrupt {
        /// SQLite's words.
        detail: String,
    },
    /// The database was written by a newer version of this program.
    #[error(
        "the database has schema {found}, this program knows up to {known}: start the newer program, or restore a backup made before the upgrade"
    )]
    NewerDatabase {
        /// The schema found in the file.
        found: i64,
        /// The newest schema this program knows.
        known: i64,
    },
    /// A second server was started on the same data directory.
    #[error("another server is using {}: stop it, or choose another data directory", dir.display())]
    DirectoryInUse {
        /// The data directory.
        dir: PathBuf,
    },
    /// The data directory holds no database yet.
    #[error("{} holds no database: run `sync-server init` first", dir.display())]
    NoDatabase {
        /// The data directory.
        dir: PathBuf,
    },
    /// A file of the data directory could not be made, read or written.
    #[error("{}: {detail}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// The operating system's words.
        detail: String,
    },
    /// The row asked for does not exist.
    #[error("{what} does not exist")]
    Missing {
        /// What was asked for.
        what: &'static str,
    },
    /// A stored value cannot be read as what it should be.
    #[error("a stored value cannot be read ({what}: {detail})")]
    Unreadable {
        /// Which value.
        what: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// A job panicked; only this job was rolled back.
    #[error("a job of the store failed unexpectedly; it was rolled back")]
    Panicked,
    /// The store was closed while the job waited.
    #[error("the store is closed: the server is stopping")]
    Closed,
    /// Anything else SQLite said.
    #[error("the database said: {detail}")]
    Other {
        /// SQLite's words.
        detail: String,
    },
}

impl StoreError {
    /// A stored value that cannot be read.
    pub fn unreadable(what: &'static str, cause: impl std::fmt::Display) -> Self {
        Self::Unreadable {
            what,
            detail: cause.to_string(),
        }
    }

    /// Whether the row broke a uniqueness rule.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        matches!(
            self,
            Self::Constraint {
                kind: Constraint::Unique,
                ..
            }
        )
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{ErrorCode, ffi};
        let detail = error.to_string();
        match &error {
            rusqlite::Error::QueryReturnedNoRows => Self::Missing { what: "the row" },
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..) => Self::Unreadable {
                what: "a column",
                detail,
            },
            rusqlite::Error::SqliteFailure(cause, _) => match cause.code {
                ErrorCode::DiskFull => Self::DiskFull,
                ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Self::ReadOnly,
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Corrupt { detail },
                ErrorCode::ConstraintViolation => Self::Constraint {
                    kind: match cause.extended_code {
                        ffi::SQLITE_CONSTRAINT_UNIQUE
                        | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                        | ffi::SQLITE_CONSTRAINT_ROWID => Constraint::Unique,
                        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Constraint::ForeignKey,
                        ffi::SQLITE_CONSTRAINT_NOTNULL => Constraint::NotNull,
                        _ => Constraint::Check,
                    },
                    detail,
                },
                _ => Self::Other { detail },
            },
            _ => Self::Other { detail },
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::unreadable("JSON", error)
    }
}
