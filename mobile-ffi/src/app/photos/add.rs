//! Taking a picture in: one request per picture, so that each has its own progress and one that
//! is refused holds up no other.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use field_core::ids::DocId;

use crate::app::checklist::Thumb;
use crate::app::page::{Done, Frame, act, filters};
use crate::app::problem::Problem;
use crate::app::state::App;
use crate::app::visit::record::Here;

/// A picture and where the browser says it is.
pub(in crate::app) struct Upload {
    pub(in crate::app) picture: Vec<u8>,
    here: Here,
}

/// Reads the form.
pub(in crate::app) async fn upload(mut form: Multipart) -> Result<Upload, Problem> {
    let unreadable = |_| Problem::key("problem-photo-unreadable");
    let mut upload = Upload {
        picture: vec![],
        here: Here::default(),
    };
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        match field.name().map(str::to_owned).as_deref() {
            Some("picture") => {
                upload.picture = field.bytes().await.map_err(unreadable)?.to_vec();
            }
            Some(name) => {
                let value = field.text().await.map_err(unreadable)?;
                upload.here.set(name, value);
            }
            None => {}
        }
    }
    if upload.picture.is_empty() {
        return Err(Problem::key("problem-photo-unreadable"));
    }
    Ok(upload)
}

#[derive(Template)]
#[template(path = "photos/thumb.html")]
struct ThumbPiece {
    f: Frame,
    doc: String,
    thumb: Thumb,
}

/// `POST cases/{doc}/items/{item}/photos`: the thumbnail in answer.
pub(in crate::app) async fn add(
    State(app): State<Arc<App>>,
    Path((doc, item)): Path<(DocId, String)>,
    form: Multipart,
) -> Response {
    let said = app.said();
    let upload = match upload(form).await {
        Ok(upload) => upload,
        Err(problem) => return problem.fragment(said),
    };
    act(app, move |app| {
        let (officer, place) = (app.officer(), upload.here.place());
        let (new, state) = app.core(|core| {
            let new = core.add_photo(doc, &officer, &item, &upload.picture, place)?;
            let state = core.file_state(&new.photo.sha256)?;
            Ok((new, state))
        })?;
        app.keeper.poke();
        Done::piece(&ThumbPiece {
            f: Frame::of(app)?,
            doc: doc.to_string(),
            thumb: Thumb::new(new.key.to_string(), &new.photo.thumbnail, state),
        })
    })
    .await
}
