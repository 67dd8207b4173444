//! All permits in one list: those issued here, and those of the time before.

use field_core::rules::Date;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

use super::StoreError;

/// A permit of the time before this system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldPermit {
    /// As printed.
    pub number: String,
    /// Name of the holder.
    pub holder: String,
    /// Unified social credit code; may be empty.
    pub credit_code: String,
    /// Where the shop is.
    pub address: String,
    /// Class as written.
    pub class: String,
    /// Scopes as written.
    pub scopes: String,
    /// Telephone; may be empty.
    pub phone: String,
    /// First day of validity.
    pub valid_from: Date,
    /// Last day of validity; none for open-ended.
    pub valid_until: Option<Date>,
}

/// A permit in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// As printed.
    pub number: String,
    /// Name of the holder.
    pub holder: String,
    /// The case that led to it; none for one of the time before.
    pub case_id: Option<i64>,
    /// First day of validity, ISO.
    pub valid_from: String,
    /// Last day of validity, ISO; none for open-ended.
    pub valid_until: Option<String>,
    /// The day it was revoked or suspended, ISO.
    pub revoked_on: Option<String>,
    /// It is suspended, not revoked.
    pub suspended: bool,
}

/// Which permits a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Number or holder holds this text; all, when empty.
    pub text: String,
    /// Only valid ones that end on this day or before it, ISO.
    pub ends_by: Option<String>,
}

const ALL: &str = "(SELECT number, holder, case_id, valid_from, valid_until,
        coalesce(revoked_on, suspended_on) AS revoked_on,
        revoked_on IS NULL AND suspended_on IS NOT NULL AS suspended FROM permits
    UNION ALL
    SELECT number, holder, NULL, valid_from, valid_until, NULL, 0 FROM old_permits)";
const WANTED: &str = "(?1 = '' OR instr(number, ?1) OR instr(holder, ?1))
    AND (?2 IS NULL OR (valid_until <= ?2 AND revoked_on IS NULL))";

/// A page of the list; what ends first comes first.
///
/// # Errors
/// The database cannot be read.
pub fn page(
    connection: &Connection,
    filter: &Filter,
    limit: u32,
    offset: u64,
) -> Result<Vec<Listed>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT number, holder, case_id, valid_from, valid_until, revoked_on, suspended FROM {ALL}
         WHERE {WANTED} ORDER BY revoked_on IS NOT NULL, valid_until IS NULL, valid_until, number
         LIMIT ?3 OFFSET ?4"
    ))?;
    let offset = i64::try_from(offset).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![filter.text, filter.ends_by, limit, offset], |row| {
        Ok(Listed {
            number: row.get(0)?,
            holder: row.get(1)?,
            case_id: row.get(2)?,
            valid_from: row.get(3)?,
            valid_until: row.get(4)?,
            revoked_on: row.get(5)?,
            suspended: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many permits the filter lets through.
///
/// # Errors
/// The database cannot be read.
pub fn count(connection: &Connection, filter: &Filter) -> Result<u64, StoreError> {
    let count: i64 = connection
        .prepare_cached(&format!("SELECT count(*) FROM {ALL} WHERE {WANTED}"))?
        .query_row(params![filter.text, filter.ends_by], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// Whether a permit with this number is known.
///
/// # Errors
/// The database cannot be read.
pub fn is_known(connection: &Connection, number: &str) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM permits WHERE number = ?1)
                 OR EXISTS (SELECT 1 FROM old_permits WHERE number = ?1)",
        )?
        .query_row([number], |row| row.get(0))?)
}

/// A file that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its name.
    pub file: String,
    /// JSON of its rows, as the reader understood them.
    pub rows: String,
    /// Real time, Unix milliseconds; none while it is only looked at.
    pub taken_at: Option<i64>,
}

/// Keeps a file that was looked at and answers with its id.
///
/// # Errors
/// The database cannot be written.
pub fn look_at(
    transaction: &Transaction<'_>,
    file: &str,
    rows: &str,
    user_id: &str,
    now: i64,
) -> Result<i64, StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO permit_imports (file, rows, created_by, created_at) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![file, rows, user_id, now])?;
    Ok(transaction.last_insert_rowid())
}

/// A file that was looked at.
///
/// # Errors
/// The database cannot be read.
pub fn import(connection: &Connection, id: i64) -> Result<Option<Import>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT file, rows, taken_at FROM permit_imports WHERE id = ?1")?
        .query_row([id], |row| {
            Ok(Import {
                file: row.get(0)?,
                rows: row.get(1)?,
                taken_at: row.get(2)?,
            })
        })
        .optional()?)
}

/// Takes in the good rows of a file, once; answers with how many. A number that became known
/// meanwhile is left as it is.
///
/// # Errors
/// The database cannot be written.
pub fn take(
    transaction: &Transaction<'_>,
    id: i64,
    permits: &[OldPermit],
    user_id: &str,
    now: i64,
) -> Result<Option<usize>, StoreError> {
    let mine = transaction
        .prepare_cached(
            "UPDATE permit_imports SET taken_at = ?2 WHERE id = ?1 AND taken_at IS NULL",
        )?
        .execute(params![id, now])?;
    if mine == 0 {
        return Ok(None);
    }
    let mut taken = 0;
    for permit in permits {
        if is_known(transaction, &permit.number)? {
            continue;
        }
        taken += transaction
            .prepare_cached(
                "INSERT INTO old_permits (number, holder, credit_code, address, class, scopes,
                     phone, valid_from, valid_until, imported_by, imported_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                permit.number,
                permit.holder,
                permit.credit_code,
                permit.address,
                permit.class,
                permit.scopes,
                permit.phone,
                permit.valid_from.to_string(),
                permit.valid_until.map(|day| day.to_string()),
                user_id,
                now
            ])?;
    }
    Ok(Some(taken))
}
