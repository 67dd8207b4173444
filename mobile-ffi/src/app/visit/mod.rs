//! The visit: who is present, the notice of rights, when it began and ended and where; or why
//! the shop could not be inspected.

pub(super) mod record;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use field_core::identity::VisitFailure;
use field_core::ids::DocId;
use field_core::inspection::{Facts, View, Visit};
use field_core::rules::Requirement;

use super::checklist::Thumb;
use super::format;
use super::materials::Head;
use super::page::{Frame, filters, page, show as show_page};
use super::state::App;
use crate::checklist::ruleset_of;

/// A step that was recorded.
struct Step {
    /// What was recorded.
    words: String,
    /// By whom.
    by: String,
}

/// What was stated of a visit that failed.
struct Failed {
    why: String,
    note: String,
    at: String,
    by: String,
    photo: bool,
}

#[derive(Template)]
#[template(path = "visit/show.html")]
struct VisitPage {
    f: Frame,
    head: Head,
    officers: Vec<(String, String)>,
    begun: Vec<Step>,
    present: Vec<Step>,
    rights: Vec<Step>,
    ended: Vec<Step>,
    failed: Option<Failed>,
    /// The item that a photo of the closed door belongs to.
    door_item: Option<String>,
    /// Its photos, to choose from: key of the evidence file and thumbnail.
    door: Vec<(String, Thumb)>,
}

/// `GET cases/{doc}/visit`
pub(super) async fn show(State(app): State<Arc<App>>, Path(doc): Path<DocId>) -> Response {
    show_page(app, move |app| {
        let f = Frame::of(app)?;
        let head = Head::of(app, &f, doc, "visit")?;
        let (case, view, standing) =
            app.core(|core| Ok((core.case(doc)?, core.view(doc)?, core.standing(doc)?)))?;
        let name = |id: &str| {
            let found = case.officers.iter().find(|one| one.id == id);
            found.map_or(id.to_owned(), |one| one.name.clone())
        };
        let steps = |wanted: &dyn Fn(&Visit) -> Option<String>| {
            let found = view.visit.iter().filter_map(|one| {
                let words = wanted(&one.visit)?;
                let by = name(&one.officer);
                Some(Step { words, by })
            });
            found.collect::<Vec<_>>()
        };
        let at = |ms: i64| format::moment(f.said, ms);
        let door_item = door_item(&view.facts);
        page(&VisitPage {
            officers: case
                .officers
                .iter()
                .map(|one| {
                    (
                        one.name.clone(),
                        one.card_number.clone().unwrap_or_default(),
                    )
                })
                .collect(),
            begun: steps(&|visit| match visit {
                Visit::Begin { at_ms, place } => Some(match place {
                    Some(place) => format!("{} · {}", at(*at_ms), format::place(place)),
                    None => format!("{} · {}", at(*at_ms), f.t("visit-no-place")),
                }),
                _ => None,
            }),
            present: steps(&|visit| match visit {
                Visit::Present { who } => Some(who.clone()),
                _ => None,
            }),
            rights: steps(&|visit| match visit {
                Visit::RightsRead { at_ms } => Some(at(*at_ms)),
                _ => None,
            }),
            ended: steps(&|visit| match visit {
                Visit::End { at_ms } => Some(at(*at_ms)),
                _ => None,
            }),
            failed: standing.failed.map(|one| Failed {
                why: f.t(failure_key(one.failure)),
                note: one.note,
                at: at(one.at.wall_ms),
                by: name(&one.officer),
                photo: one.photo.is_some(),
            }),
            door: door(app, &view, door_item.as_deref())?,
            door_item,
            head,
            f,
        })
    })
    .await
}

fn failure_key(failure: VisitFailure) -> &'static str {
    match failure {
        VisitFailure::Closed => "failed-closed",
        VisitFailure::Denied => "failed-denied",
        VisitFailure::Postponed => "failed-postponed",
    }
}

/// The first item that asks for photos: the front of the shop.
fn door_item(facts: &Facts) -> Option<String> {
    let ruleset = ruleset_of(facts).ok()?;
    let found = facts.items.iter().find(|id| {
        let item = ruleset.item(id);
        item.is_some_and(|item| matches!(item.requirement, Requirement::Photo { .. }))
    });
    found.cloned()
}

fn door(
    app: &App,
    view: &View,
    item: Option<&str>,
) -> Result<Vec<(String, Thumb)>, super::problem::Problem> {
    view.present_photos()
        .filter(|one| Some(one.photo.item.as_str()) == item)
        .map(|one| {
            let state = app.core(|core| core.file_state(&one.photo.sha256))?;
            let thumb = Thumb::new(one.key.to_string(), &one.photo.thumbnail, state);
            Ok((one.photo.sha256.to_string(), thumb))
        })
        .collect()
}
