//! The log: append-only, what every tablet reads from its cursor on. The sequence is handed out
//! inside the writing transaction; with one writer no reader can pass a number that commits later.

use field_core::digest::Sha256;
use field_core::ids::{DeviceId, DocId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::StoreError;

/// What a row tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// A change was admitted.
    Change(Sha256),
    /// A statement was admitted.
    Statement(Sha256),
    /// The case of the document was moved.
    Case,
    /// The document enters the scope of a tablet.
    Enter(DeviceId),
    /// The document leaves the scope of a tablet.
    Leave(DeviceId),
}

impl Entry {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Change(_) => "change",
            Self::Statement(_) => "statement",
            Self::Case => "case",
            Self::Enter(_) => "enter",
            Self::Leave(_) => "leave",
        }
    }

    fn reference(&self) -> &[u8] {
        match self {
            Self::Change(hash) | Self::Statement(hash) => hash.as_bytes(),
            Self::Case => &[],
            Self::Enter(device) | Self::Leave(device) => device.as_bytes(),
        }
    }

    /// Reads what was stored.
    ///
    /// # Errors
    /// An unknown kind, or a reference of the wrong length.
    pub fn from_columns(kind: &str, reference: &[u8]) -> Result<Self, StoreError> {
        let wrong = || StoreError::unreadable("log.ref", kind);
        let hash = || Sha256::try_from(reference).map_err(|_| wrong());
        let device = || DeviceId::try_from(reference).map_err(|_| wrong());
        Ok(match kind {
            "change" => Self::Change(hash()?),
            "statement" => Self::Statement(hash()?),
            "case" => Self::Case,
            "enter" => Self::Enter(device()?),
            "leave" => Self::Leave(device()?),
            _ => return Err(StoreError::unreadable("log.kind", kind)),
        })
    }
}

/// The last row's sequence and hash; 0 and zeroes while the log is empty.
///
/// # Errors
/// The database cannot be read.
pub fn end(connection: &Connection) -> Result<(i64, Sha256), StoreError> {
    let last: Option<(i64, [u8; 32])> = connection
        .prepare_cached("SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (seq, hash) = last.unwrap_or_default();
    Ok((seq, Sha256::from_bytes(hash)))
}

/// Appends a row and answers with its sequence.
///
/// # Errors
/// The database cannot be written.
pub fn append(transaction: &Transaction<'_>, doc: DocId, entry: Entry) -> Result<i64, StoreError> {
    let (last, before) = end(transaction)?;
    let seq = last + 1;
    let hash = Sha256::of_parts([
        before.as_ref(),
        doc.as_bytes(),
        entry.kind().as_bytes(),
        entry.reference(),
    ]);
    transaction
        .prepare_cached("INSERT INTO log (seq, doc, kind, ref, hash) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            seq,
            doc.as_bytes(),
            entry.kind(),
            entry.reference(),
            hash.as_bytes()
        ])?;
    Ok(seq)
}
