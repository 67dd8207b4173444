//! Tablets: enrolment codes, the tablets themselves, what they prove themselves with, and the
//! officers' keys on them.

use field_core::ids::DeviceId;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::StoreError;

/// A tablet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its name everywhere.
    pub id: DeviceId,
    /// What people call it.
    pub name: String,
    /// Ed25519.
    pub public_key: [u8; 32],
    /// Real time, Unix milliseconds.
    pub enrolled_at: i64,
    /// Since when nothing from it is trusted.
    pub revoked_at: Option<i64>,
    /// When it was last heard of.
    pub seen_at: Option<i64>,
    /// JSON of its last heartbeat.
    pub heartbeat: Option<String>,
}

/// A code with which one tablet may enrol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// What the tablet will be called.
    pub device_name: String,
    /// Real time, Unix milliseconds.
    pub expires_at: i64,
    /// The tablet that used it.
    pub used_by: Option<DeviceId>,
}

/// Makes a code valid.
///
/// # Errors
/// The database cannot be written.
pub fn insert_code(
    transaction: &Transaction<'_>,
    code_hash: &[u8; 32],
    device_name: &str,
    created_by: &str,
    now: i64,
    expires_at: i64,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO enrolment_codes (code_hash, device_name, created_by, created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![code_hash, device_name, created_by, now, expires_at])?;
    Ok(())
}

/// The code with this hash.
///
/// # Errors
/// The database cannot be read.
pub fn code(connection: &Connection, code_hash: &[u8; 32]) -> Result<Option<Code>, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT device_name, expires_at, device_id FROM enrolment_codes WHERE code_hash = ?1",
        )?
        .query_row([code_hash], |row| {
            Ok(Code {
                device_name: row.get(0)?,
                expires_at: row.get(1)?,
                used_by: row.get::<_, Option<[u8; 16]>>(2)?.map(DeviceId::from_bytes),
            })
        })
        .optional()?)
}

/// Notes which tablet used the code.
///
/// # Errors
/// The database cannot be written.
pub fn use_code(
    transaction: &Transaction<'_>,
    code_hash: &[u8; 32],
    device: DeviceId,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE enrolment_codes SET device_id = ?2 WHERE code_hash = ?1")?
        .execute(params![code_hash, device.as_bytes()])?;
    Ok(())
}

/// Adds a tablet.
///
/// # Errors
/// Its key is already another tablet's.
pub fn insert(transaction: &Transaction<'_>, device: &Device) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO devices (id, name, public_key, enrolled_at) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            device.id.as_bytes(),
            device.name,
            device.public_key,
            device.enrolled_at
        ])?;
    Ok(())
}

const COLUMNS: &str = "id, name, public_key, enrolled_at, revoked_at, seen_at, heartbeat";

/// The tablet with this id, revoked or not.
///
/// # Errors
/// The database cannot be read.
pub fn get(connection: &Connection, id: DeviceId) -> Result<Option<Device>, StoreError> {
    Ok(connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM devices WHERE id = ?1"))?
        .query_row([id.as_bytes()], read)
        .optional()?)
}

/// Every tablet, by name.
///
/// # Errors
/// The database cannot be read.
pub fn all(connection: &Connection) -> Result<Vec<Device>, StoreError> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM devices ORDER BY name, id"))?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Device> {
    Ok(Device {
        id: DeviceId::from_bytes(row.get(0)?),
        name: row.get(1)?,
        public_key: row.get(2)?,
        enrolled_at: row.get(3)?,
        revoked_at: row.get(4)?,
        seen_at: row.get(5)?,
        heartbeat: row.get(6)?,
    })
}

/// Notes when the tablet was heard of, and what it said.
///
/// # Errors
/// The database cannot be written.
pub fn set_heartbeat(
    transaction: &Transaction<'_>,
    id: DeviceId,
    now: i64,
    heartbeat: &str,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE devices SET seen_at = ?2, heartbeat = ?3 WHERE id = ?1")?
        .execute(params![id.as_bytes(), now, heartbeat])?;
    Ok(())
}

/// Nothing from it is trusted from now on, and it has no token any more.
///
/// # Errors
/// The database cannot be written.
pub fn revoke(transaction: &Transaction<'_>, id: DeviceId, now: i64) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE devices SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL")?
        .execute(params![id.as_bytes(), now])?;
    transaction
        .prepare_cached("DELETE FROM device_tokens WHERE device_id = ?1")?
        .execute([id.as_bytes()])?;
    Ok(())
}

