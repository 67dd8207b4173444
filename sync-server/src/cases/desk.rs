//! The desk at which every step is taken: case and rules as they are inside the transaction, the
//! pure step, the row of the history, the new state.

use std::sync::Arc;

use field_core::rules::{Date, Library, Matter};
use rusqlite::{Connection, Transaction};
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::state::{Action, Actor, CaseState, Findings};
use super::step::{Effect, Law, step};
use crate::app::{App, Poke};
use crate::auth::Officer;
use crate::error::AppError;
use crate::store::cases::{self, Case};
use crate::store::history::{self, Event};
use crate::store::log::{self, Entry};
use crate::store::{StoreError, decisions, inspections, stops};

/// What a step needs besides the database: rules, day, hour.
#[derive(Debug, Clone)]
pub struct Desk {
    /// All rules.
    pub library: Arc<Library>,
    /// Division of the agency, for its own variants of matters.
    pub division: String,
    /// Business day.
    pub today: Date,
    /// Real time, Unix milliseconds.
    pub now_ms: i64,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The case as it stands now.
    pub case: Case,
    /// What is still to be written.
    pub effect: Effect,
}

impl Desk {
    /// The desk as it is now.
    #[must_use]
    pub fn of(app: &App) -> Self {
        Self {
            library: app.library(),
            division: app.agency.division.clone(),
            today: app.clock.today(),
            now_ms: app.clock.now_ms(),
        }
    }

    /// The matter named `id` as this agency handles it.
    ///
    /// # Errors
    /// The rules have no such matter any more.
    pub fn matter(&self, id: &str) -> Result<&Matter, AppError> {
        self.library.matter_in(id, &self.division).ok_or_else(|| {
            Refusal::MatterNotOpen {
                matter: id.to_owned(),
                day: self.today,
            }
            .into()
        })
    }

    /// Takes a step: judges it, moves the case, writes the history and tells the tablets. What
    /// the effect asks for is the caller's, in the same transaction. `more` is added to the
    /// history's particulars.
    ///
    /// # Errors
    /// The refusal of the state machine; then nothing was written.
    pub fn take(
        &self,
        transaction: &Transaction<'_>,
        case: Case,
        action: &Action,
        by: &Actor,
        findings: Findings,
        more: Value,
    ) -> Result<Taken, AppError> {
        let matter = self.matter(&case.matter)?;
        let state = self.state(transaction, &case, matter, findings)?;
        let law = Law {
            today: self.today,
            matter,
            library: &self.library,
            class: &case.class,
        };
        let transition = step(&state, action, by, &law)?;
        let mut detail = transition.detail;
        merge(&mut detail, more);
        detail["from"] = json!(case.state.word());
        detail["to"] = json!(transition.to.word());
        if !cases::advance(transaction, case.id, case.revision, transition.to)? {
            return Err(Refusal::Stale {
                seen: case.revision,
                current: case.revision + 1,
            }
            .into());
        }
        self.record(transaction, case.id, by, action.word(), detail)?;
        if let Some(current) = inspections::of_case(transaction, case.id)?.last() {
            log::append(transaction, current.doc, Entry::Case)?;
        }
        Ok(Taken {
            case: Case {
                state: transition.to,
                revision: case.revision + 1,
                ..case
            },
            effect: transition.effect,
        })
    }

    /// Writes a row of the history.
    pub(super) fn record(
        &self,
        transaction: &Transaction<'_>,
        case_id: i64,
        by: &Actor,
        action: &str,
        detail: Value,
    ) -> Result<(), StoreError> {
        let event = Event {
            case_id: Some(case_id),
            at: self.now_ms,
            on_date: self.today.to_string(),
            user_id: match by {
                Actor::System => None,
                Actor::Officer { id, .. } => Some(id.clone()),
            },
            action: action.to_owned(),
            detail,
        };
        history::append(transaction, &event)?;
        Ok(())
    }

    fn state(
        &self,
        connection: &Connection,
        case: &Case,
        matter: &Matter,
        findings: Findings,
    ) -> Result<CaseState, AppError> {
        let assignment = cases::assignment(connection, case.id)?;
        let history = history::of_case(connection, case.id)?;
        Ok(CaseState {
            state: case.state,
            revision: case.revision,
            submitted_on: case.submitted_on,
            corrected: history
                .iter()
                .any(|entry| entry.event.action == "request-correction"),
            missing: missing(connection, case.id, matter)?,
            round: assignment.as_ref().map_or(0, |one| one.round),
            assignment: assignment.map_or(0, |one| one.revision),
            inspectors: cases::inspectors(connection, case.id)?
                .into_iter()
                .collect(),
            ruleset: case.ruleset,
            permit: decisions::permit_number(connection, case.id)?,
            force: decisions::force(connection, case.id)?,
            stopped: stops::open(connection, case.id)?.is_some(),
            extended: stops::extended_days(connection, case.id)? > 0,
            findings,
        })
    }
}

/// Names of the materials that are demanded, not there, and cannot be looked up instead.
fn missing(
    connection: &Connection,
    case_id: i64,
    matter: &Matter,
) -> Result<Vec<String>, StoreError> {
    let demanded = cases::materials(connection, case_id)?;
    Ok(demanded
        .iter()
        .filter(|(_, received)| received.is_none())
        .filter_map(|(id, _)| matter.materials.iter().find(|one| one.id == *id))
        .filter(|material| !material.waivable)
        .map(|material| material.text.zh.clone())
        .collect())
}

fn merge(detail: &mut Value, more: Value) {
    if let (Some(detail), Value::Object(more)) = (detail.as_object_mut(), more) {
        detail.extend(more);
    }
}

/// The case with this number.
pub(super) fn find(connection: &Connection, number: &str) -> Result<Case, AppError> {
    cases::by_number(connection, number)?.ok_or(AppError::NotFound { what: "业务件" })
}

/// Does `work` on the case with this number in one transaction, then pokes whoever looks at it.
///
/// # Errors
/// There is no such case, or what `work` refuses; then nothing was written.
pub(super) async fn on_case(
    app: &App,
    by: &Officer,
    number: &str,
    seen: Option<u32>,
    work: impl FnOnce(&Desk, &Transaction<'_>, Case, &Actor) -> Result<Case, AppError> + Send + 'static,
) -> Result<Case, AppError> {
    let (desk, number, by) = (Desk::of(app), number.to_owned(), by.actor(seen));
    let case = app
        .store
        .transact(move |tx| work(&desk, tx, find(tx, &number)?, &by))
        .await?;
    moved(app, &case);
    Ok(case)
}

/// Takes a step that has no effect beyond state and history.
pub(super) async fn simple(
    app: &App,
    by: &Officer,
    number: &str,
    seen: Option<u32>,
    action: Action,
    findings: Findings,
) -> Result<Case, AppError> {
    on_case(app, by, number, seen, move |desk, tx, case, by| {
        let taken = desk.take(tx, case, &action, by, findings, Value::Null)?;
        Ok(taken.case)
    })
    .await
}

/// Pokes whoever looks at the case.
pub(super) fn moved(app: &App, case: &Case) {
    app.poke(Poke::Case {
        case_id: case.id,
        doc: None,
    });
}
