//! Which documents a tablet gets: those on which an officer with a key on it is assigned, or
//! stands in. Entering and leaving are rows of the log, so that a tablet learns of them in order.

use std::collections::BTreeSet;

use field_core::ids::{DeviceId, DocId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::log::{self, Entry};
use super::{StoreError, devices};

/// Lets a document enter a tablet's scope, unless it is there.
///
/// # Errors
/// The database cannot be written.
pub fn enter(
    transaction: &Transaction<'_>,
    device: DeviceId,
    doc: DocId,
) -> Result<(), StoreError> {
    if is_open(transaction, device, doc)? {
        return Ok(());
    }
    let seq = log::append(transaction, doc, Entry::Enter(device))?;
    transaction
        .prepare_cached(
            "INSERT INTO scopes (device_id, doc, enter_seq) VALUES (?1, ?2, ?3)
             ON CONFLICT (device_id, doc) DO UPDATE
             SET enter_seq = excluded.enter_seq, leave_seq = NULL",
        )?
        .execute(params![device.as_bytes(), doc.as_bytes(), seq])?;
    Ok(())
}

/// Lets a document leave a tablet's scope; unsent work on it is still taken.
///
/// # Errors
/// The database cannot be written.
pub fn leave(
    transaction: &Transaction<'_>,
    device: DeviceId,
    doc: DocId,
) -> Result<(), StoreError> {
    if !is_open(transaction, device, doc)? {
        return Ok(());
    }
    let seq = log::append(transaction, doc, Entry::Leave(device))?;
    transaction
        .prepare_cached("UPDATE scopes SET leave_seq = ?3 WHERE device_id = ?1 AND doc = ?2")?
        .execute(params![device.as_bytes(), doc.as_bytes(), seq])?;
    Ok(())
}

fn is_open(connection: &Connection, device: DeviceId, doc: DocId) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached("SELECT leave_seq IS NULL FROM scopes WHERE device_id = ?1 AND doc = ?2")?
        .query_row(params![device.as_bytes(), doc.as_bytes()], |row| row.get(0))
        .optional()?
        .unwrap_or(false))
}

/// The tablets that have a document in their scope now.
///
/// # Errors
/// The database cannot be read.
pub fn holders(connection: &Connection, doc: DocId) -> Result<BTreeSet<DeviceId>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT device_id FROM scopes WHERE doc = ?1 AND leave_seq IS NULL")?;
    let rows = statement.query_map([doc.as_bytes()], |row| row.get(0).map(DeviceId::from_bytes))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Makes the holders of `doc` exactly the tablets of these officers.
///
/// # Errors
/// The database cannot be written.
pub fn set_officers(
    transaction: &Transaction<'_>,
    doc: DocId,
    officers: &BTreeSet<&str>,
) -> Result<(), StoreError> {
    let mut wanted = BTreeSet::new();
    for officer in officers {
        wanted.extend(devices::of_officer(transaction, officer)?);
    }
    let present = holders(transaction, doc)?;
    for device in wanted.difference(&present) {
        enter(transaction, *device, doc)?;
    }
    for device in present.difference(&wanted) {
        leave(transaction, *device, doc)?;
    }
    Ok(())
}
