//! Cases: the row itself, its materials, the officers of its rounds, its decision.

use field_core::rules::{Date, RulesetHash};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::StoreError;
use crate::cases::{Application, Assigned, State};

/// A case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its place in the table; never shown.
    pub id: i64,
    /// As people write it, such as 330784-2018-0001.
    pub number: String,
    /// Id of the matter.
    pub matter: String,
    /// Id of the class applied for.
    pub class: String,
    /// What the applicant applies for.
    pub application: Application,
    /// Where it stands.
    pub state: State,
    /// User id of who was asked first and stays responsible (首问负责制).
    pub responsible: Option<String>,
    /// The conditions it is judged by, once accepted.
    pub ruleset: Option<RulesetHash>,
    /// Business day.
    pub submitted_on: Date,
    /// Business day.
    pub accepted_on: Option<Date>,
    /// Last business day of the office's promise.
    pub promised_until: Option<Date>,
    /// Last business day of the law.
    pub statutory_until: Option<Date>,
    /// Raised with every step.
    pub revision: u32,
}

const COLUMNS: &str = "id, number, matter, class, application, state, responsible, ruleset_hash,
    submitted_on, accepted_on, promised_until, statutory_until, revision";

/// Adds a case and answers with its id; the one in `case` is not read.
///
/// # Errors
/// The number is taken.
pub fn insert(transaction: &Transaction<'_>, case: &Case) -> Result<i64, StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO cases (number, matter, class, application, state, responsible,
                 submitted_on, revision)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            case.number,
            case.matter,
            case.class,
            serde_json::to_string(&case.application)?,
            case.state.word(),
            case.responsible,
            case.submitted_on.to_string(),
            case.revision
        ])?;
    Ok(transaction.last_insert_rowid())
}

/// The case with this number.
///
/// # Errors
/// The database cannot be read.
pub fn by_number(connection: &Connection, number: &str) -> Result<Option<Case>, StoreError> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM cases WHERE number = ?1"))?
        .query_row([number], read)
        .optional()?
        .map(Raw::parse)
        .transpose()
}

/// The case with this id.
///
/// # Errors
/// The database cannot be read.
pub fn by_id(connection: &Connection, id: i64) -> Result<Option<Case>, StoreError> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM cases WHERE id = ?1"))?
        .query_row([id], read)
        .optional()?
        .map(Raw::parse)
        .transpose()
}

/// Cases in any of `states` (all, when empty), newest first, at most `limit`.
///
/// # Errors
/// The database cannot be read.
pub fn list(
    connection: &Connection,
    states: &[State],
    limit: u32,
) -> Result<Vec<Case>, StoreError> {
    let words: Vec<_> = states.iter().map(|state| state.word()).collect();
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM cases
         WHERE ?1 = '[]' OR state IN (SELECT value FROM json_each(?1))
         ORDER BY id DESC LIMIT ?2"
    ))?;
    let rows = statement.query_map(params![serde_json::to_string(&words)?, limit], read)?;
    rows.map(|row| row?.parse()).collect()
}

/// How many cases stand in each state.
///
/// # Errors
/// The database cannot be read.
pub fn counts(connection: &Connection) -> Result<Vec<(State, u32)>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT state, count(*) FROM cases GROUP BY state")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    rows.map(|row| {
        let (word, count) = row?;
        Ok((parse_state(&word)?, count))
    })
    .collect()
}

/// Moves the case to `state`, if it is still at `revision`; answers with whether it was.
///
/// # Errors
/// The database cannot be written.
pub fn advance(
    transaction: &Transaction<'_>,
    id: i64,
    revision: u32,
    state: State,
) -> Result<bool, StoreError> {
    let changed = transaction
        .prepare_cached(
            "UPDATE cases SET state = ?3, revision = revision + 1 WHERE id = ?1 AND revision = ?2",
        )?
        .execute(params![id, revision, state.word()])?;
    Ok(changed == 1)
}

/// Notes what acceptance fixes.
///
/// # Errors
/// The database cannot be written.
pub fn set_accepted(
    transaction: &Transaction<'_>,
    id: i64,
    ruleset: Option<RulesetHash>,
    accepted_on: Date,
    promised_until: Option<Date>,
    statutory_until: Option<Date>,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "UPDATE cases SET ruleset_hash = ?2, accepted_on = ?3, promised_until = ?4,
                 statutory_until = ?5 WHERE id = ?1",
        )?
        .execute(params![
            id,
            ruleset.map(|hash| hash.0),
            accepted_on.to_string(),
            promised_until.map(|day| day.to_string()),
            statutory_until.map(|day| day.to_string())
        ])?;
    Ok(())
}

/// Moves the limits of a case.
///
/// # Errors
/// The database cannot be written.
pub fn set_limits(
    transaction: &Transaction<'_>,
    id: i64,
    promised_until: Option<Date>,
    statutory_until: Option<Date>,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE cases SET promised_until = ?2, statutory_until = ?3 WHERE id = ?1")?
        .execute(params![
            id,
            promised_until.map(|day| day.to_string()),
            statutory_until.map(|day| day.to_string())
        ])?;
    Ok(())
}

/// Notes who is responsible from now on.
///
/// # Errors
/// The database cannot be written.
pub fn set_responsible(
    transaction: &Transaction<'_>,
    id: i64,
    user_id: &str,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE cases SET responsible = ?2 WHERE id = ?1")?
        .execute(params![id, user_id])?;
    Ok(())
}

