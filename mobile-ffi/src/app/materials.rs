//! A case as the window took it in: who applied, what was handed in, what the rounds before
//! found. Readable without a network.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use field_core::ids::DocId;
use field_core::inspection::Facts;
use field_core::rules::Answer;

use super::checklist;
use super::page::{Frame, filters, page, show as show_page};
use super::problem::Problem;
use super::state::App;
use super::today::{Deadline, Progress, progress};
use super::words::Said;
use crate::checklist::ruleset_of;

/// The head of every page of a case.
pub(super) struct Head {
    pub(super) doc: String,
    pub(super) applicant: String,
    pub(super) number: String,
    pub(super) class: String,
    pub(super) round: u32,
    pub(super) progress: Progress,
    /// Which of the case's pages this is.
    pub(super) at: &'static str,
    /// Why nothing can be written here, in words.
    pub(super) closed: Option<String>,
    /// The officer who works is assigned and unlocked.
    pub(super) writable: bool,
}

impl Head {
    pub(super) fn of(app: &App, f: &Frame, doc: DocId, at: &'static str) -> Result<Self, Problem> {
        let (case, facts) = app.core(|core| Ok((core.case(doc)?, core.facts(doc)?)))?;
        let assigned = |id: &str| case.officers.iter().any(|one| one.id == id);
        let closed = match f.worker() {
            _ if case.closed => Some(f.t("case-closed")),
            None => Some(f.t("case-locked")),
            Some(worker) if !assigned(&worker.id) => Some(f.a("case-not-yours", &worker.name)),
            Some(_) if case.sealed.is_some() => Some(f.t("case-sealed")),
            Some(_) => None,
        };
        let writable = !case.closed && f.worker().is_some_and(|worker| assigned(&worker.id));
        Ok(Self {
            doc: doc.to_string(),
            applicant: facts.applicant.clone(),
            number: case.number,
            class: class(f.said, &facts),
            round: facts.round,
            progress: progress(app, doc)?,
            at,
            closed,
            writable,
        })
    }

    pub(super) fn is_at(&self, place: &str) -> bool {
        self.at == place
    }
}

/// The class that was applied for, in words.
pub(super) fn class(said: Said, facts: &Facts) -> String {
    let term = ruleset_of(facts).ok().and_then(|ruleset| {
        let found = ruleset.classes.iter().find(|term| term.id == facts.class);
        found.map(|term| term.text.get(said.language).to_owned())
    });
    term.unwrap_or_else(|| facts.class.clone())
}

/// What a round before found.
struct EarlierRow {
    clause: String,
    text: String,
    found: String,
    /// Thumbnails that may be on this tablet.
    photos: Vec<checklist::Thumb>,
}

#[derive(Template)]
#[template(path = "case/show.html")]
struct CasePage {
    f: Frame,
    head: Head,
    address: String,
    scopes: String,
    contact: String,
    officers: Vec<(String, String)>,
    deadline: Option<Deadline>,
    materials: Vec<String>,
    ruleset: String,
    earlier: Vec<EarlierRow>,
}

/// `GET cases/{doc}`
pub(super) async fn show(State(app): State<Arc<App>>, Path(doc): Path<DocId>) -> Response {
    show_page(app, move |app| {
        let f = Frame::of(app)?;
        let head = Head::of(app, &f, doc, "case")?;
        let (case, facts) = app.core(|core| Ok((core.case(doc)?, core.facts(doc)?)))?;
        let ruleset = ruleset_of(&facts)?;
        let term = |id: &String| {
            let terms = ruleset.scopes.iter().chain(&ruleset.features);
            let found = terms.into_iter().find(|term| term.id == *id);
            found.map_or(id.clone(), |term| term.text.get(f.said.language).to_owned())
        };
        let scopes: Vec<_> = facts
            .scopes
            .iter()
            .chain(&facts.features)
            .map(term)
            .collect();
        page(&CasePage {
            deadline: Deadline::of(f.said, &case, app.core(|core| core.today())?),
            address: facts.address.clone(),
            scopes: scopes.join("、"),
            contact: case.contact.unwrap_or_default(),
            officers: case
                .officers
                .into_iter()
                .map(|one| (one.name, one.card_number.unwrap_or_default()))
                .collect(),
            materials: case.materials,
            ruleset: ruleset.text.get(f.said.language).to_owned(),
            earlier: earlier(app, &f, &facts)?,
            head,
            f,
        })
    })
    .await
}

fn earlier(app: &App, f: &Frame, facts: &Facts) -> Result<Vec<EarlierRow>, Problem> {
    let ruleset = ruleset_of(facts)?;
    let row = |one: &field_core::inspection::Earlier| {
        let item = ruleset.item(&one.item);
        let answer = one
            .answer
            .as_deref()
            .and_then(|text| Answer::parse(text).ok());
        let photos = one.photos.iter().map(|photo| {
            let state = app.core(|core| core.file_state(&photo.thumbnail))?;
            Ok(checklist::Thumb::new(
                String::new(),
                &photo.thumbnail,
                state,
            ))
        });
        Ok(EarlierRow {
            clause: item.map(|item| item.clause.clone()).unwrap_or_default(),
            text: item
                .map(|item| item.text.get(f.said.language).to_owned())
                .unwrap_or_else(|| one.item.clone()),
            found: answer.map_or(f.t("outcome-none"), |answer| {
                checklist::finding(f.said, &crate::Answer::from(&answer), None)
            }),
            photos: photos.collect::<Result<_, Problem>>()?,
        })
    };
    facts.earlier.iter().map(row).collect()
}
