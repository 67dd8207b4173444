//! Syncing, seen from an app: one blocking call, a listener for progress, a handle to stop it.
//!
//! The call blocks, where it might have been asynchronous. Kotlin runs it with
//! `withContext(Dispatchers.IO)`, Swift in a detached task, Python in a thread: each one line, and
//! none of the bindings then needs a coroutine library or an event loop. The tablet stays usable
//! meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use field_core::tablet::TabletError as CoreError;
use field_core::tablet::sync::{self, Http, Progress, Summary};

use crate::tablet::guard;
use crate::{Tablet, TabletError};

/// Progress that waits for a slow listener; what comes beyond is left out, since the next one
/// says all of it again.
const WAITING: usize = 64;

/// How far a sync is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct SyncProgress {
    /// Exchanges made.
    pub exchanges: u32,
    /// Changes and statements still to be sent.
    pub changes_left: u64,
    /// Pictures and thumbnails still to be sent.
    pub photos_left: u64,
}

/// What a sync did.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SyncSummary {
    /// Exchanges made.
    pub exchanges: u32,
    /// Bytes sent, before compression.
    pub bytes_sent: u64,
    /// Bytes received, after decompression.
    pub bytes_received: u64,
    /// Changes the server took.
    pub changes_sent: u64,
    /// Changes of others that came.
    pub changes_received: u64,
    /// Pictures and thumbnails that arrived whole.
    pub files_sent: u64,
    /// What the server set aside.
    pub set_aside: Vec<SetAside>,
}

/// A change or statement that the server set aside; it stays readable there.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SetAside {
    /// Its hash.
    pub hash: String,
    /// Why, in words for the inspector.
    pub reason: String,
}

/// Hears how a sync goes on. Called on the thread that called [`Tablet::sync`]; may call the
/// tablet. What it throws is logged and otherwise ignored: a page that went away must not stop
/// work from reaching the office.
#[uniffi::export(foreign)]
pub trait SyncListener: Send + Sync {
    /// Something moved on.
    fn on_progress(&self, progress: SyncProgress) -> Result<(), ListenerError>;
}

/// A listener failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum ListenerError {
    /// It threw.
    #[error("{reason}")]
    Failed {
        /// What it threw.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for ListenerError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed {
            reason: error.reason,
        }
    }
}

/// Stops a sync, from any thread. For one sync: once it was used, later syncs with it end at once.
#[derive(Debug, Default, uniffi::Object)]
pub struct SyncCancel {
    flag: AtomicBool,
}

#[uniffi::export]
impl SyncCancel {
    /// A handle to be given to [`Tablet::sync`].
    #[uniffi::constructor]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the sync to stop, which it does when the request under way has ended: a piece of a
    /// picture is at most 256 KiB. What was acknowledged stays acknowledged.
    pub fn cancel(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to.
    pub fn is_cancelled(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }
}

/// Room for one sync at a time.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    running: Mutex<Option<Arc<SyncCancel>>>,
}

/// Holds the slot until dropped.
struct Running<'a> {
    slot: &'a Slot,
}

impl Slot {
    fn take(&self, cancel: &Arc<SyncCancel>) -> Result<Running<'_>, TabletError> {
        let mut running = guard(&self.running);
        if running.is_some() {
            return Err(TabletError::NotYet {
                reason: "a sync is running already: wait for it, or cancel it".to_owned(),
            });
        }
        *running = Some(Arc::clone(cancel));
        Ok(Running { slot: self })
    }

    /// Asks the running sync, if there is one, to stop.
    pub(crate) fn stop(&self) {
        if let Some(cancel) = guard(&self.running).as_ref() {
            cancel.cancel();
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        guard(&self.slot.running).take();
    }
}

impl From<Summary> for SyncSummary {
    fn from(summary: Summary) -> Self {
        Self {
            exchanges: summary.exchanges,
            bytes_sent: summary.bytes_sent,
            bytes_received: summary.bytes_received,
            changes_sent: summary.changes_sent,
            changes_received: summary.changes_received,
            files_sent: summary.files_sent,
            set_aside: summary
                .refused
                .into_iter()
                .map(|(hash, reason)| SetAside {
                    hash: hash.to_string(),
                    reason,
                })
                .collect(),
        }
    }
}

