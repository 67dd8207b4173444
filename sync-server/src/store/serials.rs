//! Numbers that are given once. They are taken inside the writing transaction: a job that is
//! rolled back gives its number back, so the series has no gaps, and no number is given twice.

use rusqlite::Transaction;

use super::StoreError;

/// Takes the next number of `kind`; the first is 1.
///
/// # Errors
/// The database cannot be written.
pub fn take(transaction: &Transaction<'_>, kind: &str) -> Result<u32, StoreError> {
    Ok(transaction
        .prepare_cached(
            "INSERT INTO serials (kind, next) VALUES (?1, 2)
             ON CONFLICT (kind) DO UPDATE SET next = next + 1
             RETURNING next - 1",
        )?
        .query_row([kind], |row| row.get(0))?)
}
