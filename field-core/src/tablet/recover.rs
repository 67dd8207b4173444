//! After a refusal, or when it shows that the tablet was copied: what was set aside stays there,
//! readable; the tablet gives the actor up, goes back to the admitted state and makes its recorded
//! edits again under a new actor, so that nothing an officer did is lost. Edits that wait for that
//! say so in the store, since a crash or a locked key may come in between.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rusqlite::Transaction;

use super::store::{changes, documents};
use super::{LogEntry, Tablet, TabletError};
use crate::digest::Sha256;
use crate::gate;
use crate::ids::{Actor, DocId};
use crate::inspection::{Author, Container, Edit, NewChange, PhotoKey};

const BUILDS_ON_LOST: &str = "builds on a change that was set aside";
const COPIED: &str = "another copy of this tablet went on from the same state";

impl Tablet {
    /// Goes on after `refused` changes of a document were set aside.
    pub(super) fn recover(
        &mut self,
        doc: DocId,
        refused: &BTreeMap<Sha256, String>,
    ) -> Result<(), TabletError> {
        let now = self.clock.wall_ms();
        self.store
            .write(|transaction| match lose(transaction, doc, refused)? {
                0 => Ok(()),
                changes => LogEntry::MadeAgain { changes }.write(transaction, now),
            })?;
        self.open.remove(&doc);
        self.make_again()
    }

    /// Makes every edit again that waits for it, as far as its officer has unlocked the key and
    /// may work on the inspection.
    pub(super) fn make_again(&mut self) -> Result<(), TabletError> {
        for (doc, actor) in changes::waiting(self.store.reader())? {
            let officer = documents::officer_of(self.store.reader(), doc, actor)?;
            let Some(officer) = officer.filter(|one| self.unlocked.contains_key(one)) else {
                continue;
            };
            match self.author(doc, &officer) {
                Ok(author) => self.make_actor_again(doc, actor, &author)?,
                // Replaced in between: the edits wait until the office assigns the officer again.
                Err(TabletError::NotAssigned(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// All edits of one given up actor, in one transaction.
    fn make_actor_again(
        &mut self,
        doc: DocId,
        given_up: Actor,
        author: &Author,
    ) -> Result<(), TabletError> {
        let rows = changes::waiting_of(self.store.reader(), doc, given_up)?;
        let at = self.moment()?;
        let mut keys = HashMap::new();
        let mut made: Vec<(NewChange, String)> = vec![];
        let mut trouble = vec![];
        let inspection = self.document(doc)?;
        for row in &rows {
            let Some(edit) = row.edit.as_deref() else {
                continue;
            };
            let edit: Edit = serde_json::from_str(edit)
                .map_err(|error| TabletError::Answer(error.to_string()))?;
            let next = |container| inspection.next_key(container, author.actor);
            let edit = rekey(edit, next, &mut keys);
            match inspection.edit(author, &at, &edit) {
                Ok(Some(change)) => {
                    let recorded =
                        serde_json::to_string(&edit).expect("plain structs are always JSON");
                    made.push((change, recorded));
                }
                // It says what stands there already.
                Ok(None) => {}
                Err(error) => trouble.push(format!("an edit could not be made again: {error}")),
            }
        }
        let written = self.store.write(|transaction| {
            for (change, recorded) in &made {
                changes::insert_own(transaction, doc, author.actor, change, recorded, at.wall_ms)?;
            }
            for row in &rows {
                changes::set_made_again(transaction, &row.hash)?;
            }
            for text in trouble {
                LogEntry::Plain { text }.write(transaction, at.wall_ms)?;
            }
            Ok(())
        });
        if written.is_err() {
            // What is in memory is ahead of the disk now: read it again when needed.
            self.open.remove(&doc);
        }
        written
    }
}

/// Takes changes that were refused, and everything that builds on them, out of the document: our
/// own edits are to be made again and their actors are given up. Answers with how many there are.
fn lose(
    transaction: &Transaction<'_>,
    doc: DocId,
    refused: &BTreeMap<Sha256, String>,
) -> Result<usize, TabletError> {
    let mut lost: HashSet<Sha256> = HashSet::new();
    let mut actors: BTreeSet<Actor> = BTreeSet::new();
    for row in changes::tail(transaction, doc, 0)? {
        let builds = gate::inspect(&row.bytes)
            .is_ok_and(|header| header.dependencies.iter().any(|one| lost.contains(one)));
        let reason = match refused.get(&row.hash) {
            Some(reason) => reason.as_str(),
            None if builds => BUILDS_ON_LOST,
            None => continue,
        };
        let own = row.edit.is_some();
        let state = if own { "again" } else { "refused" };
        changes::set_state(transaction, &row.hash, state, Some(reason))?;
        lost.insert(row.hash);
        if own {
            actors.insert(row.actor);
        }
    }
    for actor in actors {
        documents::give_up_actor(transaction, doc, actor)?;
    }
    Ok(lost.len())
}

/// Before a change that the server holds is stored: if another one stands in its place here, a
/// tablet was copied or set back, and the other copy was faster, or the server lost ours with its
/// backup. What stands here gives way, since two changes in one place would make the document
/// unreadable.
pub(super) fn make_room(
    transaction: &Transaction<'_>,
    doc: DocId,
    actor: Actor,
    change: &NewChange,
) -> Result<(), TabletError> {
    let Some(here) = changes::standing_at(transaction, doc, actor, change.seq)? else {
        return Ok(());
    };
    if here != change.hash {
        let refused = BTreeMap::from([(here, COPIED.to_owned())]);
        lose(transaction, doc, &refused)?;
    }
    Ok(())
}

/// Photos and strokes are named by their actor; under a new one they get new names.
fn rekey(
    edit: Edit,
    next: impl Fn(Container) -> PhotoKey,
    keys: &mut HashMap<PhotoKey, PhotoKey>,
) -> Edit {
    match edit {
        Edit::AddPhoto { key, photo } => {
            let new = next(Container::Photos);
            keys.insert(key, new);
            Edit::AddPhoto { key: new, photo }
        }
        Edit::AddStroke { mut stroke, .. } => {
            let key = next(Container::Strokes);
            if let Some(new) = keys.get(&stroke.photo) {
                stroke.photo = *new;
            }
            Edit::AddStroke { key, stroke }
        }
        Edit::RemovePhoto { key, reason } => Edit::RemovePhoto {
            key: keys.get(&key).copied().unwrap_or(key),
            reason,
        },
        other @ (Edit::Answer { .. } | Edit::Note { .. } | Edit::Visit { .. }) => other,
    }
}
