//! What is new for a tablet: one page of the log after its cursor, bounded by bytes. Case rows,
//! snapshots and statements are read as they are now, so a page may tell more than the log did at
//! that place, never less; telling the same twice does nothing.
//!
//! The promise, kept by a test: any cursor followed by the tail gives what the whole replay gives.

use std::collections::{BTreeMap, HashSet};

use field_core::digest::Sha256;
use field_core::ids::{DeviceId, DocId};
use field_core::inspection::Heads;
use field_core::protocol::{CaseRow, ChangeRow, Enter, FeedItem, Officer, StatementRow};
use rusqlite::Connection;

use super::cursor::Position;
use crate::cases::{Desk, State};
use crate::store::log::{self, Entry};
use crate::store::{StoreError, cases, changes, feed, inspections, statements, users};

/// Rows looked at for one page, so that a page of nothing but known rows ends too.
const ROWS: usize = 4_000;
/// What an item weighs besides its bytes.
const ITEM_BYTES: u64 = 48;
/// What a signature weighs.
const SIGNATURE_BYTES: u64 = 66;
/// What a case row weighs, about.
const CASE_BYTES: u64 = 600;

/// One page.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) items: Vec<FeedItem>,
    pub(super) next: Position,
    pub(super) more: bool,
}

/// Reads pages for one tablet.
pub(super) struct Reader<'a> {
    pub(super) connection: &'a Connection,
    pub(super) desk: &'a Desk,
    pub(super) device: DeviceId,
    /// What the tablet sent in this very exchange: it has those.
    pub(super) sent: &'a HashSet<Sha256>,
    /// Bytes of one page; the first item goes out in any case.
    pub(super) limit: u64,
}

struct Draft {
    items: Vec<FeedItem>,
    bytes: u64,
    /// Documents whose snapshot is in this page, and with it everything the log says of them.
    whole: HashSet<DocId>,
    /// Documents whose case row is in this page.
    told: HashSet<DocId>,
}

impl Draft {
    fn push(&mut self, item: FeedItem, bytes: u64) {
        self.bytes += bytes + ITEM_BYTES;
        self.items.push(item);
    }
}

impl Reader<'_> {
    /// The page at `position`.
    pub(super) fn page(&self, position: Position) -> Result<Page, StoreError> {
        let mut draft = Draft {
            items: Vec::new(),
            bytes: 0,
            whole: HashSet::new(),
            told: HashSet::new(),
        };
        let after = match position {
            Position::Tail(after) => after,
            Position::Snapshots { end, after } => {
                if let Some(next) = self.snapshots(&mut draft, after, end)? {
                    return Ok(Page {
                        items: draft.items,
                        next: Position::Snapshots { end, after: next },
                        more: true,
                    });
                }
                end
            }
        };
        let (seq, more) = self.tail(&mut draft, after)?;
        Ok(Page {
            items: draft.items,
            next: Position::Tail(seq),
            more,
        })
    }

    /// Every document of a tablet that begins from nothing. Answers with where to go on when the
    /// page is full.
    fn snapshots(
        &self,
        draft: &mut Draft,
        after: i64,
        end: i64,
    ) -> Result<Option<i64>, StoreError> {
        let documents = feed::in_scope(self.connection, self.device, after, end, ROWS)?;
        let cut = documents.len() == ROWS;
        let mut reached = after;
        for (doc, seq) in documents {
            if draft.bytes >= self.limit {
                return Ok(Some(reached));
            }
            self.enter(draft, doc)?;
            reached = seq;
        }
        Ok(cut.then_some(reached))
    }

    /// Answers with the place reached, and whether there is more behind it.
    fn tail(&self, draft: &mut Draft, after: i64) -> Result<(i64, bool), StoreError> {
        let rows = feed::tail(self.connection, self.device, after, ROWS)?;
        let cut = rows.len() == ROWS;
        let mut reached = after;
        for row in rows {
            if draft.bytes >= self.limit {
                return Ok((reached, true));
            }
            self.row(draft, row)?;
            reached = row.seq;
        }
        if cut {
            return Ok((reached, true));
        }
        // Nothing up to the end concerns this tablet.
        Ok((log::end(self.connection)?.0.max(after), false))
    }

    fn row(&self, draft: &mut Draft, row: feed::Row) -> Result<(), StoreError> {
        let known = draft.whole.contains(&row.doc);
        match row.entry {
            Entry::Leave(_) => draft.push(FeedItem::Leave(row.doc), 16),
            _ if known => {}
            Entry::Enter(_) => self.enter(draft, row.doc)?,
            Entry::Change(hash) if !self.sent.contains(&hash) => {
                let missing = StoreError::Missing {
                    what: "a change that the log names",
                };
                let stored = changes::get(self.connection, hash)?.ok_or(missing)?;
                let weight = stored.bytes.len() as u64 + SIGNATURE_BYTES;
                let change = ChangeRow {
                    late: stored.late,
                    signature: stored.signature.map(Into::into),
                    ..ChangeRow::new(row.doc, stored.bytes)
                };
                draft.push(FeedItem::Change(change), weight);
            }
            Entry::Statement(hash) if !self.sent.contains(&hash) => {
                let bytes = statements::get(self.connection, hash)?;
                let weight = bytes.len() as u64;
                let statement = StatementRow {
                    doc: row.doc,
                    bytes: bytes.into(),
                };
                draft.push(FeedItem::Statement(statement), weight);
            }
            Entry::Case if draft.told.insert(row.doc) => {
                let case = case_row(self.connection, self.desk, row.doc)?;
                draft.push(FeedItem::Case(case), CASE_BYTES);
            }
            Entry::Change(_) | Entry::Statement(_) | Entry::Case => {}
        }
        Ok(())
    }

    fn enter(&self, draft: &mut Draft, doc: DocId) -> Result<(), StoreError> {
        let snapshot = inspections::snapshot(self.connection, doc)?.unwrap_or_default();
        let statements: Vec<_> = statements::of_doc(self.connection, doc)?
            .into_iter()
            .map(|(_, bytes)| bytes.into())
            .collect();
        let weight = snapshot.len()
            + statements
                .iter()
                .map(|one: &minicbor::bytes::ByteVec| one.len())
                .sum::<usize>();
        let enter = Enter {
            case: case_row(self.connection, self.desk, doc)?,
            snapshot: snapshot.into(),
            statements,
            signatures: changes::newest_signatures(self.connection, doc)?,
        };
        draft.whole.insert(doc);
        draft.push(FeedItem::Enter(enter), weight as u64 + CASE_BYTES);
        Ok(())
    }
}

