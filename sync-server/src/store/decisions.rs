//! Decisions and permits: written once, never changed.

use field_core::digest::Sha256;
use field_core::ids::DocId;
use field_core::inspection::Heads;
use field_core::rules::{Date, RulesetHash};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::cases::parse_day;
use crate::cases::Force;

/// The exact state of one inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectionAt {
    /// The document.
    pub doc: DocId,
    /// Its heads.
    pub heads: Vec<Sha256>,
}

impl InspectionAt {
    /// Names `doc` at `heads`.
    #[must_use]
    pub fn new(doc: DocId, heads: &Heads) -> Self {
        Self {
            doc,
            heads: heads.iter().copied().collect(),
        }
    }
}

/// What was decided, on what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The case.
    pub case_id: i64,
    /// Whether it was granted.
    pub granted: bool,
    /// Why not.
    pub reasons: Option<String>,
    /// The rounds in order, each at the heads that were decided on.
    pub inspections: Vec<InspectionAt>,
    /// Every evidence file at those heads.
    pub evidence: Vec<Sha256>,
    /// The conditions it was judged by; none where the class has none.
    pub ruleset: Option<RulesetHash>,
    /// User id.
    pub decided_by: String,
    /// Real time, Unix milliseconds.
    pub decided_at: i64,
    /// Business day.
    pub decided_on: Date,
}

/// Adds the decision.
///
/// # Errors
/// The case was decided before.
pub fn insert(transaction: &Transaction<'_>, decision: &Decision) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO decisions (case_id, outcome, reasons, inspections, evidence,
                 ruleset_hash, decided_by, decided_at, decided_on)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            decision.case_id,
            if decision.granted {
                "granted"
            } else {
                "refused"
            },
            decision.reasons,
            serde_json::to_string(&decision.inspections)?,
            serde_json::to_string(&decision.evidence)?,
            decision.ruleset.map(|hash| hash.0),
            decision.decided_by,
            decision.decided_at,
            decision.decided_on.to_string()
        ])?;
    Ok(())
}

/// The decision of a case.
///
/// # Errors
/// The database cannot be read.
pub fn get(connection: &Connection, case_id: i64) -> Result<Option<Decision>, StoreError> {
    type Texts = (String, String, String);
    let row: Option<(Decision, Texts)> = connection
        .prepare_cached(
            "SELECT outcome, reasons, inspections, evidence, ruleset_hash, decided_by,
                 decided_at, decided_on FROM decisions WHERE case_id = ?1",
        )?
        .query_row([case_id], |row| {
            let decision = Decision {
                case_id,
                granted: row.get::<_, String>(0)? == "granted",
                reasons: row.get(1)?,
                inspections: Vec::new(),
                evidence: Vec::new(),
                ruleset: row.get::<_, Option<[u8; 32]>>(4)?.map(RulesetHash),
                decided_by: row.get(5)?,
                decided_at: row.get(6)?,
                decided_on: Date::MIN,
            };
            Ok((decision, (row.get(2)?, row.get(3)?, row.get(7)?)))
        })
        .optional()?;
    row.map(|(decision, (inspections, evidence, day))| {
        Ok(Decision {
            inspections: serde_json::from_str(&inspections)?,
            evidence: serde_json::from_str(&evidence)?,
            decided_on: parse_day(Some(day))?.unwrap_or(Date::MIN),
            ..decision
        })
    })
    .transpose()
}

/// A permit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    /// As printed.
    pub number: String,
    /// The case that led to it.
    pub case_id: i64,
    /// Name of the holder.
    pub holder: String,
    /// First day of validity.
    pub valid_from: Date,
    /// Last day of validity; none for open-ended.
    pub valid_until: Option<Date>,
    /// JSON of what the QR code says.
    pub claims: String,
    /// The text of the QR code.
    pub qr_text: String,
    /// PDF/A.
    pub pdf: Vec<u8>,
    /// User id.
    pub issued_by: String,
    /// Real time, Unix milliseconds.
    pub issued_at: i64,
    /// Business day.
    pub issued_on: Date,
    /// Business day.
    pub revoked_on: Option<Date>,
    /// Business day; none unless it is suspended now.
    pub suspended_on: Option<Date>,
}

