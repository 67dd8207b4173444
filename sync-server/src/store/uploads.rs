//! Uploads that were begun. How far one has come is the length of its file, nothing else.

use field_core::digest::Sha256;
use field_core::ids::DeviceId;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::StoreError;

/// One upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Random name, hexadecimal.
    pub id: String,
    /// What it will be.
    pub sha256: Sha256,
    /// How long it will be.
    pub length: u64,
    /// Who sends it.
    pub device: DeviceId,
    /// Real time, Unix milliseconds.
    pub expires_at: i64,
}

const COLUMNS: &str = "id, sha256, length, device_id, expires_at";

/// Begins an upload.
///
/// # Errors
/// The database cannot be written.
pub fn insert(transaction: &Transaction<'_>, upload: &Upload, now: i64) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO uploads (id, sha256, length, device_id, created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            upload.id,
            upload.sha256.as_bytes(),
            i64::try_from(upload.length).unwrap_or(i64::MAX),
            upload.device.as_bytes(),
            now,
            upload.expires_at
        ])?;
    Ok(())
}

/// The upload of this name.
///
/// # Errors
/// The database cannot be read.
pub fn get(connection: &Connection, id: &str) -> Result<Option<Upload>, StoreError> {
    Ok(connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM uploads WHERE id = ?1"))?
        .query_row([id], read)
        .optional()?)
}

/// The upload of this file that a tablet began and that has not expired.
///
/// # Errors
/// The database cannot be read.
pub fn begun(
    connection: &Connection,
    device: DeviceId,
    sha256: Sha256,
    now: i64,
) -> Result<Option<Upload>, StoreError> {
    Ok(connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM uploads
             WHERE device_id = ?1 AND sha256 = ?2 AND expires_at > ?3
             ORDER BY created_at DESC LIMIT 1"
        ))?
        .query_row(params![device.as_bytes(), sha256.as_bytes(), now], read)
        .optional()?)
}

/// How many uploads of a tablet are under way.
///
/// # Errors
/// The database cannot be read.
pub fn count(connection: &Connection, device: DeviceId, now: i64) -> Result<u64, StoreError> {
    let count: i64 = connection
        .prepare_cached(
            "SELECT count(*) FROM uploads u LEFT JOIN blobs b ON b.sha256 = u.sha256
             WHERE u.device_id = ?1 AND u.expires_at > ?2 AND b.held_at IS NULL",
        )?
        .query_row(params![device.as_bytes(), now], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// Forgets an upload.
///
/// # Errors
/// The database cannot be written.
pub fn remove(transaction: &Transaction<'_>, id: &str) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM uploads WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

/// Forgets uploads that have expired, at most `limit`, and answers with their names.
///
/// # Errors
/// The database cannot be written.
pub fn take_expired(
    transaction: &Transaction<'_>,
    now: i64,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    let mut statement = transaction.prepare_cached(
        "DELETE FROM uploads WHERE id IN (
             SELECT id FROM uploads WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)
         RETURNING id",
    )?;
    let rows = statement.query_map(params![now, limit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Upload> {
    Ok(Upload {
        id: row.get(0)?,
        sha256: Sha256::from_bytes(row.get(1)?),
        length: row.get::<_, i64>(2)?.unsigned_abs(),
        device: DeviceId::from_bytes(row.get(3)?),
        expires_at: row.get(4)?,
    })
}
