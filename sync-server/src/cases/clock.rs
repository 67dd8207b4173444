//! The clock of a case: it stands still for reasons the law knows, and a head may give more time,
//! once. Each of it is told to the applicant in writing, so each is a row of the history.

use field_core::rules::{CalendarError, Date, WorkingDays};
use serde_json::json;

use super::desk;
use super::refusal::Refusal;
use super::state::{Action, CaseState, Findings, State};
use super::step::{Law, Transition, check_reason, demand, plain};
use crate::app::App;
use crate::auth::Officer;
use crate::error::AppError;
use crate::store::cases::{self, Case};
use crate::store::stops;

/// The most working days a head may add (行政许可法 art. 42).
pub const EXTENSION_DAYS: u32 = 10;
/// A stop of another part of the law: asking for what is missing comes before the clock starts.
const CORRECTION: &str = "correction";

/// While the law's limits run.
const RUNNING: [State; 4] = [
    State::Accepted,
    State::Scheduled,
    State::Inspected,
    State::Rectification,
];

/// Judges the steps that leave a case where it stands.
pub(super) fn step(
    case: &CaseState,
    action: &Action,
    law: &Law<'_>,
) -> Result<Transition, Refusal> {
    let detail = match action {
        Action::StopClock { reason, note } => {
            demand(case, action, &RUNNING)?;
            if case.stopped {
                return Err(Refusal::ClockStopped);
            }
            let known = law.matter.stops.iter().any(|stop| stop.id == *reason);
            if !known || reason == CORRECTION {
                return Err(Refusal::NotAStop { id: reason.clone() });
            }
            check_reason(note)?;
            json!({ "stop": reason, "reason": note })
        }
        Action::ResumeClock => {
            if !case.stopped {
                return Err(Refusal::ClockRuns);
            }
            json!({})
        }
        Action::Extend { days, reason } => {
            demand(case, action, &RUNNING)?;
            if case.extended {
                return Err(Refusal::ExtendedAlready);
            }
            if !(1..=EXTENSION_DAYS).contains(days) {
                return Err(Refusal::ExtensionDays {
                    max: EXTENSION_DAYS,
                });
            }
            check_reason(reason)?;
            json!({ "days": days, "reason": reason })
        }
        Action::HandOver { to, note } => {
            check_reason(note)?;
            json!({ "responsible": to, "note": note })
        }
        Action::RecordVisit { purpose } => {
            check_reason(purpose)?;
            json!({ "visit": true, "note": purpose })
        }
        _ => json!({}),
    };
    Ok(plain(case.state, detail))
}

/// Lets the clock stand still from today on, for a reason of the matter.
///
/// # Errors
/// Refused by the state machine.
pub async fn stop_clock(
    app: &App,
    by: &Officer,
    number: &str,
    seen: Option<u32>,
    reason: String,
    note: String,
) -> Result<Case, AppError> {
    let action = Action::StopClock {
        reason: reason.clone(),
        note: note.clone(),
    };
    desk::on_case(app, by, number, seen, move |desk, tx, case, by| {
        let taken = desk.take(tx, case, &action, by, Findings::default(), json!({}))?;
        stops::begin(tx, taken.case.id, &reason, &note, desk.today)?;
        Ok(taken.case)
    })
    .await
}

/// Lets the clock go on; the limits move by the working days it stood still.
///
/// # Errors
/// Refused by the state machine; [`Refusal::Calendar`] where a year's table is missing.
pub async fn resume_clock(
    app: &App,
    by: &Officer,
    number: &str,
    seen: Option<u32>,
) -> Result<Case, AppError> {
    desk::on_case(app, by, number, seen, move |desk, tx, case, by| {
        let open = stops::open(tx, case.id)?.ok_or(Refusal::ClockRuns)?;
        let workdays = desk.library.workdays();
        let days = workdays
            .between(open.from_on, desk.today)
            .map_err(Refusal::from)?;
        let limits = moved_by(&case, days, workdays).map_err(Refusal::from)?;
        let more = json!({
            "stop": open.reason, "from_day": open.from_on.to_string(), "days": days,
            "promised_until": limits.0.map(|day| day.to_string()),
            "statutory_until": limits.1.map(|day| day.to_string()),
        });
        let nothing = Findings::default();
        let taken = desk.take(tx, case, &Action::ResumeClock, by, nothing, more)?;
        stops::end(tx, taken.case.id, desk.today, days)?;
        Ok(set(tx, taken.case, limits)?)
    })
    .await
}

/// Gives the case more time.
///
/// # Errors
/// Refused by the state machine; [`Refusal::Calendar`] where a year's table is missing.
pub async fn extend(
    app: &App,
    by: &Officer,
    number: &str,
    seen: Option<u32>,
    days: u32,
    reason: String,
) -> Result<Case, AppError> {
    desk::on_case(app, by, number, seen, move |desk, tx, case, by| {
        let workdays = desk.library.workdays();
        // An absurd number of days is the state machine's to refuse, not the calendar's.
        let counted = days.min(EXTENSION_DAYS);
        let limits = moved_by(&case, counted, workdays).map_err(Refusal::from)?;
        let more = json!({
            "promised_until": limits.0.map(|day| day.to_string()),
            "statutory_until": limits.1.map(|day| day.to_string()),
        });
        let action = Action::Extend { days, reason };
        let taken = desk.take(tx, case, &action, by, Findings::default(), more)?;
        stops::extend(tx, taken.case.id, days)?;
        Ok(set(tx, taken.case, limits)?)
    })
    .await
}

type Limits = (Option<Date>, Option<Date>);

fn moved_by(case: &Case, days: u32, workdays: &WorkingDays) -> Result<Limits, CalendarError> {
    let moved = |day: Option<Date>| day.map(|day| workdays.add(day, days)).transpose();
    Ok((moved(case.promised_until)?, moved(case.statutory_until)?))
}

fn set(
    transaction: &rusqlite::Transaction<'_>,
    case: Case,
    limits: Limits,
) -> Result<Case, crate::store::StoreError> {
    cases::set_limits(transaction, case.id, limits.0, limits.1)?;
    Ok(Case {
        promised_until: limits.0,
        statutory_until: limits.1,
        ..case
    })
}
