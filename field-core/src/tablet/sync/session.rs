//! One sync as a sequence of actions. Answers and notes go first, thumbnails next, evidence
//! files, originals last; an exchange at the end brings the receipt for the files. Only a receipt
//! that names a thing makes it safe here.

use std::collections::{HashMap, VecDeque};

use super::super::inspect::SERVER_OFFSET;
use super::super::store::{blobs, changes, documents, log, set_meta, statements};
use super::super::{Tablet, TabletError};
use super::{Progress, Upload};
use crate::digest::Sha256;
use crate::identity::{Receipt, Signed};
use crate::ids::{Actor, DocId};
use crate::inspection::{Heads, NewChange};
use crate::protocol::limits::{MAX_CHANGES, MAX_HAVE, MAX_STATEMENTS, PAGE_BYTES};
use crate::protocol::{
    ChangeRow, Cursor, DocHeads, Enter, ExchangeReply, ExchangeRequest, FeedItem, Have, HaveReply,
    Refused, decode, encode, version,
};

const CURSOR: &str = "cursor";
/// Sent at once; a cut connection costs at most this much.
const CHUNK_BYTES: usize = 256 << 10;
/// Bytes of changes in one exchange.
const BATCH_BYTES: usize = 2 << 20;
/// An exchange that brings nothing forward is not repeated without end.
const MAX_EXCHANGES: u32 = 10_000;

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Send this exchange.
    Exchange(Vec<u8>),
    /// Ask which files are held.
    Have(Vec<u8>),
    /// Ask how far an upload got.
    Offset {
        /// Where.
        url: String,
    },
    /// Send a piece of a file.
    Append {
        /// Where.
        url: String,
        /// From here on.
        offset: u64,
        /// These bytes.
        content: Vec<u8>,
    },
    /// Nothing is left.
    Done,
}

/// What a sync did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Exchanges made.
    pub exchanges: u32,
    /// Bytes of exchanges and files sent, before compression.
    pub bytes_sent: u64,
    /// Bytes of exchanges received, after decompression.
    pub bytes_received: u64,
    /// Changes the server took.
    pub changes_sent: u64,
    /// Changes of others that came.
    pub changes_received: u64,
    /// Files that were uploaded to the end.
    pub files_sent: u64,
    /// Changes and statements that were set aside.
    pub refused: Vec<(Sha256, String)>,
}

#[derive(PartialEq)]
enum Phase {
    Exchanging,
    Asking,
    Uploading,
    Closing,
    Done,
}

struct Current {
    row: blobs::Row,
    url: String,
    content: Vec<u8>,
    offset: Option<u64>,
}

/// A sync under way.
pub struct Session {
    phase: Phase,
    summary: Summary,
    /// Highest rows sent in this session: what was deferred is not sent again in it.
    sent_change: i64,
    sent_statement: i64,
    more: bool,
    first: bool,
    holding: Vec<DocHeads>,
    uploads: VecDeque<(blobs::Row, String)>,
    current: Option<Current>,
    asked: bool,
}

impl Session {
    /// Begins.
    #[must_use]
    pub fn new() -> Self {
        Self {
            phase: Phase::Exchanging,
            summary: Summary::default(),
            sent_change: 0,
            sent_statement: 0,
            more: false,
            first: true,
            holding: vec![],
            uploads: VecDeque::new(),
            current: None,
            asked: false,
        }
    }

