//! Deciding. The decision names the exact heads of every sealed round and every evidence file at
//! those heads; nothing that arrives later changes what was decided.

use serde_json::json;

use super::desk;
use super::record;
use super::state::{Action, Outcome};
use crate::app::App;
use crate::auth::Officer;
use crate::error::AppError;
use crate::store::cases::Case;
use crate::store::decisions::{self, Decision, InspectionAt};

/// Grants or refuses.
///
/// # Errors
/// Refused by the state machine: not sealed, one's own inspection, conditions not met.
pub async fn decide(
    app: &App,
    by: &Officer,
    number: &str,
    seen: Option<u32>,
    outcome: Outcome,
) -> Result<Case, AppError> {
    let (read, record) = record::of_case(app, number).await?;
    // What was read outside the transaction is what is decided on: sealing and unsealing raise
    // the revision, so that anything newer makes this stale.
    let seen = seen.or(Some(read.revision));
    let (evidence, findings) = (record.evidence(), record.findings);
    let inspections: Vec<_> = record
        .rounds
        .iter()
        .map(|round| InspectionAt::new(round.doc, &round.heads))
        .collect();
    let user = by.id.clone();
    desk::on_case(app, by, number, seen, move |desk, tx, case, by| {
        if case.revision != read.revision {
            return Err(AppError::from(super::Refusal::Stale {
                seen: read.revision,
                current: case.revision,
            }));
        }
        let more = json!({ "inspections": inspections, "evidence": evidence.len() });
        let action = Action::Decide(outcome.clone());
        let taken = desk.take(tx, case, &action, by, findings, more)?;
        let decision = Decision {
            case_id: taken.case.id,
            granted: outcome == Outcome::Granted,
            reasons: match outcome {
                Outcome::Granted => None,
                Outcome::Refused { reasons } => Some(reasons),
            },
            inspections,
            evidence,
            ruleset: taken.case.ruleset,
            decided_by: user,
            decided_at: desk.now_ms,
            decided_on: desk.today,
        };
        decisions::insert(tx, &decision)?;
        Ok(taken.case)
    })
    .await
}
