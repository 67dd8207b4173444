//! When the clock of a case stood still, and how much time was added.

use field_core::rules::Date;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::StoreError;
use super::cases::parse_day;

/// A time during which the clock stood still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Id of the matter's stop.
    pub reason: String,
    /// What was awaited.
    pub note: String,
    /// Business day it began.
    pub from_on: Date,
    /// Business day it ended; none while it stands still.
    pub until_on: Option<Date>,
    /// Working days it stood still, once it ended.
    pub days: Option<u32>,
}

/// Every stop of a case, oldest first.
///
/// # Errors
/// The database cannot be read.
pub fn of_case(connection: &Connection, case_id: i64) -> Result<Vec<Stop>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT reason, note, from_on, until_on, days FROM clock_stops WHERE case_id = ?1
         ORDER BY id",
    )?;
    let rows = statement.query_map([case_id], |row| {
        Ok((
            row.get(0)?,
            row.get(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, Option<String>>(3)?,
            row.get(4)?,
        ))
    })?;
    rows.map(|row| {
        let (reason, note, from, until, days) = row?;
        Ok(Stop {
            reason,
            note,
            from_on: parse_day(Some(from))?.unwrap_or(Date::MIN),
            until_on: parse_day(until)?,
            days,
        })
    })
    .collect()
}

/// The stop that holds the clock now.
///
/// # Errors
/// The database cannot be read.
pub fn open(connection: &Connection, case_id: i64) -> Result<Option<Stop>, StoreError> {
    let stops = of_case(connection, case_id)?;
    Ok(stops.into_iter().find(|stop| stop.until_on.is_none()))
}

/// Begins a stop.
///
/// # Errors
/// One is open already.
pub fn begin(
    transaction: &Transaction<'_>,
    case_id: i64,
    reason: &str,
    note: &str,
    day: Date,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO clock_stops (case_id, reason, note, from_on) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![case_id, reason, note, day.to_string()])?;
    Ok(())
}

/// Ends the open stop.
///
/// # Errors
/// The database cannot be written.
pub fn end(
    transaction: &Transaction<'_>,
    case_id: i64,
    day: Date,
    days: u32,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "UPDATE clock_stops SET until_on = ?2, days = ?3
             WHERE case_id = ?1 AND until_on IS NULL",
        )?
        .execute(params![case_id, day.to_string(), days])?;
    Ok(())
}

/// Working days added to the limits of a case.
///
/// # Errors
/// The database cannot be read.
pub fn extended_days(connection: &Connection, case_id: i64) -> Result<u32, StoreError> {
    Ok(connection
        .prepare_cached("SELECT extended_days FROM cases WHERE id = ?1")?
        .query_row([case_id], |row| row.get(0))
        .optional()?
        .unwrap_or(0))
}

/// Notes the working days added.
///
/// # Errors
/// The database cannot be written.
pub fn extend(transaction: &Transaction<'_>, case_id: i64, days: u32) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE cases SET extended_days = extended_days + ?2 WHERE id = ?1")?
        .execute(params![case_id, days])?;
    Ok(())
}
