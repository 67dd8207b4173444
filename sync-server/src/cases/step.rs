//! The state machine of a case: pure, the one place where a step is allowed or refused. Every
//! refusal says what to do instead.

use std::collections::BTreeSet;

use field_core::rules::{Date, Library, Matter, Ruleset, RulesetHash, matter};
use serde_json::{Value, json};

use super::clock;
use super::deadlines::{self, Due};
use super::force;
use super::refusal::Refusal;
use super::state::{Action, Actor, Assigned, CaseState, Outcome, State};

/// The most characters of a reason.
pub const REASON_CHARS: usize = 2000;
/// The most corrections that are no material.
const OTHERS: usize = 20;
/// The most characters of one of them.
const OTHER_CHARS: usize = 200;
/// The most officers of one round.
pub const OFFICERS: usize = 6;

/// The law as it stands on the day of the step.
#[derive(Debug, Clone, Copy)]
pub struct Law<'a> {
    /// Business day.
    pub today: Date,
    /// The case's matter.
    pub matter: &'a Matter,
    /// All rules.
    pub library: &'a Library,
    /// The class applied for.
    pub class: &'a str,
}

/// A step that may be taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// Where the case stands afterwards.
    pub to: State,
    /// What is to be written besides state and history.
    pub effect: Effect,
    /// Particulars for the history.
    pub detail: Value,
}

/// What a step brings with it.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Nothing more.
    Nothing,
    /// The clock starts, the ruleset is pinned.
    Accepted {
        /// The conditions by which the case is judged from now on.
        ruleset: Option<RulesetHash>,
        /// When the case is due.
        due: Due,
    },
    /// Officers are assigned.
    Assigned {
        /// Of which round.
        round: u32,
        /// Revision within the round, from 1.
        revision: u32,
        /// Whether the round begins with it, so that its document is made.
        begins: bool,
    },
    /// A decision.
    Decided(Outcome),
}

/// Whether `action` may be done to `case`, and what follows.
///
/// # Errors
/// [`Refusal`], which says what to do instead.
pub fn step(
    case: &CaseState,
    action: &Action,
    by: &Actor,
    law: &Law<'_>,
) -> Result<Transition, Refusal> {
    authorise(case, action, by)?;
    match action {
        Action::RequestCorrection { missing, others } => {
            request_correction(case, missing, others, law)
        }
        Action::RecordMaterials { received } => {
            demand(case, action, &[State::Submitted, State::Correction])?;
            Ok(plain(case.state, json!({ "received": received })))
        }
        Action::HandOver { .. }
        | Action::RecordVisit { .. }
        | Action::StopClock { .. }
        | Action::ResumeClock
        | Action::Extend { .. } => clock::step(case, action, law),
        Action::SuspendPermit { reason }
        | Action::ReinstatePermit { reason }
        | Action::RevokePermit { reason } => force::step(case, action, reason),
        Action::ReceiveCorrection => {
            demand(case, action, &[State::Correction])?;
            Ok(plain(State::Submitted, json!({ "visit": true })))
        }
        Action::Accept => accept(case, action, law),
        Action::RefuseAcceptance { reason } => {
            demand(case, action, &[State::Submitted, State::Correction])?;
            check_reason(reason)?;
            Ok(plain(State::NotAccepted, json!({ "reason": reason })))
        }
        Action::AssignInspectors { officers } => assign(case, action, officers, law),
        Action::Seal => {
            demand(case, action, &[State::Scheduled])?;
            Ok(plain(State::Inspected, json!({ "round": case.round })))
        }
        Action::Unseal => {
            demand(case, action, &[State::Inspected])?;
            Ok(plain(State::Scheduled, json!({ "round": case.round })))
        }
        Action::ReturnForRectification { items, reason } => {
            return_for_rectification(case, action, items, reason)
        }
        Action::Decide(outcome) => decide(case, action, outcome, law),
        Action::Issue => issue(case, action, law),
        Action::Deliver => {
            demand(case, action, &[State::Issued])?;
            Ok(plain(State::Delivered, json!({ "visit": true })))
        }
    }
}

