//! Checking a decision before it is made.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::decide;
use crate::app::App;
use crate::auth::{Officer, Permission};
use crate::cases::REASON_CHARS;
use crate::error::AppError;
use crate::locale::{phrase, say};
use crate::office::case::completeness::heads;
use crate::office::case::fill::{self, Against};
use crate::office::case::open;
use crate::office::case::record::CaseRecord;
use crate::office::case::show::Fact;
use crate::office::page::{Fields, Page, shell};
use crate::office::view::{Errors, Place, Shell, filters};

/// Shows a decision as it will be made, with what it binds.
#[derive(Debug, Clone, Template)]
#[template(path = "decision/check.html")]
pub struct DecisionCheck {
    /// The frame.
    pub shell: Shell,
    /// What is wrong, e.g. that somebody was faster.
    pub errors: Errors,
    /// The case.
    pub id: i64,
    /// The case number.
    pub number: String,
    /// Who applies.
    pub applicant: String,
    /// `granted` or `refused`.
    pub outcome: String,
    /// Reasons as typed.
    pub reasons: String,
    /// Everything else the decision says.
    pub facts: Vec<Fact>,
    /// The states it binds, e.g. `第 1 轮 · 状态 3fa9c1d2 · 证据 24 件`.
    pub bound: Vec<String>,
    /// Which revision of the case the page shows; a step on an older one is refused.
    pub revision: u32,
}

impl DecisionCheck {
    /// Whether the permit is granted.
    #[must_use]
    pub fn grants(&self) -> bool {
        self.outcome == "granted"
    }
}

/// `POST /cases/{id}/decide/check`: nothing is changed yet.
pub(crate) async fn page(
    State(app): State<App>,
    officer: Officer,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, AppError> {
    officer.require(Permission::Decide)?;
    let errors = check(&fields);
    if !errors.is_empty() {
        return decide::again(&app, &officer, id, &fields, errors).await;
    }
    let record = open::record(&app, &officer, id).await?;
    let seen = fields.revision()?;
    if seen != record.case.revision {
        let mut errors = Errors::default();
        errors.add("outcome", say("wrong-stale"));
        return decide::again(&app, &officer, id, &fields, errors).await;
    }
    let frame = shell(&app, Some(&officer), Place::Cases);
    let page = open::fill(&app, &officer, move |against| {
        fill_page(frame, &record, against, &fields)
    })
    .await?;
    Ok(Page(page).into_response())
}

fn check(fields: &Fields) -> Errors {
    let mut errors = Errors::default();
    let reasons = fields.text("reasons");
    match fields.text("outcome").as_str() {
        "granted" => {}
        "refused" if reasons.is_empty() => {
            errors.add("reasons", say("wrong-no-reasons"));
        }
        "refused" => {}
        _ => errors.add("outcome", say("wrong-no-outcome")),
    }
    if reasons.chars().count() > REASON_CHARS {
        errors.add(
            "reasons",
            phrase("wrong-reasons-long")
                .with("reason-chars", REASON_CHARS)
                .to_string(),
        );
    }
    errors
}

fn fill_page(
    shell: Shell,
    record: &CaseRecord,
    against: &Against<'_>,
    fields: &Fields,
) -> DecisionCheck {
    let case = &record.case;
    let matter = against.matter(case);
    let fact = |label: &str, value: String| Fact {
        label: label.to_owned(),
        value,
    };
    let outcome = fields.text("outcome");
    let mut facts = vec![
        fact(&say("fact-matter"), fill::class_scope(case, matter)),
        fact(&say("fact-decided-on"), against.today.to_string()),
    ];
    let years = matter
        .and_then(|matter| matter.class(&case.class))
        .and_then(|class| class.validity_years);
    if let Some(years) = years.filter(|_| outcome == "granted") {
        facts.push(fact(
            &say("fact-validity"),
            phrase("validity-years").with("years", years).to_string(),
        ));
    }
    facts.extend(decide::grounds(record, against));
    let bound = record.rounds.iter().filter_map(|round| {
        let sealed = round.inspection.sealed.as_ref()?;
        Some(
            phrase("bound-line")
                .with("round", round.inspection.round)
                .with("state", heads(sealed))
                .with("count", round.view.evidence().len())
                .to_string(),
        )
    });
    DecisionCheck {
        shell,
        errors: Errors::default(),
        id: case.id,
        number: case.number.clone(),
        applicant: case.application.applicant.clone(),
        reasons: if outcome == "refused" {
            fields.text("reasons")
        } else {
            String::new()
        },
        outcome,
        facts,
        bound: bound.collect(),
        revision: case.revision,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusing_takes_a_reason() {
        let check = |pairs: &[(&str, &str)]| check(&Fields::of(pairs));
        assert!(check(&[("outcome", "granted")]).is_empty());
        assert!(check(&[("outcome", "refused")]).of("reasons").is_some());
        assert!(
            check(&[("outcome", "refused"), ("reasons", " ")])
                .of("reasons")
                .is_some()
        );
        assert!(check(&[("outcome", "refused"), ("reasons", "8.1")]).is_empty());
        assert!(check(&[]).of("outcome").is_some());
    }
}
