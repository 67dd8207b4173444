//! Signatures of others, kept with the changes they vouch for.

use rusqlite::{Connection, OptionalExtension, params};

use super::TabletError;
use crate::digest::Sha256;
use crate::ids::{Actor, DocId};
use crate::protocol::HeadSignature;

pub(in crate::tablet) fn insert(
    connection: &Connection,
    one: &HeadSignature,
) -> Result<(), TabletError> {
    connection
        .prepare_cached(
            "INSERT INTO signatures (doc, actor, change, signature) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            one.doc.as_ref(),
            one.actor.as_ref(),
            one.change.as_ref(),
            one.signature.as_slice()
        ])?;
    Ok(())
}

/// The signature over this very change, if there is one.
pub(in crate::tablet) fn get(
    connection: &Connection,
    doc: DocId,
    actor: Actor,
    change: Sha256,
) -> Result<Option<HeadSignature>, TabletError> {
    let signature: Option<[u8; 64]> = connection
        .prepare_cached(
            "SELECT signature FROM signatures WHERE doc = ?1 AND actor = ?2 AND change = ?3",
        )?
        .query_row(
            params![doc.as_ref(), actor.as_ref(), change.as_ref()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(signature.map(|signature| HeadSignature {
        doc,
        actor,
        change,
        signature: signature.into(),
    }))
}