/// Roles, and the revision the officer was looking at.
fn authorise(case: &CaseState, action: &Action, by: &Actor) -> Result<(), Refusal> {
    match (by, action.permission()) {
        (Actor::System, None) => Ok(()),
        (Actor::System, Some(permission)) => Err(Refusal::NotPermitted(permission)),
        (Actor::Officer { .. }, None) => Err(Refusal::SystemOnly),
        (Actor::Officer { id, roles, seen }, Some(permission)) => {
            if !permission.is_given_to(roles) {
                return Err(Refusal::NotPermitted(permission));
            }
            if let Some(seen) = seen.filter(|seen| *seen != case.revision) {
                return Err(Refusal::Stale {
                    seen,
                    current: case.revision,
                });
            }
            // Whoever inspected does not judge it either, whatever other roles they have.
            let judges = matches!(
                action,
                Action::Decide(_) | Action::ReturnForRectification { .. }
            );
            if judges && case.inspectors.contains(id) {
                return Err(Refusal::OwnInspection);
            }
            Ok(())
        }
    }
}

fn request_correction(
    case: &CaseState,
    missing: &[String],
    others: &[String],
    law: &Law<'_>,
) -> Result<Transition, Refusal> {
    let action = Action::RequestCorrection {
        missing: vec![],
        others: vec![],
    };
    // Law: everything missing is told at once; a second notice is not allowed.
    if case.corrected {
        return Err(Refusal::CorrectionOnlyOnce);
    }
    demand(case, &action, &[State::Submitted])?;
    if missing.is_empty() && others.is_empty() {
        return Err(Refusal::NothingMissing);
    }
    if others.len() > OTHERS || others.iter().any(|one| one.chars().count() > OTHER_CHARS) {
        return Err(Refusal::OtherCorrections { max: OTHERS });
    }
    for id in missing {
        if !law.matter.materials.iter().any(|one| one.id == *id) {
            return Err(Refusal::UnknownMaterial { id: id.clone() });
        }
    }
    if let Some(until) = correction_ended(case, law)? {
        return Err(Refusal::CorrectionTooLate { until });
    }
    Ok(plain(
        State::Correction,
        json!({ "missing": missing, "others": others }),
    ))
}

/// The last day on which the applicant could be told what is missing, if it has passed. Then the
/// application counts as accepted, whatever is missing.
fn correction_ended(case: &CaseState, law: &Law<'_>) -> Result<Option<Date>, Refusal> {
    let span = (matter::Step::Submitted, matter::Step::Accepted);
    let mut limits = law.matter.limits.iter();
    let Some(limit) = limits.find(|limit| (limit.from, limit.to) == span) else {
        return Ok(None);
    };
    let workdays = law.library.workdays();
    let until = workdays.add(case.submitted_on, limit.statutory_days)?;
    Ok((law.today > until).then_some(until))
}

fn accept(case: &CaseState, action: &Action, law: &Law<'_>) -> Result<Transition, Refusal> {
    demand(case, action, &[State::Submitted])?;
    let Law { matter, today, .. } = *law;
    if !matter.covers(today) {
        return Err(Refusal::MatterNotOpen {
            matter: matter.id.clone(),
            day: today,
        });
    }
    if !case.missing.is_empty() && (case.corrected || correction_ended(case, law)?.is_none()) {
        return Err(Refusal::MaterialsMissing {
            missing: case.missing.clone(),
        });
    }
    let ruleset = ruleset_in_force(law)?.map(Ruleset::hash);
    let due = deadlines::of_acceptance(matter, today, law.library.workdays());
    let mut detail = json!({
        "ruleset": ruleset.map(|hash| hash.to_string()),
        "promised_until": due.promised.as_ref().ok().map(Date::to_string),
        "statutory_until": due.statutory.as_ref().ok().map(Date::to_string),
    });
    // A deadline that cannot be counted is said, never guessed; the applicant's right to be
    // accepted does not wait for the working-day table of a year.
    if let Err(error) = &due.statutory {
        detail["deadline_unknown"] = json!(error.to_string());
    }
    Ok(Transition {
        to: State::Accepted,
        effect: Effect::Accepted { ruleset, due },
        detail,
    })
}

/// The conditions of the class today; none where the class is not verified by any.
fn ruleset_in_force<'a>(law: &Law<'a>) -> Result<Option<&'a Ruleset>, Refusal> {
    let class = law
        .matter
        .class(law.class)
        .ok_or_else(|| Refusal::NoConditions {
            class: law.class.to_owned(),
        })?;
    match &class.part {
        Some(part) => Ok(Some(law.library.ruleset_in_force(part, law.today)?)),
        None => Ok(None),
    }
}

