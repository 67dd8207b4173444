//! Photos: taken or chosen, several at once, per item; shown upright; drawn on; stamped.

pub(super) mod add;
pub(super) mod draw;
pub(super) mod show;
pub(super) mod stamp;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use field_core::ids::DocId;
use field_core::rules::Requirement;

use super::checklist::Thumb;
use super::format;
use super::materials::Head;
use super::page::{Frame, filters, page, show as show_page};
use super::state::App;
use crate::checklist::ruleset_of;

/// The photos of one item.
struct Group {
    item: String,
    clause: String,
    text: String,
    missing: bool,
    thumbs: Vec<Thumb>,
}

#[derive(Template)]
#[template(path = "photos/list.html")]
struct PhotosPage {
    f: Frame,
    head: Head,
    must: Vec<Group>,
    others: Vec<Group>,
    count: usize,
    safe: usize,
    free: String,
    low: bool,
}

/// Below this the page warns; capturing is refused by the tablet itself.
const LOW_BYTES: u64 = 1 << 30;

/// `GET cases/{doc}/photos`
pub(super) async fn list(State(app): State<Arc<App>>, Path(doc): Path<DocId>) -> Response {
    show_page(app, move |app| {
        let f = Frame::of(app)?;
        let head = Head::of(app, &f, doc, "photos")?;
        let (view, free) = app.core(|core| Ok((core.view(doc)?, core.free_bytes())))?;
        let ruleset = ruleset_of(&view.facts)?;
        let list = app.tablet.checklist(&doc.to_string(), None)?;
        let (mut must, mut others, mut count, mut safe) = (vec![], vec![], 0, 0);
        for row in &list.items {
            let mut thumbs = vec![];
            for one in view.present_photos().filter(|one| one.photo.item == row.id) {
                let state = app.core(|core| core.file_state(&one.photo.sha256))?;
                let thumb = Thumb::new(one.key.to_string(), &one.photo.thumbnail, state);
                count += 1;
                safe += usize::from(thumb.state == "safe");
                thumbs.push(thumb);
            }
            let mandatory = ruleset
                .item(&row.id)
                .is_some_and(|item| matches!(item.requirement, Requirement::Photo { .. }));
            if !mandatory && thumbs.is_empty() && !row.photo_missing {
                continue;
            }
            let group = Group {
                item: row.id.clone(),
                clause: row.clause.clone(),
                text: f.said.of(&row.text).to_owned(),
                missing: row.photo_missing || (mandatory && thumbs.is_empty()),
                thumbs,
            };
            if mandatory {
                must.push(group);
            } else {
                others.push(group);
            }
        }
        page(&PhotosPage {
            low: free.is_some_and(|free| free < LOW_BYTES),
            free: free.map(format::bytes).unwrap_or_default(),
            must,
            others,
            count,
            safe,
            head,
            f,
        })
    })
    .await
}
