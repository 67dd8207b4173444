//! A tablet of a simulation: the real one on a simulated disk, with a clock that may be wrong, a
//! sync under way, and a second connection that looks at what it stored.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use data_encoding::HEXLOWER;
use field_core::ids::DeviceId;
use field_core::tablet::sync::Session;
use field_core::tablet::{Clock, Tablet, TabletError, Unlocked};
use jiff::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rusqlite::Connection;

use super::disk::Host;
use super::model::Names;
use super::server::copy_folder;
use super::template::{TabletImage, storage_key};
use crate::Failure;

/// A clock that goes when it is told to.
#[derive(Debug)]
pub(super) struct SimClock {
    wall: AtomicI64,
    monotonic: AtomicU64,
}

impl SimClock {
    pub(super) fn at(begin: Timestamp) -> Self {
        Self {
            wall: AtomicI64::new(begin.as_millisecond()),
            monotonic: AtomicU64::new(0),
        }
    }

    pub(super) fn advance(&self, milliseconds: i64) {
        self.wall.fetch_add(milliseconds, Ordering::Relaxed);
        let forth = u64::try_from(milliseconds).unwrap_or(0);
        self.monotonic.fetch_add(forth, Ordering::Relaxed);
    }

    /// Somebody sets the clock; what it counts for itself goes on.
    pub(super) fn skew(&self, milliseconds: i64) {
        self.wall.fetch_add(milliseconds, Ordering::Relaxed);
    }
}

impl Clock for SimClock {
    fn wall_ms(&self) -> i64 {
        self.wall.load(Ordering::Relaxed)
    }

    fn monotonic_ms(&self) -> u64 {
        self.monotonic.load(Ordering::Relaxed)
    }
}

/// One tablet.
pub(super) struct Device {
    /// Which of the template's tablets it is, or is a copy of.
    pub(super) original: usize,
    pub(super) folder: PathBuf,
    pub(super) host: Arc<Host>,
    pub(super) clock: Arc<SimClock>,
    pub(super) officers: Vec<String>,
    pub(super) token: String,
    pub(super) session: Option<Session>,
    unlocked: Unlocked,
    seed: u64,
    opened: u64,
    tablet: Option<Tablet>,
    look: Option<Connection>,
    /// Highest rows of the store that the model knows.
    pub(super) seen_change: i64,
    pub(super) seen_statement: i64,
    /// Everything that this tablet said it kept.
    pub(super) own: Names,
}

/// What became of something a person did.
pub(super) enum Done<T> {
    /// The tablet says that it is kept.
    Kept(T),
    /// The tablet says that it is not, and why.
    Refused(TabletError),
    /// The tablet died over it: nobody was told anything.
    Died,
}

impl Device {
    pub(super) fn new(
        image: &TabletImage,
        original: usize,
        folder: &Path,
        begin: Timestamp,
        seed: u64,
    ) -> Result<Self, Failure> {
        std::fs::create_dir_all(folder)?;
        let host = Host::of(folder);
        host.put(&image.files);
        Ok(Self {
            original,
            folder: folder.to_path_buf(),
            host,
            clock: Arc::new(SimClock::at(begin)),
            officers: image.officers.clone(),
            token: image.token.clone(),
            session: None,
            unlocked: image.unlocked.clone(),
            seed,
            opened: 0,
            tablet: None,
            look: None,
            seen_change: 0,
            seen_statement: 0,
            own: Names::default(),
        })
    }

    /// A copy of the whole tablet, as a backup of the device put onto another one makes it.
    pub(super) fn copy(&self, folder: &Path, seed: u64) -> Result<Self, Failure> {
        std::fs::create_dir_all(folder)?;
        let host = Host::of(folder);
        host.put(&self.host.image());
        copy_folder(&self.folder.join("evidence"), &folder.join("evidence"))?;
        let clock = SimClock {
            wall: AtomicI64::new(self.clock.wall_ms()),
            monotonic: AtomicU64::new(self.clock.monotonic_ms()),
        };
        Ok(Self {
            folder: folder.to_path_buf(),
            host,
            clock: Arc::new(clock),
            officers: self.officers.clone(),
            token: self.token.clone(),
            unlocked: self.unlocked.clone(),
            session: None,
            tablet: None,
            look: None,
            opened: 0,
            seed,
            original: self.original,
            seen_change: self.seen_change,
            seen_statement: self.seen_statement,
            own: self.own.clone(),
        })
    }

    /// The tablet, opened and unlocked.
    pub(super) fn tablet(&mut self) -> Result<&mut Tablet, TabletError> {
        if self.tablet.is_none() {
            self.opened += 1;
            let rng = StdRng::seed_from_u64(self.seed.wrapping_add(self.opened));
            let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
            let key = storage_key(self.original);
            let mut tablet = Tablet::open_with(&self.folder, &key, clock, rng)?;
            tablet.resume(&self.unlocked)?;
            self.tablet = Some(tablet);
        }
        self.tablet.as_mut().ok_or(TabletError::NotEnrolled)
    }

    /// The device's id.
    pub(super) fn id(&mut self) -> Result<DeviceId, Failure> {
        let enrolment = self.tablet()?.enrolment()?;
        Ok(enrolment.ok_or("not enrolled")?.device)
    }

    /// Somebody does something.
    pub(super) fn act<T>(
        &mut self,
        work: impl FnOnce(&mut Tablet) -> Result<T, TabletError>,
    ) -> Done<T> {
        let outcome = self.tablet().and_then(work);
        self.outcome(outcome)
    }

    /// The sync under way goes on.
    pub(super) fn sync<T>(
        &mut self,
        work: impl FnOnce(&mut Session, &mut Tablet) -> Result<T, TabletError>,
    ) -> Done<T> {
        let mut session = self.session.take().unwrap_or_default();
        let outcome = self.tablet().and_then(|tablet| work(&mut session, tablet));
        if outcome.is_ok() {
            self.session = Some(session);
        }
        self.outcome(outcome)
    }

    fn outcome<T>(&self, outcome: Result<T, TabletError>) -> Done<T> {
        match outcome {
            _ if self.host.is_dead() => Done::Died,
            Ok(done) => Done::Kept(done),
            Err(error) => Done::Refused(error),
        }
    }

    /// Ends the program; whatever it had not written is gone.
    pub(super) fn crash(&mut self, power: bool, rng: &mut StdRng) {
        self.host.kill();
        self.session = None;
        self.look = None;
        self.tablet = None;
        self.host.restart(power, rng);
    }

    /// A connection to look at what is stored.
    pub(super) fn look(&mut self) -> Result<&Connection, Failure> {
        if self.look.is_none() {
            self.tablet()?;
            let connection = Connection::open(self.folder.join("tablet.db"))?;
            let key = HEXLOWER.encode(storage_key(self.original).as_ref());
            connection.pragma_update(None, "key", format!("x'{key}'"))?;
            self.look = Some(connection);
        }
        self.look.as_ref().ok_or_else(|| "just opened".into())
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.look = None;
        self.tablet = None;
        Host::forget(&self.folder);
    }
}
