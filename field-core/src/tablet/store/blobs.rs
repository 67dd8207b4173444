//! Evidence files: which there are and which the server holds.

use rusqlite::{Connection, OptionalExtension, params};

use super::{TabletError, column};
use crate::digest::Sha256;
use crate::ids::DocId;

/// One file in the outbox.
#[derive(Debug, Clone)]
pub(in crate::tablet) struct Row {
    pub(in crate::tablet) sha256: Sha256,
    pub(in crate::tablet) doc: DocId,
    pub(in crate::tablet) kind: String,
    pub(in crate::tablet) bytes: u64,
    pub(in crate::tablet) upload: Option<String>,
}

pub(in crate::tablet) fn insert(
    connection: &Connection,
    row: &Row,
    state: &str,
    made_at: i64,
) -> Result<(), TabletError> {
    connection.execute(
        "INSERT INTO blobs (sha256, doc, kind, bytes, state, made_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (sha256, doc) DO NOTHING",
        params![
            row.sha256.as_ref(),
            row.doc.as_ref(),
            row.kind,
            row.bytes,
            state,
            made_at
        ],
    )?;
    Ok(())
}

/// The outbox: thumbnails first, then evidence, originals last.
pub(in crate::tablet) fn unsent(
    connection: &Connection,
    limit: usize,
) -> Result<Vec<Row>, TabletError> {
    let mut statement = connection.prepare_cached(
        "SELECT sha256, doc, kind, bytes, upload FROM blobs WHERE state = 'unsent'
         ORDER BY CASE kind WHEN 'thumbnail' THEN 0 WHEN 'evidence' THEN 1 ELSE 2 END,
                  made_at, sha256 LIMIT ?1",
    )?;
    let rows = statement.query_map([limit], |row| {
        Ok(Row {
            sha256: column(row, 0)?,
            doc: column(row, 1)?,
            kind: row.get(2)?,
            bytes: row.get(3)?,
            upload: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(in crate::tablet) fn set_upload(
    connection: &Connection,
    sha256: &Sha256,
    upload: Option<&str>,
) -> Result<(), TabletError> {
    connection.execute(
        "UPDATE blobs SET upload = ?2 WHERE sha256 = ?1",
        params![sha256.as_ref(), upload],
    )?;
    Ok(())
}

/// A receipt names the file. `true` when none had before.
pub(in crate::tablet) fn set_safe(
    connection: &Connection,
    sha256: &Sha256,
) -> Result<bool, TabletError> {
    let changed = connection
        .prepare_cached(
            "UPDATE blobs SET state = 'safe', upload = NULL
             WHERE sha256 = ?1 AND state <> 'safe'",
        )?
        .execute([sha256.as_ref()])?;
    Ok(changed > 0)
}

/// The server asks for an original that is sent only on request.
pub(in crate::tablet) fn request(
    connection: &Connection,
    sha256: &Sha256,
) -> Result<(), TabletError> {
    connection.execute(
        "UPDATE blobs SET state = 'unsent' WHERE sha256 = ?1 AND state <> 'unsent'",
        [sha256.as_ref()],
    )?;
    Ok(())
}

/// The server may have lost files of this document: it is asked about all of them again.
pub(in crate::tablet) fn send_again(
    connection: &Connection,
    doc: DocId,
) -> Result<(), TabletError> {
    connection.execute(
        "UPDATE blobs SET state = 'unsent' WHERE doc = ?1 AND state = 'safe'",
        [doc.as_ref()],
    )?;
    Ok(())
}

pub(in crate::tablet) fn state(
    connection: &Connection,
    sha256: &Sha256,
) -> Result<Option<String>, TabletError> {
    let state = connection
        .query_row(
            "SELECT state FROM blobs WHERE sha256 = ?1 LIMIT 1",
            [sha256.as_ref()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(state)
}

/// Its state, and whether an upload was begun.
pub(in crate::tablet) fn whereabouts(
    connection: &Connection,
    sha256: &Sha256,
) -> Result<Option<(String, bool)>, TabletError> {
    let row = connection
        .prepare_cached("SELECT state, upload IS NOT NULL FROM blobs WHERE sha256 = ?1 LIMIT 1")?
        .query_row([sha256.as_ref()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(row)
}
