//! Statements beside documents, and the officers' keys that may make them.

use field_core::digest::Sha256;
use field_core::identity::PublicKey;
use field_core::ids::{DeviceId, DocId};
use rusqlite::{Connection, Transaction, params};

use super::StoreError;

/// Adds a statement.
///
/// # Errors
/// It is there already.
pub fn insert(
    transaction: &Transaction<'_>,
    hash: Sha256,
    doc: DocId,
    kind: &str,
    bytes: &[u8],
    carrier: DeviceId,
    now: i64,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO statements (hash, doc, kind, bytes, carrier, received_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            hash.as_bytes(),
            doc.as_bytes(),
            kind,
            bytes,
            carrier.as_bytes(),
            now
        ])?;
    Ok(())
}

/// The statements beside a document in the order in which they came: hash and bytes.
///
/// # Errors
/// The database cannot be read.
pub fn of_doc(connection: &Connection, doc: DocId) -> Result<Vec<(Sha256, Vec<u8>)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT s.hash, s.bytes FROM log l JOIN statements s ON s.hash = l.ref
         WHERE l.doc = ?1 AND l.kind = 'statement' ORDER BY l.seq",
    )?;
    let rows = statement.query_map([doc.as_bytes()], |row| {
        Ok((Sha256::from_bytes(row.get(0)?), row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The bytes of one statement.
///
/// # Errors
/// The database cannot be read, or there is no such statement.
pub fn get(connection: &Connection, hash: Sha256) -> Result<Vec<u8>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT bytes FROM statements WHERE hash = ?1")?
        .query_row([hash.as_bytes()], |row| row.get(0))?)
}

/// A certified key of an officer who is or was assigned to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerKey {
    /// The officer's key.
    pub key: PublicKey,
    /// User id.
    pub user_id: String,
    /// The tablet on which it lives.
    pub device: DeviceId,
    /// The tablet's own key.
    pub device_key: PublicKey,
    /// Neither the key nor the tablet was revoked.
    pub trusted: bool,
}

/// The keys of everybody who is or was assigned to the case, stand-ins included.
///
/// # Errors
/// The database cannot be read.
pub fn officer_keys(connection: &Connection, case_id: i64) -> Result<Vec<OfficerKey>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT k.public_key, k.user_id, k.device_id, d.public_key,
                k.revoked_at IS NULL AND d.revoked_at IS NULL
         FROM officer_keys k JOIN devices d ON d.id = k.device_id
         WHERE k.user_id IN (
             SELECT user_id FROM assignments WHERE case_id = ?1
             UNION SELECT standin FROM assignments WHERE case_id = ?1 AND standin IS NOT NULL)",
    )?;
    let rows = statement.query_map([case_id], |row| {
        Ok(OfficerKey {
            key: PublicKey::from_bytes(row.get(0)?),
            user_id: row.get(1)?,
            device: DeviceId::from_bytes(row.get(2)?),
            device_key: PublicKey::from_bytes(row.get(3)?),
            trusted: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
