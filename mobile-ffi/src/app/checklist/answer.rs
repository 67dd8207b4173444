//! Answering an item: a tap, a value, what belongs to it, a note, the end of a conflict, undoing.
//! Each is on the disk before the row comes back.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use field_core::ids::DocId;
use field_core::rules::{self, Answer, Instrument, Item, Measure, Outcome, Outsourcing};
use serde::Deserialize;

use super::Changed;
use crate::app::page::{Done, act};
use crate::app::problem::Problem;
use crate::app::state::App;
use crate::checklist::ruleset_of;

type At = Path<(DocId, String)>;

/// The item in its ruleset, the class it is judged for, and the answer that shows.
struct Standing {
    item: Item,
    class: String,
    answer: Option<Answer>,
}

fn standing(app: &App, doc: DocId, item: &str) -> Result<Standing, Problem> {
    let view = app.core(|core| core.view(doc))?;
    let found = ruleset_of(&view.facts)?.item(item);
    Ok(Standing {
        item: found.ok_or_else(Problem::not_found)?.clone(),
        class: view.facts.class.clone(),
        answer: view.answers.get(item).map(|one| one.answer.clone()),
    })
}

/// Records an answer and shows the row again.
fn record(app: &App, doc: DocId, item: &str, answer: &Answer) -> Result<Done, Problem> {
    let officer = app.officer();
    app.core(|core| core.answer(doc, &officer, item, answer))?;
    changed(app, doc, item)
}

fn changed(app: &App, doc: DocId, item: &str) -> Result<Done, Problem> {
    app.keeper.poke();
    Done::piece(&Changed::of(app, doc, item)?)
}

/// A tap.
#[derive(Deserialize)]
pub(in crate::app) struct Tap {
    outcome: String,
}

/// `POST cases/{doc}/items/{item}/answer`: pass, fail or not applicable. What was measured and
/// shown before stays with it, except that what does not apply has no value.
pub(in crate::app) async fn tap(
    State(app): State<Arc<App>>,
    Path((doc, item)): At,
    Form(form): Form<Tap>,
) -> Response {
    act(app, move |app| {
        let stands = standing(app, doc, &item)?;
        let outcome = match form.outcome.as_str() {
            "pass" => Outcome::Pass,
            "fail" => Outcome::Fail,
            "na" => Outcome::NotApplicable,
            _ => return Err(Problem::key("problem-choose-outcome")),
        };
        let answer = match (outcome, stands.answer) {
            (Outcome::NotApplicable, _) | (_, None) => Answer::new(outcome),
            (_, Some(former)) => Answer {
                result: outcome,
                reason: None,
                ..former
            },
        };
        record(app, doc, &item, &answer)
    })
    .await
}

/// A number as it was typed.
#[derive(Deserialize)]
pub(in crate::app) struct Value {
    #[serde(default)]
    value: String,
}

fn with_value(stands: &Standing, typed: &str) -> Result<Answer, Problem> {
    let typed = typed.trim().replace(['，', '。', ','], ".");
    let value: Measure = typed
        .parse()
        .map_err(|_| Problem::key("problem-no-number"))?;
    let (unit, _) = stands
        .item
        .requirement
        .measured()
        .ok_or_else(Problem::not_found)?;
    let mut answer = Answer::new(rules::found(&stands.item, &stands.class, value));
    if let Some(former) = &stands.answer {
        answer.instrument.clone_from(&former.instrument);
    }
    Ok(answer.with_value(value, unit))
}

/// `POST cases/{doc}/items/{item}/value`
pub(in crate::app) async fn value(
    State(app): State<Arc<App>>,
    Path((doc, item)): At,
    Form(form): Form<Value>,
) -> Response {
    act(app, move |app| {
        let answer = with_value(&standing(app, doc, &item)?, &form.value)?;
        record(app, doc, &item, &answer)
    })
    .await
}

/// `GET cases/{doc}/items/{item}/judge`: the verdict on a number before it is recorded.
pub(in crate::app) async fn judge(
    State(app): State<Arc<App>>,
    Path((doc, item)): At,
    Query(form): Query<Value>,
) -> Response {
    let said = app.said();
    let judged = app
        .ask(move |app| {
            let stands = standing(app, doc, &item)?;
            let answer = with_value(&stands, &form.value)?;
            let (view, today) = app.core(|core| Ok((core.facts(doc)?, core.today()?)))?;
            let words = |all: &[String]| all.to_vec();
            let (scopes, features) = (words(&view.scopes), words(&view.features));
            let profile = rules::Profile::new(
                &stands.class,
                scopes.iter().map(String::as_str),
                features.iter().map(String::as_str),
            );
            let judged = rules::judge_items(
                &[&stands.item],
                &profile,
                &[(item.clone(), answer)].into(),
                // Photos are asked for by the row, not by the keypad.
                &[(item, 1)].into(),
                today,
            );
            let first = judged.items.first().ok_or_else(Problem::not_found)?;
            let class = super::row::verdict(first.verdict.into());
            let words = first.reason.render(said.language);
            let words = askama::filters::escape(words, askama::filters::Html)
                .map(|text| text.to_string())
                .unwrap_or_default();
            Ok(format!("<span class=\"verdict {class}\">{words}</span>"))
        })
        .await;
    match judged {
        Ok(html) => Html(html).into_response(),
        // Half a number is no mistake yet.
        Err(_) => Html(String::new()).into_response(),
    }
}

