//! The register of a case's papers: written once, never changed.

use field_core::rules::Date;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::StoreError;
use super::cases::parse_day;

/// A paper to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPaper {
    /// The case.
    pub case_id: i64,
    /// What kind, a word such as `acceptance`.
    pub kind: String,
    /// The row of the history it tells of.
    pub basis: i64,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// JSON of everything it says.
    pub facts: String,
    /// PDF/A.
    pub pdf: Vec<u8>,
    /// User id; none is the system itself.
    pub made_by: Option<String>,
    /// Real time, Unix milliseconds.
    pub made_at: i64,
    /// Business day.
    pub made_on: Date,
}

/// A paper in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its place in the register.
    pub id: i64,
    /// What kind.
    pub kind: String,
    /// The row of the history it tells of.
    pub basis: i64,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Size of its file.
    pub bytes: u64,
    /// Business day.
    pub made_on: Date,
}

/// Keeps a paper.
///
/// # Errors
/// There is one of this kind on this basis, or the number is taken.
pub fn insert(transaction: &Transaction<'_>, paper: &NewPaper) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO papers (case_id, kind, basis, number, title, facts, pdf, made_by,
                 made_at, made_on)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            paper.case_id,
            paper.kind,
            paper.basis,
            paper.number,
            paper.title,
            paper.facts,
            paper.pdf,
            paper.made_by,
            paper.made_at,
            paper.made_on.to_string()
        ])?;
    Ok(())
}

/// The papers of a case, oldest first.
///
/// # Errors
/// The database cannot be read.
pub fn of_case(connection: &Connection, case_id: i64) -> Result<Vec<Listed>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, kind, basis, number, title, length(pdf), made_on FROM papers
         WHERE case_id = ?1 ORDER BY id",
    )?;
    let rows = statement.query_map([case_id], |row| {
        Ok((
            Listed {
                id: row.get(0)?,
                kind: row.get(1)?,
                basis: row.get(2)?,
                number: row.get(3)?,
                title: row.get(4)?,
                bytes: row.get::<_, i64>(5)?.unsigned_abs(),
                made_on: Date::MIN,
            },
            row.get::<_, String>(6)?,
        ))
    })?;
    rows.map(|row| {
        let (paper, day) = row?;
        Ok(Listed {
            made_on: parse_day(Some(day))?.unwrap_or(Date::MIN),
            ..paper
        })
    })
    .collect()
}

/// Number and file of a paper of a case.
///
/// # Errors
/// The database cannot be read.
pub fn file(
    connection: &Connection,
    case_id: i64,
    id: i64,
) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT number, pdf FROM papers WHERE case_id = ?1 AND id = ?2")?
        .query_row([case_id, id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// What the papers of a case say, oldest first.
///
/// # Errors
/// The database cannot be read.
pub fn facts(connection: &Connection, case_id: i64) -> Result<Vec<String>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT facts FROM papers WHERE case_id = ?1 ORDER BY id")?;
    let rows = statement.query_map([case_id], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
