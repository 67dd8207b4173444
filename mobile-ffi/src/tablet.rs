//! The object an app holds: one tablet, opened. It guards the core with a lock that is held while
//! something is decided or written, never while the network is waited for.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use field_core::ids::DocId;
use field_core::tablet::{StorageKey, Tablet as Core, TabletError as CoreError};

use crate::TabletError;
use crate::sync::Slot;

/// One tablet, opened. An app opens it once and keeps it; a second object on the same folder is
/// refused.
#[derive(uniffi::Object)]
pub struct Tablet {
    /// Absent once it was shut down. A call under way keeps the core until it returns.
    core: Mutex<Option<Arc<Mutex<Core>>>>,
    pub(crate) slot: Slot,
}

#[uniffi::export]
impl Tablet {
    /// Opens the store in `folder`, making it when missing. `storage_key` is 32 random bytes that
    /// the app keeps in the operating system's key store and nowhere else: without them nothing
    /// on the tablet can be read.
    ///
    /// Fails with `WrongKey`, with `Update` when a newer app wrote the store, with `InUse` when it
    /// is open already.
    #[uniffi::constructor]
    pub fn open(folder: &str, storage_key: Vec<u8>) -> Result<Self, TabletError> {
        let length = storage_key.len();
        let key: [u8; 32] = storage_key.try_into().map_err(|_| {
            TabletError::bad_input(format!("the storage key has {length} bytes, expected 32"))
        })?;
        let core = Core::open(Path::new(folder), &StorageKey::new(key))?;
        Ok(Self {
            core: Mutex::new(Some(Arc::new(Mutex::new(core)))),
            slot: Slot::default(),
        })
    }

    /// Locks the keys of all officers: nothing can be signed or written until one unlocks again.
    pub fn lock(&self) -> Result<(), TabletError> {
        self.with(|core| {
            core.lock();
            Ok(())
        })
    }

    /// Closes the store; every later call fails with `Closed`. A sync under way is stopped, and
    /// the store is free for others as soon as its current request has ended. Harmless when done
    /// twice, and dropping the object does the same.
    ///
    /// Not called `close`, since every object already has a `close` in Kotlin.
    pub fn shut_down(&self) {
        self.slot.stop();
        guard(&self.core).take();
    }
}

impl Tablet {
    /// The core, for calls that lock it themselves.
    pub(crate) fn core(&self) -> Result<Arc<Mutex<Core>>, TabletError> {
        guard(&self.core)
            .clone()
            .ok_or_else(|| TabletError::Closed {
                reason: "the tablet was closed: open it again".to_owned(),
            })
    }

    /// Does something with the core, alone.
    pub(crate) fn with<T>(
        &self,
        work: impl FnOnce(&mut Core) -> Result<T, CoreError>,
    ) -> Result<T, TabletError> {
        Ok(work(&mut guard(&*self.core()?))?)
    }
}

/// A panic elsewhere leaves the store whole, since every write is a transaction.
pub(crate) fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The name of an inspection as apps write it.
pub(crate) fn doc_id(text: &str) -> Result<DocId, TabletError> {
    text.parse()
        .map_err(|error| TabletError::bad_input(format!("`{text}` names no inspection: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_another_length_is_refused_before_anything_is_made() {
        let folder = std::env::temp_dir().join(format!("kanyan-ffi-{}", std::process::id()));
        let opened = Tablet::open(&folder.to_string_lossy(), vec![7; 16]);
        assert!(matches!(opened, Err(TabletError::BadInput { .. })));
        assert!(!folder.exists());
    }
}
