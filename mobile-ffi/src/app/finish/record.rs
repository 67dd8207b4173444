//! The record of the present state on one page, in the language its reader chose, with the place
//! where the applicant signs.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use field_core::ids::DocId;
use field_core::inspection::Visit;
use field_core::tablet::Signature;

use crate::app::checklist::{self, Row};
use crate::app::format;
use crate::app::materials::Head;
use crate::app::page::{Frame, filters, page, show as show_page};
use crate::app::state::App;

/// One section of the record.
struct Part {
    name: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "finish/record.html")]
struct RecordPage {
    f: Frame,
    head: Head,
    address: String,
    ruleset: String,
    officers: Vec<(String, String)>,
    /// The course of the visit, line by line.
    visit: Vec<String>,
    parts: Vec<Part>,
    passed: u32,
    failed: u32,
    na: u32,
    photos: usize,
    verdict: &'static str,
    /// The first digits of what is signed.
    state: String,
    missing: usize,
    /// Already confirmed in exactly this state.
    confirmed: bool,
}

/// `GET cases/{doc}/record`
pub(in crate::app) async fn show(State(app): State<Arc<App>>, Path(doc): Path<DocId>) -> Response {
    show_page(app, move |app| {
        let f = Frame::of(app)?;
        let head = Head::of(app, &f, doc, "finish")?;
        let list = app.tablet.checklist(&doc.to_string(), None)?;
        let sections = checklist::sections(app, &f, &head, doc, &list, checklist::Show::All)?;
        let (case, view, standing) =
            app.core(|core| Ok((core.case(doc)?, core.view(doc)?, core.standing(doc)?)))?;
        let line = |one: &field_core::inspection::VisitView| match &one.visit {
            Visit::Begin { at_ms, place } => {
                let at = format::moment(f.said, *at_ms);
                let place = place.as_ref().map(format::place).unwrap_or_default();
                f.ab("record-begun", at, place)
            }
            Visit::Present { who } => f.a("record-present", who),
            Visit::RightsRead { at_ms } => f.a("record-rights", format::moment(f.said, *at_ms)),
            Visit::End { at_ms } => f.a("record-ended", format::moment(f.said, *at_ms)),
        };
        let mut visit: Vec<String> = view.visit.iter().map(line).collect();
        visit.dedup();
        let heads: Vec<String> = view.heads.iter().map(ToString::to_string).collect();
        page(&RecordPage {
            address: view.facts.address.clone(),
            ruleset: f.said.of(&list.ruleset).to_owned(),
            officers: case
                .officers
                .into_iter()
                .map(|one| (one.name, one.card_number.unwrap_or_default()))
                .collect(),
            visit,
            parts: sections
                .into_iter()
                .map(|section| Part {
                    name: section.name,
                    rows: section.rows,
                })
                .collect(),
            passed: list.passed,
            failed: list.failed,
            na: list.not_applicable,
            photos: view.present_photos().count(),
            verdict: match list.verdict {
                crate::Verdict::Pass => "pass",
                crate::Verdict::Fail => "fail",
                _ => "missing",
            },
            state: heads.join(" ").chars().take(16).collect(),
            missing: super::count_missing(app, doc)?,
            confirmed: matches!(standing.applicant, Signature::Current(_)),
            head,
            f,
        })
    })
    .await
}
