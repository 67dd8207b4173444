//! What goes into one exchange: work that no receipt names, the tablet's own and, after the
//! server lost something, others'; the signatures that vouch for it; how the tablet is.

use std::collections::BTreeMap;

use super::super::store::{changes, signatures, statements};
use super::super::{Tablet, TabletError};
use crate::ids::{Actor, DocId};
use crate::protocol::limits::{MAX_CHANGES, MAX_STATEMENTS, PAGE_BYTES};
use crate::protocol::{Cursor, DocHeads, ExchangeRequest, HeadSignature, decode, version};

pub(super) const CURSOR: &str = "cursor";
/// Changes in one exchange, so that others' can be completed up to a signed one.
const BATCH_CHANGES: usize = MAX_CHANGES - 300;
/// Bytes of changes in one exchange.
const BATCH_BYTES: usize = 2 << 20;

/// A request and how far in the outbox it reaches.
pub(super) struct Outgoing {
    pub(super) request: ExchangeRequest,
    pub(super) last_change: i64,
    pub(super) last_statement: i64,
}

/// The next exchange of what lies behind these rows of the outbox.
pub(super) fn next(
    tablet: &mut Tablet,
    after_change: i64,
    after_statement: i64,
    holding: Vec<DocHeads>,
) -> Result<Outgoing, TabletError> {
    let cursor = tablet.store.meta(CURSOR)?;
    let cursor: Option<Cursor> = cursor
        .map(|bytes| decode(&bytes).map_err(|error| TabletError::Answer(error.to_string())))
        .transpose()?;
    let mut rows = changes::unsent(tablet.store.reader(), after_change, BATCH_CHANGES)?;
    let mut bytes = 0;
    rows.retain(|row| {
        bytes += row.bytes.len();
        bytes <= BATCH_BYTES
    });
    let last_change = rows.last().map_or(after_change, |row| row.id);
    complete(tablet, &mut rows)?;
    let statements = statements::unsent(tablet.store.reader(), after_statement, MAX_STATEMENTS)?;
    Ok(Outgoing {
        last_change,
        last_statement: statements.last().map_or(after_statement, |row| row.id),
        request: ExchangeRequest {
            protocol: version::CURRENT,
            cursor,
            signatures: signatures_over(tablet, &rows)?,
            changes: rows.iter().map(changes::Row::to_wire).collect(),
            statements: statements.iter().map(statements::Row::to_wire).collect(),
            heartbeat: tablet.heartbeat()?,
            limit: PAGE_BYTES,
            holding,
        },
    })
}

/// Others' changes are vouched for by a later one of the same actor: it must come along.
fn complete(tablet: &Tablet, rows: &mut Vec<changes::Row>) -> Result<(), TabletError> {
    let mut newest: BTreeMap<(DocId, Actor), (u64, crate::digest::Sha256)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.edit.is_none()) {
        let last = newest
            .entry((row.doc, row.actor))
            .or_insert((row.seq, row.hash));
        *last = (*last).max((row.seq, row.hash));
    }
    let reader = tablet.store.reader();
    for ((doc, actor), (seq, hash)) in newest {
        if signatures::get(reader, doc, actor, hash)?.is_some() {
            continue;
        }
        let room = MAX_CHANGES.saturating_sub(rows.len());
        for row in changes::unsent_of_actor(reader, doc, actor, seq, room)? {
            let signed = signatures::get(reader, doc, actor, row.hash)?.is_some();
            rows.push(row);
            if signed {
                break;
            }
        }
    }
    Ok(())
}

/// The tablet's own word for its actors among `rows`, and the others' that came with their
/// changes.
pub(in crate::tablet) fn signatures_over(
    tablet: &mut Tablet,
    rows: &[changes::Row],
) -> Result<Vec<HeadSignature>, TabletError> {
    let mut all = tablet.sign_heads(rows)?;
    for row in rows.iter().filter(|row| row.edit.is_none()) {
        let reader = tablet.store.reader();
        all.extend(signatures::get(reader, row.doc, row.actor, row.hash)?);
    }
    Ok(all)
}
