//! The inspection document: what officers find on site, one Automerge document per round of a
//! case. The server makes its genesis with every container in it, tablets write into those
//! containers through named edits, each edit one change of one operation, and anyone reads it
//! back as plain structs at any heads.
//!
//! What may not be here: storage, network, signatures (statements stand beside the document,
//! see [`crate::identity`]), and any decision of the authority.

mod containers;
mod edit;
mod facts;
mod heads;
mod read;
#[cfg(test)]
mod tests;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{AutoCommit, Change, ReadDoc};

pub use containers::{Container, Containers};
pub(crate) use edit::Put;
pub use edit::{Author, Edit, EditError, MAX_VALUE_BYTES, Photo, PhotoKey, Place, Stroke, Visit};
pub use facts::{Earlier, Facts};
pub use heads::Heads;
pub use read::{AnswerView, By, NoteView, PhotoView, Resolution, Side, View, VisitView};

use crate::digest::Sha256;
use crate::ids::{Actor, DocId};
use crate::moment::Moment;

/// An inspection in memory.
#[derive(Debug, Clone)]
pub struct Inspection {
    doc: AutoCommit,
    containers: Containers,
    facts: Facts,
}

/// A change that was just made here: its bytes are what is stored, sent and never derived again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChange {
    /// Its name.
    pub hash: Sha256,
    /// Position in the chain of its actor, from 1.
    pub seq: u64,
    /// Uncompressed chunk.
    pub bytes: Vec<u8>,
}

