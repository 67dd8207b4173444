//! One history: a server, its tablets, the messages between them that are still under way, and
//! what must not be lost.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use field_core::digest::Sha256;
use field_core::ids::DocId;
use field_core::tablet::TabletError;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::device::{Device, Done};
use super::model::{self, Model};
use super::mutant::Mutant;
use super::network::Call;
use super::server::Server;
use super::template::{BEGIN, fresh_folder, template};
use crate::Failure;

/// More copies of tablets would only slow a history down.
const TABLETS_MAX: usize = 7;

/// An invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub invariant: &'static str,
    /// What was found.
    pub detail: String,
}

/// Why a history ends early.
#[derive(Debug)]
pub(super) enum Stop {
    /// An invariant does not hold.
    Broken(Broken),
    /// The simulation itself failed.
    Harness(Failure),
}

impl<E: Into<Failure>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Harness(error.into())
    }
}

/// Ends a history because `invariant` does not hold.
pub(super) fn broken<T>(invariant: &'static str, detail: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Broken(Broken {
        invariant,
        detail: detail.into(),
    }))
}

/// Everything.
pub(super) struct World {
    folder: PathBuf,
    pub(super) server: Server,
    pub(super) devices: Vec<Device>,
    /// Requests that their tablets gave up and that still arrive.
    pub(super) late: Vec<Call>,
    /// Tablets of the template that were revoked; copies fall with them.
    pub(super) revoked: BTreeSet<usize>,
    pub(super) model: Model,
    pub(super) mutant: Option<Mutant>,
    /// Faults by kind.
    pub(super) faults: BTreeMap<&'static str, u64>,
    /// What people did, by kind; and how much of it the product refused.
    pub(super) deeds: BTreeMap<&'static str, u64>,
    /// Hash of everything observed so far.
    pub(super) trace: Sha256,
    pub(super) seed: u64,
    /// Numbers texts, so that each is told apart.
    pub(super) texts: u64,
}

impl World {
    pub(super) fn new(seed: u64, mutant: Option<Mutant>) -> Result<Self, Failure> {
        let template = template()?;
        let folder = fresh_folder()?;
        let mut server = Server::new(template, &folder, seed)?;
        server.app()?;
        let mut devices = Vec::new();
        for (number, image) in template.tablets.iter().enumerate() {
            let folder = folder.join(format!("t{number}"));
            let seed = seed.wrapping_mul(1_000).wrapping_add(number as u64 * 100);
            devices.push(Device::new(image, number, &folder, BEGIN.parse()?, seed)?);
        }
        let world = Self {
            folder,
            server,
            devices,
            late: Vec::new(),
            revoked: BTreeSet::new(),
            model: Model::default(),
            mutant,
            faults: BTreeMap::new(),
            deeds: BTreeMap::new(),
            trace: Sha256::of(&seed.to_le_bytes()),
            seed,
            texts: 0,
        };
        if mutant == Some(Mutant::DroppedSync) {
            world.server.host.set_lies(true);
            world.devices.iter().for_each(|one| one.host.set_lies(true));
        }
        Ok(world)
    }

    /// Adds to the trace.
    pub(super) fn note(&mut self, what: &str, bytes: &[u8]) {
        self.trace = Sha256::of_parts([self.trace.as_ref(), what.as_bytes(), bytes]);
    }

    pub(super) fn fault(&mut self, kind: &'static str) {
        *self.faults.entry(kind).or_default() += 1;
        self.note(kind, &[]);
    }

    pub(super) fn deed(&mut self, kind: &'static str) {
        *self.deeds.entry(kind).or_default() += 1;
    }

    pub(super) fn text(&mut self) -> String {
        self.texts += 1;
        format!("text-{:06}", self.texts)
    }

    /// Somebody does something on a tablet; what it then says to have kept counts as captured.
    /// True when it was kept.
    pub(super) fn act<T>(
        &mut self,
        number: usize,
        kind: &'static str,
        work: impl FnOnce(&mut field_core::tablet::Tablet) -> Result<T, TabletError>,
    ) -> Result<Option<T>, Stop> {
        let done = self.devices[number].act(work);
        match self.settle(number, done)? {
            Some(done) => {
                self.deed(kind);
                self.note(kind, &[1]);
                Ok(Some(done))
            }
            None => {
                self.note(kind, &[0]);
                Ok(None)
            }
        }
    }