/// Sets the nonce that the tablet must sign next; an earlier one is void.
///
/// # Errors
/// The tablet does not exist.
pub fn set_challenge(
    transaction: &Transaction<'_>,
    id: DeviceId,
    nonce: &[u8; 32],
    expires_at: i64,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO device_challenges (device_id, nonce, expires_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (device_id) DO UPDATE
             SET nonce = excluded.nonce, expires_at = excluded.expires_at",
        )?
        .execute(params![id.as_bytes(), nonce, expires_at])?;
    Ok(())
}

/// Takes the nonce, so that it works once.
///
/// # Errors
/// The database cannot be written.
pub fn take_challenge(
    transaction: &Transaction<'_>,
    id: DeviceId,
    now: i64,
) -> Result<Option<[u8; 32]>, StoreError> {
    let taken: Option<([u8; 32], i64)> = transaction
        .prepare_cached(
            "DELETE FROM device_challenges WHERE device_id = ?1 RETURNING nonce, expires_at",
        )?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(taken
        .filter(|(_, expires_at)| now < *expires_at)
        .map(|(nonce, _)| nonce))
}

/// Gives a token; removes those that have expired.
///
/// # Errors
/// The tablet does not exist.
pub fn insert_token(
    transaction: &Transaction<'_>,
    token_hash: &[u8; 32],
    id: DeviceId,
    now: i64,
    expires_at: i64,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM device_tokens WHERE expires_at <= ?1")?
        .execute([now])?;
    transaction
        .prepare_cached(
            "INSERT INTO device_tokens (token_hash, device_id, expires_at) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![token_hash, id.as_bytes(), expires_at])?;
    Ok(())
}

/// The tablet this token is valid for now, unless it was revoked.
///
/// # Errors
/// The database cannot be read.
pub fn by_token(
    connection: &Connection,
    token_hash: &[u8; 32],
    now: i64,
) -> Result<Option<Device>, StoreError> {
    let id: Option<[u8; 16]> = connection
        .prepare_cached(
            "SELECT device_id FROM device_tokens WHERE token_hash = ?1 AND expires_at > ?2",
        )?
        .query_row(params![token_hash, now], |row| row.get(0))
        .optional()?;
    let Some(id) = id else { return Ok(None) };
    let device = get(connection, DeviceId::from_bytes(id))?;
    Ok(device.filter(|device| device.revoked_at.is_none()))
}

/// An officer's key on a tablet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerKey {
    /// Ed25519.
    pub public_key: [u8; 32],
    /// Whose.
    pub user_id: String,
    /// Where it lives.
    pub device: DeviceId,
    /// The envelope the server signed.
    pub certificate: Vec<u8>,
    /// Real time, Unix milliseconds.
    pub created_at: i64,
    /// Since when it is not trusted.
    pub revoked_at: Option<i64>,
}

/// Adds an officer's key.
///
/// # Errors
/// The key exists already.
pub fn insert_officer_key(
    transaction: &Transaction<'_>,
    key: &OfficerKey,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO officer_keys (public_key, user_id, device_id, certificate, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            key.public_key,
            key.user_id,
            key.device.as_bytes(),
            key.certificate,
            key.created_at
        ])?;
    Ok(())
}

/// The officer's key with these bytes, revoked or not.
///
/// # Errors
/// The database cannot be read.
pub fn officer_key(
    connection: &Connection,
    public_key: &[u8; 32],
) -> Result<Option<OfficerKey>, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT public_key, user_id, device_id, certificate, created_at, revoked_at
             FROM officer_keys WHERE public_key = ?1",
        )?
        .query_row([public_key], |row| {
            Ok(OfficerKey {
                public_key: row.get(0)?,
                user_id: row.get(1)?,
                device: DeviceId::from_bytes(row.get(2)?),
                certificate: row.get(3)?,
                created_at: row.get(4)?,
                revoked_at: row.get(5)?,
            })
        })
        .optional()?)
}

/// The tablets on which an officer has a valid key.
///
/// # Errors
/// The database cannot be read.
pub fn of_officer(connection: &Connection, user_id: &str) -> Result<Vec<DeviceId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT d.id FROM officer_keys k JOIN devices d ON d.id = k.device_id
         WHERE k.user_id = ?1 AND k.revoked_at IS NULL AND d.revoked_at IS NULL ORDER BY d.id",
    )?;
    let rows = statement.query_map([user_id], |row| row.get(0).map(DeviceId::from_bytes))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
