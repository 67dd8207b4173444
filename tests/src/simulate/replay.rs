//! Reading the server's log again, in three ways that must agree: change by change through the
//! gate, page by page as a new tablet gets it, and the snapshot.

use std::collections::{BTreeMap, BTreeSet};

use field_core::digest::Sha256;
use field_core::gate;
use field_core::identity::{PublicKey, Signed, change_signature_message};
use field_core::ids::{Actor, DeviceId, DocId};
use field_core::inspection::{Heads, Inspection};
use field_core::protocol::{
    Cursor, ExchangeReply, ExchangeRequest, FeedItem, Heartbeat, decode, encode, version,
};
use rusqlite::Connection;

use super::check::load;
use super::network::Call;
use super::world::{Stop, World, broken};

/// Pages of one replay at most.
const PAGES_MAX: usize = 5_000;
/// The smallest page, in bytes, and the largest.
const PAGES: [u64; 2] = [1 << 10, 4 << 20];

/// The log has no gap, its hashes chain, and it names every change and statement once.
pub(super) fn log(world: &mut World) -> Result<(), Stop> {
    let look = world.server.look()?;
    let mut statement =
        look.prepare_cached("SELECT seq, doc, kind, ref, hash FROM log ORDER BY seq")?;
    type Row = (i64, Vec<u8>, String, Vec<u8>, Vec<u8>);
    let rows: Vec<Row> = statement
        .query_map([], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
            ))
        })?
        .collect::<Result<_, _>>()?;
    let mut before = Sha256::from_bytes([0; 32]);
    let mut named = BTreeSet::new();
    for (expected, (seq, doc, kind, reference, hash)) in (1_i64..).zip(rows) {
        if seq != expected {
            return broken("the log has no gap", format!("row {expected} is missing"));
        }
        before = Sha256::of_parts([before.as_ref(), &doc, kind.as_bytes(), &reference]);
        if before.as_ref() != hash {
            return broken(
                "the log has no gap",
                format!("the hash of row {seq} is wrong"),
            );
        }
        if (kind == "change" || kind == "statement") && !named.insert(reference) {
            return broken(
                "the log has no gap",
                format!("row {seq} tells something twice"),
            );
        }
    }
    let mut all = look.prepare_cached(
        "SELECT hash FROM changes WHERE carrier IS NOT NULL UNION ALL SELECT hash FROM statements",
    )?;
    let all: Vec<Vec<u8>> = all
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if let Some(missing) = all.iter().find(|hash| !named.contains(*hash)) {
        let detail = format!("{} is not in it", Sha256::try_from(missing.as_slice())?);
        return broken("the log has no gap", detail);
    }
    Ok(())
}

fn all_documents(look: &Connection) -> Result<Vec<DocId>, Stop> {
    let mut statement = look.prepare_cached("SELECT doc FROM inspections ORDER BY doc")?;
    let rows: Vec<Vec<u8>> = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    rows.iter()
        .map(|doc| Ok(DocId::try_from(doc.as_slice())?))
        .collect()
}

/// Every document is what its changes make it, each of which passes the gate and is signed.
pub(super) fn documents(world: &mut World) -> Result<(), Stop> {
    let look = world.server.look()?;
    for doc in all_documents(look)? {
        document(look, doc)?;
    }
    Ok(())
}

