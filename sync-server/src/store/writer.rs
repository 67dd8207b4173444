//! The one thread that writes. Jobs that wait are committed together; each runs in its own
//! savepoint, so that a refused or panicking job takes only itself back. Nobody is answered before
//! the commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::StoreError;

/// Jobs that may wait; more make their callers wait, which slows the senders down.
const QUEUE_JOBS: usize = 1024;
/// Jobs in one commit.
const BATCH_JOBS: usize = 256;
/// A batch takes no further job after this long, so that the first one's answer is not late.
const BATCH_TIME: Duration = Duration::from_millis(50);

pub(super) struct Writer {
    queue: mpsc::Sender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

enum Message {
    Job(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

/// A job with its types forgotten: it runs once, and is then told how the commit went.
trait Job: Send {
    /// Whether its savepoint may stay.
    fn run(&mut self, transaction: &Transaction<'_>) -> bool;
    /// Answers the caller; an error here stands above what the job itself returned.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Typed<T, E, F> {
    work: Option<F>,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Typed<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, transaction: &Transaction<'_>) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        // The savepoint takes back whatever a panicking job had written, and its own state is
        // dropped with it, so nothing half-done can be seen afterwards.
        let outcome = catch_unwind(AssertUnwindSafe(|| work(transaction)))
            .unwrap_or_else(|_| Err(StoreError::Panicked.into()));
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let answer = match (committed, self.outcome) {
            // A job that refused for its own reason keeps that reason.
            (_, Some(Err(own))) => Err(own),
            (Err(error), _) => Err(error.into()),
            (Ok(()), Some(done)) => done,
            (Ok(()), None) => Err(StoreError::Closed.into()),
        };
        // The caller may have given up; the work stands all the same.
        let _ = self.reply.send(answer);
    }
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::channel(QUEUE_JOBS);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || write_until_closed(connection, jobs))
            .map_err(|e| StoreError::Other {
                detail: format!("no thread for the writer: {e}"),
            })?;
        Ok(Self {
            queue,
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(super) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Typed {
            work: Some(work),
            outcome: None,
            reply,
        });
        self.queue
            .send(Message::Job(job))
            .await
            .map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed.into()))
    }

    pub(super) async fn close(&self) {
        let (done, ended) = oneshot::channel();
        if self.queue.send(Message::Close(done)).await.is_ok() {
            // An error means that the thread has ended already.
            let _ = ended.await;
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let thread = self
            .thread
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(thread) = thread else { return };
        // Closing the queue ends the thread once it is empty.
        self.queue = mpsc::channel(1).0;
        // The last clone of the store may have been held by a job on the writer itself.
        if thread.thread().id() != std::thread::current().id() {
            let _ = thread.join();
        }
    }
}

fn write_until_closed(mut connection: Connection, mut jobs: mpsc::Receiver<Message>) {
    let mut closing = None;
    while closing.is_none() {
        match jobs.blocking_recv() {
            Some(Message::Job(first)) => closing = write_batch(&mut connection, &mut jobs, first),
            Some(Message::Close(done)) => closing = Some(done),
            None => break,
        }
    }
    jobs.close();
    if let Err((_, error)) = connection.close() {
        tracing::warn!(%error, "the database could not be closed cleanly; the next start recovers it");
    }
    if let Some(done) = closing {
        let _ = done.send(());
    }
}

/// Runs `first` and what waits behind it in one transaction. Answers all of them.
fn write_batch(
    connection: &mut Connection,
    jobs: &mut mpsc::Receiver<Message>,
    first: Box<dyn Job>,
) -> Option<oneshot::Sender<()>> {
    let started = Instant::now();
    let mut closing = None;
    let mut done: Vec<Box<dyn Job>> = Vec::new();
    let mut next = Some(first);

    let committed = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Err(error) => {
            done.extend(next.take());
            Err(error.into())
        }
        Ok(transaction) => {
            let mut state = Ok(());
            while let Some(mut job) = next.take() {
                state = run_in_savepoint(&transaction, job.as_mut());
                done.push(job);
                if state.is_err() || done.len() >= BATCH_JOBS || started.elapsed() > BATCH_TIME {
                    break;
                }
                match jobs.try_recv() {
                    Ok(Message::Job(job)) => next = Some(job),
                    Ok(Message::Close(sender)) => closing = Some(sender),
                    Err(_) => {}
                }
            }
            // On an error the transaction is dropped, which rolls back.
            state.and_then(|()| transaction.commit().map_err(StoreError::from))
        }
    };

    if let Err(error) = &committed {
        tracing::error!(%error, jobs = done.len(), "a batch was not written");
    }
    for job in done {
        job.answer(committed.clone());
    }
    closing
}

/// An error means that the whole transaction is lost, not only the job.
fn run_in_savepoint(transaction: &Transaction<'_>, job: &mut dyn Job) -> Result<(), StoreError> {
    transaction.execute_batch("SAVEPOINT job")?;
    let keep = job.run(transaction);
    if transaction.is_autocommit() {
        // SQLite ends the transaction by itself on some errors (full disk, I/O).
        return Err(StoreError::DiskFull);
    }
    if !keep {
        transaction.execute_batch("ROLLBACK TO job")?;
    }
    transaction.execute_batch("RELEASE job")?;
    Ok(())
}
