//! Inspections on the tablet.

use rusqlite::{Connection, OptionalExtension, params};

use super::{TabletError, column};
use crate::ids::{Actor, DocId};
use crate::protocol::{CaseRow, decode, encode};

/// What is stored of a document besides its newer changes.
pub(in crate::tablet) struct Document {
    pub(in crate::tablet) snapshot: Vec<u8>,
    pub(in crate::tablet) upto: i64,
}

pub(in crate::tablet) fn insert(
    connection: &Connection,
    case: &CaseRow,
    snapshot: &[u8],
) -> Result<(), TabletError> {
    connection.execute(
        "INSERT INTO documents (doc, case_row, snapshot, snapshot_upto) VALUES (?1, ?2, ?3, 0)
         ON CONFLICT (doc) DO UPDATE SET case_row = excluded.case_row, left_scope = 0",
        params![case.doc.as_ref(), encode(case), snapshot],
    )?;
    Ok(())
}

pub(in crate::tablet) fn get(
    connection: &Connection,
    doc: DocId,
) -> Result<Option<Document>, TabletError> {
    let row = connection
        .prepare_cached("SELECT snapshot, snapshot_upto FROM documents WHERE doc = ?1")?
        .query_row([doc.as_ref()], |row| {
            Ok(Document {
                snapshot: row.get(0)?,
                upto: row.get(1)?,
            })
        })
        .optional()?;
    Ok(row)
}

pub(in crate::tablet) fn set_snapshot(
    connection: &Connection,
    doc: DocId,
    snapshot: &[u8],
    upto: i64,
) -> Result<(), TabletError> {
    connection.execute(
        "UPDATE documents SET snapshot = ?2, snapshot_upto = ?3 WHERE doc = ?1",
        params![doc.as_ref(), snapshot, upto],
    )?;
    Ok(())
}

pub(in crate::tablet) fn set_case(
    connection: &Connection,
    case: &CaseRow,
) -> Result<(), TabletError> {
    connection.execute(
        "UPDATE documents SET case_row = ?2 WHERE doc = ?1",
        params![case.doc.as_ref(), encode(case)],
    )?;
    Ok(())
}

pub(in crate::tablet) fn leave(connection: &Connection, doc: DocId) -> Result<(), TabletError> {
    connection.execute(
        "UPDATE documents SET left_scope = 1 WHERE doc = ?1",
        [doc.as_ref()],
    )?;
    Ok(())
}

pub(in crate::tablet) fn cases(connection: &Connection) -> Result<Vec<CaseRow>, TabletError> {
    let mut statement = connection
        .prepare_cached("SELECT case_row FROM documents WHERE left_scope = 0 ORDER BY doc")?;
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|row| read_case(&row?)).collect()
}

pub(in crate::tablet) fn case(
    connection: &Connection,
    doc: DocId,
) -> Result<Option<CaseRow>, TabletError> {
    let row: Option<Vec<u8>> = connection
        .prepare_cached("SELECT case_row FROM documents WHERE doc = ?1")?
        .query_row([doc.as_ref()], |row| row.get(0))
        .optional()?;
    row.as_deref().map(read_case).transpose()
}

fn read_case(bytes: &[u8]) -> Result<CaseRow, TabletError> {
    decode(bytes).map_err(|error| TabletError::Answer(error.to_string()))
}

pub(in crate::tablet) fn all(connection: &Connection) -> Result<Vec<DocId>, TabletError> {
    let mut statement = connection.prepare_cached("SELECT doc FROM documents ORDER BY doc")?;
    let rows = statement.query_map([], |row| column(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(in crate::tablet) fn actor(
    connection: &Connection,
    doc: DocId,
    officer: &str,
) -> Result<Option<Actor>, TabletError> {
    let actor = connection
        .prepare_cached(
            "SELECT actor FROM actors WHERE doc = ?1 AND officer = ?2 AND given_up = 0",
        )?
        .query_row(params![doc.as_ref(), officer], |row| column(row, 0))
        .optional()?;
    Ok(actor)
}

pub(in crate::tablet) fn insert_actor(
    connection: &Connection,
    doc: DocId,
    officer: &str,
    actor: Actor,
) -> Result<(), TabletError> {
    connection.execute(
        "INSERT INTO actors (doc, officer, actor) VALUES (?1, ?2, ?3)",
        params![doc.as_ref(), officer, actor.as_ref()],
    )?;
    Ok(())
}

/// The officer of one of this tablet's actors, given up ones included.
pub(in crate::tablet) fn officer_of(
    connection: &Connection,
    doc: DocId,
    actor: Actor,
) -> Result<Option<String>, TabletError> {
    let officer = connection
        .query_row(
            "SELECT officer FROM actors WHERE doc = ?1 AND actor = ?2",
            params![doc.as_ref(), actor.as_ref()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(officer)
}

pub(in crate::tablet) fn give_up_actor(
    connection: &Connection,
    doc: DocId,
    actor: Actor,
) -> Result<(), TabletError> {
    connection.execute(
        "UPDATE actors SET given_up = 1 WHERE doc = ?1 AND actor = ?2",
        params![doc.as_ref(), actor.as_ref()],
    )?;
    Ok(())
}

pub(in crate::tablet) fn facts(
    connection: &Connection,
    doc: DocId,
) -> Result<Option<String>, TabletError> {
    let json = connection
        .prepare_cached("SELECT json FROM facts WHERE doc = ?1")?
        .query_row([doc.as_ref()], |row| row.get(0))
        .optional()?;
    Ok(json)
}

pub(in crate::tablet) fn put_facts(
    connection: &Connection,
    doc: DocId,
    json: &str,
) -> Result<(), TabletError> {
    connection.execute(
        "INSERT INTO facts (doc, json) VALUES (?1, ?2) ON CONFLICT (doc) DO NOTHING",
        params![doc.as_ref(), json],
    )?;
    Ok(())
}

/// Grows with every change and statement of the document that comes to be here, and with every
/// one of them whose state changes from unsent.
pub(in crate::tablet) fn revision(
    connection: &Connection,
    doc: DocId,
) -> Result<(i64, i64, i64), TabletError> {
    let row = connection
        .prepare_cached(
            "SELECT (SELECT coalesce(max(id), 0) FROM changes WHERE doc = ?1),
                    (SELECT coalesce(max(id), 0) FROM statements WHERE doc = ?1),
                    (SELECT count(*) FROM changes WHERE doc = ?1 AND state = 'refused')
                      + (SELECT count(*) FROM statements WHERE doc = ?1 AND state = 'refused')",
        )?
        .query_row([doc.as_ref()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    Ok(row)
}
