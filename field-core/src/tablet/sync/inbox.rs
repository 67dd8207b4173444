//! Taking the answer to an exchange in: receipt, feed, cursor in one transaction; then what was
//! set aside, and what a server that lost something needs again. Only a receipt that names a
//! thing makes it safe here.

use std::collections::{BTreeMap, HashMap};

use super::super::inspect::{BUSINESS_OFFSET, SERVER_OFFSET};
use super::super::recover::make_room;
use super::super::store::{blobs, changes, documents, set_meta, signatures, statements};
use super::super::{LogEntry, Tablet, TabletError};
use super::outbox::CURSOR;
use super::session::{Phase, Session};
use crate::digest::Sha256;
use crate::identity::{Receipt, Signed};
use crate::ids::{Actor, DocId};
use crate::inspection::{Heads, NewChange};
use crate::protocol::{
    ChangeRow, DocHeads, Enter, ExchangeReply, FeedItem, HeadSignature, Refused, decode, encode,
};

/// Set with the first cursor of a new epoch, taken away when the server's heads were compared:
/// an answer that is lost in between must not make the tablet forget to compare.
const COMPARE: &str = "compare-heads";
/// Making the edits again under a new actor would end the same way: the work stays in the outbox,
/// with the reason, and is judged anew each time.
const NOT_THE_ACTORS_FAULT: [&str; 3] = ["unknown-document", "revoked", "document-full"];

/// The heads of every document, if the server must be told them.
pub(super) fn holding(tablet: &mut Tablet) -> Result<Vec<DocHeads>, TabletError> {
    if tablet.store.meta(COMPARE)?.is_none() {
        return Ok(vec![]);
    }
    documents::all(tablet.store.reader())?
        .into_iter()
        .map(|doc| {
            let heads = tablet.document(doc)?.heads();
            Ok(DocHeads { doc, heads })
        })
        .collect()
}

impl Session {
    /// Takes the answer to an exchange in.
    pub fn exchanged(
        &mut self,
        tablet: &mut Tablet,
        sent: usize,
        reply: &[u8],
    ) -> Result<(), TabletError> {
        self.summary.exchanges += 1;
        self.summary.bytes_sent += sent as u64;
        self.summary.bytes_received += reply.len() as u64;
        let reply: ExchangeReply =
            decode(reply).map_err(|error| TabletError::Answer(error.to_string()))?;
        let enrolment = tablet.enrolled()?;
        let receipt = Receipt::open(&reply.receipt, &enrolment.server_public_key()?)?;
        if receipt.device != enrolment.device {
            return Err(TabletError::Answer(
                "the receipt is for another tablet".into(),
            ));
        }
        self.store(tablet, &receipt, &reply)?;
        (self.sent_change, self.sent_statement) = self.sending;
        // What another copy of this tablet took the place of, and what waited for an unlocked key.
        tablet.make_again()?;
        // Whether the new state can be read is known now, not when the inspector opens it.
        for doc in touched(&reply.feed) {
            if documents::get(tablet.store.reader(), doc)?.is_some() {
                tablet.document(doc)?;
            }
        }
        self.set_aside(tablet, &reply.refused)?;
        if !self.holding.is_empty() && !reply.new_epoch {
            self.compare(tablet, &reply)?;
        }
        self.more = reply.more;
        self.first = false;
        if self.phase == Phase::Closing && !reply.more {
            self.phase = Phase::Done;
        }
        Ok(())
    }