/// The case of a document as tablets show it, as it is now.
pub(super) fn case_row(
    connection: &Connection,
    desk: &Desk,
    doc: DocId,
) -> Result<CaseRow, StoreError> {
    let what = "the case of an inspection";
    let missing = || StoreError::Missing { what };
    let row = inspections::get(connection, doc)?.ok_or_else(missing)?;
    let case = cases::by_id(connection, row.case_id)?.ok_or_else(missing)?;
    let assignment = cases::assignment(connection, case.id)?;
    let newest = inspections::of_case(connection, case.id)?.pop();
    let is_current = newest.is_some_and(|newest| newest.doc == doc);
    let mut officers = Vec::new();
    let slots = assignment.iter().flat_map(|one| &one.officers);
    for slot in slots {
        if let Some(user) = users::by_id(connection, &slot.officer)? {
            officers.push(Officer {
                id: user.id,
                name: user.name,
                card_number: user.card_number,
            });
        }
    }
    let application = &case.application;
    let contact = format!("{} {}", application.contact, application.phone);
    Ok(CaseRow {
        doc,
        state: case.state.word().to_owned(),
        officers,
        assignment: assignment.map_or(0, |one| one.revision),
        promised_until: case.promised_until.map(|day| day.to_string()),
        sealed: row.sealed,
        closed: !is_current || is_over(case.state),
        contact: Some(contact.trim().to_owned()).filter(|contact| !contact.is_empty()),
        materials: materials(connection, desk, &case)?,
        number: case.number,
    })
}

/// Whether nothing more is to be done on site in a case that stands so.
const fn is_over(state: State) -> bool {
    matches!(
        state,
        State::NotAccepted
            | State::DecidedGranted
            | State::DecidedRefused
            | State::Issued
            | State::Delivered
    )
}

/// Names of the materials that were handed in.
fn materials(
    connection: &Connection,
    desk: &Desk,
    case: &cases::Case,
) -> Result<Vec<String>, StoreError> {
    let Ok(matter) = desk.matter(&case.matter) else {
        return Ok(Vec::new());
    };
    let names: BTreeMap<&str, &str> = matter
        .materials
        .iter()
        .map(|one| (one.id.as_str(), one.text.zh.as_str()))
        .collect();
    Ok(cases::materials(connection, case.id)?
        .iter()
        .filter(|(_, received)| received.is_some())
        .filter_map(|(id, _)| names.get(id.as_str()).map(|name| (*name).to_owned()))
        .collect())
}

/// The server's heads of the documents that a tablet names and has in its scope.
pub(super) fn server_heads(
    connection: &Connection,
    device: DeviceId,
    named: &[DocId],
) -> Result<Vec<(DocId, Heads)>, StoreError> {
    let mut heads = Vec::new();
    for doc in named {
        if feed::scope(connection, device, *doc)? == feed::Scope::Never {
            continue;
        }
        if let Some(row) = inspections::get(connection, *doc)? {
            heads.push((*doc, row.heads));
        }
    }
    Ok(heads)
}
