//! The only room with SQL. One writer thread gathers the jobs that wait and commits them together
//! (many tablets, one fsync); readers are a small pool of read-only connections.
//!
//! A file per noun holds its statements as functions: writers take `&Transaction`, readers
//! `&Connection`. No transaction lives across an await, because a job is a plain closure. What a
//! job decides, it decides inside its transaction: read, judge, write.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, Transaction};

mod error;
mod open;
mod readers;
mod writer;

pub mod aside;
pub mod blobs;
pub mod cases;
pub mod changes;
pub mod decisions;
pub mod devices;
pub mod feed;
pub mod history;
pub mod inspections;
pub mod keys;
pub mod log;
pub mod materials;
pub mod meta;
pub mod overview;
pub mod papers;
pub mod permits;
pub mod quarantine;
pub mod scopes;
pub mod second_factors;
pub mod serials;
pub mod sessions;
pub mod statements;
pub mod stops;
pub mod uploads;
pub mod users;

pub use error::{Constraint, StoreError};
pub use open::{DATABASE_FILE, LOCK_FILE, open_reader};

/// Read-only connections kept open: the pages are short queries, and each holds a page cache.
const READERS: usize = 4;

/// The server's store. Cloning is cheap; all clones share one writer.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    directory: PathBuf,
    writer: writer::Writer,
    readers: readers::Readers,
    // Held for as long as anything can write; dropped after the writer (fields drop in order).
    _lock: File,
}

impl Store {
    /// Opens the store in `directory`, makes both when missing, brings the schema up to date.
    ///
    /// # Errors
    /// Another server uses the directory, the database is newer than this program, the file is
    /// damaged or the directory cannot be written.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let lock = open::lock(directory)?;
        let path = directory.join(DATABASE_FILE);
        let connection = open::open_writer(&path)?;
        Ok(Self {
            inner: Arc::new(Inner {
                directory: directory.to_owned(),
                writer: writer::Writer::start(connection)?,
                readers: readers::Readers::new(path, READERS),
                _lock: lock,
            }),
        })
    }

    /// The data directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.inner.directory
    }

    /// Runs `job` in a write transaction and answers after its commit is on disk.
    ///
    /// An `Err` or a panic rolls back this job alone; jobs that share its commit are untouched.
    ///
    /// # Errors
    /// What the job returned, or why the commit failed; in both cases nothing of it was kept.
    pub async fn write<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.transact(job).await
    }

    /// [`Store::write`] for jobs that refuse in words of their own.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn transact<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        self.inner.writer.run(job).await
    }

    /// Runs `query` on one consistent state of the database, off the async threads.
    ///
    /// # Errors
    /// What the query returned.
    pub async fn read<T, F>(&self, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.inner.readers.run(query).await
    }

    /// Commits what is queued and ends the writer; whatever comes later is answered with
    /// [`StoreError::Closed`].
    pub async fn close(&self) {
        self.inner.readers.close();
        self.inner.writer.close().await;
    }
}

#[cfg(test)]
mod tests;
