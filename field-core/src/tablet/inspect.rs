//! Working on an inspection: opening it, one durable edit at a time, reading it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::store::{changes, documents, officers, statements};
use super::{Tablet, TabletError};
use crate::identity::{ActorCertificate, Signed, Statement};
use crate::ids::{Actor, DocId};
use crate::inspection::{Author, Container, Edit, Facts, Inspection, PhotoKey, View, Visit};
use crate::moment::Moment;
use crate::protocol::CaseRow;
use crate::rules::{Answer, Date};

/// A document is saved anew when so many changes have come since.
const LONGEST_TAIL: usize = 100;
/// Documents whose last reading is kept; an inspector looks at few at a time.
const MOST_VIEWS: usize = 8;
pub(super) const SERVER_OFFSET: &str = "server-offset";
/// Days between the real and the business day, as the server said.
pub(super) const BUSINESS_OFFSET: &str = "business-offset-days";
const CHINA_OFFSET_MS: i64 = 8 * 60 * 60 * 1_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

impl Tablet {
    /// The cases on this tablet.
    pub fn cases(&self) -> Result<Vec<CaseRow>, TabletError> {
        documents::cases(self.store.reader())
    }

    /// One case.
    pub fn case(&self, doc: DocId) -> Result<CaseRow, TabletError> {
        documents::case(self.store.reader(), doc)?.ok_or(TabletError::UnknownDocument)
    }

    /// What the server wrote into an inspection; read without opening it after the first time.
    pub fn facts(&mut self, doc: DocId) -> Result<Facts, TabletError> {
        if let Some(json) = documents::facts(self.store.reader(), doc)? {
            return serde_json::from_str(&json)
                .map_err(|error| TabletError::Answer(error.to_string()));
        }
        let facts = self.document(doc)?.facts().clone();
        let json = serde_json::to_string(&facts).expect("plain structs are always JSON");
        self.store
            .write(|transaction| documents::put_facts(transaction, doc, &json))?;
        Ok(facts)
    }

    /// Changes whenever something of the inspection came to be here or was set aside; means
    /// nothing else.
    pub fn revision(&self, doc: DocId) -> Result<(i64, i64, i64), TabletError> {
        documents::revision(self.store.reader(), doc)
    }

    /// Reads an inspection as it is on this tablet.
    pub fn view(&mut self, doc: DocId) -> Result<View, TabletError> {
        let inspection = self.document(doc)?;
        let heads = inspection.heads();
        if let Some(view) = self.views.get(&doc).filter(|view| view.heads == heads) {
            return Ok(view.clone());
        }
        let view = self.document(doc)?.view()?;
        if self.views.len() >= MOST_VIEWS {
            self.views.clear();
        }
        self.views.insert(doc, view.clone());
        Ok(view)
    }

    /// Who writes under which actor, from the certificates beside the document.
    pub fn writers(&self, doc: DocId) -> Result<BTreeMap<Actor, String>, TabletError> {
        let server = self.enrolled()?.server_public_key()?;
        let mut writers = BTreeMap::new();
        for row in statements::of_doc(self.store.reader(), doc)? {
            let signed = Signed::from_bytes(&row.bytes)?;
            if let Statement::ActorCertificate(one) = Statement::open(&signed)? {
                writers.insert(one.actor, one.officer(&server)?.officer);
            }
        }
        Ok(writers)
    }

    /// Every statement beside a document that was not refused, oldest first.
    pub fn statements(&self, doc: DocId) -> Result<Vec<(Signed, Statement)>, TabletError> {
        statements::of_doc(self.store.reader(), doc)?
            .iter()
            .map(|row| {
                let signed = Signed::from_bytes(&row.bytes)?;
                let statement = Statement::open(&signed)?;
                Ok((signed, statement))
            })
            .collect()
    }

    /// Answers an item. An open conflict is closed by an answer with a reason, and by no other.
    pub fn answer(
        &mut self,
        doc: DocId,
        officer: &str,
        item: &str,
        answer: &Answer,
    ) -> Result<(), TabletError> {
        answer.check().map_err(crate::inspection::EditError::from)?;
        if answer.reason.is_none() {
            let view = self.view(doc)?;
            let open = view.answers.get(item);
            if open.is_some_and(|one| !one.conflict.is_empty()) {
                // It would be written over both sides in silence.
                return Err(TabletError::ConflictOpen);
            }
        }
        let edit = Edit::Answer {
            item: item.to_owned(),
            answer: answer.to_canonical_json(),
        };
        self.edit(doc, officer, &edit)
    }

    /// Sets the officer's own note on an item; empty takes it back.
    pub fn note(
        &mut self,
        doc: DocId,
        officer: &str,
        item: &str,
        text: &str,
    ) -> Result<(), TabletError> {
        let edit = Edit::Note {
            item: item.to_owned(),
            text: text.trim().to_owned(),
        };
        self.edit(doc, officer, &edit)
    }

    /// Takes a photo out, with a reason.
    pub fn remove_photo(
        &mut self,
        doc: DocId,
        officer: &str,
        key: PhotoKey,
        reason: &str,
    ) -> Result<(), TabletError> {
        let edit = Edit::RemovePhoto {
            key,
            reason: reason.trim().to_owned(),
        };
        self.edit(doc, officer, &edit)
    }

    /// Records the course of the visit.
    pub fn visit(&mut self, doc: DocId, officer: &str, visit: Visit) -> Result<(), TabletError> {
        self.edit(doc, officer, &Edit::Visit { visit })
    }

    /// Makes one edit: on the disk before it is shown.
    pub fn edit(&mut self, doc: DocId, officer: &str, edit: &Edit) -> Result<(), TabletError> {
        self.edit_with(doc, officer, edit, |_| Ok(()))
    }