fn assign(
    case: &CaseState,
    action: &Action,
    officers: &[Assigned],
    law: &Law<'_>,
) -> Result<Transition, Refusal> {
    demand(
        case,
        action,
        &[State::Accepted, State::Scheduled, State::Rectification],
    )?;
    let different: BTreeSet<&str> = officers.iter().map(|one| one.officer.as_str()).collect();
    let min = law.matter.officers_min.max(2);
    if different.len() < officers.len() || different.len() < min as usize {
        return Err(Refusal::TooFewOfficers {
            min,
            found: u32::try_from(different.len()).unwrap_or(u32::MAX),
        });
    }
    if officers.len() > OFFICERS {
        return Err(Refusal::TooManyOfficers { max: OFFICERS });
    }
    let mut standins = officers.iter().filter_map(|one| one.standin.as_deref());
    if standins.any(|standin| different.contains(standin)) {
        return Err(Refusal::StandInIsAssigned);
    }
    if case.ruleset.is_none() {
        return Err(Refusal::NoConditions {
            class: law.class.to_owned(),
        });
    }
    let begins = case.state != State::Scheduled;
    let (round, revision) = if begins {
        (case.round + 1, 1)
    } else {
        (case.round, case.assignment + 1)
    };
    Ok(Transition {
        to: State::Scheduled,
        effect: Effect::Assigned {
            round,
            revision,
            begins,
        },
        detail: json!({ "round": round, "revision": revision, "officers": officers }),
    })
}

fn return_for_rectification(
    case: &CaseState,
    action: &Action,
    items: &[String],
    reason: &str,
) -> Result<Transition, Refusal> {
    demand(case, action, &[State::Inspected])?;
    check_reason(reason)?;
    if items.is_empty() {
        return Err(Refusal::NoItems);
    }
    let Some(item) = items
        .iter()
        .find(|item| !case.findings.failed.contains(item) && !case.findings.open.contains(item))
    else {
        return Ok(plain(
            State::Rectification,
            json!({ "items": items, "reason": reason }),
        ));
    };
    Err(Refusal::ItemDidNotFail { item: item.clone() })
}

fn decide(
    case: &CaseState,
    action: &Action,
    outcome: &Outcome,
    law: &Law<'_>,
) -> Result<Transition, Refusal> {
    match case.state {
        State::DecidedGranted | State::DecidedRefused | State::Issued | State::Delivered => {
            return Err(Refusal::AlreadyDecided);
        }
        State::Scheduled => return Err(Refusal::NotSealed),
        _ => {}
    }
    let before = law.matter.verification == matter::Verification::BeforeDecision;
    let from: &[State] = match (before, outcome) {
        (true, Outcome::Granted) => &[State::Inspected],
        // Who does not rectify in time is refused without another visit.
        (true, Outcome::Refused { .. }) => &[State::Inspected, State::Rectification],
        (false, _) => &[State::Accepted, State::Inspected],
    };
    demand(case, action, from)?;
    if case.stopped {
        return Err(Refusal::ClockStopped);
    }
    match outcome {
        Outcome::Granted => {
            if !case.findings.failed.is_empty() {
                let items = case.findings.failed.clone();
                return Err(Refusal::ConditionsNotMet { items });
            }
            if !case.findings.open.is_empty() {
                let items = case.findings.open.clone();
                return Err(Refusal::ItemsOpen { items });
            }
            Ok(Transition {
                to: State::DecidedGranted,
                effect: Effect::Decided(outcome.clone()),
                detail: json!({}),
            })
        }
        Outcome::Refused { reasons } => {
            check_reason(reasons)?;
            Ok(Transition {
                to: State::DecidedRefused,
                effect: Effect::Decided(outcome.clone()),
                detail: json!({ "reasons": reasons }),
            })
        }
    }
}

fn issue(case: &CaseState, action: &Action, law: &Law<'_>) -> Result<Transition, Refusal> {
    if let Some(number) = &case.permit {
        return Err(Refusal::AlreadyIssued {
            number: number.clone(),
        });
    }
    demand(case, action, &[State::DecidedGranted])?;
    if law.matter.kind != matter::MatterKind::Permit {
        return Err(Refusal::NothingToIssue);
    }
    Ok(plain(State::Issued, json!({})))
}

pub(super) fn demand(case: &CaseState, action: &Action, states: &[State]) -> Result<(), Refusal> {
    if states.contains(&case.state) {
        return Ok(());
    }
    let need: Vec<_> = states.iter().map(|state| state.chinese()).collect();
    Err(Refusal::WrongState {
        action: action.chinese(),
        state: case.state,
        need: need.join("”或“"),
    })
}

pub(super) fn check_reason(reason: &str) -> Result<(), Refusal> {
    if reason.trim().is_empty() || reason.chars().count() > REASON_CHARS {
        return Err(Refusal::Reason { max: REASON_CHARS });
    }
    Ok(())
}

pub(super) const fn plain(to: State, detail: Value) -> Transition {
    Transition {
        to,
        effect: Effect::Nothing,
        detail,
    }
}
