//! Choosing how to decide.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use field_core::rules::Verdict;

use crate::app::App;
use crate::auth::{Officer, Permission};
use crate::cases::{self, Outcome, State as CaseState};
use crate::error::AppError;
use crate::locale::{phrase, pick, say};
use crate::office::case::completeness::{self, heads};
use crate::office::case::fill::Against;
use crate::office::case::findings::bare_reason;
use crate::office::case::open;
use crate::office::case::record::CaseRecord;
use crate::office::case::show::Fact;
use crate::office::page::{Fields, Page, done, on_page, shell, wrong};
use crate::office::paper::make;
use crate::office::view::{Errors, Place, Shell, filters};
use crate::office::words;

/// The form that takes the decision and its reasons.
#[derive(Debug, Clone, Template)]
#[template(path = "decision/decide.html")]
pub struct DecisionDecide {
    /// The frame.
    pub shell: Shell,
    /// What is wrong.
    pub errors: Errors,
    /// The case.
    pub id: i64,
    /// The case number.
    pub number: String,
    /// Who applies.
    pub applicant: String,
    /// What the decision rests on.
    pub grounds: Vec<Fact>,
    /// Items that are not fulfilled: clause and reason.
    pub failed: Vec<String>,
    /// Why granting is impossible; empty when it is possible.
    pub grant_blocked: Vec<String>,
    /// Why any decision is impossible; empty when one is possible.
    pub blocked: Vec<String>,
    /// `granted`, `refused` or nothing yet.
    pub outcome: String,
    /// Reasons as typed.
    pub reasons: String,
    /// Which revision of the case the page shows; a step on an older one is refused.
    pub revision: u32,
}

/// `GET /cases/{id}/decide`
pub(crate) async fn page(
    State(app): State<App>,
    officer: Officer,
    Path(id): Path<i64>,
) -> Result<Page<DecisionDecide>, AppError> {
    officer.require(Permission::Decide)?;
    form(&app, &officer, id, |_| {}).await.map(Page)
}

