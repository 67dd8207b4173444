//! What the gate refused: kept as it came, shown to the office, never thrown away.

use field_core::digest::Sha256;
use field_core::ids::{DeviceId, DocId};
use rusqlite::{Connection, Transaction, params};

use super::StoreError;

/// One thing that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// Whatever document its sender named; it may not exist.
    pub doc: DocId,
    /// `change` or `statement`.
    pub kind: &'static str,
    /// As it came.
    pub bytes: Vec<u8>,
    /// Code and words.
    pub reason: String,
}

/// Keeps it; the same bytes again change nothing.
///
/// # Errors
/// The database cannot be written.
pub fn insert(
    transaction: &Transaction<'_>,
    aside: &Aside,
    carrier: DeviceId,
    now: i64,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO quarantine (hash, doc, kind, bytes, reason, carrier, received_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            Sha256::of(&aside.bytes).as_bytes(),
            aside.doc.as_bytes(),
            aside.kind,
            aside.bytes,
            aside.reason,
            carrier.as_bytes(),
            now
        ])?;
    Ok(())
}

/// Takes bytes out again, since they were admitted after all.
///
/// # Errors
/// The database cannot be written.
pub fn remove(transaction: &Transaction<'_>, bytes: &[u8]) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM quarantine WHERE hash = ?1")?
        .execute([Sha256::of(bytes).as_bytes()])?;
    Ok(())
}

/// How many things of this tablet were set aside.
///
/// # Errors
/// The database cannot be read.
pub fn count(connection: &Connection, carrier: DeviceId) -> Result<u64, StoreError> {
    let count: i64 = connection
        .prepare_cached("SELECT count(*) FROM quarantine WHERE carrier = ?1")?
        .query_row([carrier.as_bytes()], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// What was set aside for a document, oldest first: hash of the bytes, kind, reason, time.
///
/// # Errors
/// The database cannot be read.
pub fn of_doc(
    connection: &Connection,
    doc: DocId,
) -> Result<Vec<(Sha256, String, String, i64)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT hash, kind, reason, received_at FROM quarantine WHERE doc = ?1
         ORDER BY received_at, hash LIMIT 1000",
    )?;
    let rows = statement.query_map([doc.as_bytes()], |row| {
        let hash = Sha256::from_bytes(row.get(0)?);
        Ok((hash, row.get(1)?, row.get(2)?, row.get(3)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The bytes that were set aside under this hash.
///
/// # Errors
/// The database cannot be read, or there are none.
pub fn bytes(connection: &Connection, hash: Sha256) -> Result<Vec<u8>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT bytes FROM quarantine WHERE hash = ?1")?
        .query_row([hash.as_bytes()], |row| row.get(0))?)
}
