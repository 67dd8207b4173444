//! The steps that need nothing beyond the state machine: at the window before the inspection and
//! after the decision, and sending failed items back.

use field_core::rules::Date;
use serde_json::json;

use super::desk;
use super::record;
use super::refusal::Refusal;
use super::state::{Action, Findings};
use super::step::Effect;
use crate::app::App;
use crate::auth::Officer;
use crate::error::AppError;
use crate::store::cases::{self, Case};

/// Tells the applicant everything that is missing, once (一次性告知).
///
/// # Errors
/// Refused by the state machine.
pub async fn request_correction(
    app: &App,
    by: &Officer,
    number: &str,
    seen: Option<u32>,
    missing: Vec<String>,
    others: Vec<String>,
) -> Result<Case, AppError> {
    let action = Action::RequestCorrection { missing, others };
    desk::simple(app, by, number, seen, action, Findings::default()).await
}

/// Takes in what was missing.
///
/// # Errors
/// Refused by the state machine, or a material the case does not need.
pub async fn receive_correction(
    app: &App,
    by: &Officer,
    number: &str,
    seen: Option<u32>,
    received: Vec<String>,
) -> Result<Case, AppError> {
    desk::on_case(app, by, number, seen, move |desk, tx, case, by| {
        let demanded = cases::materials(tx, case.id)?;
        for id in &received {
            if !demanded.iter().any(|(one, _)| one == id) {
                return Err(Refusal::UnknownMaterial { id: id.clone() }.into());
            }
            cases::set_material(tx, case.id, id, Some(desk.today))?;
        }
        let action = Action::ReceiveCorrection;
        let more = json!({ "received": received });
        let taken = desk.take(tx, case, &action, by, Findings::default(), more)?;
        Ok(taken.case)
    })
    .await
}

/// Accepts: the clock starts and the ruleset in force is pinned.
///
/// # Errors
/// Refused by the state machine; no ruleset may be used.
pub async fn accept(
    app: &App,
    by: &Officer,
    number: &str,
    seen: Option<u32>,
) -> Result<Case, AppError> {
    desk::on_case(app, by, number, seen, move |desk, tx, case, by| {
        let action = Action::Accept;
        let taken = desk.take(tx, case, &action, by, Findings::default(), json!({}))?;
        let Effect::Accepted { ruleset, due } = taken.effect else {
            return Err(AppError::Internal(
                "acceptance without its effect".to_owned(),
            ));
        };
        let on: Date = desk.today;
        let (promised, statutory) = (due.promised.ok(), due.statutory.ok());
        cases::set_accepted(tx, taken.case.id, ruleset, on, promised, statutory)?;
        Ok(Case {
            ruleset,
            accepted_on: Some(on),
            promised_until: promised,
            statutory_until: statutory,
            ..taken.case
        })
    })
    .await
}

/// Refuses acceptance.
///
/// # Errors
/// Refused by the state machine.
pub async fn refuse_acceptance(
    app: &App,
    by: &Officer,
    number: &str,
    seen: Option<u32>,
    reason: String,
) -> Result<Case, AppError> {
    let action = Action::RefuseAcceptance { reason };
    desk::simple(app, by, number, seen, action, Findings::default()).await
}

/// Sends failed or unfinished items back; the next round looks at them alone.
///
/// # Errors
/// Refused by the state machine.
pub async fn return_for_rectification(
    app: &App,
    by: &Officer,
    number: &str,
    seen: Option<u32>,
    items: Vec<String>,
    reason: String,
) -> Result<Case, AppError> {
    let (case, record) = record::of_case(app, number).await?;
    let action = Action::ReturnForRectification { items, reason };
    // The findings are those of this revision; a seal lifted meanwhile makes it stale.
    let seen = seen.or(Some(case.revision));
    desk::simple(app, by, number, seen, action, record.findings).await
}

/// Hands the permit over.
///
/// # Errors
/// Refused by the state machine.
pub async fn deliver(
    app: &App,
    by: &Officer,
    number: &str,
    seen: Option<u32>,
) -> Result<Case, AppError> {
    desk::simple(app, by, number, seen, Action::Deliver, Findings::default()).await
}