/// `POST /cases/{id}/decide`
pub(crate) async fn decide(
    State(app): State<App>,
    officer: Officer,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, AppError> {
    let case = open::row(&app, &officer, id).await?;
    let seen = Some(fields.revision()?);
    let reasons = fields.text("reasons");
    let (outcome, word) = match fields.text("outcome").as_str() {
        "granted" => (Outcome::Granted, "grant"),
        "refused" => {
            let reasons = reasons.clone();
            (Outcome::Refused { reasons }, "refuse")
        }
        _ => return Err(AppError::BadRequest("outcome".to_owned())),
    };
    match cases::decide(&app, &officer, &case.number, seen, outcome).await {
        Ok(_) => {
            make::soon(&app, &officer, id);
            Ok(done(id, word))
        }
        Err(error) => {
            let errors = on_page(error, "outcome")?;
            again(&app, &officer, id, &fields, errors).await
        }
    }
}

/// The form again, with what was typed and what is wrong with it.
pub(crate) async fn again(
    app: &App,
    officer: &Officer,
    id: i64,
    fields: &Fields,
    errors: Errors,
) -> Result<Response, AppError> {
    let (outcome, reasons) = (fields.text("outcome"), fields.text("reasons"));
    let page = form(app, officer, id, move |page| {
        page.errors = errors;
        page.outcome = outcome;
        page.reasons = reasons;
    })
    .await?;
    Ok(wrong(page))
}

async fn form(
    app: &App,
    officer: &Officer,
    id: i64,
    more: impl FnOnce(&mut DecisionDecide) + Send + 'static,
) -> Result<DecisionDecide, AppError> {
    let record = open::record(app, officer, id).await?;
    let frame = shell(app, Some(officer), Place::Cases);
    open::fill(app, officer, move |against| {
        let mut page = fill(frame, &record, against);
        more(&mut page);
        page
    })
    .await
}

fn fill(shell: Shell, record: &CaseRecord, against: &Against<'_>) -> DecisionDecide {
    let mut failed = Vec::new();
    let mut open = 0_usize;
    for (item, one) in against.latest(record) {
        match one.verdict {
            Verdict::Fail => failed.push(format!(
                "{} {}：{}",
                item.clause,
                pick(item.short()),
                bare_reason(item, &one)
            )),
            Verdict::Missing => open += 1,
            Verdict::Pass | Verdict::NotApplicable => {}
        }
    }
    let mut grant_blocked = Vec::new();
    if !failed.is_empty() {
        grant_blocked.push(
            phrase("grant-blocked-failed")
                .with("count", failed.len())
                .to_string(),
        );
    }
    if open > 0 {
        grant_blocked.push(phrase("grant-blocked-open").with("open", open).to_string());
    }
    if record.case.state == CaseState::Rectification {
        grant_blocked.push(say("grant-blocked-rectify"));
    }
    DecisionDecide {
        shell,
        errors: Errors::default(),
        id: record.case.id,
        number: record.case.number.clone(),
        applicant: record.case.application.applicant.clone(),
        grounds: grounds(record, against),
        failed,
        grant_blocked,
        blocked: blocked(record, against),
        outcome: String::new(),
        reasons: String::new(),
        revision: record.case.revision,
    }
}

/// Why nothing can be decided now.
fn blocked(record: &CaseRecord, against: &Against<'_>) -> Vec<String> {
    let mut blocked = Vec::new();
    match record.case.state {
        CaseState::Inspected | CaseState::Rectification => {}
        CaseState::Scheduled => {
            let round = record.round();
            let judged = round.and_then(|round| against.judge(round));
            if let Some((round, judged)) = round.zip(judged) {
                blocked = completeness::of(record, round, &judged, against.now_ms).1;
            }
        }
        other => blocked.push(
            phrase("decide-wrong-state")
                .with("state", words::state(other).word)
                .to_string(),
        ),
    }
    let took_part = record
        .assignment
        .iter()
        .flat_map(|one| &one.officers)
        .any(|one| one.officer == against.officer.id);
    if took_part {
        blocked.push(say("block-own"));
    }
    blocked
}

/// What a decision rests on.
pub(crate) fn grounds(record: &CaseRecord, against: &Against<'_>) -> Vec<Fact> {
    let fact = |label: &str, value: String| Fact {
        label: label.to_owned(),
        value,
    };
    let mut facts = Vec::new();
    let officers: Vec<_> = record
        .assignment
        .iter()
        .flat_map(|one| &one.officers)
        .map(|one| {
            let card = record
                .users
                .get(&one.officer)
                .map(|(_, card)| card.as_str());
            match card.filter(|card| !card.is_empty()) {
                Some(card) => phrase("officer-and-card")
                    .with("name", record.name(&one.officer))
                    .with("card", card)
                    .to_string(),
                None => record.name(&one.officer),
            }
        })
        .collect();
    if let Some(round) = record.round() {
        let number = round.inspection.round;
        facts.push(fact(
            &say("fact-inspection"),
            phrase("round-and-officers")
                .with("number", number)
                .with("officers", officers.join(&say("list-and")))
                .to_string(),
        ));
        if let Some(judged) = against.judge(round) {
            let counts = judged.assessment.counts;
            facts.push(fact(
                &say("item-value"),
                phrase("counts-line")
                    .with("total", counts.total())
                    .with("pass", counts.pass)
                    .with("fail", counts.fail)
                    .with("missing", counts.missing)
                    .with("other", counts.not_applicable)
                    .to_string(),
            ));
        }
        if let Some(ruleset) = against.ruleset(round) {
            facts.push(fact(&say("fact-ruleset"), pick(&ruleset.text).to_owned()));
        }
        let state = match &round.inspection.sealed {
            Some(sealed) => heads(sealed),
            None => say("not-sealed"),
        };
        facts.push(fact(&say("fact-sealed-state"), state));
    }
    facts
}
