//! Steps that are asked once more before they are taken: accepting, sending back, handing over.

use axum::extract::{Path, State};
use axum::response::Response;

use super::confirm::CaseConfirm;
use super::fill::{self, Against};
use super::findings::bare_reason;
use super::open;
use super::record::CaseRecord;
use super::show::Fact;
use super::verb::Verb;
use crate::app::App;
use crate::auth::{Access, Doors, Officer};
use crate::cases::deadlines;
use crate::cases::{self, Action, Refusal};
use crate::error::AppError;
use crate::locale::{phrase, pick, say};
use crate::office::page::{Fields, Page, done, on_page, shell, wrong};
use crate::office::paper::make;
use crate::office::permit::issue;
use crate::office::view::{Choice, Errors, Place, Shell};

/// The question and the step of every verb, `/cases/{id}/accept` and so on.
pub(crate) fn routes() -> Doors {
    Verb::ALL.into_iter().fold(Doors::new(), |doors, verb| {
        let path = format!("/cases/{{id}}/{}", verb.word());
        let access = Access::Permitted(verb.permission());
        doors
            .get(path.clone(), access, move |app, officer, id| {
                page(verb, app, officer, id)
            })
            .post(path, access, move |app, officer, id, fields| {
                take(verb, app, officer, id, fields)
            })
    })
}

async fn page(
    verb: Verb,
    State(app): State<App>,
    officer: Officer,
    Path(id): Path<i64>,
) -> Result<Page<CaseConfirm>, AppError> {
    let record = open::record(&app, &officer, id).await?;
    let frame = shell(&app, Some(&officer), Place::Cases);
    open::fill(&app, &officer, move |against| {
        ask(frame, &record, against, verb)
    })
    .await
    .map(Page)
}

async fn take(
    verb: Verb,
    State(app): State<App>,
    officer: Officer,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, AppError> {
    let case = open::row(&app, &officer, id).await?;
    let (number, seen) = (case.number.as_str(), Some(fields.revision()?));
    let (ticks, reason) = (fields.all("ticks"), fields.text("reason"));
    let option = fields.text("option");
    let taken = match verb {
        Verb::RequestCorrection => {
            let others = lines(&reason);
            cases::request_correction(&app, &officer, number, seen, ticks.clone(), others).await
        }
        Verb::ReceiveCorrection => {
            cases::receive_correction(&app, &officer, number, seen, ticks.clone()).await
        }
        Verb::Accept => cases::accept(&app, &officer, number, seen).await,
        Verb::RefuseAcceptance => {
            cases::refuse_acceptance(&app, &officer, number, seen, reason.clone()).await
        }
        Verb::Return => {
            let (items, reason) = (ticks.clone(), reason.clone());
            cases::return_for_rectification(&app, &officer, number, seen, items, reason).await
        }
        Verb::Issue => issue::issue(&app, &officer, number, seen).await,
        Verb::Deliver => cases::deliver(&app, &officer, number, seen).await,
        Verb::HandOver => {
            let (to, note) = (option.clone(), reason.clone());
            cases::hand_over(&app, &officer, number, seen, to, note).await
        }
        Verb::Visit => cases::record_visit(&app, &officer, number, seen, reason.clone()).await,
        Verb::StopClock => {
            let (stop, note) = (option.clone(), reason.clone());
            cases::stop_clock(&app, &officer, number, seen, stop, note).await
        }
        Verb::ResumeClock => cases::resume_clock(&app, &officer, number, seen).await,
        Verb::SuspendPermit => {
            let action = Action::SuspendPermit {
                reason: reason.clone(),
            };
            cases::set_force(&app, &officer, number, seen, action).await
        }
        Verb::ReinstatePermit => {
            let action = Action::ReinstatePermit {
                reason: reason.clone(),
            };
            cases::set_force(&app, &officer, number, seen, action).await
        }
        Verb::RevokePermit => {
            let action = Action::RevokePermit {
                reason: reason.clone(),
            };
            cases::set_force(&app, &officer, number, seen, action).await
        }
        Verb::Extend => {
            let days = option.parse().unwrap_or(0);
            cases::extend(&app, &officer, number, seen, days, reason.clone()).await
        }
    };
    let error = match taken {
        Ok(_) => {
            make::soon(&app, &officer, id);
            return Ok(done(id, verb.word()));
        }
        Err(error) => error,
    };
    let errors = on_page(error.clone(), field_of(&error))?;
    let record = open::record(&app, &officer, id).await?;
    let frame = shell(&app, Some(&officer), Place::Cases);
    let page = open::fill(&app, &officer, move |against| {
        let mut page = ask(frame, &record, against, verb);
        for choice in &mut page.ticks {
            choice.checked = ticks.contains(&choice.value);
        }
        for choice in &mut page.options {
            choice.checked = choice.value == option;
        }
        page.reason = page.reason.map(|_| reason);
        page.errors = errors;
        page
    })
    .await?;
    Ok(wrong(page))
}

/// Which field of the page an error belongs to.
const fn field_of(error: &AppError) -> &'static str {
    match error {
        AppError::Refused(Refusal::Reason { .. }) => "reason",
        AppError::Refused(
            Refusal::NoItems
            | Refusal::ItemDidNotFail { .. }
            | Refusal::NothingMissing
            | Refusal::UnknownMaterial { .. },
        ) => "ticks",
        AppError::Refused(
            Refusal::NotAClerk { .. } | Refusal::NotAStop { .. } | Refusal::ExtensionDays { .. },
        ) => "options",
        AppError::Refused(Refusal::OtherCorrections { .. }) => "reason",
        _ => "step",
    }
}

