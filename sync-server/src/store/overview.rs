//! What the office's pages read beyond single rows: lists with search and paging, and what is
//! there of an inspection. Reading only.

use std::collections::{BTreeMap, BTreeSet};

use field_core::digest::Sha256;
use field_core::ids::{Actor, DeviceId, DocId};
use rusqlite::{Connection, params, params_from_iter, types::Value};

use super::StoreError;
use super::cases::{self, Case};
use crate::cases::State;

/// Which cases a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only these states; all, when empty.
    pub states: Vec<State>,
    /// Only cases whose number, applicant or address holds this text; all, when empty.
    pub text: String,
    /// Only cases whose promise ended before this business day and that are not ended.
    pub overdue_before: Option<String>,
}

/// The states of `first` come before all others, then the nearest promise, then the newest case.
///
/// # Errors
/// The database cannot be read.
pub fn page(
    connection: &Connection,
    filter: &Filter,
    first: &[State],
    limit: u32,
    offset: u64,
) -> Result<Vec<Case>, StoreError> {
    let (condition, mut values) = condition(filter);
    let words: Vec<_> = first.iter().map(|state| state.word()).collect();
    values.push(Value::from(serde_json::to_string(&words)?));
    values.push(Value::from(i64::from(limit)));
    values.push(Value::from(i64::try_from(offset).unwrap_or(i64::MAX)));
    let sql = format!(
        "SELECT id FROM cases WHERE {condition}
         ORDER BY state NOT IN (SELECT value FROM json_each(?)),
                  state IN ('delivered', 'not-accepted', 'decided-refused'),
                  promised_until IS NULL, promised_until, id DESC
         LIMIT ? OFFSET ?"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let ids = statement
        .query_map(params_from_iter(values), |row| row.get::<_, i64>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    ids.into_iter()
        .filter_map(|id| cases::by_id(connection, id).transpose())
        .collect()
}

/// How many cases the filter lets through.
///
/// # Errors
/// The database cannot be read.
pub fn count(connection: &Connection, filter: &Filter) -> Result<u64, StoreError> {
    let (condition, values) = condition(filter);
    let count: i64 = connection
        .prepare_cached(&format!("SELECT count(*) FROM cases WHERE {condition}"))?
        .query_row(params_from_iter(values), |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

fn condition(filter: &Filter) -> (String, Vec<Value>) {
    let mut parts = vec!["1".to_owned()];
    let mut values = Vec::new();
    if !filter.states.is_empty() {
        parts.push(format!(
            "state IN ({})",
            vec!["?"; filter.states.len()].join(",")
        ));
        values.extend(
            filter
                .states
                .iter()
                .map(|state| Value::from(state.word().to_owned())),
        );
    }
    if !filter.text.is_empty() {
        // instr and not LIKE: what is typed has no wildcards.
        parts.push(
            "(instr(number, ?) OR instr(application ->> 'applicant', ?)
              OR instr(application ->> 'address', ?))"
                .to_owned(),
        );
        values.extend(vec![Value::from(filter.text.clone()); 3]);
    }
    if let Some(day) = &filter.overdue_before {
        parts.push(
            "promised_until < ? AND state NOT IN
             ('issued', 'delivered', 'not-accepted', 'decided-refused')
             AND NOT EXISTS (SELECT 1 FROM clock_stops s
                             WHERE s.case_id = cases.id AND s.until_on IS NULL)"
                .to_owned(),
        );
        values.push(Value::from(day.clone()));
    }
    (parts.join(" AND "), values)
}

/// Names of all users by id.
///
/// # Errors
/// The database cannot be read.
pub fn user_names(
    connection: &Connection,
) -> Result<BTreeMap<String, (String, String)>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT id, name, coalesce(card_number, '') FROM users")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The officers of the newest assignment of each of these cases, as user ids.
///
/// # Errors
/// The database cannot be read.
pub fn open_inspections(connection: &Connection) -> Result<BTreeMap<String, u64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT a.user_id, count(DISTINCT a.case_id) FROM assignments a
         JOIN cases c ON c.id = a.case_id WHERE c.state = 'scheduled'
           AND (a.round, a.revision) = (
               SELECT round, revision FROM assignments WHERE case_id = a.case_id
               ORDER BY round DESC, revision DESC LIMIT 1)
         GROUP BY a.user_id",
    )?;
    let rows = statement.query_map([], |row| {
        Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What is there of one document besides the document itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Statements: hash, signed bytes.
    pub statements: Vec<(Sha256, Vec<u8>)>,
    /// Who writes under an actor: user id and tablet.
    pub actors: BTreeMap<[u8; 16], (String, DeviceId)>,
    /// Files whose bytes were verified.
    pub held: BTreeSet<Sha256>,
    /// Changes that came after the seal.
    pub late: u64,
    /// What was refused: reason and how often.
    pub quarantined: Vec<(String, u64)>,
}

/// Reads what is there of `doc`.
///
/// # Errors
/// The database cannot be read.
pub fn surroundings(connection: &Connection, doc: DocId) -> Result<Surroundings, StoreError> {
    let doc = doc.as_bytes();
    let statements = connection
        .prepare_cached("SELECT hash, bytes FROM statements WHERE doc = ?1 ORDER BY received_at")?
        .query_map([doc], |row| {
            Ok((Sha256::from_bytes(row.get(0)?), row.get(1)?))
        })?
        .collect::<Result<_, _>>()?;
    let actors = connection
        .prepare_cached("SELECT actor, user_id, device_id FROM actors WHERE doc = ?1")?
        .query_map([doc], |row| {
            Ok((
                row.get(0)?,
                (row.get(1)?, DeviceId::from_bytes(row.get(2)?)),
            ))
        })?
        .collect::<Result<_, _>>()?;
    let held = connection
        .prepare_cached(
            "SELECT b.sha256 FROM blob_refs r JOIN blobs b ON b.sha256 = r.sha256
             WHERE r.doc = ?1 AND b.held_at IS NOT NULL",
        )?
        .query_map([doc], |row| row.get(0).map(Sha256::from_bytes))?
        .collect::<Result<_, _>>()?;
    let late: i64 = connection
        .prepare_cached("SELECT count(*) FROM changes WHERE doc = ?1 AND late = 1")?
        .query_row([doc], |row| row.get(0))?;
    let quarantined = connection
        .prepare_cached("SELECT reason, count(*) FROM quarantine WHERE doc = ?1 GROUP BY reason")?
        .query_map([doc], |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
        })?
        .collect::<Result<_, _>>()?;
    Ok(Surroundings {
        statements,
        actors,
        held,
        late: late.unsigned_abs(),
        quarantined,
    })
}

/// How many evidence files of the newest round of a case are known and how many are there;
/// none before the first photo.
///
/// # Errors
/// The database cannot be read.
pub fn photos_of_case(
    connection: &Connection,
    case_id: i64,
) -> Result<Option<(u64, u64)>, StoreError> {
    let (known, held): (i64, i64) = connection
        .prepare_cached(
            "SELECT count(*), count(b.held_at) FROM blob_refs r
             JOIN blobs b ON b.sha256 = r.sha256
             WHERE r.kind = 'evidence' AND r.doc = (
                 SELECT doc FROM inspections WHERE case_id = ?1 ORDER BY round DESC LIMIT 1)",
        )?
        .query_row(params![case_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((known > 0).then(|| (held.unsigned_abs(), known.unsigned_abs())))
}

/// Who wrote under an actor, if it is known.
#[must_use]
pub fn author<'a>(around: &'a Surroundings, actor: &Actor) -> Option<&'a (String, DeviceId)> {
    around.actors.get(actor.as_bytes())
}

/// Who has a key on a tablet: names, by hexadecimal id of the tablet.
///
/// # Errors
/// The database cannot be read.
pub fn tablet_people(connection: &Connection) -> Result<BTreeMap<String, String>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT k.device_id, u.name FROM officer_keys k JOIN users u ON u.id = k.user_id
         WHERE k.revoked_at IS NULL ORDER BY k.device_id, u.name",
    )?;
    let rows = statement.query_map([], |row| {
        Ok((DeviceId::from_bytes(row.get(0)?), row.get::<_, String>(1)?))
    })?;
    let mut people: BTreeMap<String, String> = BTreeMap::new();
    for row in rows {
        let (device, name) = row?;
        let names = people.entry(device.to_string()).or_default();
        if !names.is_empty() {
            names.push('、');
        }
        names.push_str(&name);
    }
    Ok(people)
}

/// The number that [`super::serials::take`] would give next.
///
/// # Errors
/// The database cannot be read.
pub fn next_serial(connection: &Connection, kind: &str) -> Result<u32, StoreError> {
    use rusqlite::OptionalExtension;
    Ok(connection
        .prepare_cached("SELECT next FROM serials WHERE kind = ?1")?
        .query_row([kind], |row| row.get(0))
        .optional()?
        .unwrap_or(1))
}

/// Numbers of the permits that were revoked.
///
/// # Errors
/// The database cannot be read.
pub fn revoked_permits(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT number FROM permits WHERE revoked_on IS NOT NULL ORDER BY number",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
