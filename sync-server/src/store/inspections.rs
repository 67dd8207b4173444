//! Inspections: which documents a case has, their snapshot and heads, their seal. What tablets
//! add to them is the log's matter.

use field_core::digest::Sha256;
use field_core::ids::{Actor, DocId};
use field_core::inspection::Heads;
use field_core::rules::RulesetHash;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::StoreError;

/// One round of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Its document.
    pub doc: DocId,
    /// The case.
    pub case_id: i64,
    /// From 1.
    pub round: u32,
    /// The conditions it is judged by.
    pub ruleset: RulesetHash,
    /// The heads of everything admitted.
    pub heads: Heads,
    /// The heads it is sealed at.
    pub sealed: Option<Heads>,
    /// When, real time, Unix milliseconds.
    pub sealed_at: Option<i64>,
}

/// What the server makes when a round begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genesis {
    /// The document.
    pub doc: DocId,
    /// The case.
    pub case_id: i64,
    /// From 1.
    pub round: u32,
    /// The conditions it is judged by.
    pub ruleset: RulesetHash,
    /// The saved document.
    pub snapshot: Vec<u8>,
    /// Its heads.
    pub heads: Heads,
    /// The largest operation counter in it.
    pub max_op: u64,
    /// Its only change.
    pub change: Sha256,
    /// The change's actor.
    pub actor: Actor,
    /// The change's position in that actor's chain.
    pub seq: u64,
    /// The change's bytes.
    pub bytes: Vec<u8>,
}

/// Adds the document with its genesis.
///
/// # Errors
/// The case has that round already.
pub fn begin(transaction: &Transaction<'_>, genesis: &Genesis, now: i64) -> Result<(), StoreError> {
    let max_op = to_i64(genesis.max_op)?;
    let seq = to_i64(genesis.seq)?;
    transaction
        .prepare_cached(
            "INSERT INTO inspections (doc, case_id, round, ruleset_hash, snapshot, heads, max_op)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            genesis.doc.as_bytes(),
            genesis.case_id,
            genesis.round,
            genesis.ruleset.0,
            genesis.snapshot,
            genesis.heads.to_bytes(),
            max_op
        ])?;
    transaction
        .prepare_cached(
            "INSERT INTO changes (hash, doc, actor, seq, bytes, received_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            genesis.change.as_bytes(),
            genesis.doc.as_bytes(),
            genesis.actor.as_bytes(),
            seq,
            genesis.bytes,
            now
        ])?;
    Ok(())
}

fn to_i64(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|e| StoreError::unreadable("a counter", e))
}

const COLUMNS: &str = "doc, case_id, round, ruleset_hash, heads, sealed_heads, sealed_at";

/// The inspection of this document.
///
/// # Errors
/// The database cannot be read.
pub fn get(connection: &Connection, doc: DocId) -> Result<Option<Inspection>, StoreError> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM inspections WHERE doc = ?1"))?
        .query_row([doc.as_bytes()], read)
        .optional()?
        .map(Raw::parse)
        .transpose()
}

/// The inspections of a case, first round first.
///
/// # Errors
/// The database cannot be read.
pub fn of_case(connection: &Connection, case_id: i64) -> Result<Vec<Inspection>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM inspections WHERE case_id = ?1 ORDER BY round"
    ))?;
    let rows = statement.query_map([case_id], read)?;
    rows.map(|row| row?.parse()).collect()
}

/// The saved document with everything admitted.
///
/// # Errors
/// The database cannot be read.
pub fn snapshot(connection: &Connection, doc: DocId) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT snapshot FROM inspections WHERE doc = ?1")?
        .query_row([doc.as_bytes()], |row| row.get(0))
        .optional()?)
}

/// Replaces snapshot and heads after changes were admitted.
///
/// # Errors
/// The database cannot be written.
pub fn set_snapshot(
    transaction: &Transaction<'_>,
    doc: DocId,
    snapshot: &[u8],
    heads: &Heads,
    max_op: u64,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "UPDATE inspections SET snapshot = ?2, heads = ?3, max_op = ?4 WHERE doc = ?1",
        )?
        .execute(params![
            doc.as_bytes(),
            snapshot,
            heads.to_bytes(),
            to_i64(max_op)?
        ])?;
    Ok(())
}

/// Sets the seal, or clears it.
///
/// # Errors
/// The database cannot be written.
pub fn set_seal(
    transaction: &Transaction<'_>,
    doc: DocId,
    seal: Option<(&Heads, i64)>,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE inspections SET sealed_heads = ?2, sealed_at = ?3 WHERE doc = ?1")?
        .execute(params![
            doc.as_bytes(),
            seal.map(|(heads, _)| heads.to_bytes()),
            seal.map(|(_, at)| at)
        ])?;
    Ok(())
}

struct Raw {
    inspection: Inspection,
    heads: Vec<u8>,
    sealed: Option<Vec<u8>>,
}

impl Raw {
    fn parse(self) -> Result<Inspection, StoreError> {
        let heads = |bytes: &[u8]| {
            Heads::from_bytes(bytes)
                .ok_or_else(|| StoreError::unreadable("inspections.heads", "not whole hashes"))
        };
        Ok(Inspection {
            heads: heads(&self.heads)?,
            sealed: self.sealed.as_deref().map(heads).transpose()?,
            ..self.inspection
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok(Raw {
        inspection: Inspection {
            doc: DocId::from_bytes(row.get(0)?),
            case_id: row.get(1)?,
            round: row.get(2)?,
            ruleset: RulesetHash(row.get(3)?),
            heads: Heads::default(),
            sealed: None,
            sealed_at: row.get(6)?,
        },
        heads: row.get(4)?,
        sealed: row.get(5)?,
    })
}
