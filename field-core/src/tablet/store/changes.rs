//! Changes: own work in the outbox, and everybody else's.

use rusqlite::{Connection, params};

use super::{TabletError, column};
use crate::digest::Sha256;
use crate::ids::{Actor, DocId};
use crate::inspection::NewChange;

/// A stored change.
#[derive(Debug, Clone)]
pub(in crate::tablet) struct Row {
    pub(in crate::tablet) id: i64,
    pub(in crate::tablet) hash: Sha256,
    pub(in crate::tablet) doc: DocId,
    pub(in crate::tablet) actor: Actor,
    pub(in crate::tablet) seq: u64,
    pub(in crate::tablet) bytes: Vec<u8>,
    pub(in crate::tablet) edit: Option<String>,
    /// `unsent`, `safe`, `again` (set aside, the edit is still to be made again) or `refused`.
    pub(in crate::tablet) state: String,
}

const COLUMNS: &str = "id, hash, doc, actor, seq, bytes, edit, state";

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        id: row.get(0)?,
        hash: column(row, 1)?,
        doc: column(row, 2)?,
        actor: column(row, 3)?,
        seq: row.get(4)?,
        bytes: row.get(5)?,
        edit: row.get(6)?,
        state: row.get(7)?,
    })
}

/// Own work: into the outbox.
pub(in crate::tablet) fn insert_own(
    connection: &Connection,
    doc: DocId,
    actor: Actor,
    change: &NewChange,
    edit: &str,
    made_at: i64,
) -> Result<(), TabletError> {
    connection
        .prepare_cached(
            "INSERT INTO changes (hash, doc, actor, seq, bytes, edit, state, made_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'unsent', ?7)",
        )?
        .execute(params![
            change.hash.as_ref(),
            doc.as_ref(),
            actor.as_ref(),
            change.seq,
            change.bytes,
            edit,
            made_at
        ])?;
    Ok(())
}

/// Another's work, which the server holds; nothing happens when it is here already. What was set
/// aside once and admitted after all counts again.
pub(in crate::tablet) fn insert_safe(
    connection: &Connection,
    doc: DocId,
    actor: Actor,
    change: &NewChange,
    made_at: i64,
) -> Result<(), TabletError> {
    connection
        .prepare_cached(
            "INSERT INTO changes (hash, doc, actor, seq, bytes, state, made_at)
             VALUES (?1, ?2, ?3, ?4, ?5, 'safe', ?6) ON CONFLICT (hash) DO UPDATE
             SET state = 'safe', reason = NULL WHERE state IN ('refused', 'again')",
        )?
        .execute(params![
            change.hash.as_ref(),
            doc.as_ref(),
            actor.as_ref(),
            change.seq,
            change.bytes,
            made_at
        ])?;
    Ok(())
}

/// What the server lost goes out again, whoever made it: behind everything else, so that the
/// order in which this is called is the order of sending.
pub(in crate::tablet) fn send_again(
    connection: &Connection,
    doc: DocId,
    actor: Actor,
    change: &NewChange,
    now: i64,
) -> Result<(), TabletError> {
    connection
        .prepare_cached(
            "INSERT INTO changes (hash, doc, actor, seq, bytes, state, made_at)
             VALUES (?1, ?2, ?3, ?4, ?5, 'unsent', ?6)
             ON CONFLICT (hash) DO UPDATE
             SET id = (SELECT max(id) + 1 FROM changes), state = 'unsent', reason = NULL",
        )?
        .execute(params![
            change.hash.as_ref(),
            doc.as_ref(),
            actor.as_ref(),
            change.seq,
            change.bytes,
            now
        ])?;
    Ok(())
}

