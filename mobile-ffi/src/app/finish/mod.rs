//! The finish: everything that is missing in one list, the record, the applicant's word, the
//! sign-offs; a signature that a later edit made stale is shown as such.

pub(super) mod record;
pub(super) mod sign;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use field_core::ids::DocId;
use field_core::tablet::{Missing, Signature, Standing, VisitStep};

use super::format;
use super::materials::Head;
use super::page::{Frame, filters, page, show as show_page};
use super::problem::Problem;
use super::state::App;
use super::words::Said;
use crate::checklist::judged;

/// One thing that is missing, with the page where it is done.
struct Gap {
    icon: &'static str,
    words: String,
    clause: String,
    href: String,
}

/// An officer's signature.
struct Officer {
    id: String,
    name: String,
    /// `none`, `stale` or `current`.
    state: &'static str,
    at: String,
    /// For withdrawing.
    statement: String,
    unlocked: bool,
}

#[derive(Template)]
#[template(path = "finish/show.html")]
struct FinishPage {
    f: Frame,
    head: Head,
    gaps: Vec<Gap>,
    /// Counts of the judged checklist.
    passed: u32,
    failed: u32,
    na: u32,
    applicant: &'static str,
    applicant_words: String,
    officers: Vec<Officer>,
    complete: bool,
    unsent: u64,
    sealed: bool,
}

/// `GET cases/{doc}/finish`
pub(super) async fn show(State(app): State<Arc<App>>, Path(doc): Path<DocId>) -> Response {
    show_page(app, move |app| {
        let f = Frame::of(app)?;
        let head = Head::of(app, &f, doc, "finish")?;
        let (view, standing, case, status, known, today) = app.core(|core| {
            Ok((
                core.view(doc)?,
                core.standing(doc)?,
                core.case(doc)?,
                core.case_status(doc)?,
                core.officers()?,
                core.today()?,
            ))
        })?;
        let (ruleset, judged) = judged(&view, today)?;
        let missing = Missing::of(&view, &judged);
        let gaps = gaps(&f, doc, &missing, |id| {
            let item = ruleset.item(id);
            item.map(|item| {
                (
                    item.clause.clone(),
                    item.text.get(f.said.language).to_owned(),
                )
            })
            .unwrap_or_default()
        });
        let (applicant, applicant_words) = applicant(f.said, &standing);
        page(&FinishPage {
            gaps,
            passed: judged.counts.pass,
            failed: judged.counts.fail,
            na: judged.counts.not_applicable,
            applicant,
            applicant_words,
            officers: standing
                .officers
                .iter()
                .map(|one| {
                    let (state, signed) = match &one.signature {
                        Signature::None => ("none", None),
                        Signature::Stale(signed) => ("stale", Some(signed)),
                        Signature::Current(signed) => ("current", Some(signed)),
                    };
                    Officer {
                        state,
                        at: signed
                            .map(|one| format::moment(f.said, one.at_ms))
                            .unwrap_or_default(),
                        statement: signed
                            .map(|one| one.statement.to_string())
                            .unwrap_or_default(),
                        unlocked: known
                            .iter()
                            .any(|own| own.id == one.officer && own.unlocked),
                        id: one.officer.clone(),
                        name: one.name.clone(),
                    }
                })
                .collect(),
            complete: standing.is_complete(),
            unsent: status.unsent_changes + (status.photos - status.photos_safe),
            sealed: case.sealed.is_some(),
            head,
            f,
        })
    })
    .await
}

/// What the applicant did with the record.
fn applicant(said: Said, standing: &Standing) -> (&'static str, String) {
    use field_core::identity::Confirmation;
    let words = |one: &field_core::identity::ApplicantConfirmation| {
        let at = format::moment(said, one.at.wall_ms);
        let what = match &one.confirmation {
            Confirmation::Signed { name, .. } => said.a("applicant-signed", name),
            Confirmation::Refused { reason, .. } => said.a("applicant-refused", reason),
            Confirmation::Absent { reason, .. } => said.a("applicant-absent", reason),
        };
        format!("{what} · {at}")
    };
    match &standing.applicant {
        Signature::None => ("none", String::new()),
        Signature::Stale(one) => ("stale", words(one)),
        Signature::Current(one) => ("current", words(one)),
    }
}

fn gaps(
    f: &Frame,
    doc: DocId,
    missing: &Missing,
    item: impl Fn(&str) -> (String, String),
) -> Vec<Gap> {
    let mut gaps = vec![];
    let mut items = |ids: &[String], icon: &'static str, key: &str| {
        for id in ids {
            let (clause, text) = item(id);
            gaps.push(Gap {
                icon,
                words: f.a(key, text),
                clause,
                href: format!("cases/{doc}/checklist#i-{id}"),
            });
        }
    };
    items(&missing.conflicts, "git-merge", "gap-conflict");
    items(&missing.unanswered, "circle-dashed", "gap-unanswered");
    items(&missing.photos, "camera", "gap-photo");
    items(&missing.notes, "message-2", "gap-note");
    for step in &missing.visit {
        let key = match step {
            VisitStep::Begin => "gap-begin",
            VisitStep::Present => "gap-present",
            VisitStep::RightsRead => "gap-rights",
            VisitStep::End => "gap-end",
        };
        gaps.push(Gap {
            icon: "clock",
            words: f.t(key),
            clause: String::new(),
            href: format!("cases/{doc}/visit"),
        });
    }
    gaps
}

/// Whether anything is missing: the record is shown to the applicant when nothing is.
fn count_missing(app: &App, doc: DocId) -> Result<usize, Problem> {
    let (view, today) = app.core(|core| Ok((core.view(doc)?, core.today()?)))?;
    let (_, judged) = judged(&view, today)?;
    Ok(Missing::of(&view, &judged).count())
}