    /// The same, with more rows in the same transaction.
    pub(super) fn edit_with(
        &mut self,
        doc: DocId,
        officer: &str,
        edit: &Edit,
        more: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<(), TabletError>,
    ) -> Result<(), TabletError> {
        let author = self.author(doc, officer)?;
        let at = self.moment()?;
        let inspection = self.document(doc)?;
        let Some(change) = inspection.edit(&author, &at, edit)? else {
            return Ok(());
        };
        let recorded = serde_json::to_string(edit).expect("plain structs are always JSON");
        let written = self.store.write(|transaction| {
            changes::insert_own(
                transaction,
                doc,
                author.actor,
                &change,
                &recorded,
                at.wall_ms,
            )?;
            more(transaction)
        });
        if written.is_err() {
            // What is in memory is ahead of the disk now: read it again when needed.
            self.open.remove(&doc);
        }
        written
    }

    /// The next free key for a photo or stroke of the officer.
    pub(super) fn next_key(
        &mut self,
        doc: DocId,
        officer: &str,
        container: Container,
    ) -> Result<PhotoKey, TabletError> {
        let author = self.author(doc, officer)?;
        Ok(self.document(doc)?.next_key(container, author.actor))
    }

    /// The officer's actor in this document; made and certified on first use, which needs the
    /// officer's unlocked key once.
    pub(super) fn author(&mut self, doc: DocId, officer: &str) -> Result<Author, TabletError> {
        let key = self.officer_key(officer)?;
        if let Some(actor) = documents::actor(self.store.reader(), doc, officer)? {
            return Ok(Author {
                actor,
                officer: officer.to_owned(),
            });
        }
        if !self.case(doc)?.officers.iter().any(|one| one.id == officer) {
            return Err(TabletError::NotAssigned(officer.to_owned()));
        }
        let row = officers::get(self.store.reader(), officer)?
            .ok_or_else(|| TabletError::UnknownOfficer(officer.to_owned()))?;
        let actor = Actor::random(&mut self.rng);
        let at = self.moment()?;
        let certificate = Statement::ActorCertificate(ActorCertificate {
            doc,
            actor,
            certificate: row.certificate,
            at,
        })
        .sign(&self.device_key()?, &key);
        self.store.write(|transaction| {
            documents::insert_actor(transaction, doc, officer, actor)?;
            statements::insert(transaction, doc, &certificate, "unsent", at.wall_ms)
        })?;
        Ok(Author {
            actor,
            officer: officer.to_owned(),
        })
    }

    /// The document in memory: snapshot and tail.
    pub(super) fn document(&mut self, doc: DocId) -> Result<&mut Inspection, TabletError> {
        if !self.open.contains_key(&doc) {
            let stored =
                documents::get(self.store.reader(), doc)?.ok_or(TabletError::UnknownDocument)?;
            let tail = changes::tail(self.store.reader(), doc, stored.upto)?;
            let mut inspection = Inspection::load(&stored.snapshot)?;
            inspection.apply_bytes(tail.iter().map(|row| row.bytes.as_slice()))?;
            if let Some(last) = tail.last()
                && tail.len() > LONGEST_TAIL
                && tail.iter().all(|row| row.state == "safe")
            {
                // Unsent work stays out of the snapshot: it may yet be refused.
                let (snapshot, upto) = (inspection.save(), last.id);
                self.store.write(|transaction| {
                    documents::set_snapshot(transaction, doc, &snapshot, upto)
                })?;
            }
            self.open.insert(doc, inspection);
        }
        self.open.get_mut(&doc).ok_or(TabletError::UnknownDocument)
    }

    /// What the clocks say now.
    pub(super) fn moment(&self) -> Result<Moment, TabletError> {
        let offset = self.store.meta(SERVER_OFFSET)?;
        Ok(Moment {
            wall_ms: self.clock.wall_ms(),
            monotonic_ms: self.clock.monotonic_ms(),
            server_offset_ms: offset
                .and_then(|bytes| bytes.try_into().ok())
                .map(i64::from_le_bytes),
        })
    }

    /// The legal day in China by the server's clock as far as it is known: the real day, or in a
    /// training installation its business day. Certificates are judged by it.
    pub fn today(&self) -> Result<Date, TabletError> {
        let offset = self.store.meta(BUSINESS_OFFSET)?;
        let offset = offset
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(0, i32::from_le_bytes);
        Ok(business_day(self.moment()?.corrected_ms(), offset))
    }
}

/// The day in China, which keeps one time (UTC+8), at a point of real time, moved by whole days.
fn business_day(real_ms: i64, offset_days: i32) -> Date {
    let days = real_ms.saturating_add(CHINA_OFFSET_MS).div_euclid(DAY_MS);
    let days = days.saturating_add(i64::from(offset_days)).max(0);
    let seconds = days.unsigned_abs().saturating_mul(86_400);
    Date::constant(1970, 1, 1).saturating_add(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_changes_at_midnight_in_china_and_follows_the_business_clock() {
        // 2018-03-12 00:00 in China is 16:00 UTC the day before.
        let midnight = 1_520_784_000_000;
        assert_eq!(business_day(midnight, 0), Date::constant(2018, 3, 12));
        assert_eq!(business_day(midnight - 1, 0), Date::constant(2018, 3, 11));
        assert_eq!(business_day(midnight, -71), Date::constant(2017, 12, 31));
        assert_eq!(business_day(midnight, 3), Date::constant(2018, 3, 15));
        assert_eq!(business_day(i64::MIN, 0), Date::constant(1970, 1, 1));
    }
}
