//! Steps 3 to 5 for a batch of changes to one document, on a copy. The story: sort out what is
//! known, read each change, check its place, police it, apply all of them at once, and prove that
//! the result can be saved and loaded. Should the batch fail as a whole, the changes are tried
//! one by one, so that one bad change costs itself alone.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::{AutoCommit, Change};

use super::policy::{is_canonical, police};
use super::{Header, Refusal, inspect};
use crate::digest::Sha256;
use crate::ids::Actor;
use crate::inspection::{Author, Edit, Heads, Inspection};
use crate::protocol::limits::MAX_CHANGES_PER_DOC;

/// Who writes under which actor in one document, from admitted actor certificates.
pub type Writers = BTreeMap<Actor, String>;

/// A change that passed.
#[derive(Debug, Clone, PartialEq)]
pub struct Admitted {
    /// Its name.
    pub hash: Sha256,
    /// Who wrote it.
    pub actor: Actor,
    /// Number in the actor's chain.
    pub seq: u64,
    /// As they came.
    pub bytes: Vec<u8>,
    /// What it does.
    pub edits: Vec<Edit>,
}

/// A change that waits for an ancestor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deferred {
    /// Its name.
    pub hash: Sha256,
}

/// A change that is set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedChange {
    /// SHA-256 of the chunk, its name where it has one.
    pub hash: Sha256,
    /// As they came.
    pub bytes: Vec<u8>,
    /// Why.
    pub refusal: Refusal,
}

/// What became of a batch.
#[derive(Debug)]
pub struct Admission {
    /// In causal order.
    pub admitted: Vec<Admitted>,
    /// Already in the document: sending again does nothing.
    pub known: Vec<Sha256>,
    /// Their ancestors are neither here nor in the batch.
    pub deferred: Vec<Deferred>,
    /// Set aside.
    pub refused: Vec<RefusedChange>,
    /// The document with everything admitted, as [`Inspection::save`] gives it; `None` when
    /// nothing was.
    pub snapshot: Option<Vec<u8>>,
    /// Its heads then.
    pub heads: Heads,
}

/// Takes a batch of changes to `inspection`, in any order.
pub fn admit(inspection: &mut Inspection, writers: &Writers, batch: &[&[u8]]) -> Admission {
    let mut gate = Gate::new(inspection, writers);
    let candidates = gate.read(batch);
    let ready = gate.place(candidates);
    if let Some(snapshot) = gate.try_all(&ready) {
        gate.outcome.snapshot = Some(snapshot);
        gate.outcome.admitted = ready.into_iter().map(|one| one.admitted).collect();
    } else if !ready.is_empty() {
        gate.try_each(ready);
    }
    gate.outcome.heads = gate.inspection.heads();
    gate.outcome
}

struct Candidate {
    header: Header,
    change: Change,
    admitted: Admitted,
}

struct Gate<'a> {
    inspection: &'a mut Inspection,
    writers: &'a Writers,
    outcome: Admission,
}

impl<'a> Gate<'a> {
    fn new(inspection: &'a mut Inspection, writers: &'a Writers) -> Self {
        let heads = inspection.heads();
        Self {
            inspection,
            writers,
            outcome: Admission {
                admitted: vec![],
                known: vec![],
                deferred: vec![],
                refused: vec![],
                snapshot: None,
                heads,
            },
        }
    }

    fn refuse(&mut self, hash: Sha256, bytes: &[u8], refusal: Refusal) {
        self.outcome.refused.push(RefusedChange {
            hash,
            bytes: bytes.to_vec(),
            refusal,
        });
    }