fn document(look: &Connection, doc: DocId) -> Result<(), Stop> {
    let mut statement = look.prepare_cached(
        "SELECT c.bytes, c.carrier IS NULL FROM changes c LEFT JOIN log l
         ON l.ref = c.hash AND l.kind = 'change' WHERE c.doc = ?1 ORDER BY l.seq NULLS FIRST",
    )?;
    let rows: Vec<(Vec<u8>, bool)> = statement
        .query_map([doc.as_ref()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut stored = load(look, doc)?;
    let facts = stored.facts().clone();
    let (mut document, _) = Inspection::genesis(&facts)?;
    let writers = writers(look, doc)?;
    let officers = writers
        .iter()
        .map(|(actor, (officer, _))| (*actor, officer.clone()))
        .collect();
    let batch: Vec<&[u8]> = rows
        .iter()
        .filter(|(_, genesis)| !genesis)
        .map(|(bytes, _)| bytes.as_slice())
        .collect();
    let admission = gate::admit(&mut document, &officers, &batch);
    if let Some(refused) = admission.refused.first() {
        let detail = format!("document {doc}: {}: {}", refused.hash, refused.refusal);
        return broken("everything admitted passes the gate", detail);
    }
    if let Some(deferred) = admission.deferred.first() {
        let detail = format!("document {doc}: {} waits for an ancestor", deferred.hash);
        return broken("everything admitted passes the gate", detail);
    }
    let column: Vec<u8> = look.query_row(
        "SELECT heads FROM inspections WHERE doc = ?1",
        [doc.as_ref()],
        |row| row.get(0),
    )?;
    let column = Heads::from_bytes(&column).unwrap_or_default();
    let (replayed, stored) = (document.heads(), stored.heads());
    if replayed != stored || stored != column {
        let detail = format!("document {doc}");
        return broken("replay equals snapshot and tail", detail);
    }
    vouched(look, doc, &batch, &writers)
}

type Writers = BTreeMap<Actor, (String, PublicKey)>;

/// Whose the actors of a document are, and with which tablet's key they sign.
fn writers(look: &Connection, doc: DocId) -> Result<Writers, Stop> {
    let mut statement = look.prepare_cached(
        "SELECT a.actor, a.user_id, d.public_key FROM actors a JOIN devices d
         ON d.id = a.device_id WHERE a.doc = ?1",
    )?;
    let rows: Vec<(Vec<u8>, String, Vec<u8>)> = statement
        .query_map([doc.as_ref()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<_, _>>()?;
    rows.into_iter()
        .map(|(actor, officer, key)| {
            let key = PublicKey::try_from(key.as_slice())?;
            Ok((Actor::try_from(actor.as_slice())?, (officer, key)))
        })
        .collect()
}

/// Each change is covered by a valid signature over it or over a later one of its actor.
fn vouched(look: &Connection, doc: DocId, batch: &[&[u8]], writers: &Writers) -> Result<(), Stop> {
    let mut sequence = BTreeMap::new();
    for bytes in batch {
        if let Ok(header) = gate::inspect(bytes) {
            sequence.insert(header.hash, (Actor::from_bytes(header.actor), header.seq));
        }
    }
    let mut statement =
        look.prepare_cached("SELECT actor, hash, signature FROM change_signatures WHERE doc = ?1")?;
    let rows: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> = statement
        .query_map([doc.as_ref()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<_, _>>()?;
    let mut reach: BTreeMap<Actor, u64> = BTreeMap::new();
    for (actor, hash, signature) in rows {
        let (actor, hash) = (
            Actor::try_from(actor.as_slice())?,
            Sha256::try_from(hash.as_slice())?,
        );
        let (Some((_, key)), Some((_, seq))) = (writers.get(&actor), sequence.get(&hash)) else {
            continue;
        };
        let message = change_signature_message(doc, actor, hash);
        let signature: Result<[u8; 64], _> = signature.as_slice().try_into();
        if signature.is_ok_and(|one| key.verify(&message, &one).is_ok()) {
            let place = reach.entry(actor).or_default();
            *place = (*place).max(*seq);
        }
    }
    let naked = sequence
        .iter()
        .find(|(_, (actor, seq))| reach.get(actor).is_none_or(|reach| reach < seq));
    match naked {
        None => Ok(()),
        Some((hash, _)) => {
            let detail = format!("document {doc}: nobody signed {hash}");
            broken("everything admitted is signed", detail)
        }
    }
}

/// What a tablet knows that has only the feed.
#[derive(Default)]
struct Replica {
    documents: BTreeMap<DocId, Inspection>,
    statements: BTreeMap<DocId, BTreeSet<Sha256>>,
    left: BTreeSet<DocId>,
}

/// Any page size gives every tablet what the server has.
pub(super) fn feeds(world: &mut World) -> Result<(), Stop> {
    for number in 0..world.devices.len() {
        let original = world.devices[number].original;
        if world.revoked.contains(&original) || original != number {
            continue;
        }
        let id = world.devices[number].id()?;
        for limit in PAGES {
            let replica = read(world, number, limit)?;
            compare(world, id, replica)?;
        }
    }
    Ok(())
}

fn read(world: &mut World, number: usize, limit: u64) -> Result<Replica, Stop> {
    let token = world.devices[number].token.clone();
    let mut replica = Replica::default();
    let mut cursor: Option<Cursor> = None;
    for _ in 0..PAGES_MAX {
        let request = ExchangeRequest {
            protocol: version::CURRENT,
            cursor,
            changes: vec![],
            signatures: vec![],
            statements: vec![],
            heartbeat: Heartbeat::default(),
            limit,
            holding: vec![],
        };
        let call = Call::exchange(encode(&request), &token);
        let Some(answer) = world.carry(&call)? else {
            continue;
        };
        let reply: ExchangeReply = decode(&answer.body)?;
        for item in reply.feed {
            replica.take(item)?;
        }
        cursor = Some(reply.cursor);
        if !reply.more {
            return Ok(replica);
        }
    }
    broken("a feed ends", format!("tablet {number} reads without end"))
}

impl Replica {
    fn take(&mut self, item: FeedItem) -> Result<(), Stop> {
        match item {
            FeedItem::Enter(enter) => {
                let doc = enter.case.doc;
                self.left.remove(&doc);
                let mut fresh = Inspection::load(&enter.snapshot)?;
                if let Some(known) = self.documents.get_mut(&doc) {
                    let changes = fresh.changes_since(&Heads::default());
                    known.apply_bytes(changes.iter().map(|one| one.bytes.as_slice()))?;
                } else {
                    self.documents.insert(doc, fresh);
                }
                for bytes in enter.statements {
                    self.statement(doc, &bytes)?;
                }
            }
            FeedItem::Change(row) => match self.documents.get_mut(&row.doc) {
                Some(document) => document.apply_bytes([row.bytes.as_slice()])?,
                None => return broken("a feed has no gap", "a change before its document"),
            },
            FeedItem::Statement(row) => self.statement(row.doc, &row.bytes)?,
            FeedItem::Case(_) => {}
            FeedItem::Leave(doc) => {
                self.left.insert(doc);
            }
        }
        Ok(())
    }

    fn statement(&mut self, doc: DocId, bytes: &[u8]) -> Result<(), Stop> {
        let name = Signed::from_bytes(bytes)?.hash();
        self.statements.entry(doc).or_default().insert(name);
        Ok(())
    }
}

fn compare(world: &mut World, id: DeviceId, mut replica: Replica) -> Result<(), Stop> {
    let look = world.server.look()?;
    let mut scope =
        look.prepare_cached("SELECT doc FROM scopes WHERE device_id = ?1 AND leave_seq IS NULL")?;
    let scope: Vec<Vec<u8>> = scope
        .query_map([id.as_ref()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for doc in scope {
        let doc = DocId::try_from(doc.as_slice())?;
        let heads = load(look, doc)?.heads();
        let document = replica.documents.get_mut(&doc);
        if document.map(Inspection::heads) != Some(heads) || replica.left.contains(&doc) {
            return broken(
                "a feed has no gap",
                format!("document {doc} for tablet {id}"),
            );
        }
        let mut said = look.prepare_cached("SELECT hash FROM statements WHERE doc = ?1")?;
        let said: Vec<Vec<u8>> = said
            .query_map([doc.as_ref()], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let told = replica.statements.remove(&doc).unwrap_or_default();
        let same = said.len() == told.len()
            && said
                .iter()
                .all(|one| Sha256::try_from(one.as_slice()).is_ok_and(|one| told.contains(&one)));
        if !same {
            return broken(
                "a feed has no gap",
                format!("statements of {doc} for tablet {id}"),
            );
        }
    }
    Ok(())
}
