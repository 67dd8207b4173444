//! The disk under every database of a simulation: files in memory that know which of their bytes
//! were synced. It can lose power between any two operations, be full, or lie about a sync. A host
//! is one folder: a server's or a tablet's.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use rand::rngs::StdRng;
use rand::{Rng, RngExt};

/// Every host of the process, by its folder.
static HOSTS: LazyLock<Mutex<HashMap<String, Arc<Host>>>> = LazyLock::new(Mutex::default);

/// The files of a host as they are, for backups and copies.
pub type Image = HashMap<String, Vec<u8>>;

/// A panic in a simulation ends it; what is behind the lock is still whole.
pub(super) fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is wrong with a host's disk.
#[derive(Debug, Default)]
struct Fate {
    dead: bool,
    /// Operations that still succeed before the power goes.
    left: Option<u64>,
    full: bool,
    lies: bool,
    refused: u64,
}

/// What an operation meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// No power.
    Dead,
    /// No room.
    Full,
}

/// One folder.
#[derive(Default)]
pub struct Host {
    files: Mutex<HashMap<String, Arc<File>>>,
    fate: Mutex<Fate>,
}

/// One file.
#[derive(Default)]
pub(super) struct File {
    content: Mutex<Content>,
    pub(super) locks: Mutex<Locks>,
    pub(super) shared: Mutex<Shared>,
}

/// Who holds which lock on a database file, as SQLite's five levels need it.
#[derive(Debug, Default)]
pub(super) struct Locks {
    pub(super) shared: u32,
    pub(super) reserved: bool,
    pub(super) pending: bool,
    pub(super) exclusive: bool,
}

/// The index of the write-ahead log, which all connections of one process share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Boxed, so that their addresses stay.
    pub(super) regions: Vec<Box<[u64]>>,
    /// Connections that look at it; the last one takes it away.
    pub(super) attached: u32,
    pub(super) readers: [u32; 8],
    pub(super) writer: [bool; 8],
}

#[derive(Debug, Default)]
struct Content {
    bytes: Vec<u8>,
    /// How to take back what was not synced, newest last.
    undo: Vec<Undo>,
}

#[derive(Debug)]
struct Undo {
    at: usize,
    /// Bytes that stood there.
    before: Vec<u8>,
    /// Length of the file before.
    length: usize,
    /// Bytes written; none for a truncation.
    written: usize,
}

impl Host {
    /// The host of a folder; a new one is empty.
    #[must_use]
    pub fn of(folder: &Path) -> Arc<Self> {
        let name = folder.to_string_lossy().into_owned();
        Arc::clone(hold(&HOSTS).entry(name).or_default())
    }

    /// Forgets a host; files that are open live on until they are closed.
    pub fn forget(folder: &Path) {
        hold(&HOSTS).remove(folder.to_string_lossy().as_ref());
    }

    /// Loses power after `operations` more writes, syncs, truncations or deletions.
    pub fn fail_after(&self, operations: u64) {
        hold(&self.fate).left = Some(operations);
    }

    /// Loses power now.
    pub fn kill(&self) {
        hold(&self.fate).dead = true;
    }

    /// Whether the power is gone.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        hold(&self.fate).dead
    }

    /// Whether files can grow.
    pub fn set_full(&self, full: bool) {
        hold(&self.fate).full = full;
    }

    /// Whether the disk has no room.
    #[must_use]
    pub fn is_full(&self) -> bool {
        hold(&self.fate).full
    }

    /// Whether a sync only says that it was one.
    pub fn set_lies(&self, lies: bool) {
        hold(&self.fate).lies = lies;
    }

    /// Operations that found no room so far.
    #[must_use]
    pub fn refused(&self) -> u64 {
        hold(&self.fate).refused
    }

    /// Power again. When it was the power that went, of what was not synced any part may be
    /// there; when only the program ended, all of it is.
    pub fn restart(&self, power: bool, rng: &mut StdRng) {
        let mut files = hold(&self.files);
        let mut names: Vec<String> = files.keys().cloned().collect();
        names.sort_unstable();
        for name in names {
            let Some(old) = files.get(&name) else {
                continue;
            };
            let mut content = std::mem::take(&mut *hold(&old.content));
            if power {
                content.settle(rng);
            }
            content.undo.clear();
            let fresh = File {
                content: Mutex::new(content),
                ..File::default()
            };
            files.insert(name, Arc::new(fresh));
        }
        let mut fate = hold(&self.fate);
        fate.dead = false;
        fate.left = None;
    }

    /// The files as they are.
    #[must_use]
    pub fn image(&self) -> Image {
        let files = hold(&self.files);
        let read = |file: &Arc<File>| hold(&file.content).bytes.clone();
        files
            .iter()
            .map(|(name, file)| (name.clone(), read(file)))
            .collect()
    }

    /// Puts these files in the place of all others.
    pub fn put(&self, image: &Image) {
        let mut files = hold(&self.files);
        files.clear();
        for (name, bytes) in image {
            let content = Content {
                bytes: bytes.clone(),
                undo: Vec::new(),
            };
            let file = File {
                content: Mutex::new(content),
                ..File::default()
            };
            files.insert(name.clone(), Arc::new(file));
        }
    }

    pub(super) fn open(&self, name: &str) -> Arc<File> {
        Arc::clone(hold(&self.files).entry(name.to_owned()).or_default())
    }

    pub(super) fn exists(&self, name: &str) -> bool {
        hold(&self.files).contains_key(name)
    }

    pub(super) fn delete(&self, name: &str) -> Result<(), Trouble> {
        self.spend(false)?;
        hold(&self.files).remove(name);
        Ok(())
    }

    pub(super) fn alive(&self) -> Result<(), Trouble> {
        if hold(&self.fate).dead {
            Err(Trouble::Dead)
        } else {
            Ok(())
        }
    }

    /// One operation that changes the disk.
    fn spend(&self, grows: bool) -> Result<(), Trouble> {
        let mut fate = hold(&self.fate);
        if fate.dead {
            return Err(Trouble::Dead);
        }
        match &mut fate.left {
            Some(0) => {
                fate.dead = true;
                return Err(Trouble::Dead);
            }
            Some(left) => *left -= 1,
            None => {}
        }
        if grows && fate.full {
            fate.refused += 1;
            return Err(Trouble::Full);
        }
        Ok(())
    }
}

