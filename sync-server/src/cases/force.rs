//! The force of an issued permit: suspended, given back, revoked. The check page and the list of
//! permits without force follow from it.

use serde_json::json;

use super::desk;
use super::refusal::Refusal;
use super::state::{Action, CaseState, Findings, Force, State};
use super::step::{Transition, check_reason, demand, plain};
use crate::app::App;
use crate::auth::Officer;
use crate::error::AppError;
use crate::store::cases::Case;
use crate::store::decisions;

/// Judges a step about the force of a permit.
pub(super) fn step(case: &CaseState, action: &Action, reason: &str) -> Result<Transition, Refusal> {
    demand(case, action, &[State::Issued, State::Delivered])?;
    check_reason(reason)?;
    let fits = match action {
        Action::ReinstatePermit { .. } => case.force == Force::Suspended,
        Action::SuspendPermit { .. } => case.force == Force::Full,
        _ => case.force != Force::Revoked,
    };
    if !fits {
        return Err(Refusal::WrongForce {
            action: action.chinese(),
        });
    }
    Ok(plain(
        case.state,
        json!({ "reason": reason, "number": case.permit }),
    ))
}

/// Takes a step about the force of a permit.
///
/// # Errors
/// Refused by the state machine.
pub async fn set_force(
    app: &App,
    by: &Officer,
    number: &str,
    seen: Option<u32>,
    action: Action,
) -> Result<Case, AppError> {
    let force = match action {
        Action::SuspendPermit { .. } => Force::Suspended,
        Action::ReinstatePermit { .. } => Force::Full,
        _ => Force::Revoked,
    };
    desk::on_case(app, by, number, seen, move |desk, tx, case, by| {
        let taken = desk.take(tx, case, &action, by, Findings::default(), json!({}))?;
        decisions::set_force(tx, taken.case.id, force, desk.today)?;
        Ok(taken.case)
    })
    .await
}