/// Why bytes are not an inspection.
#[derive(Debug, thiserror::Error)]
pub enum InspectionError {
    /// Automerge cannot read or apply them.
    #[error("the inspection document is damaged: {0}")]
    Damaged(#[from] automerge::AutomergeError),
    /// A container or the facts are missing or of another type.
    #[error("this is no inspection document: `{0}` is missing or of another kind")]
    NotAnInspection(&'static str),
    /// Facts that cannot be read.
    #[error("the facts of the inspection cannot be read: {0}")]
    Facts(#[from] serde_json::Error),
    /// A change of the document is not one of its bytes.
    #[error("a change cannot be read: {0}")]
    Change(String),
    /// Changes whose ancestors are not there.
    #[error("{0} changes wait for ancestors that are not here")]
    Incomplete(usize),
}

impl Inspection {
    /// A new document with all containers and the case's facts; made by the server alone, so
    /// that no container ever exists twice. The same facts give the same bytes.
    pub fn genesis(facts: &Facts) -> Result<(Self, NewChange), InspectionError> {
        let mut doc = AutoCommit::new().with_actor(genesis_actor(facts.doc).to_automerge());
        containers::create(&mut doc, &facts.to_json())?;
        doc.commit_with(CommitOptions::default().with_time(0));
        let change = doc
            .get_last_local_change()
            .ok_or(InspectionError::NotAnInspection("genesis"))?;
        let new = NewChange::from(&change);
        Ok((Self::from_automerge(doc)?, new))
    }

    /// Reads a snapshot made by [`Inspection::save`].
    pub fn load(snapshot: &[u8]) -> Result<Self, InspectionError> {
        Self::from_automerge(AutoCommit::load(snapshot)?)
    }

    fn from_automerge(doc: AutoCommit) -> Result<Self, InspectionError> {
        let containers = Containers::find(&doc)?;
        let facts = Facts::read(&doc)?;
        Ok(Self {
            doc,
            containers,
            facts,
        })
    }

    /// A snapshot: every change, compressed, deterministic for the same changes.
    pub fn save(&mut self) -> Vec<u8> {
        self.doc.save()
    }

    /// The heads of everything in it.
    pub fn heads(&mut self) -> Heads {
        Heads::from_automerge(&self.doc.get_heads())
    }

    /// What the server wrote into the genesis.
    #[must_use]
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Where the containers are.
    #[must_use]
    pub const fn containers(&self) -> &Containers {
        &self.containers
    }

    /// Makes `edit` as one change by `author`. `None` when it would change nothing.
    pub fn edit(
        &mut self,
        author: &Author,
        at: &Moment,
        edit: &Edit,
    ) -> Result<Option<NewChange>, EditError> {
        edit.check(author, &self.facts)?;
        let put = edit.to_put(author);
        self.doc.set_actor(author.actor.to_automerge());
        let container = self.containers.object(put.container);
        // An open conflict is always written over, even by the value that happens to show.
        self.doc
            .put(container, put.key.as_str(), put.value.as_str())
            .map_err(|error| EditError::Document(error.to_string()))?;
        let options = CommitOptions::default()
            .with_time(at.wall_ms.div_euclid(1000))
            .with_message(at.to_line());
        if self.doc.commit_with(options).is_none() {
            return Ok(None);
        }
        let change = self
            .doc
            .get_last_local_change()
            .ok_or_else(|| EditError::Document("the change just made is gone".into()))?;
        Ok(Some(NewChange::from(&change)))
    }

    /// The next free key for a photo or stroke of `actor`.
    pub fn next_key(&self, container: Container, actor: Actor) -> PhotoKey {
        let next = self
            .doc
            .keys(self.containers.object(container))
            .filter_map(|key| key.parse::<PhotoKey>().ok())
            .filter(|key| key.actor == actor)
            .map(|key| key.counter + 1)
            .max();
        PhotoKey {
            actor,
            counter: next.unwrap_or(0),
        }
    }

    /// Applies changes that passed the gate. Fails, without applying part, when one waits for
    /// an ancestor that is neither here nor among them.
    pub fn apply(&mut self, changes: Vec<Change>) -> Result<(), InspectionError> {
        let mut copy = self.doc.clone();
        copy.apply_changes(changes)?;
        let missing = copy.get_missing_deps(&[]);
        if !missing.is_empty() {
            return Err(InspectionError::Incomplete(missing.len()));
        }
        self.doc = copy;
        Ok(())
    }

    /// Parses and applies stored bytes of changes.
    pub fn apply_bytes<'a>(
        &mut self,
        changes: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<(), InspectionError> {
        let parsed: Result<Vec<_>, _> = changes
            .into_iter()
            .map(|bytes| {
                Change::try_from(bytes).map_err(|error| InspectionError::Change(error.to_string()))
            })
            .collect();
        self.apply(parsed?)
    }

    /// Whether the change is in the document.
    pub fn has(&mut self, change: &Sha256) -> bool {
        self.doc
            .get_change_meta_by_hash(&automerge::ChangeHash(*change.as_bytes()))
            .is_some()
    }

    /// Whether the document holds `heads` and so all their ancestors.
    pub fn has_all(&mut self, heads: &Heads) -> bool {
        heads.iter().all(|head| self.has(head))
    }

    /// Everything that is not an ancestor of `have`, in causal order, as original bytes.
    pub fn changes_since(&mut self, have: &Heads) -> Vec<NewChange> {
        let have: Vec<_> = have
            .iter()
            .filter(|head| self.has(head))
            .map(|head| automerge::ChangeHash(*head.as_bytes()))
            .collect();
        self.doc
            .get_changes(&have)
            .iter()
            .map(NewChange::from)
            .collect()
    }

    /// Reads the document as it was at `heads`, which it must hold.
    pub fn view_at(&mut self, heads: &Heads) -> Result<View, InspectionError> {
        read::view(&mut self.doc, &self.containers, &self.facts, heads)
    }

    /// Reads the document as it is.
    pub fn view(&mut self) -> Result<View, InspectionError> {
        let heads = self.heads();
        self.view_at(&heads)
    }

    /// What stood under `item` before `change`: nothing, an answer, or the sides of a conflict.
    pub fn answers_before(
        &mut self,
        item: &str,
        change: &Sha256,
    ) -> Result<Vec<Side>, InspectionError> {
        read::before(&mut self.doc, &self.containers, item, change)
    }

    pub(crate) const fn automerge(&mut self) -> &mut AutoCommit {
        &mut self.doc
    }
}

/// The actor of a genesis follows from the document's name, so that making it again gives the
/// same bytes.
#[must_use]
pub fn genesis_actor(doc: DocId) -> Actor {
    let digest = Sha256::of_parts([&b"kanyan.genesis.1\0"[..], doc.as_bytes()]);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_bytes()[..16]);
    Actor::from_bytes(bytes)
}

impl From<&Change> for NewChange {
    fn from(change: &Change) -> Self {
        Self {
            hash: Sha256::from(change.hash().0),
            seq: change.seq(),
            bytes: change.raw_bytes().to_vec(),
        }
    }
}