impl From<Progress> for SyncProgress {
    fn from(progress: Progress) -> Self {
        Self {
            exchanges: progress.exchanges,
            changes_left: progress.changes_left,
            photos_left: progress.photos_left,
        }
    }
}

#[uniffi::export]
impl Tablet {
    /// Sends everything unsent and fetches everything new. Blocks until that is done, the
    /// connection breaks (`Offline`) or `cancel` is used (`Cancelled`); the next one goes on from
    /// there. One at a time: a second call meanwhile fails with `NotYet`. Uses the network.
    #[uniffi::method(default(listener = None, cancel = None))]
    pub fn sync(
        &self,
        listener: Option<Arc<dyn SyncListener>>,
        cancel: Option<Arc<SyncCancel>>,
    ) -> Result<SyncSummary, TabletError> {
        let cancel = cancel.unwrap_or_default();
        // The slot first: whoever shuts the tablet down from now on stops this sync.
        let _running = self.slot.take(&cancel)?;
        let core = self.core()?;
        let (send, progress) = sync_channel(WAITING);
        // The work has a thread of its own, so that this one can call the listener while nothing
        // is locked: a slow listener holds nothing up, and one that asks the tablet something
        // gets an answer.
        thread::scope(|scope| {
            let work = thread::Builder::new()
                .name("kanyan-sync".to_owned())
                .spawn_scoped(scope, || {
                    // Moved in, so that it ends with the work and the listener's loop with it.
                    let send = send;
                    let mut http = Http::connect(&core)?;
                    sync::run(&core, &mut http, &cancel.flag, |progress| {
                        // Full: the listener is behind and the next one says it again.
                        let _ = send.try_send(progress);
                    })
                })
                .map_err(CoreError::from)?;
            tell(progress, listener.as_deref());
            let summary = work
                .join()
                .map_err(|_| TabletError::broken("the sync failed; everything is kept"))?;
            Ok(SyncSummary::from(summary?))
        })
    }
}

/// Tells the listener the newest of what has come, until the work has ended.
fn tell(progress: Receiver<Progress>, listener: Option<&dyn SyncListener>) {
    while let Ok(first) = progress.recv() {
        let newest = progress.try_iter().last().unwrap_or(first);
        if let Some(listener) = listener
            && let Err(error) = listener.on_progress(newest.into())
        {
            tracing::warn!(%error, "the sync's listener failed; the sync goes on");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Failing(Mutex<Vec<SyncProgress>>);

    impl SyncListener for Failing {
        fn on_progress(&self, progress: SyncProgress) -> Result<(), ListenerError> {
            guard(&self.0).push(progress);
            let reason = "thrown in a test".to_owned();
            Err(ListenerError::Failed { reason })
        }
    }

    #[test]
    fn a_listener_that_fails_hears_the_next_one_too_and_only_the_newest() {
        let (send, progress) = sync_channel(WAITING);
        let at = |exchanges| Progress {
            exchanges,
            ..Progress::default()
        };
        let listener = Failing(Mutex::new(vec![]));
        thread::scope(|scope| {
            let telling = scope.spawn(|| tell(progress, Some(&listener)));
            send.send(at(1)).unwrap();
            while guard(&listener.0).is_empty() {
                thread::yield_now();
            }
            send.send(at(2)).unwrap();
            send.send(at(3)).unwrap();
            drop(send);
            telling.join().unwrap();
        });
        let heard = guard(&listener.0);
        assert!(heard.len() >= 2);
        assert_eq!(heard.last().map(|one| one.exchanges), Some(3));
    }

    #[test]
    fn one_sync_at_a_time_and_shutting_down_stops_it() {
        let slot = Slot::default();
        let first = Arc::new(SyncCancel::new());
        let running = slot.take(&first).unwrap();
        let second = slot.take(&Arc::default());
        assert!(matches!(
            second.map(|_| ()),
            Err(TabletError::NotYet { .. })
        ));
        slot.stop();
        assert!(first.is_cancelled());
        drop(running);
        drop(slot.take(&Arc::default()).unwrap());
    }
}