/// What belongs to an answer beside its value.
#[derive(Deserialize)]
pub(in crate::app) struct More {
    #[serde(default)]
    instrument: String,
    #[serde(default)]
    serial: String,
    #[serde(default)]
    calibrated_until: String,
    #[serde(default)]
    contractor: String,
    #[serde(default)]
    contract: String,
    #[serde(default)]
    until: String,
}

fn text(typed: &str) -> Option<String> {
    let typed = typed.trim();
    (!typed.is_empty()).then(|| typed.to_owned())
}

fn day(typed: &str) -> Result<Option<rules::Date>, Problem> {
    text(typed)
        .map(|day| day.parse().map_err(|_| Problem::key("problem-no-day")))
        .transpose()
}

/// `POST cases/{doc}/items/{item}/more`: instrument or certificate, and outsourcing.
pub(in crate::app) async fn more(
    State(app): State<Arc<App>>,
    Path((doc, item)): At,
    Form(form): Form<More>,
) -> Response {
    act(app, move |app| {
        let stands = standing(app, doc, &item)?;
        let named = text(&form.instrument).or_else(|| {
            // The certificate of an item that is one needs no other name.
            let dated = !form.calibrated_until.trim().is_empty();
            dated.then(|| stands.item.short().zh.clone())
        });
        let instrument = match named {
            Some(name) => Some(Instrument {
                name,
                serial: text(&form.serial),
                calibrated_until: day(&form.calibrated_until)?,
            }),
            None => None,
        };
        let outsourcing = match text(&form.contractor) {
            Some(contractor) => Some(Outsourcing {
                contractor,
                contract: text(&form.contract),
                until: day(&form.until)?,
            }),
            None => None,
        };
        let former = stands.answer.unwrap_or_else(|| Answer::new(Outcome::Pass));
        let answer = Answer {
            instrument,
            outsourcing,
            reason: None,
            ..former
        };
        record(app, doc, &item, &answer)
    })
    .await
}

/// The officer's own note.
#[derive(Deserialize)]
pub(in crate::app) struct Note {
    #[serde(default)]
    text: String,
}

/// `POST cases/{doc}/items/{item}/note`
pub(in crate::app) async fn note(
    State(app): State<Arc<App>>,
    Path((doc, item)): At,
    Form(form): Form<Note>,
) -> Response {
    act(app, move |app| {
        let officer = app.officer();
        let text = form.text.replace("\r\n", "\n");
        app.core(|core| core.note(doc, &officer, &item, &text))?;
        changed(app, doc, &item)
    })
    .await
}

/// Which side, by its place in the list, and why.
#[derive(Deserialize)]
pub(in crate::app) struct Resolve {
    side: usize,
    /// What the side said when the page was made, so that nobody takes another one by accident.
    finding: String,
    #[serde(default)]
    reason: String,
}

/// `POST cases/{doc}/items/{item}/resolve`
pub(in crate::app) async fn resolve(
    State(app): State<Arc<App>>,
    Path((doc, item)): At,
    Form(form): Form<Resolve>,
) -> Response {
    let said = app.said();
    act(app, move |app| {
        let reason = text(&form.reason).ok_or_else(|| Problem::key("problem-reason-missing"))?;
        let view = app.core(|core| core.view(doc))?;
        let unit = ruleset_of(&view.facts)?
            .item(&item)
            .and_then(|item| item.requirement.measured())
            .map(|(unit, _)| unit.symbol(said.language));
        let sides = view.answers.get(&item).map(|one| one.conflict.as_slice());
        let side = sides.unwrap_or_default().get(form.side);
        let chosen = side.ok_or_else(|| Problem::key("problem-conflict-moved"))?;
        let shown = super::finding(said, &crate::Answer::from(&chosen.answer), unit);
        if shown != form.finding {
            return Err(Problem::key("problem-conflict-moved"));
        }
        let answer = Answer {
            reason: Some(reason),
            ..chosen.answer.clone()
        };
        record(app, doc, &item, &answer)
    })
    .await
}

/// `POST cases/{doc}/items/{item}/undo`
pub(in crate::app) async fn undo(State(app): State<Arc<App>>, Path((doc, item)): At) -> Response {
    act(app, move |app| {
        let officer = app.officer();
        app.core(|core| core.undo_answer(doc, &officer, &item))?;
        changed(app, doc, &item)
    })
    .await
}