/// The rows for which `rest` of a query holds, in its order.
fn rows(
    connection: &Connection,
    rest: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<Row>, TabletError> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM changes {rest}"))?;
    let rows = statement.query_map(parameters, read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What an actor made after its change number `seq`, in its order, as far as it is unsent.
pub(in crate::tablet) fn unsent_of_actor(
    connection: &Connection,
    doc: DocId,
    actor: Actor,
    seq: u64,
    limit: usize,
) -> Result<Vec<Row>, TabletError> {
    rows(
        connection,
        "WHERE doc = ?1 AND actor = ?2 AND seq > ?3 AND state = 'unsent' ORDER BY seq LIMIT ?4",
        params![doc.as_ref(), actor.as_ref(), seq, limit],
    )
}

/// Everything of a document that came after row `after` and was not refused.
pub(in crate::tablet) fn tail(
    connection: &Connection,
    doc: DocId,
    after: i64,
) -> Result<Vec<Row>, TabletError> {
    rows(
        connection,
        "WHERE doc = ?1 AND id > ?2 AND state NOT IN ('refused', 'again') ORDER BY id",
        params![doc.as_ref(), after],
    )
}

/// The outbox, oldest first, after row `after`.
pub(in crate::tablet) fn unsent(
    connection: &Connection,
    after: i64,
    limit: usize,
) -> Result<Vec<Row>, TabletError> {
    rows(
        connection,
        "WHERE state = 'unsent' AND id > ?1 ORDER BY id LIMIT ?2",
        params![after, limit],
    )
}

/// The change that stands in this place of an actor's chain, if one does.
pub(in crate::tablet) fn standing_at(
    connection: &Connection,
    doc: DocId,
    actor: Actor,
    seq: u64,
) -> Result<Option<Sha256>, TabletError> {
    let mut statement = connection.prepare_cached(
        "SELECT hash FROM changes WHERE doc = ?1 AND actor = ?2 AND seq = ?3
         AND state NOT IN ('refused', 'again')",
    )?;
    let mut rows = statement.query_map(params![doc.as_ref(), actor.as_ref(), seq], |row| {
        column(row, 0)
    })?;
    Ok(rows.next().transpose()?)
}

/// Actors that were given up and whose edits are still to be made again, oldest first.
pub(in crate::tablet) fn waiting(
    connection: &Connection,
) -> Result<Vec<(DocId, Actor)>, TabletError> {
    let mut statement = connection.prepare_cached(
        "SELECT doc, actor FROM changes WHERE state = 'again' GROUP BY doc, actor ORDER BY min(id)",
    )?;
    let rows = statement.query_map([], |row| Ok((column(row, 0)?, column(row, 1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The edits of a given up actor that are still to be made again, in their order.
pub(in crate::tablet) fn waiting_of(
    connection: &Connection,
    doc: DocId,
    actor: Actor,
) -> Result<Vec<Row>, TabletError> {
    rows(
        connection,
        "WHERE doc = ?1 AND actor = ?2 AND state = 'again' ORDER BY seq",
        params![doc.as_ref(), actor.as_ref()],
    )
}

/// Its edit was made again; what was set aside stays readable, with its reason.
pub(in crate::tablet) fn set_made_again(
    connection: &Connection,
    hash: &Sha256,
) -> Result<(), TabletError> {
    connection
        .prepare_cached("UPDATE changes SET state = 'refused' WHERE hash = ?1")?
        .execute([hash.as_ref()])?;
    Ok(())
}

pub(in crate::tablet) fn set_state(
    connection: &Connection,
    hash: &Sha256,
    state: &str,
    reason: Option<&str>,
) -> Result<usize, TabletError> {
    let changed = connection
        .prepare_cached("UPDATE changes SET state = ?2, reason = ?3 WHERE hash = ?1")?
        .execute(params![hash.as_ref(), state, reason])?;
    Ok(changed)
}

pub(in crate::tablet) fn get(
    connection: &Connection,
    hash: &Sha256,
) -> Result<Option<Row>, TabletError> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM changes WHERE hash = ?1"))?;
    let mut rows = statement.query_map([hash.as_ref()], read)?;
    Ok(rows.next().transpose()?)
}
