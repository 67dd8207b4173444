//! One photo, large, with everything that is known of it; and the bytes of pictures.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use field_core::digest::Sha256;
use field_core::ids::DocId;
use field_core::inspection::{PhotoKey, PhotoView};

use crate::app::checklist::Thumb;
use crate::app::format;
use crate::app::materials::Head;
use crate::app::page::{Frame, filters, page, show as show_page};
use crate::app::problem::Problem;
use crate::app::state::App;
use crate::checklist::ruleset_of;

#[derive(Template)]
#[template(path = "photos/show.html")]
struct PhotoPage {
    f: Frame,
    head: Head,
    key: String,
    item: String,
    clause: String,
    text: String,
    sha256: String,
    width: u32,
    height: u32,
    bytes: String,
    taken: String,
    camera: String,
    place: String,
    by: String,
    at: String,
    state: &'static str,
    shown: bool,
    removed: String,
    /// What was drawn, as the drawing script reads it: JSON.
    strokes: String,
}

/// The photo of a document by its key.
pub(super) fn find(app: &App, doc: DocId, key: PhotoKey) -> Result<PhotoView, Problem> {
    let view = app.core(|core| core.view(doc))?;
    let found = view.photos.into_iter().find(|one| one.key == key);
    found.ok_or_else(Problem::not_found)
}

/// `GET cases/{doc}/photos/{key}`
pub(in crate::app) async fn show(
    State(app): State<Arc<App>>,
    Path((doc, key)): Path<(DocId, String)>,
) -> Response {
    show_page(app, move |app| {
        let f = Frame::of(app)?;
        let head = Head::of(app, &f, doc, "photos")?;
        let key: PhotoKey = key.parse().map_err(|_| Problem::not_found())?;
        let one = find(app, doc, key)?;
        let (state, facts, writers, officers) = app.core(|core| {
            let state = core.file_state(&one.photo.sha256)?;
            Ok((
                state,
                core.facts(doc)?,
                core.writers(doc)?,
                core.case(doc)?.officers,
            ))
        })?;
        let item = ruleset_of(&facts)?.item(&one.photo.item);
        let by = writers.get(&one.by.actor);
        let name = by.and_then(|id| officers.iter().find(|officer| officer.id == *id));
        let thumb = Thumb::new(String::new(), &one.photo.sha256, state);
        let drawn = serde_json::to_string(&one.strokes)
            .map_err(|error| Problem::broken(&error.to_string()))?;
        page(&PhotoPage {
            key: one.key.to_string(),
            clause: item.map(|item| item.clause.clone()).unwrap_or_default(),
            text: item
                .map(|item| item.text.get(f.said.language).to_owned())
                .unwrap_or_default(),
            sha256: one.photo.sha256.to_string(),
            width: one.photo.width,
            height: one.photo.height,
            bytes: format::bytes(one.photo.bytes),
            taken: one.photo.taken.unwrap_or_default(),
            camera: one.photo.camera.unwrap_or_default(),
            place: one
                .photo
                .place
                .as_ref()
                .map(format::place)
                .unwrap_or_default(),
            by: name.map(|one| one.name.clone()).unwrap_or_default(),
            at: one
                .by
                .at
                .map(|at| format::moment(f.said, at.wall_ms))
                .unwrap_or_default(),
            shown: thumb.is_shown(),
            state: thumb.state,
            removed: one.removed.map(|(why, _)| why).unwrap_or_default(),
            strokes: drawn,
            item: one.photo.item,
            head,
            f,
        })
    })
    .await
}

/// `GET pictures/{sha256}`: an evidence file or thumbnail of this tablet.
pub(in crate::app) async fn picture(
    State(app): State<Arc<App>>,
    Path(sha256): Path<String>,
) -> Response {
    let read = app
        .ask(move |app| {
            let sha256: Sha256 = sha256.parse().map_err(|_| Problem::not_found())?;
            app.core(|core| core.read_blob(&sha256))
                .map_err(|_| Problem::not_found())
        })
        .await;
    match read {
        // The name is the content's hash: it never changes. Kept in memory alone.
        Ok(bytes) => {
            let headers = [(CONTENT_TYPE, "image/jpeg"), (CACHE_CONTROL, "no-store")];
            (headers, bytes).into_response()
        }
        Err(problem) => problem.into_response(),
    }
}
