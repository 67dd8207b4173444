//! Reading the log for one tablet: what of it is visible in the tablet's scope.

use field_core::digest::Sha256;
use field_core::ids::{DeviceId, DocId};
use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;
use super::log::Entry;

/// A row of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Its place.
    pub seq: i64,
    /// The document.
    pub doc: DocId,
    /// What it tells.
    pub entry: Entry,
    /// Hash of the log up to here.
    pub hash: Sha256,
}

/// The rows after `after` that a tablet may see, at most `limit`, in order.
///
/// A document's rows are visible while it is in scope, from its last entering on. Enterings and
/// leavings that a later one overtook are not shown: only how things stand matters.
///
/// # Errors
/// The database cannot be read.
pub fn tail(
    connection: &Connection,
    device: DeviceId,
    after: i64,
    limit: usize,
) -> Result<Vec<Row>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT l.seq, l.doc, l.kind, l.ref, l.hash
         FROM log l CROSS JOIN scopes s ON s.device_id = ?1 AND s.doc = l.doc
         WHERE l.seq > ?2 AND (
             (s.leave_seq IS NULL AND l.seq >= s.enter_seq
                 AND (l.kind NOT IN ('enter', 'leave') OR l.seq = s.enter_seq))
             OR l.seq = s.leave_seq)
         ORDER BY l.seq LIMIT ?3",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![device.as_bytes(), after, limit], |row| {
        Ok((
            row.get(0)?,
            DocId::from_bytes(row.get(1)?),
            row.get::<_, String>(2)?,
            row.get::<_, Vec<u8>>(3)?,
            Sha256::from_bytes(row.get(4)?),
        ))
    })?;
    rows.map(|row| {
        let (seq, doc, kind, reference, hash) = row?;
        Ok(Row {
            seq,
            doc,
            entry: Entry::from_columns(&kind, &reference)?,
            hash,
        })
    })
    .collect()
}

/// Documents in a tablet's scope that entered it after `after` and not later than `until`, with
/// the place of their entering, in its order, at most `limit`.
///
/// # Errors
/// The database cannot be read.
pub fn in_scope(
    connection: &Connection,
    device: DeviceId,
    after: i64,
    until: i64,
    limit: usize,
) -> Result<Vec<(DocId, i64)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT doc, enter_seq FROM scopes
         WHERE device_id = ?1 AND leave_seq IS NULL AND enter_seq > ?2 AND enter_seq <= ?3
         ORDER BY enter_seq LIMIT ?4",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![device.as_bytes(), after, until, limit], |row| {
        Ok((DocId::from_bytes(row.get(0)?), row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How a document stands to a tablet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In its scope.
    Open,
    /// It was; unsent work is still taken.
    Left,
    /// Never was.
    Never,
}

/// How `doc` stands to `device`.
///
/// # Errors
/// The database cannot be read.
pub fn scope(connection: &Connection, device: DeviceId, doc: DocId) -> Result<Scope, StoreError> {
    let open: Option<bool> = connection
        .prepare_cached("SELECT leave_seq IS NULL FROM scopes WHERE device_id = ?1 AND doc = ?2")?
        .query_row(params![device.as_bytes(), doc.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(match open {
        Some(true) => Scope::Open,
        Some(false) => Scope::Left,
        None => Scope::Never,
    })
}

/// Whether a tablet has any document of the case in its scope.
///
/// # Errors
/// The database cannot be read.
pub fn sees_case(
    connection: &Connection,
    device: DeviceId,
    case_id: i64,
) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM inspections i
             JOIN scopes s ON s.doc = i.doc AND s.device_id = ?1
             WHERE i.case_id = ?2)",
        )?
        .query_row(params![device.as_bytes(), case_id], |row| row.get(0))?)
}

/// The newest row of a document; 0 when there is none. Whatever happens to a document, its case
/// or its scope appends a row, so an unchanged number means that nothing happened.
///
/// # Errors
/// The database cannot be read.
pub fn newest(connection: &Connection, doc: DocId) -> Result<i64, StoreError> {
    Ok(connection
        .prepare_cached("SELECT coalesce(max(seq), 0) FROM log WHERE doc = ?1")?
        .query_row([doc.as_bytes()], |row| row.get(0))?)
}

/// The hash of the log at a row, if it is there.
///
/// # Errors
/// The database cannot be read.
pub fn hash_at(connection: &Connection, seq: i64) -> Result<Option<Sha256>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT hash FROM log WHERE seq = ?1")?
        .query_row([seq], |row| row.get(0).map(Sha256::from_bytes))
        .optional()?)
}
