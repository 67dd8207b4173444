//! Sealing: done by whoever takes in what tablets send, inside that transaction, when the last
//! signature, change or evidence file has arrived. Whether everything is there is asked before
//! ([`crate::sync`] knows); here only the case is moved and the heads are named.

use field_core::ids::DocId;
use field_core::inspection::Heads;
use rusqlite::Transaction;
use serde_json::json;

use super::desk::Desk;
use super::state::{Action, Actor, Findings};
use crate::error::AppError;
use crate::store::cases::{self, Case};
use crate::store::inspections;

/// Seals `doc` at `heads`.
///
/// # Errors
/// The case is not waiting for this inspection.
pub fn seal(
    transaction: &Transaction<'_>,
    desk: &Desk,
    doc: DocId,
    heads: &Heads,
) -> Result<Case, AppError> {
    inspections::set_seal(transaction, doc, Some((heads, desk.now_ms)))?;
    take(transaction, desk, doc, &Action::Seal, Some(heads))
}

/// Lifts the seal of `doc`, since a sign-off was withdrawn before the decision.
///
/// # Errors
/// The case was decided, or never sealed.
pub fn unseal(transaction: &Transaction<'_>, desk: &Desk, doc: DocId) -> Result<Case, AppError> {
    inspections::set_seal(transaction, doc, None)?;
    take(transaction, desk, doc, &Action::Unseal, None)
}

fn take(
    transaction: &Transaction<'_>,
    desk: &Desk,
    doc: DocId,
    action: &Action,
    heads: Option<&Heads>,
) -> Result<Case, AppError> {
    let what = "勘验";
    let row = inspections::get(transaction, doc)?.ok_or(AppError::NotFound { what })?;
    let case = cases::by_id(transaction, row.case_id)?.ok_or(AppError::NotFound { what })?;
    let heads: Option<Vec<_>> = heads.map(|heads| heads.iter().map(ToString::to_string).collect());
    let more = json!({ "document": doc, "heads": heads });
    let system = Actor::System;
    let taken = desk.take(
        transaction,
        case,
        action,
        &system,
        Findings::default(),
        more,
    )?;
    Ok(taken.case)
}