    /// Steps 1 to 3 and the policy of step 5, for each change alone.
    fn read(&mut self, batch: &[&[u8]]) -> Vec<Candidate> {
        let mut seen = HashSet::new();
        let mut candidates = vec![];
        for bytes in batch {
            let header = match inspect(bytes) {
                Ok(header) => header,
                Err(refusal) => {
                    self.refuse(Sha256::of(bytes), bytes, refusal);
                    continue;
                }
            };
            if !seen.insert(header.hash) {
                continue;
            }
            if self.inspection.has(&header.hash) {
                self.outcome.known.push(header.hash);
                continue;
            }
            match self.understand(&header, bytes) {
                Ok((change, admitted)) => candidates.push(Candidate {
                    header,
                    change,
                    admitted,
                }),
                Err(refusal) => self.refuse(header.hash, bytes, refusal),
            }
        }
        candidates
    }

    fn understand(&self, header: &Header, bytes: &[u8]) -> Result<(Change, Admitted), Refusal> {
        let unreadable = |what: &str| Refusal::Unreadable(what.to_owned());
        let actor = Actor::from_bytes(header.actor);
        let officer = self
            .writers
            .get(&actor)
            .ok_or_else(|| Refusal::UnknownActor(actor.to_string()))?;
        let author = Author {
            actor,
            officer: officer.clone(),
        };
        let read = catch_unwind(|| {
            let change = Change::try_from(bytes).map_err(|error| unreadable(&error.to_string()))?;
            let expanded = change.decode();
            if !is_canonical(&change, &expanded) {
                return Err(Refusal::NotCanonical);
            }
            Ok((change, expanded))
        });
        let (change, expanded) = read.unwrap_or_else(|_| Err(unreadable("reading it fails")))?;
        if change.hash().0 != *header.hash.as_bytes() {
            return Err(unreadable("two readings of it differ"));
        }
        let edits = police(
            &expanded,
            &author,
            self.inspection.containers(),
            self.inspection.facts(),
        )?;
        let admitted = Admitted {
            hash: header.hash,
            actor,
            seq: header.seq,
            bytes: bytes.to_vec(),
            edits,
        };
        Ok((change, admitted))
    }

    /// Step 4: an order in which every ancestor comes first, each change the next of its actor
    /// and counting from just above what it builds on.
    fn place(&mut self, candidates: Vec<Candidate>) -> Vec<Candidate> {
        let mut places = Places::new(self.inspection);
        let mut waiting = candidates;
        let mut ready = vec![];
        loop {
            let before = waiting.len();
            for candidate in std::mem::take(&mut waiting) {
                match places.check(self.inspection, &candidate.header) {
                    Ok(true) => {
                        places.add(&candidate);
                        ready.push(candidate);
                    }
                    Ok(false) => waiting.push(candidate),
                    Err(refusal) => {
                        self.refuse(candidate.header.hash, &candidate.admitted.bytes, refusal);
                    }
                }
            }
            if waiting.is_empty() || waiting.len() == before {
                break;
            }
        }
        self.outcome.deferred = waiting
            .iter()
            .map(|candidate| Deferred {
                hash: candidate.header.hash,
            })
            .collect();
        ready
    }

    /// Step 5 for the whole batch: the snapshot when all of it holds.
    fn try_all(&mut self, ready: &[Candidate]) -> Option<Vec<u8>> {
        if ready.is_empty() {
            return None;
        }
        let changes = ready.iter().map(|one| one.change.clone()).collect();
        let names: Vec<_> = ready.iter().map(|one| &one.admitted).collect();
        let (inspection, snapshot) = apply(self.inspection, changes, &names).ok()?;
        *self.inspection = inspection;
        Some(snapshot)
    }

    /// Step 5 one by one, after the batch failed.
    fn try_each(&mut self, ready: Vec<Candidate>) {
        let mut lost: HashSet<Sha256> = HashSet::new();
        for candidate in ready {
            let Candidate {
                header,
                change,
                admitted,
            } = candidate;
            if header.dependencies.iter().any(|one| lost.contains(one)) {
                lost.insert(header.hash);
                self.outcome.deferred.push(Deferred { hash: header.hash });
                continue;
            }
            match apply(self.inspection, vec![change], &[&admitted]) {
                Ok((inspection, snapshot)) => {
                    *self.inspection = inspection;
                    self.outcome.snapshot = Some(snapshot);
                    self.outcome.admitted.push(admitted);
                }
                Err(refusal) => {
                    lost.insert(header.hash);
                    self.refuse(header.hash, &admitted.bytes, refusal);
                }
            }
        }
    }
}

