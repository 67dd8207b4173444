//! Statements beside the documents.

use rusqlite::{Connection, params};

use super::{TabletError, column};
use crate::digest::Sha256;
use crate::ids::DocId;

/// A stored envelope.
pub(in crate::tablet) struct Row {
    pub(in crate::tablet) id: i64,
    pub(in crate::tablet) doc: DocId,
    pub(in crate::tablet) bytes: Vec<u8>,
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        id: row.get(0)?,
        doc: column(row, 1)?,
        bytes: row.get(2)?,
    })
}

pub(in crate::tablet) fn insert(
    connection: &Connection,
    doc: DocId,
    signed: &crate::identity::Signed,
    state: &str,
    made_at: i64,
) -> Result<(), TabletError> {
    connection.execute(
        "INSERT INTO statements (hash, doc, kind, bytes, state, made_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (hash) DO UPDATE
         SET state = 'safe', reason = NULL
         WHERE state = 'refused' AND excluded.state = 'safe'",
        params![
            signed.hash().as_ref(),
            doc.as_ref(),
            signed.kind.word(),
            signed.to_bytes(),
            state,
            made_at
        ],
    )?;
    Ok(())
}

pub(in crate::tablet) fn of_doc(
    connection: &Connection,
    doc: DocId,
) -> Result<Vec<Row>, TabletError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, doc, bytes FROM statements
         WHERE doc = ?1 AND state <> 'refused' ORDER BY id",
    )?;
    let rows = statement.query_map([doc.as_ref()], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(in crate::tablet) fn unsent(
    connection: &Connection,
    after: i64,
    limit: usize,
) -> Result<Vec<Row>, TabletError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, doc, bytes FROM statements
         WHERE state = 'unsent' AND id > ?1 ORDER BY id LIMIT ?2",
    )?;
    let rows = statement.query_map(params![after, limit], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The server lost something of this document: all of it goes out again.
pub(in crate::tablet) fn send_again(
    connection: &Connection,
    doc: DocId,
) -> Result<(), TabletError> {
    connection.execute(
        "UPDATE statements SET state = 'unsent', reason = NULL
         WHERE doc = ?1 AND state = 'safe'",
        [doc.as_ref()],
    )?;
    Ok(())
}

pub(in crate::tablet) fn set_state(
    connection: &Connection,
    hash: &Sha256,
    state: &str,
    reason: Option<&str>,
) -> Result<(), TabletError> {
    connection.execute(
        "UPDATE statements SET state = ?2, reason = ?3 WHERE hash = ?1",
        params![hash.as_ref(), state, reason],
    )?;
    Ok(())
}
