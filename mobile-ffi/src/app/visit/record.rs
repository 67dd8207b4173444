//! Recording the steps of a visit.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use field_core::digest::Sha256;
use field_core::identity::VisitFailure;
use field_core::ids::DocId;
use field_core::inspection::Place;
use serde::Deserialize;

use crate::app::page::{Done, act};
use crate::app::problem::Problem;
use crate::app::state::App;

/// Where the browser says it is; empty fields when it does not.
#[derive(Debug, Default, Deserialize)]
pub(in crate::app) struct Here {
    #[serde(default)]
    latitude: String,
    #[serde(default)]
    longitude: String,
    #[serde(default)]
    accuracy: String,
}

impl Here {
    pub(in crate::app) fn place(&self) -> Option<Place> {
        Some(Place {
            latitude: self.latitude.parse().ok()?,
            longitude: self.longitude.parse().ok()?,
            accuracy_m: self.accuracy.parse().ok(),
        })
    }

    pub(in crate::app) fn set(&mut self, name: &str, value: String) {
        match name {
            "latitude" => self.latitude = value,
            "longitude" => self.longitude = value,
            "accuracy" => self.accuracy = value,
            _ => {}
        }
    }
}

fn again(app: &App, doc: DocId) -> Done {
    app.keeper.poke();
    Done::Go(format!("cases/{doc}/visit"))
}

/// `POST cases/{doc}/visit/begin`
pub(in crate::app) async fn begin(
    State(app): State<Arc<App>>,
    Path(doc): Path<DocId>,
    Form(here): Form<Here>,
) -> Response {
    act(app, move |app| {
        let officer = app.officer();
        app.core(|core| core.begin_visit(doc, &officer, here.place()))?;
        Ok(again(app, doc))
    })
    .await
}

/// Who is there.
#[derive(Deserialize)]
pub(in crate::app) struct Who {
    name: String,
    #[serde(default)]
    role: String,
}

/// `POST cases/{doc}/visit/present`
pub(in crate::app) async fn present(
    State(app): State<Arc<App>>,
    Path(doc): Path<DocId>,
    Form(who): Form<Who>,
) -> Response {
    act(app, move |app| {
        let name = who.name.trim();
        if name.is_empty() {
            return Err(Problem::key("problem-name-missing"));
        }
        let role = match who.role.as_str() {
            "representative" => "委托代理人",
            "staff" => "现场负责人",
            _ => "经营者",
        };
        let officer = app.officer();
        app.core(|core| core.present(doc, &officer, &format!("{name}（{role}）")))?;
        Ok(again(app, doc))
    })
    .await
}

/// `POST cases/{doc}/visit/rights`
pub(in crate::app) async fn rights(
    State(app): State<Arc<App>>,
    Path(doc): Path<DocId>,
) -> Response {
    act(app, move |app| {
        let officer = app.officer();
        app.core(|core| core.rights_read(doc, &officer))?;
        Ok(again(app, doc))
    })
    .await
}

/// `POST cases/{doc}/visit/end`
pub(in crate::app) async fn end(State(app): State<Arc<App>>, Path(doc): Path<DocId>) -> Response {
    act(app, move |app| {
        let officer = app.officer();
        app.core(|core| core.end_visit(doc, &officer))?;
        Ok(Done::Go(format!("cases/{doc}/finish")))
    })
    .await
}

/// Why it could not be inspected.
#[derive(Deserialize)]
pub(in crate::app) struct Failed {
    why: String,
    note: String,
    #[serde(default)]
    photo: String,
}

/// `POST cases/{doc}/visit/failed`
pub(in crate::app) async fn failed(
    State(app): State<Arc<App>>,
    Path(doc): Path<DocId>,
    Form(form): Form<Failed>,
) -> Response {
    act(app, move |app| {
        let failure = match form.why.as_str() {
            "denied" => VisitFailure::Denied,
            "postponed" => VisitFailure::Postponed,
            "closed" => VisitFailure::Closed,
            _ => return Err(Problem::key("problem-choose-reason")),
        };
        if form.note.trim().is_empty() {
            return Err(Problem::key("problem-note-missing"));
        }
        let photo: Option<Sha256> = form.photo.parse().ok();
        let officer = app.officer();
        app.core(|core| core.visit_failed(doc, &officer, failure, form.note.trim(), photo))?;
        Ok(again(app, doc))
    })
    .await
}