/// Applies to a copy and proves that the copy gives back the same bytes and can be saved and
/// loaded with the same heads.
fn apply(
    inspection: &Inspection,
    changes: Vec<Change>,
    expected: &[&Admitted],
) -> Result<(Inspection, Vec<u8>), Refusal> {
    let breaks = |what: &str| Refusal::Breaks(what.to_owned());
    let mut copy = inspection.clone();
    let attempt = catch_unwind(AssertUnwindSafe(move || {
        let doc = copy.automerge();
        doc.apply_changes(changes)
            .map_err(|error| breaks(&error.to_string()))?;
        for one in expected {
            let hash = automerge::ChangeHash(*one.hash.as_bytes());
            let stored = doc
                .get_change_by_hash(&hash)
                .ok_or_else(|| breaks("a change is not in it"))?;
            if stored.raw_bytes() != one.bytes {
                return Err(breaks("it gives other bytes back"));
            }
        }
        let snapshot = copy.save();
        let heads = copy.heads();
        let mut again = Inspection::load(&snapshot).map_err(|error| breaks(&error.to_string()))?;
        if again.heads() != heads {
            return Err(breaks("it has other heads when loaded again"));
        }
        Ok((copy, snapshot))
    }));
    attempt.unwrap_or_else(|_| Err(breaks("applying it fails")))
}

/// Where each actor's chain and counter stand, counting what this batch adds.
struct Places {
    /// Last sequence number by actor.
    sequence: HashMap<Vec<u8>, u64>,
    /// Highest operation by change of this batch.
    added: HashMap<Sha256, u64>,
    /// Changes in the document and the batch.
    total: u64,
}

impl Places {
    fn new(inspection: &mut Inspection) -> Self {
        let mut places = Self {
            sequence: HashMap::new(),
            added: HashMap::new(),
            total: 0,
        };
        for meta in inspection.automerge().get_changes_meta(&[]) {
            let last = places
                .sequence
                .entry(meta.actor.to_bytes().to_vec())
                .or_default();
            *last = meta.seq.max(*last);
            places.total += 1;
        }
        places
    }

    /// `Ok(false)` while an ancestor is missing.
    fn check(&self, inspection: &mut Inspection, header: &Header) -> Result<bool, Refusal> {
        let doc = inspection.automerge();
        let mut highest = 0;
        for dependency in &header.dependencies {
            match self.max_op(doc, dependency) {
                Some(max_op) => highest = highest.max(max_op),
                None => return Ok(false),
            }
        }
        let last = self
            .sequence
            .get(header.actor.as_slice())
            .copied()
            .unwrap_or(0);
        if header.seq != last + 1 {
            return Err(Refusal::Sequence {
                expected: last + 1,
                found: header.seq,
            });
        }
        // Automerge counts on from the highest operation of everything a change builds on.
        if header.start_op != highest + 1 {
            return Err(Refusal::Counter {
                expected: highest + 1,
                found: header.start_op,
            });
        }
        if self.total >= MAX_CHANGES_PER_DOC {
            return Err(Refusal::DocumentFull);
        }
        Ok(true)
    }

    fn add(&mut self, candidate: &Candidate) {
        let header = &candidate.header;
        self.sequence.insert(header.actor.to_vec(), header.seq);
        self.added.insert(header.hash, candidate.change.max_op());
        self.total += 1;
    }

    fn max_op(&self, doc: &mut AutoCommit, change: &Sha256) -> Option<u64> {
        if let Some(max_op) = self.added.get(change) {
            return Some(*max_op);
        }
        let hash = automerge::ChangeHash(*change.as_bytes());
        doc.get_change_meta_by_hash(&hash).map(|meta| meta.max_op)
    }
}