    /// Everything in one transaction with the cursor.
    fn store(
        &mut self,
        tablet: &mut Tablet,
        receipt: &Receipt,
        reply: &ExchangeReply,
    ) -> Result<(), TabletError> {
        for doc in touched(&reply.feed) {
            tablet.open.remove(&doc);
        }
        let now = tablet.clock.wall_ms();
        let summary = &mut self.summary;
        tablet.store.write(|transaction| {
            for hash in &receipt.changes {
                summary.changes_sent += changes::set_state(transaction, hash, "safe", None)? as u64;
            }
            for hash in &receipt.statements {
                statements::set_state(transaction, hash, "safe", None)?;
            }
            let mut files = 0;
            for hash in &receipt.blobs {
                files += usize::from(blobs::set_safe(transaction, hash)?);
            }
            transaction.execute(
                "INSERT INTO receipts (bytes, at) VALUES (?1, ?2)",
                rusqlite::params![reply.receipt.as_slice(), receipt.at_ms],
            )?;
            for item in &reply.feed {
                summary.changes_received += take_in(transaction, item, now)?;
            }
            for one in &reply.wanted {
                blobs::request(transaction, &one.sha256)?;
            }
            if reply.new_epoch {
                set_meta(transaction, COMPARE, &[1])?;
            }
            log_exchange(transaction, now, receipt, files, reply)?;
            let offset = reply.server_ms.saturating_sub(now);
            set_meta(transaction, SERVER_OFFSET, &offset.to_le_bytes())?;
            let days = reply.business_offset_days;
            set_meta(transaction, BUSINESS_OFFSET, &days.to_le_bytes())?;
            set_meta(transaction, CURSOR, &encode(&reply.cursor))
        })
    }

    fn set_aside(&mut self, tablet: &mut Tablet, refused: &[Refused]) -> Result<(), TabletError> {
        let mut by_doc: BTreeMap<DocId, BTreeMap<Sha256, String>> = BTreeMap::new();
        for one in refused {
            self.summary.refused.push((one.hash, one.reason.clone()));
            let stays = NOT_THE_ACTORS_FAULT.contains(&one.code.as_str());
            match changes::get(tablet.store.reader(), &one.hash)? {
                Some(row) if !stays && !self.recovered.contains(&row.doc) => {
                    let reasons = by_doc.entry(row.doc).or_default();
                    reasons.insert(one.hash, one.reason.clone());
                }
                Some(_) => tablet.store.write(|transaction| {
                    let reason = Some(one.reason.as_str());
                    changes::set_state(transaction, &one.hash, "unsent", reason).map(|_| ())
                })?,
                None => tablet.store.write(|transaction| {
                    let state = if stays { "unsent" } else { "refused" };
                    statements::set_state(transaction, &one.hash, state, Some(&one.reason))
                })?,
            }
        }
        for (doc, reasons) in by_doc {
            self.recovered.insert(doc);
            tablet.recover(doc, &reasons)?;
        }
        Ok(())
    }

    /// After a restored backup: what the server lacks is sent again, whoever made it. A document
    /// the server does not name was lost as a whole; what is here of it goes out all the same and
    /// is kept there.
    fn compare(&mut self, tablet: &mut Tablet, reply: &ExchangeReply) -> Result<(), TabletError> {
        let heads: HashMap<DocId, &Heads> = reply
            .server_heads
            .iter()
            .map(|one| (one.doc, &one.heads))
            .collect();
        let nothing = Heads::default();
        let mut missing = vec![];
        for doc in std::mem::take(&mut self.holding) {
            let have = heads.get(&doc).copied().unwrap_or(&nothing);
            let inspection = tablet.document(doc)?;
            let genesis = crate::inspection::genesis_actor(doc);
            for change in inspection.changes_since(have) {
                let (actor, change) = read_change(&ChangeRow::new(doc, change.bytes))?;
                if actor != genesis {
                    missing.push((doc, actor, change));
                }
            }
        }
        let now = tablet.clock.wall_ms();
        let docs = documents::all(tablet.store.reader())?;
        tablet.store.write(|transaction| {
            for (doc, actor, change) in &missing {
                changes::send_again(transaction, *doc, *actor, change, now)?;
            }
            for doc in docs {
                statements::send_again(transaction, doc)?;
                blobs::send_again(transaction, doc)?;
            }
            LogEntry::BackupRestored {
                changes: missing.len(),
            }
            .write(transaction, now)?;
            transaction.execute("DELETE FROM meta WHERE key = ?1", [COMPARE])?;
            Ok(())
        })?;
        self.sent_change = 0;
        self.sent_statement = 0;
        Ok(())
    }
}

