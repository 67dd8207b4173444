//! A few read-only connections, lent one at a time to blocking threads.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{StoreError, open};

pub(super) struct Readers {
    path: PathBuf,
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, count: usize) -> Self {
        Self {
            path,
            permits: Arc::new(Semaphore::new(count)),
            idle: Arc::new(Mutex::new(Vec::with_capacity(count))),
        }
    }

    pub(super) async fn run<T, F>(&self, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Closed)?;
        let (idle, permits) = (Arc::clone(&self.idle), Arc::clone(&self.permits));
        let path = self.path.clone();
        let task = tokio::task::spawn_blocking(move || {
            // Moved in, so that a caller who gives up does not free the place early.
            let _permit = permit;
            let lent = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = match lent {
                Some(connection) => connection,
                None => open::open_read_only(&path)?,
            };
            // One transaction, so that all statements of the query see the same state. A query
            // that panics takes its connection with it; the next one opens another.
            let transaction = connection.unchecked_transaction()?;
            let answer = query(&transaction);
            drop(transaction);
            if !permits.is_closed() {
                idle.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(connection);
            }
            answer
        });
        task.await.unwrap_or(Err(StoreError::Panicked))
    }

    /// Lends no more and closes what is idle, so that the writer closes last and folds the
    /// write-ahead log into the database.
    pub(super) fn close(&self) {
        self.permits.close();
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}
