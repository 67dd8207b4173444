//! Scans and photos of an application's materials.

use field_core::digest::Sha256;
use rusqlite::{Connection, Transaction, params};

use super::StoreError;

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaterialFile {
    /// Id of the material.
    pub material: String,
    /// Its bytes.
    pub sha256: Sha256,
    /// What it was called.
    pub name: String,
    /// Media type.
    pub media: String,
    /// Length.
    pub bytes: u64,
    /// User id.
    pub added_by: String,
    /// Real time, Unix milliseconds.
    pub added_at: i64,
}

/// Adds a file whose bytes are in their place; the same one again changes nothing.
///
/// # Errors
/// The database cannot be written.
pub fn add(
    transaction: &Transaction<'_>,
    case_id: i64,
    file: &MaterialFile,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO blobs (sha256, bytes, media, held_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (sha256) DO UPDATE SET bytes = excluded.bytes, media = excluded.media,
                 held_at = coalesce(held_at, excluded.held_at)",
        )?
        .execute(params![
            file.sha256.as_bytes(),
            i64::try_from(file.bytes).unwrap_or(i64::MAX),
            file.media,
            file.added_at
        ])?;
    transaction
        .prepare_cached(
            "INSERT INTO material_files (case_id, material_id, sha256, name, added_by, added_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            case_id,
            file.material,
            file.sha256.as_bytes(),
            file.name,
            file.added_by,
            file.added_at
        ])?;
    Ok(())
}

/// The files of a case's materials, oldest first.
///
/// # Errors
/// The database cannot be read.
pub fn of_case(connection: &Connection, case_id: i64) -> Result<Vec<MaterialFile>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT m.material_id, m.sha256, m.name, b.media, b.bytes, m.added_by, m.added_at
         FROM material_files m JOIN blobs b ON b.sha256 = m.sha256
         WHERE m.case_id = ?1 ORDER BY m.material_id, m.added_at",
    )?;
    let rows = statement.query_map([case_id], |row| {
        Ok(MaterialFile {
            material: row.get(0)?,
            sha256: Sha256::from_bytes(row.get(1)?),
            name: row.get(2)?,
            media: row.get(3)?,
            bytes: row.get::<_, i64>(4)?.unsigned_abs(),
            added_by: row.get(5)?,
            added_at: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
