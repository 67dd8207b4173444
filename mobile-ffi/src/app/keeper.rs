//! Keeps the tablet in step with the office while the pages are open: syncs soon after an edit,
//! asks for news now and then, waits longer when there is no network, and not at all in airplane
//! mode. It decides when, never what.

use std::sync::{Arc, Condvar, Mutex, Weak};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use super::state::App;
use crate::TabletError;
use crate::sync::{ListenerError, SyncCancel, SyncListener, SyncProgress};
use crate::tablet::guard as lock;

/// Edits that follow each other quickly travel together.
const GATHER: Duration = Duration::from_millis(700);
/// Longest wait after failures.
const LONGEST: Duration = Duration::from_secs(120);
/// Live pages that are behind by more than these read everything anew.
const EVENTS: usize = 64;

/// What the live pages hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// The sync's line changed.
    Status,
    /// Something of others came.
    News,
}

/// What the keeper does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Phase {
    /// The last sync was good, or none was made yet.
    #[default]
    Idle,
    /// A sync is under way.
    Running(SyncProgress),
    /// The last sync did not come through.
    Failed,
}

/// How it stands, for the pages.
#[derive(Debug, Clone, Default)]
pub(super) struct Look {
    pub(super) phase: Phase,
    pub(super) airplane: bool,
    /// Wall clock of the last sync that was good.
    pub(super) last_good_ms: Option<i64>,
    /// Why the last one was not.
    pub(super) last_error: Option<TabletError>,
}

#[derive(Default)]
struct State {
    look: Look,
    /// Somebody wants a sync, since then.
    wanted: Option<Instant>,
    stopped: bool,
    running: Option<Arc<SyncCancel>>,
}

/// The keeper.
pub(super) struct Keeper {
    state: Mutex<State>,
    wake: Condvar,
    events: broadcast::Sender<Event>,
}

impl Keeper {
    pub(super) fn new(airplane: bool) -> Self {
        let look = Look {
            airplane,
            ..Look::default()
        };
        Self {
            state: Mutex::new(State {
                look,
                ..State::default()
            }),
            wake: Condvar::new(),
            events: broadcast::Sender::new(EVENTS),
        }
    }

    pub(super) fn look(&self) -> Look {
        lock(&self.state).look.clone()
    }

    pub(super) fn listen(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    fn tell(&self, event: Event) {
        // No page is open: nobody has to hear it.
        let _ = self.events.send(event);
    }

    /// There is something to send, or somebody wants news now.
    pub(super) fn poke(&self) {
        lock(&self.state).wanted.get_or_insert_with(Instant::now);
        self.wake.notify_all();
        self.tell(Event::Status);
    }

    /// No request leaves while this is on; a sync under way is stopped.
    pub(super) fn set_airplane(&self, on: bool) {
        let mut state = lock(&self.state);
        state.look.airplane = on;
        if on {
            state.wanted = None;
            if let Some(running) = &state.running {
                running.cancel();
            }
        } else {
            state.wanted = Some(Instant::now());
        }
        drop(state);
        self.wake.notify_all();
        self.tell(Event::Status);
    }

    pub(super) fn stop(&self) {
        let mut state = lock(&self.state);
        state.stopped = true;
        if let Some(running) = &state.running {
            running.cancel();
        }
        drop(state);
        self.wake.notify_all();
    }

    /// Waits until a sync is due. `None` when the keeper was stopped.
    fn wait(&self, pause: Duration) -> Option<Arc<SyncCancel>> {
        let begun = Instant::now();
        let mut state = lock(&self.state);
        loop {
            if state.stopped {
                return None;
            }
            let due = match state.wanted {
                _ if state.look.airplane => None,
                Some(since) => Some(GATHER.saturating_sub(since.elapsed())),
                None => Some(pause.saturating_sub(begun.elapsed())),
            };
            if due == Some(Duration::ZERO) {
                let cancel = Arc::new(SyncCancel::new());
                state.wanted = None;
                state.running = Some(Arc::clone(&cancel));
                state.look.phase = Phase::Running(SyncProgress {
                    exchanges: 0,
                    changes_left: 0,
                    photos_left: 0,
                });
                return Some(cancel);
            }
            state = match due {
                Some(due) => {
                    let waited = self.wake.wait_timeout(state, due);
                    waited.unwrap_or_else(std::sync::PoisonError::into_inner).0
                }
                None => self
                    .wake
                    .wait(state)
                    .unwrap_or_else(std::sync::PoisonError::into_inner),
            };
        }
    }

    fn ended(&self, result: &Result<crate::SyncSummary, TabletError>, now_ms: i64) {
        let mut state = lock(&self.state);
        state.running = None;
        match result {
            Ok(_) => {
                state.look.phase = Phase::Idle;
                state.look.last_good_ms = Some(now_ms);
                state.look.last_error = None;
            }
            Err(TabletError::Cancelled { .. }) => state.look.phase = Phase::Idle,
            Err(error) => {
                state.look.phase = Phase::Failed;
                state.look.last_error = Some(error.clone());
            }
        }
        drop(state);
        if result
            .as_ref()
            .is_ok_and(|done| done.changes_received > 0 || done.exchanges > 1)
        {
            self.tell(Event::News);
        }
        self.tell(Event::Status);
    }
}

/// Passes progress on to the pages.
struct Progress(Weak<App>);

impl SyncListener for Progress {
    fn on_progress(&self, progress: SyncProgress) -> Result<(), ListenerError> {
        if let Some(app) = self.0.upgrade() {
            lock(&app.keeper.state).look.phase = Phase::Running(progress);
            app.keeper.tell(Event::Status);
        }
        Ok(())
    }
}

/// Starts keeping; ends when the keeper is stopped or the pages are gone.
pub(super) fn start(app: &Arc<App>, ask_every: Duration) -> Result<(), TabletError> {
    let app = Arc::clone(app);
    std::thread::Builder::new()
        .name("kanyan-keeper".to_owned())
        .spawn(move || keep(&app, ask_every))
        .map_err(TabletError::broken)?;
    Ok(())
}

fn keep(app: &Arc<App>, ask_every: Duration) {
    // The first one at once: what was left from the last run goes out.
    let mut pause = Duration::ZERO;
    while let Some(cancel) = app.keeper.wait(pause) {
        let enrolled = app.tablet.enrolment().is_ok_and(|one| one.is_some());
        let result = if enrolled {
            app.keeper.tell(Event::Status);
            let listener: Arc<dyn SyncListener> = Arc::new(Progress(Arc::downgrade(app)));
            app.tablet.sync(Some(listener), Some(cancel))
        } else {
            Err(TabletError::Cancelled {
                reason: "not enrolled yet".to_owned(),
            })
        };
        if let Err(error) = &result {
            tracing::debug!(%error, "a sync did not come through");
        }
        pause = match &result {
            Err(TabletError::Offline { .. } | TabletError::Refused { .. }) => {
                (pause * 2).clamp(ask_every.min(LONGEST), LONGEST)
            }
            _ => ask_every,
        };
        app.keeper.ended(&result, super::state::now_ms());
    }
}