fn ask(shell: Shell, record: &CaseRecord, against: &Against<'_>, verb: Verb) -> CaseConfirm {
    let case = &record.case;
    let mut consequences: Vec<String> = verb.consequences().iter().map(|line| say(line)).collect();
    if verb == Verb::Accept {
        consequences.insert(0, limits(record, against));
    }
    CaseConfirm {
        shell,
        errors: Errors::default(),
        id: case.id,
        number: case.number.clone(),
        question: say(verb.question()),
        facts: facts(record, against),
        consequences,
        ticks_label: verb.ticks_label().map(say).unwrap_or_default(),
        ticks: ticks(record, against, verb),
        options_label: verb.options_label().map(say).unwrap_or_default(),
        options: options(record, against, verb),
        reason: verb.reason_label().map(|_| String::new()),
        reason_label: verb.reason_label().map(say).unwrap_or_default(),
        action: format!("/cases/{}/{}", case.id, verb.word()),
        button: say(verb.button()),
        revision: case.revision,
    }
}

fn facts(record: &CaseRecord, against: &Against<'_>) -> Vec<Fact> {
    let case = &record.case;
    let matter = against.matter(case);
    let fact = |label: &str, value: String| Fact {
        label: label.to_owned(),
        value,
    };
    let missing = fill::missing(record, matter);
    let materials = if missing.is_empty() {
        phrase("materials-all")
            .with("count", record.materials.len())
            .to_string()
    } else {
        phrase("materials-lack")
            .with("count", missing.len())
            .with("names", missing.join(&say("list-semicolon")))
            .to_string()
    };
    vec![
        fact(&say("list-applicant"), case.application.applicant.clone()),
        fact(&say("fact-matter"), fill::class_scope(case, matter)),
        fact(&say("fact-address"), case.application.address.clone()),
        fact(&say("fact-materials"), materials),
    ]
}

/// What acceptance today would promise.
fn limits(record: &CaseRecord, against: &Against<'_>) -> String {
    let Some(matter) = against.matter(&record.case) else {
        return say("accept-no-matter");
    };
    let due = deadlines::of_acceptance(matter, against.today, against.library.workdays());
    match (due.promised, due.statutory) {
        (Ok(promised), Ok(statutory)) => phrase("accept-limits")
            .with("from", against.today)
            .with("promised", promised)
            .with("statutory", statutory)
            .to_string(),
        _ => say("accept-limits-unknown"),
    }
}

/// One thing a line, blanks out.
fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

/// Working days that can be added.
const EXTENSIONS: [u32; 4] = [3, 5, 7, cases::EXTENSION_DAYS];

fn options(record: &CaseRecord, against: &Against<'_>, verb: Verb) -> Vec<Choice> {
    let choice = |value: &str, label: String| Choice {
        value: value.to_owned(),
        label,
        hint: String::new(),
        checked: false,
    };
    match verb {
        Verb::HandOver => {
            let others = record.clerks.iter();
            let others = others.filter(|(id, _)| record.case.responsible.as_ref() != Some(id));
            others.map(|(id, name)| choice(id, name.clone())).collect()
        }
        Verb::StopClock => {
            let matter = against.matter(&record.case);
            let stops = matter.map(|matter| matter.stops.as_slice());
            let stops = stops.into_iter().flatten();
            // Asking for what is missing comes before the clock starts.
            stops
                .filter(|stop| stop.id != "correction")
                .map(|stop| choice(&stop.id, pick(&stop.text).to_owned()))
                .collect()
        }
        Verb::Extend => EXTENSIONS
            .iter()
            .map(|days| {
                let label = phrase("extend-days").with("days", days).to_string();
                choice(&days.to_string(), label)
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn ticks(record: &CaseRecord, against: &Against<'_>, verb: Verb) -> Vec<Choice> {
    match verb {
        Verb::RequestCorrection | Verb::ReceiveCorrection => {
            let matter = against.matter(&record.case);
            let open = record.materials.iter().filter(|(_, day)| day.is_none());
            open.map(|(id, _)| Choice {
                value: id.clone(),
                label: fill::material_name(matter, id),
                hint: String::new(),
                checked: verb == Verb::RequestCorrection,
            })
            .collect()
        }
        Verb::Return => failed(record, against),
        _ => Vec::new(),
    }
}

/// Items that fail or are open.
fn failed(record: &CaseRecord, against: &Against<'_>) -> Vec<Choice> {
    use field_core::rules::Verdict;
    let latest = against.latest(record).into_iter();
    latest
        .filter(|(_, one)| matches!(one.verdict, Verdict::Fail | Verdict::Missing))
        .map(|(item, one)| Choice {
            value: item.id.clone(),
            label: format!("{} {}", item.clause, pick(&item.text)),
            hint: bare_reason(item, &one),
            checked: one.verdict == Verdict::Fail,
        })
        .collect()
}
