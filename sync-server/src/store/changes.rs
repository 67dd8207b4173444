//! Changes as they came, the signatures that vouch for them, and whose their actors are.

use field_core::digest::Sha256;
use field_core::ids::{Actor, DeviceId, DocId};
use field_core::protocol::HeadSignature;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::StoreError;

/// A change that was admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<'a> {
    /// Its name.
    pub hash: Sha256,
    /// Of this document.
    pub doc: DocId,
    /// Who wrote it.
    pub actor: Actor,
    /// Number in the actor's chain, from 1.
    pub seq: u64,
    /// As it came.
    pub bytes: &'a [u8],
    /// The tablet that brought it.
    pub carrier: DeviceId,
    /// Real time, Unix milliseconds.
    pub received_at: i64,
    /// Whether the inspection was sealed by then.
    pub late: bool,
}

/// Adds a change.
///
/// # Errors
/// It is there already, or its actor has another with this number.
pub fn insert(transaction: &Transaction<'_>, change: &Change<'_>) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO changes (hash, doc, actor, seq, bytes, carrier, received_at, late)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            change.hash.as_bytes(),
            change.doc.as_bytes(),
            change.actor.as_bytes(),
            i64::try_from(change.seq).map_err(|e| StoreError::unreadable("changes.seq", e))?,
            change.bytes,
            change.carrier.as_bytes(),
            change.received_at,
            change.late
        ])?;
    Ok(())
}

/// A change as tablets get it: its bytes, whether it came after the seal, and the signature over
/// it where it was the newest of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// As they came.
    pub bytes: Vec<u8>,
    /// Whether the inspection was sealed by then.
    pub late: bool,
    /// Of its author's tablet, or of this server where an officer admitted it.
    pub signature: Option<[u8; 64]>,
}

/// The change of this name.
///
/// # Errors
/// The database cannot be read.
pub fn get(connection: &Connection, hash: Sha256) -> Result<Option<Stored>, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT c.bytes, c.late, s.signature FROM changes c
             LEFT JOIN change_signatures s ON s.doc = c.doc AND s.actor = c.actor AND s.hash = c.hash
             WHERE c.hash = ?1",
        )?
        .query_row([hash.as_bytes()], |row| {
            Ok(Stored {
                bytes: row.get(0)?,
                late: row.get(1)?,
                signature: row.get(2)?,
            })
        })
        .optional()?)
}

/// The newest signature of each actor of a document: whoever holds the document needs it to
/// bring the actor's work to a server that lost it.
///
/// # Errors
/// The database cannot be read.
pub fn newest_signatures(
    connection: &Connection,
    doc: DocId,
) -> Result<Vec<HeadSignature>, StoreError> {
    // SQLite takes the other columns from the row with the maximum.
    let mut statement = connection.prepare_cached(
        "SELECT s.actor, s.hash, s.signature, max(c.seq) FROM change_signatures s
         JOIN changes c ON c.hash = s.hash
         WHERE s.doc = ?1 GROUP BY s.actor ORDER BY s.actor",
    )?;
    let rows = statement.query_map([doc.as_bytes()], |row| {
        Ok(HeadSignature {
            doc,
            actor: Actor::from_bytes(row.get(0)?),
            change: Sha256::from_bytes(row.get(1)?),
            signature: row.get::<_, [u8; 64]>(2)?.into(),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps a signature that was verified.
///
/// # Errors
/// The database cannot be written.
pub fn insert_signature(
    transaction: &Transaction<'_>,
    signature: &HeadSignature,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO change_signatures (doc, actor, hash, signature) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            signature.doc.as_bytes(),
            signature.actor.as_bytes(),
            signature.change.as_bytes(),
            signature.signature.as_slice()
        ])?;
    Ok(())
}

/// Whose an actor is, as its admitted certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorRow {
    /// The actor.
    pub actor: Actor,
    /// User id of the officer.
    pub user_id: String,
    /// The tablet.
    pub device: DeviceId,
    /// Hash of the certificate.
    pub statement: Sha256,
}

/// Notes whose an actor is.
///
/// # Errors
/// The actor is somebody's already.
pub fn insert_actor(
    transaction: &Transaction<'_>,
    doc: DocId,
    row: &ActorRow,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO actors (doc, actor, user_id, device_id, statement)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            doc.as_bytes(),
            row.actor.as_bytes(),
            row.user_id,
            row.device.as_bytes(),
            row.statement.as_bytes()
        ])?;
    Ok(())
}

/// The actors of a document.
///
/// # Errors
/// The database cannot be read.
pub fn actors(connection: &Connection, doc: DocId) -> Result<Vec<ActorRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT actor, user_id, device_id, statement FROM actors WHERE doc = ?1 ORDER BY actor",
    )?;
    let rows = statement.query_map([doc.as_bytes()], |row| {
        Ok(ActorRow {
            actor: Actor::from_bytes(row.get(0)?),
            user_id: row.get(1)?,
            device: DeviceId::from_bytes(row.get(2)?),
            statement: Sha256::from_bytes(row.get(3)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The largest operation counter of a document.
///
/// # Errors
/// The database cannot be read, or there is no such document.
pub fn max_op(connection: &Connection, doc: DocId) -> Result<u64, StoreError> {
    let max_op: i64 = connection
        .prepare_cached("SELECT max_op FROM inspections WHERE doc = ?1")?
        .query_row([doc.as_bytes()], |row| row.get(0))?;
    u64::try_from(max_op).map_err(|e| StoreError::unreadable("inspections.max_op", e))
}