fn touched(feed: &[FeedItem]) -> Vec<DocId> {
    let mut docs: Vec<_> = feed
        .iter()
        .filter_map(|item| match item {
            FeedItem::Enter(enter) => Some(enter.case.doc),
            FeedItem::Change(row) => Some(row.doc),
            FeedItem::Statement(_) | FeedItem::Case(_) | FeedItem::Leave(_) => None,
        })
        .collect();
    docs.sort_unstable();
    docs.dedup();
    docs
}

/// One item of the feed into the store; how many changes of others it brought.
fn take_in(
    transaction: &rusqlite::Transaction<'_>,
    item: &FeedItem,
    now: i64,
) -> Result<u64, TabletError> {
    match item {
        FeedItem::Enter(enter) => enter_document(transaction, enter, now),
        FeedItem::Change(row) => {
            let (actor, change) = read_change(row)?;
            make_room(transaction, row.doc, actor, &change)?;
            changes::insert_safe(transaction, row.doc, actor, &change, now)?;
            if let Some(signature) = row.signature {
                let signature = HeadSignature {
                    doc: row.doc,
                    actor,
                    change: change.hash,
                    signature,
                };
                signatures::insert(transaction, &signature)?;
            }
            Ok(1)
        }
        FeedItem::Statement(row) => {
            let signed = Signed::from_bytes(&row.bytes)?;
            statements::insert(transaction, row.doc, &signed, "safe", now)?;
            Ok(0)
        }
        FeedItem::Case(case) => documents::set_case(transaction, case).map(|()| 0),
        FeedItem::Leave(doc) => documents::leave(transaction, *doc).map(|()| 0),
    }
}

/// A document that is here already keeps its snapshot and gets what the new one has besides.
fn enter_document(
    transaction: &rusqlite::Transaction<'_>,
    enter: &Enter,
    now: i64,
) -> Result<u64, TabletError> {
    let doc = enter.case.doc;
    let known = documents::get(transaction, doc)?.is_some();
    documents::insert(transaction, &enter.case, &enter.snapshot)?;
    let mut inspection = crate::inspection::Inspection::load(&enter.snapshot)?;
    if inspection.facts().doc != doc {
        return Err(TabletError::Answer("a document has another's name".into()));
    }
    let mut brought = 0;
    if known {
        for change in inspection.changes_since(&Heads::default()) {
            let (actor, change) = read_change(&ChangeRow::new(doc, change.bytes))?;
            make_room(transaction, doc, actor, &change)?;
            changes::insert_safe(transaction, doc, actor, &change, now)?;
            brought += 1;
        }
    }
    for bytes in &enter.statements {
        let signed = Signed::from_bytes(bytes)?;
        statements::insert(transaction, doc, &signed, "safe", now)?;
    }
    for signature in enter.signatures.iter().filter(|one| one.doc == doc) {
        signatures::insert(transaction, signature)?;
    }
    Ok(brought)
}

fn read_change(row: &ChangeRow) -> Result<(Actor, NewChange), TabletError> {
    let header = crate::gate::inspect(&row.bytes)
        .map_err(|refusal| TabletError::Answer(refusal.to_string()))?;
    let change = NewChange {
        hash: header.hash,
        seq: header.seq,
        bytes: row.bytes.to_vec(),
    };
    Ok((Actor::from_bytes(header.actor), change))
}

fn log_exchange(
    transaction: &rusqlite::Transaction<'_>,
    now: i64,
    receipt: &Receipt,
    files: usize,
    reply: &ExchangeReply,
) -> Result<(), TabletError> {
    LogEntry::Exchanged {
        changes: receipt.changes.len(),
        statements: receipt.statements.len(),
        files,
        received: reply.feed.len(),
        set_aside: reply.refused.len(),
    }
    .write(transaction, now)
}
