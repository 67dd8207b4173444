//! The history: append-only, each row's hash covers the row before it, over all cases. Rows are
//! written in the transaction that does what they tell.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use sha2::{Digest, Sha256};

use super::StoreError;

/// What happened, before it has a place in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The case, or none for what concerns the installation.
    pub case_id: Option<i64>,
    /// Real time, Unix milliseconds.
    pub at: i64,
    /// Business date, ISO.
    pub on_date: String,
    /// Who did it; none is the system itself.
    pub user_id: Option<String>,
    /// What was done, a word such as `accept`.
    pub action: String,
    /// Particulars, a JSON object.
    pub detail: serde_json::Value,
}

/// A row of the history.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its place.
    pub seq: i64,
    /// What happened.
    pub event: Event,
    /// SHA-256 over the row before and this one.
    pub hash: [u8; 32],
}

/// Appends `event` and answers with its sequence number.
///
/// # Errors
/// The database cannot be written.
pub fn append(transaction: &Transaction<'_>, event: &Event) -> Result<i64, StoreError> {
    let last: Option<(i64, [u8; 32])> = transaction
        .prepare_cached("SELECT seq, hash FROM history ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (seq, before) = last.map_or((1, [0; 32]), |(seq, hash)| (seq + 1, hash));
    let detail = event.detail.to_string();
    let hash = chain(&before, seq, event, &detail);
    transaction
        .prepare_cached(
            "INSERT INTO history (seq, case_id, at, on_date, user_id, action, detail, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            seq,
            event.case_id,
            event.at,
            event.on_date,
            event.user_id,
            event.action,
            detail,
            hash
        ])?;
    Ok(seq)
}

/// The history of one case, oldest first.
///
/// # Errors
/// The database cannot be read.
pub fn of_case(connection: &Connection, case_id: i64) -> Result<Vec<Entry>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, case_id, at, on_date, user_id, action, detail, hash
         FROM history WHERE case_id = ?1 ORDER BY seq",
    )?;
    let rows = statement.query_map([case_id], read_row)?;
    rows.map(|row| row?.parse()).collect()
}

/// Recomputes the chain from its beginning; answers with the first row that does not fit.
///
/// # Errors
/// The database cannot be read.
pub fn first_broken(connection: &Connection) -> Result<Option<i64>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT seq, case_id, at, on_date, user_id, action, detail, hash FROM history ORDER BY seq",
    )?;
    let mut before = [0; 32];
    for (place, row) in (1..).zip(statement.query_map([], read_row)?) {
        let row = row?;
        if row.seq != place || chain(&before, row.seq, &row.event, &row.detail) != row.hash {
            return Ok(Some(row.seq));
        }
        before = row.hash;
    }
    Ok(None)
}

/// Every field with its length before it, so that no two rows have the same bytes.
fn chain(before: &[u8; 32], seq: i64, event: &Event, detail: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(seq.to_be_bytes());
    hash.update(event.case_id.unwrap_or(0).to_be_bytes());
    hash.update(event.at.to_be_bytes());
    for text in [
        event.on_date.as_str(),
        event.user_id.as_deref().unwrap_or(""),
        &event.action,
        detail,
    ] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().into()
}

struct Raw {
    seq: i64,
    event: Event,
    detail: String,
    hash: [u8; 32],
}

impl Raw {
    fn parse(self) -> Result<Entry, StoreError> {
        let mut event = self.event;
        event.detail = serde_json::from_str(&self.detail)
            .map_err(|e| StoreError::unreadable("history.detail", e))?;
        Ok(Entry {
            seq: self.seq,
            event,
            hash: self.hash,
        })
    }
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok(Raw {
        seq: row.get(0)?,
        event: Event {
            case_id: row.get(1)?,
            at: row.get(2)?,
            on_date: row.get(3)?,
            user_id: row.get(4)?,
            action: row.get(5)?,
            detail: serde_json::Value::Null,
        },
        detail: row.get(6)?,
        hash: row.get(7)?,
    })
}