/// Adds the permit.
///
/// # Errors
/// The number is taken, or the case has a permit.
pub fn insert_permit(transaction: &Transaction<'_>, permit: &Permit) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO permits (number, case_id, holder, valid_from, valid_until, claims,
                 qr_text, pdf, issued_by, issued_at, issued_on)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            permit.number,
            permit.case_id,
            permit.holder,
            permit.valid_from.to_string(),
            permit.valid_until.map(|day| day.to_string()),
            permit.claims,
            permit.qr_text,
            permit.pdf,
            permit.issued_by,
            permit.issued_at,
            permit.issued_on.to_string()
        ])?;
    Ok(())
}

/// The number of the case's permit.
///
/// # Errors
/// The database cannot be read.
pub fn permit_number(connection: &Connection, case_id: i64) -> Result<Option<String>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT number FROM permits WHERE case_id = ?1")?
        .query_row([case_id], |row| row.get(0))
        .optional()?)
}

/// Whether the permit with this number was revoked.
///
/// # Errors
/// The database cannot be read.
pub fn is_revoked(connection: &Connection, number: &str) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached("SELECT revoked_on IS NOT NULL FROM permits WHERE number = ?1")?
        .query_row([number], |row| row.get(0))
        .optional()?
        .unwrap_or(false))
}

/// What force the permit of a case has.
///
/// # Errors
/// The database cannot be read.
pub fn force(connection: &Connection, case_id: i64) -> Result<Force, StoreError> {
    let found: Option<(bool, bool)> = connection
        .prepare_cached(
            "SELECT revoked_on IS NOT NULL, suspended_on IS NOT NULL FROM permits
             WHERE case_id = ?1",
        )?
        .query_row([case_id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(match found {
        Some((true, _)) => Force::Revoked,
        Some((false, true)) => Force::Suspended,
        _ => Force::Full,
    })
}

/// Changes the force of a case's permit from `day` on.
///
/// # Errors
/// The database cannot be written.
pub fn set_force(
    transaction: &Transaction<'_>,
    case_id: i64,
    force: Force,
    day: Date,
) -> Result<(), StoreError> {
    let day = day.to_string();
    let (revoked, suspended) = match force {
        Force::Full => (None, None),
        Force::Suspended => (None, Some(day)),
        Force::Revoked => (Some(day), None),
    };
    transaction
        .prepare_cached(
            "UPDATE permits SET revoked_on = coalesce(revoked_on, ?2), suspended_on = ?3
             WHERE case_id = ?1",
        )?
        .execute(params![case_id, revoked, suspended])?;
    Ok(())
}

/// Numbers of the permits that have no force for a time.
///
/// # Errors
/// The database cannot be read.
pub fn suspended(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT number FROM permits WHERE suspended_on IS NOT NULL AND revoked_on IS NULL
         ORDER BY number",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The case's permit with its paper.
///
/// # Errors
/// The database cannot be read.
pub fn permit_of(connection: &Connection, case_id: i64) -> Result<Option<Permit>, StoreError> {
    type Days = (
        String,
        Option<String>,
        String,
        Option<String>,
        Option<String>,
    );
    let row: Option<(Permit, Days)> = connection
        .prepare_cached(
            "SELECT number, holder, valid_from, valid_until, claims, qr_text, pdf, issued_by,
                 issued_at, issued_on, revoked_on, suspended_on FROM permits WHERE case_id = ?1",
        )?
        .query_row([case_id], |row| {
            let permit = Permit {
                number: row.get(0)?,
                case_id,
                holder: row.get(1)?,
                valid_from: Date::MIN,
                valid_until: None,
                claims: row.get(4)?,
                qr_text: row.get(5)?,
                pdf: row.get(6)?,
                issued_by: row.get(7)?,
                issued_at: row.get(8)?,
                issued_on: Date::MIN,
                revoked_on: None,
                suspended_on: None,
            };
            let days = (
                row.get(2)?,
                row.get(3)?,
                row.get(9)?,
                row.get(10)?,
                row.get(11)?,
            );
            Ok((permit, days))
        })
        .optional()?;
    row.map(|(permit, (from, until, issued, revoked, suspended))| {
        Ok(Permit {
            valid_from: parse_day(Some(from))?.unwrap_or(Date::MIN),
            valid_until: parse_day(until)?,
            issued_on: parse_day(Some(issued))?.unwrap_or(Date::MIN),
            revoked_on: parse_day(revoked)?,
            suspended_on: parse_day(suspended)?,
            ..permit
        })
    })
    .transpose()
}