impl File {
    pub(super) fn length(&self) -> usize {
        hold(&self.content).bytes.len()
    }

    /// Fills `out` from `at` on; answers with how many bytes were there.
    pub(super) fn read(&self, at: usize, out: &mut [u8]) -> usize {
        let content = hold(&self.content);
        let there = content.bytes.get(at..).unwrap_or_default();
        let count = there.len().min(out.len());
        out[..count].copy_from_slice(&there[..count]);
        out[count..].fill(0);
        count
    }

    pub(super) fn write(&self, host: &Host, at: usize, bytes: &[u8]) -> Result<(), Trouble> {
        let mut content = hold(&self.content);
        let end = at + bytes.len();
        host.spend(end > content.bytes.len())?;
        content.write(at, bytes);
        Ok(())
    }

    pub(super) fn truncate(&self, host: &Host, length: usize) -> Result<(), Trouble> {
        host.spend(false)?;
        let mut content = hold(&self.content);
        let old = content.bytes.len();
        if length < old {
            let before = content.bytes.split_off(length);
            content.undo.push(Undo {
                at: length,
                before,
                length: old,
                written: 0,
            });
        }
        Ok(())
    }

    pub(super) fn sync(&self, host: &Host) -> Result<(), Trouble> {
        host.spend(false)?;
        if !hold(&host.fate).lies {
            hold(&self.content).undo.clear();
        }
        Ok(())
    }
}

impl Content {
    fn write(&mut self, at: usize, bytes: &[u8]) {
        let (length, end) = (self.bytes.len(), at + bytes.len());
        let before = self.bytes.get(at..length.min(end)).unwrap_or_default();
        self.undo.push(Undo {
            at,
            before: before.to_vec(),
            length,
            written: bytes.len(),
        });
        if end > length {
            self.bytes.resize(end, 0);
        }
        self.bytes[at..end].copy_from_slice(bytes);
    }

    /// What a disk holds after the power went: what was synced, and of the rest any part, the
    /// last of it possibly torn.
    fn settle(&mut self, rng: &mut StdRng) {
        let mut redo = Vec::new();
        while let Some(undo) = self.undo.pop() {
            let end = (undo.at + undo.written).min(self.bytes.len());
            let written = self.bytes.get(undo.at..end).unwrap_or_default().to_vec();
            self.bytes.resize(undo.length, 0);
            let end = (undo.at + undo.before.len()).min(self.bytes.len());
            if undo.at < end {
                self.bytes[undo.at..end].copy_from_slice(&undo.before[..end - undo.at]);
            }
            redo.push((undo.at, written, undo.written == 0));
        }
        redo.reverse();
        // Nothing of it, all of it, or anything in between in any order.
        let kind = rng.next_u32() % 4;
        for (at, written, truncation) in redo {
            let keep = match kind {
                0 => false,
                1 => true,
                _ => rng.random_bool(0.5),
            };
            if !keep {
                continue;
            }
            if truncation {
                self.bytes.truncate(at);
            } else {
                let torn = kind == 3 && rng.random_bool(0.2);
                let length = if torn {
                    written.len() / 2
                } else {
                    written.len()
                };
                self.write(at, &written[..length]);
            }
        }
        self.undo.clear();
    }
}