/// Which materials belong to the case, and since when they are there.
///
/// # Errors
/// The database cannot be read.
pub fn materials(
    connection: &Connection,
    id: i64,
) -> Result<Vec<(String, Option<Date>)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT material_id, received_on FROM case_materials WHERE case_id = ?1 ORDER BY material_id",
    )?;
    let rows = statement.query_map([id], |row| {
        Ok((row.get(0)?, row.get::<_, Option<String>>(1)?))
    })?;
    rows.map(|row| {
        let (material, day) = row?;
        Ok((material, parse_day(day)?))
    })
    .collect()
}

/// Notes a material as demanded, and as received on a day or not yet.
///
/// # Errors
/// The database cannot be written.
pub fn set_material(
    transaction: &Transaction<'_>,
    id: i64,
    material: &str,
    received_on: Option<Date>,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO case_materials (case_id, material_id, received_on) VALUES (?1, ?2, ?3)
             ON CONFLICT (case_id, material_id) DO UPDATE SET received_on = excluded.received_on",
        )?
        .execute(params![
            id,
            material,
            received_on.map(|day| day.to_string())
        ])?;
    Ok(())
}

/// The officers of one round by its newest revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Round, from 1.
    pub round: u32,
    /// Revision, from 1.
    pub revision: u32,
    /// Who.
    pub officers: Vec<Assigned>,
}

/// The assignment of the newest round; none before the first.
///
/// # Errors
/// The database cannot be read.
pub fn assignment(connection: &Connection, id: i64) -> Result<Option<Assignment>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT round, revision, user_id, standin FROM assignments
         WHERE case_id = ?1 AND (round, revision) = (
             SELECT round, revision FROM assignments WHERE case_id = ?1
             ORDER BY round DESC, revision DESC LIMIT 1)
         ORDER BY user_id",
    )?;
    let rows = statement.query_map([id], |row| {
        Ok((
            row.get(0)?,
            row.get(1)?,
            Assigned {
                officer: row.get(2)?,
                standin: row.get(3)?,
            },
        ))
    })?;
    let mut assignment: Option<Assignment> = None;
    for row in rows {
        let (round, revision, officer) = row?;
        assignment
            .get_or_insert_with(|| Assignment {
                round,
                revision,
                officers: Vec::new(),
            })
            .officers
            .push(officer);
    }
    Ok(assignment)
}

/// Everybody who was ever assigned to the case.
///
/// # Errors
/// The database cannot be read.
pub fn inspectors(connection: &Connection, id: i64) -> Result<Vec<String>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT DISTINCT user_id FROM assignments WHERE case_id = ?1")?;
    let rows = statement.query_map([id], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds a revision of an assignment.
///
/// # Errors
/// The revision exists already.
pub fn assign(
    transaction: &Transaction<'_>,
    id: i64,
    assignment: &Assignment,
) -> Result<(), StoreError> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO assignments (case_id, round, revision, user_id, standin)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for one in &assignment.officers {
        insert.execute(params![
            id,
            assignment.round,
            assignment.revision,
            one.officer,
            one.standin
        ])?;
    }
    Ok(())
}

/// The open cases whose newest assignment names this officer, newest first.
///
/// # Errors
/// The database cannot be read.
pub fn assigned_to(connection: &Connection, user_id: &str) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT a.case_id FROM assignments a
         JOIN cases c ON c.id = a.case_id
         WHERE (a.user_id = ?1 OR a.standin = ?1) AND c.state IN ('scheduled', 'inspected')
           AND (a.round, a.revision) = (
               SELECT round, revision FROM assignments WHERE case_id = a.case_id
               ORDER BY round DESC, revision DESC LIMIT 1)
         ORDER BY a.case_id DESC",
    )?;
    let rows = statement.query_map([user_id], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

struct Raw {
    case: Case,
    application: String,
    state: String,
    days: [Option<String>; 4],
}

impl Raw {
    fn parse(self) -> Result<Case, StoreError> {
        let [submitted, accepted, promised, statutory] = self.days;
        Ok(Case {
            application: serde_json::from_str(&self.application)
                .map_err(|e| StoreError::unreadable("cases.application", e))?,
            state: parse_state(&self.state)?,
            submitted_on: parse_day(submitted)?.ok_or(StoreError::Missing {
                what: "cases.submitted_on",
            })?,
            accepted_on: parse_day(accepted)?,
            promised_until: parse_day(promised)?,
            statutory_until: parse_day(statutory)?,
            ..self.case
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok(Raw {
        case: Case {
            id: row.get(0)?,
            number: row.get(1)?,
            matter: row.get(2)?,
            class: row.get(3)?,
            application: Application::default(),
            state: State::Submitted,
            responsible: row.get(6)?,
            ruleset: row.get::<_, Option<[u8; 32]>>(7)?.map(RulesetHash),
            submitted_on: Date::MIN,
            accepted_on: None,
            promised_until: None,
            statutory_until: None,
            revision: row.get(12)?,
        },
        application: row.get(4)?,
        state: row.get(5)?,
        days: [row.get(8)?, row.get(9)?, row.get(10)?, row.get(11)?],
    })
}

fn parse_state(word: &str) -> Result<State, StoreError> {
    State::from_word(word).ok_or_else(|| StoreError::unreadable("cases.state", word))
}

pub(super) fn parse_day(text: Option<String>) -> Result<Option<Date>, StoreError> {
    text.map(|text| {
        text.parse()
            .map_err(|e| StoreError::unreadable("a date", e))
    })
    .transpose()
}
