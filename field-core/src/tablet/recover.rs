//! After a refusal: what the server set aside stays there, readable; the tablet gives the actor
//! up, goes back to the admitted state and replays its recorded edits under a new actor, so that
//! nothing an officer did is lost.

use std::collections::{HashMap, HashSet};

use super::store::{changes, documents};
use super::{LogEntry, Tablet, TabletError};
use crate::digest::Sha256;
use crate::ids::{Actor, DocId};
use crate::inspection::{Container, Edit, PhotoKey};

impl Tablet {
    /// Goes on after `refused` changes of a document were set aside.
    pub(super) fn recover(
        &mut self,
        doc: DocId,
        refused: &HashMap<Sha256, String>,
    ) -> Result<(), TabletError> {
        let mut actors: HashSet<Actor> = HashSet::new();
        for hash in refused.keys() {
            if let Some(row) = changes::get(self.store.reader(), hash)? {
                actors.insert(row.actor);
            }
        }
        for actor in actors {
            self.give_up(doc, actor, refused)?;
        }
        Ok(())
    }

    fn give_up(
        &mut self,
        doc: DocId,
        actor: Actor,
        refused: &HashMap<Sha256, String>,
    ) -> Result<(), TabletError> {
        let Some(officer) = documents::officer_of(self.store.reader(), doc, actor)? else {
            return Ok(());
        };
        // The actor's chain from the first refused change on is lost: later changes build on it.
        let own: Vec<_> = changes::tail(self.store.reader(), doc, 0)?
            .into_iter()
            .filter(|row| row.actor == actor && row.state == "unsent")
            .collect();
        let lost: Vec<_> = own
            .iter()
            .skip_while(|row| !refused.contains_key(&row.hash))
            .cloned()
            .collect();
        let now = self.clock.wall_ms();
        self.store.write(|transaction| {
            for row in &lost {
                let reason = refused
                    .get(&row.hash)
                    .map_or("builds on a change that was set aside", String::as_str);
                changes::set_state(transaction, &row.hash, "refused", Some(reason))?;
            }
            documents::give_up_actor(transaction, doc, actor)?;
            LogEntry::MadeAgain {
                changes: lost.len(),
            }
            .write(transaction, now)
        })?;
        self.open.remove(&doc);
        // Without the officer's key no new actor can be certified: the edits wait until unlock.
        let mut keys = HashMap::new();
        for row in lost {
            let Some(edit) = row.edit.as_deref() else {
                continue;
            };
            let edit: Edit = serde_json::from_str(edit)
                .map_err(|error| TabletError::Answer(error.to_string()))?;
            let edit = self.rekey(doc, &officer, edit, &mut keys)?;
            self.edit(doc, &officer, &edit)?;
        }
        Ok(())
    }

    /// Photos and strokes are named by their actor; under a new one they get new names.
    fn rekey(
        &mut self,
        doc: DocId,
        officer: &str,
        edit: Edit,
        keys: &mut HashMap<PhotoKey, PhotoKey>,
    ) -> Result<Edit, TabletError> {
        Ok(match edit {
            Edit::AddPhoto { key, photo } => {
                let new = self.next_key(doc, officer, Container::Photos)?;
                keys.insert(key, new);
                Edit::AddPhoto { key: new, photo }
            }
            Edit::AddStroke { mut stroke, .. } => {
                let key = self.next_key(doc, officer, Container::Strokes)?;
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
        })
    }
}