    /// What was done so far.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.summary.clone()
    }

    /// How far it is.
    pub fn progress(&self, tablet: &Tablet) -> Result<Progress, TabletError> {
        let status = tablet.status()?;
        Ok(Progress {
            exchanges: self.summary.exchanges,
            changes_left: status.unsent_changes,
            photos_left: status.unsent_photos,
        })
    }

    /// Decides what comes next.
    pub fn next(&mut self, tablet: &mut Tablet) -> Result<Action, TabletError> {
        loop {
            match self.phase {
                Phase::Exchanging => {
                    if self.summary.exchanges >= MAX_EXCHANGES {
                        return Err(TabletError::Answer("the server has no end".into()));
                    }
                    let request = self.request(tablet)?;
                    let idle = request.changes.is_empty() && request.statements.is_empty();
                    if idle && !self.first && !self.more && self.holding.is_empty() {
                        self.phase = Phase::Asking;
                        continue;
                    }
                    return Ok(Action::Exchange(encode(&request)));
                }
                Phase::Asking => {
                    let rows = blobs::unsent(tablet.store.reader(), MAX_HAVE)?;
                    if rows.is_empty() || self.asked {
                        self.phase = if self.asked {
                            Phase::Closing
                        } else {
                            Phase::Done
                        };
                        continue;
                    }
                    let hashes: Vec<Sha256> = rows.iter().map(|row| row.sha256).collect();
                    return Ok(Action::Have(encode(&hashes)));
                }
                Phase::Uploading => match self.upload(tablet)? {
                    Some(action) => return Ok(action),
                    None => self.phase = Phase::Closing,
                },
                Phase::Closing => return Ok(Action::Exchange(encode(&self.request(tablet)?))),
                Phase::Done => return Ok(Action::Done),
            }
        }
    }

    fn request(&mut self, tablet: &mut Tablet) -> Result<ExchangeRequest, TabletError> {
        let cursor = tablet.store.meta(CURSOR)?;
        let cursor: Option<Cursor> = cursor
            .map(|bytes| decode(&bytes).map_err(|error| TabletError::Answer(error.to_string())))
            .transpose()?;
        let mut rows = changes::unsent(tablet.store.reader(), self.sent_change, MAX_CHANGES)?;
        let mut bytes = 0;
        rows.retain(|row| {
            bytes += row.bytes.len();
            bytes <= BATCH_BYTES
        });
        let statements =
            statements::unsent(tablet.store.reader(), self.sent_statement, MAX_STATEMENTS)?;
        Ok(ExchangeRequest {
            protocol: version::CURRENT,
            cursor,
            signatures: tablet.sign_heads(&rows)?,
            changes: rows.iter().map(changes::Row::to_wire).collect(),
            statements: statements.iter().map(statements::Row::to_wire).collect(),
            heartbeat: tablet.heartbeat()?,
            limit: PAGE_BYTES,
            holding: self.holding.clone(),
        })
    }

    /// Takes the answer to an exchange in: everything in one transaction with the cursor.
    pub fn exchanged(
        &mut self,
        tablet: &mut Tablet,
        sent: usize,
        reply: &[u8],
    ) -> Result<(), TabletError> {
        let reply: ExchangeReply =
            decode(reply).map_err(|error| TabletError::Answer(error.to_string()))?;
        self.count(sent, &reply);
        self.mark_sent(tablet)?;
        tablet.set_server_time(reply.server_ms)?;
        let receipt = Receipt::open(&reply.receipt, &tablet.enrolled()?.server_public_key()?)?;
        let own_device = tablet.enrolled()?.device;
        if receipt.device != own_device {
            return Err(TabletError::Answer(
                "the receipt is for another tablet".into(),
            ));
        }
        let touched = touched(&reply.feed);
        for doc in &touched {
            tablet.open.remove(doc);
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
            for hash in &receipt.blobs {
                blobs::set_safe(transaction, hash)?;
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
            log_exchange(transaction, now, &receipt, &reply)?;
            set_meta(transaction, CURSOR, &encode(&reply.cursor))
        })?;
        // Whether the new state can be read is known now, not when the inspector opens it.
        for doc in touched {
            if documents::get(tablet.store.reader(), doc)?.is_some() {
                tablet.document(doc)?;
            }
        }
        self.set_aside(tablet, &reply.refused)?;
        self.follow_epoch(tablet, &reply)?;
        self.more = reply.more;
        self.first = false;
        if self.phase == Phase::Closing && !reply.more {
            self.phase = Phase::Done;
        }
        Ok(())
    }

    fn count(&mut self, sent: usize, reply: &ExchangeReply) {
        self.summary.exchanges += 1;
        self.summary.bytes_sent += sent as u64;
        self.summary.bytes_received += encode(reply).len() as u64;
    }

    /// What was in the request that was just answered is not sent again in this session.
    fn mark_sent(&mut self, tablet: &mut Tablet) -> Result<(), TabletError> {
        let mut bytes = 0;
        for row in changes::unsent(tablet.store.reader(), self.sent_change, MAX_CHANGES)? {
            bytes += row.bytes.len();
            if bytes > BATCH_BYTES {
                break;
            }
            self.sent_change = row.id;
        }
        let rows = statements::unsent(tablet.store.reader(), self.sent_statement, MAX_STATEMENTS)?;
        if let Some(last) = rows.last() {
            self.sent_statement = last.id;
        }
        Ok(())
    }

    fn set_aside(&mut self, tablet: &mut Tablet, refused: &[Refused]) -> Result<(), TabletError> {
        let mut by_doc: HashMap<DocId, HashMap<Sha256, String>> = HashMap::new();
        for one in refused {
            self.summary.refused.push((one.hash, one.reason.clone()));
            match changes::get(tablet.store.reader(), &one.hash)? {
                Some(row) => {
                    let reasons = by_doc.entry(row.doc).or_default();
                    reasons.insert(one.hash, one.reason.clone());
                }
                None => tablet.store.write(|transaction| {
                    statements::set_state(transaction, &one.hash, "refused", Some(&one.reason))
                })?,
            }
        }
        for (doc, reasons) in by_doc {
            tablet.recover(doc, &reasons)?;
        }
        Ok(())
    }

    /// After a restored backup: say what is held, then send what the server lacks.
    fn follow_epoch(
        &mut self,
        tablet: &mut Tablet,
        reply: &ExchangeReply,
    ) -> Result<(), TabletError> {
        self.holding.clear();
        if reply.new_epoch {
            for doc in documents::all(tablet.store.reader())? {
                let heads = tablet.document(doc)?.heads();
                self.holding.push(DocHeads { doc, heads });
            }
            return Ok(());
        }
        for one in &reply.server_heads {
            let missing = tablet.document(one.doc)?.changes_since(&one.heads);
            let statements = statements::of_doc(tablet.store.reader(), one.doc)?;
            tablet.store.write(|transaction| {
                for change in &missing {
                    changes::set_state(transaction, &change.hash, "unsent", None)?;
                }
                for row in &statements {
                    statements::set_state(transaction, &row.hash, "unsent", None)?;
                }
                transaction.execute(
                    "UPDATE blobs SET state = 'unsent' WHERE doc = ?1 AND kind <> 'original'",
                    [one.doc.as_ref()],
                )?;
                Ok(())
            })?;
            self.sent_change = 0;
            self.sent_statement = 0;
        }
        Ok(())
    }

    /// Takes the answer to `have` in.
    pub fn had(
        &mut self,
        tablet: &mut Tablet,
        sent: usize,
        reply: &[u8],
    ) -> Result<(), TabletError> {
        let reply: HaveReply =
            decode(reply).map_err(|error| TabletError::Answer(error.to_string()))?;
        self.summary.bytes_sent += sent as u64;
        self.asked = true;
        let answers: HashMap<Sha256, Have> = reply
            .blobs
            .into_iter()
            .map(|have| (have.sha256, have))
            .collect();
        for row in blobs::unsent(tablet.store.reader(), MAX_HAVE)? {
            let Some(Have {
                held: false,
                upload: Some(url),
                ..
            }) = answers.get(&row.sha256)
            else {
                // Held files wait for the receipt; unknown ones for their document's changes.
                continue;
            };
            if self.uploads.iter().all(|(one, _)| one.sha256 != row.sha256) {
                self.uploads.push_back((row, url.clone()));
            }
        }
        tablet.store.write(|transaction| {
            for (row, url) in &self.uploads {
                blobs::set_upload(transaction, &row.sha256, Some(url))?;
            }
            Ok(())
        })?;
        self.phase = Phase::Uploading;
        Ok(())
    }

    fn upload(&mut self, tablet: &Tablet) -> Result<Option<Action>, TabletError> {
        if self.current.is_none() {
            let Some((row, url)) = self.uploads.pop_front() else {
                return Ok(None);
            };
            let content = tablet.vault.read(&row.sha256)?;
            // The address was known before this sync: the upload was begun and may go on.
            let begun = row.upload.as_deref() == Some(url.as_str());
            self.current = Some(Current {
                offset: (!begun).then_some(0),
                row,
                url,
                content,
            });
        }
        let Some(current) = &self.current else {
            return Ok(None);
        };
        let url = current.url.clone();
        Ok(Some(match current.offset {
            None => Action::Offset { url },
            Some(offset) => {
                let from = usize::try_from(offset).unwrap_or(usize::MAX);
                let rest = current.content.get(from..).unwrap_or_default();
                Action::Append {
                    url,
                    offset,
                    content: rest[..rest.len().min(CHUNK_BYTES)].to_vec(),
                }
            }
        }))
    }

    /// Takes the answer to a tus `HEAD` in.
    pub fn offset(&mut self, tablet: &mut Tablet, upload: Upload) -> Result<(), TabletError> {
        self.move_to(tablet, upload)
    }

    /// Takes the answer to a tus `PATCH` in.
    pub fn appended(
        &mut self,
        tablet: &mut Tablet,
        sent: usize,
        upload: Upload,
    ) -> Result<(), TabletError> {
        self.summary.bytes_sent += sent as u64;
        self.move_to(tablet, upload)
    }

    fn move_to(&mut self, tablet: &mut Tablet, upload: Upload) -> Result<(), TabletError> {
        let Some(current) = &mut self.current else {
            return Ok(());
        };
        match upload {
            Upload::At(offset) if offset >= current.row.bytes => {
                self.summary.files_sent += 1;
                self.current = None;
            }
            Upload::At(offset) => current.offset = Some(offset),
            Upload::Gone => {
                let sha256 = current.row.sha256;
                tablet
                    .store
                    .write(|transaction| blobs::set_upload(transaction, &sha256, None))?;
                self.current = None;
            }
        }
        Ok(())
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
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
            changes::insert_safe(transaction, row.doc, actor, &change, now)?;
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
            let row = ChangeRow {
                doc,
                bytes: change.bytes.into(),
                late: false,
            };
            let (actor, change) = read_change(&row)?;
            changes::insert_safe(transaction, doc, actor, &change, now)?;
            brought += 1;
        }
    }
    for bytes in &enter.statements {
        let signed = Signed::from_bytes(bytes)?;
        statements::insert(transaction, doc, &signed, "safe", now)?;
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
    reply: &ExchangeReply,
) -> Result<(), TabletError> {
    let text = format!(
        "sent: {} changes, {} statements; safe: {} files; received: {}; set aside: {}",
        receipt.changes.len(),
        receipt.statements.len(),
        receipt.blobs.len(),
        reply.feed.len(),
        reply.refused.len()
    );
    log(transaction, now, &text)?;
    set_meta(
        transaction,
        SERVER_OFFSET,
        &reply.server_ms.saturating_sub(now).to_le_bytes(),
    )
}
