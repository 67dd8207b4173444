//! The device: what an inspector holds. An encrypted store with everything captured, an outbox,
//! evidence files, and its side of an exchange. Every edit is durable before it is shown, and
//! nothing is deleted before a signed receipt of the server names it. No user interface here, and
//! no network but in [`sync::Http`].

mod clock;
mod enrol;
mod error;
mod inspect;
mod log;
mod officers;
mod passphrase;
mod photos;
mod pin;
mod recover;
mod rescue;
mod settings;
mod sign;
mod standing;
mod status;
mod store;
pub mod sync;
#[cfg(test)]
mod tests;
mod undo;
mod vault;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::StdRng;

pub use clock::{Clock, SystemClock};
pub use enrol::{Enrolment, Invitation};
pub use error::TabletError;
pub use log::LogEntry;
pub use officers::{KnownOfficer, Unlocked};
pub use passphrase::storage_key;
pub use photos::{FileState, NewPhoto};
pub use standing::{Missing, OfficerStanding, Signature, SignedOff, Standing, VisitStep};
pub use status::{CaseStatus, Status};

use crate::identity::SigningKey;
use crate::ids::DocId;
use crate::inspection::{Inspection, View};
use store::Store;
use vault::Vault;

/// The key that everything on the tablet is encrypted with: 32 bytes from the operating system's
/// key store.
pub type StorageKey = zeroize::Zeroizing<[u8; 32]>;

/// One tablet, opened.
pub struct Tablet {
    folder: PathBuf,
    store: Store,
    vault: Vault,
    clock: Arc<dyn Clock>,
    rng: StdRng,
    /// Documents in memory; dropped whenever the store was not written as expected.
    open: HashMap<DocId, Inspection>,
    /// The last reading of some of them; each counts only for its own heads.
    views: HashMap<DocId, View>,
    /// Officers who unlocked their keys since the tablet was opened.
    unlocked: HashMap<String, SigningKey>,
}

impl Tablet {
    /// Opens the store in `folder`, making it when missing.
    ///
    /// Fails when the key is wrong, the store was made by a newer version, or another program
    /// has it open.
    pub fn open(folder: &Path, key: &StorageKey) -> Result<Self, TabletError> {
        Self::open_with(
            folder,
            key,
            Arc::new(SystemClock::start()),
            StdRng::from_rng(&mut rand::rng()),
        )
    }

    /// The same with a clock and randomness from outside, for simulations.
    pub fn open_with(
        folder: &Path,
        key: &StorageKey,
        clock: Arc<dyn Clock>,
        mut rng: StdRng,
    ) -> Result<Self, TabletError> {
        std::fs::create_dir_all(folder.join("evidence"))?;
        let store = Store::open(folder, key, &mut rng)?;
        let vault = Vault::new(folder.join("evidence"), store.file_key()?);
        Ok(Self {
            folder: folder.to_path_buf(),
            store,
            vault,
            clock,
            rng,
            open: HashMap::new(),
            views: HashMap::new(),
            unlocked: HashMap::new(),
        })
    }

    /// Where its files are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}
