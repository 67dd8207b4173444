//! Marks drawn over a photo, which itself stays as it is; and taking a photo out, with a reason.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use axum::{Form, Json};
use field_core::ids::DocId;
use field_core::inspection::{PhotoKey, Stroke};
use serde::Deserialize;

use crate::app::page::{Done, act};
use crate::app::problem::Problem;
use crate::app::state::App;

/// Marks made in one go; more are drawn in a second.
const MOST_AT_ONCE: usize = 50;

/// One mark.
#[derive(Deserialize)]
pub(in crate::app) struct Mark {
    shape: String,
    /// Thousandths of the picture's width and height.
    points: Vec<(u16, u16)>,
    #[serde(default)]
    text: Option<String>,
}

/// `POST cases/{doc}/photos/{key}/strokes`
pub(in crate::app) async fn draw(
    State(app): State<Arc<App>>,
    Path((doc, key)): Path<(DocId, String)>,
    Json(marks): Json<Vec<Mark>>,
) -> Response {
    act(app, move |app| {
        let photo: PhotoKey = key.parse().map_err(|_| Problem::not_found())?;
        if marks.len() > MOST_AT_ONCE {
            return Err(Problem::key("problem-too-many-marks"));
        }
        let officer = app.officer();
        for mark in marks {
            let stroke = Stroke {
                photo,
                shape: mark.shape,
                points: mark.points,
                text: mark.text,
            };
            app.core(|core| core.annotate(doc, &officer, stroke))?;
        }
        app.keeper.poke();
        Ok(Done::Go(format!("cases/{doc}/photos/{key}")))
    })
    .await
}

/// Why.
#[derive(Deserialize)]
pub(in crate::app) struct Reason {
    #[serde(default)]
    reason: String,
}

/// `POST cases/{doc}/photos/{key}/remove`
pub(in crate::app) async fn remove(
    State(app): State<Arc<App>>,
    Path((doc, key)): Path<(DocId, String)>,
    Form(form): Form<Reason>,
) -> Response {
    act(app, move |app| {
        let photo: PhotoKey = key.parse().map_err(|_| Problem::not_found())?;
        if form.reason.trim().is_empty() {
            return Err(Problem::key("problem-reason-missing"));
        }
        let officer = app.officer();
        app.core(|core| core.remove_photo(doc, &officer, photo, &form.reason))?;
        app.keeper.poke();
        Ok(Done::Go(format!("cases/{doc}/photos")))
    })
    .await
}
