//! What did not count: changes after the seal, what the gate refused, and pictures that were used
//! before. Reading only.

use std::collections::BTreeMap;

use field_core::digest::Sha256;
use field_core::ids::{DeviceId, DocId};
use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;

/// One thing that was kept and not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// SHA-256 of its bytes.
    pub hash: Sha256,
    /// Why it was refused; none for what came late.
    pub refused: Option<String>,
    /// Length of its bytes.
    pub bytes: u64,
    /// The tablet that brought it.
    pub carrier: Option<DeviceId>,
    /// Real time, Unix milliseconds.
    pub received_at: i64,
}

/// The most of it that a page lists.
const LISTED: u32 = 200;

/// What was kept aside of a document, newest first.
///
/// # Errors
/// The database cannot be read.
pub fn of_doc(connection: &Connection, doc: DocId) -> Result<Vec<Kept>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT hash, NULL, length(bytes), carrier, received_at FROM changes
             WHERE doc = ?1 AND late = 1
         UNION ALL
         SELECT hash, reason, length(bytes), carrier, received_at FROM quarantine WHERE doc = ?1
         ORDER BY 5 DESC LIMIT ?2",
    )?;
    let rows = statement.query_map(params![doc.as_bytes(), LISTED], |row| {
        Ok(Kept {
            hash: Sha256::from_bytes(row.get(0)?),
            refused: row.get(1)?,
            bytes: row.get::<_, i64>(2)?.unsigned_abs(),
            carrier: row.get::<_, Option<[u8; 16]>>(3)?.map(DeviceId::from_bytes),
            received_at: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The bytes of a thing kept aside of a document of this case, as they came.
///
/// # Errors
/// The database cannot be read.
pub fn bytes(
    connection: &Connection,
    case_id: i64,
    hash: Sha256,
) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT bytes FROM changes c JOIN inspections i ON i.doc = c.doc
                 WHERE c.hash = ?2 AND c.late = 1 AND i.case_id = ?1
             UNION ALL
             SELECT bytes FROM quarantine q JOIN inspections i ON i.doc = q.doc
                 WHERE q.hash = ?2 AND i.case_id = ?1
             LIMIT 1",
        )?
        .query_row(params![case_id, hash.as_bytes()], |row| row.get(0))
        .optional()?)
}

/// Where else the pictures of a document are used: case number and round, by SHA-256 of the
/// evidence file or of the camera's file.
///
/// # Errors
/// The database cannot be read.
pub fn reused(
    connection: &Connection,
    doc: DocId,
) -> Result<BTreeMap<Sha256, Vec<(String, u32)>>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT mine.sha256, c.number, i.round FROM blob_refs mine
         JOIN blob_refs other ON other.sha256 = mine.sha256 AND other.doc <> mine.doc
         JOIN inspections i ON i.doc = other.doc JOIN cases c ON c.id = i.case_id
         WHERE mine.doc = ?1 AND mine.kind <> 'thumbnail' ORDER BY c.id, i.round LIMIT ?2",
    )?;
    let rows = statement.query_map(params![doc.as_bytes(), LISTED], |row| {
        Ok((
            Sha256::from_bytes(row.get(0)?),
            (row.get::<_, String>(1)?, row.get::<_, u32>(2)?),
        ))
    })?;
    let mut reused: BTreeMap<Sha256, Vec<(String, u32)>> = BTreeMap::new();
    for row in rows {
        let (hash, place) = row?;
        reused.entry(hash).or_default().push(place);
    }
    Ok(reused)
}