    /// What follows from what a tablet said: a death is followed by a start, a refusal must be
    /// one that people can do something about.
    pub(super) fn settle<T>(&mut self, number: usize, done: Done<T>) -> Result<Option<T>, Stop> {
        let full = self.devices[number].host.is_full();
        match done {
            Done::Kept(done) => {
                self.look(number)?;
                Ok(Some(done))
            }
            Done::Died => {
                let mut rng = StdRng::seed_from_u64(self.seed ^ self.texts);
                self.crash_tablet(number, true, &mut rng)?;
                Ok(None)
            }
            Done::Refused(error) => {
                if !is_expected(&error, full) {
                    return broken("a tablet goes on", format!("tablet {number}: {error}"));
                }
                self.devices[number].session = None;
                self.look(number)?;
                Ok(None)
            }
        }
    }

    fn look(&mut self, number: usize) -> Result<(), Stop> {
        let device = &mut self.devices[number];
        if device.host.is_full() {
            // It may not even be opened; what it kept is looked at when there is room again.
            let _ = self.model.observe(device);
            return Ok(());
        }
        Ok(self.model.observe(device)?)
    }

    /// A tablet ends without a word and is started again.
    pub(super) fn crash_tablet(
        &mut self,
        number: usize,
        power: bool,
        rng: &mut StdRng,
    ) -> Result<(), Stop> {
        let device = &mut self.devices[number];
        let full = device.host.is_full();
        device.crash(power, rng);
        // Somebody makes room before starting it again.
        device.host.set_full(false);
        if let Err(error) = device.tablet() {
            return broken("a tablet starts again", format!("tablet {number}: {error}"));
        }
        let missing = model::missing_on_tablet(device)?;
        if !missing.is_empty() {
            let detail = format!("tablet {number} lost {}", missing.join(", "));
            return broken("what a tablet kept is there after a crash", detail);
        }
        self.model.observe(device)?;
        device.host.set_full(full);
        Ok(())
    }

    /// The server ends without a word and is started again.
    pub(super) fn crash_server(&mut self, power: bool, rng: &mut StdRng) -> Result<(), Stop> {
        self.server.host.set_full(false);
        if let Err(error) = self.server.crash(power, rng) {
            return broken("the server starts again", error.to_string());
        }
        super::check::acknowledged(self)
    }

    /// Documents in a tablet, by what it shows.
    pub(super) fn documents(&mut self, number: usize) -> Result<Vec<DocId>, Stop> {
        match self.devices[number].act(|tablet| tablet.cases()) {
            Done::Kept(cases) => Ok(cases.into_iter().map(|case| case.doc).collect()),
            other => {
                self.settle(number, other)?;
                Ok(Vec::new())
            }
        }
    }

    /// Copies a tablet whole; true when it was done.
    pub(super) fn copy_tablet(&mut self, number: usize) -> Result<bool, Stop> {
        if self.devices.len() >= TABLETS_MAX {
            return Ok(false);
        }
        let new = self.devices.len();
        let folder = self.folder.join(format!("t{new}"));
        let seed = self.seed.wrapping_mul(1_000).wrapping_add(new as u64 * 100);
        let copy = self.devices[number].copy(&folder, seed)?;
        if self.mutant == Some(Mutant::DroppedSync) {
            copy.host.set_lies(true);
        }
        self.devices.push(copy);
        Ok(true)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.server.stop();
        self.devices.clear();
        // What cannot be removed is in memory and goes with the machine.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Refusals that tell a person what to do, or that follow from a fault.
fn is_expected(error: &TabletError, full: bool) -> bool {
    match error {
        TabletError::NotYet(_)
        | TabletError::NotAssigned(_)
        | TabletError::UnknownDocument
        | TabletError::Edit(_)
        | TabletError::ConflictOpen
        | TabletError::Network(_)
        | TabletError::Refused { .. } => true,
        TabletError::Store(_) | TabletError::NotEnrolled | TabletError::File(_) => full,
        _ => false,
    }
}
