//! Every route of the pages: the table of contents.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use super::state::App;
use super::{
    assets, checklist, enrol, finish, guard, language, live, materials, officers, photos, sync,
    today, visit,
};

/// Forms are short.
const FORM_BYTES: usize = 256 << 10;
/// What the evidence room takes at most, and the form around it.
const PHOTO_BYTES: usize = (40 << 20) + (64 << 10);

pub(super) fn router(app: &Arc<App>) -> Router {
    let pages = Router::new()
        .route("/static/{name}", get(assets::serve))
        .route("/live", get(live::live))
        .route("/language", post(language::choose))
        // Enrolling
        .route("/enrol", get(enrol::show).post(enrol::enrol))
        .route("/enrol/read", post(enrol::read))
        // Officers
        .route("/officers", get(officers::list))
        .route(
            "/officers/sign-in",
            get(officers::sign_in::ask).post(officers::sign_in::sign_in),
        )
        .route(
            "/officers/pin",
            get(officers::pin::ask).post(officers::pin::set),
        )
        .route("/officers/lock", post(officers::unlock::lock))
        .route(
            "/officers/{officer}/unlock",
            get(officers::unlock::ask).post(officers::unlock::unlock),
        )
        .route("/officers/{officer}/work", post(officers::unlock::switch))
        // A case
        .route("/cases/{doc}", get(materials::show))
        .route("/cases/{doc}/visit", get(visit::show))
        .route("/cases/{doc}/visit/begin", post(visit::record::begin))
        .route("/cases/{doc}/visit/present", post(visit::record::present))
        .route("/cases/{doc}/visit/rights", post(visit::record::rights))
        .route("/cases/{doc}/visit/end", post(visit::record::end))
        .route("/cases/{doc}/visit/failed", post(visit::record::failed))
        .route("/cases/{doc}/checklist", get(checklist::show))
        .route("/cases/{doc}/checklist/rows", get(checklist::rows))
        .route(
            "/cases/{doc}/items/{item}/answer",
            post(checklist::answer::tap),
        )
        .route(
            "/cases/{doc}/items/{item}/value",
            post(checklist::answer::value),
        )
        .route(
            "/cases/{doc}/items/{item}/judge",
            get(checklist::answer::judge),
        )
        .route(
            "/cases/{doc}/items/{item}/more",
            post(checklist::answer::more),
        )
        .route(
            "/cases/{doc}/items/{item}/note",
            post(checklist::answer::note),
        )
        .route(
            "/cases/{doc}/items/{item}/resolve",
            post(checklist::answer::resolve),
        )
        .route(
            "/cases/{doc}/items/{item}/undo",
            post(checklist::answer::undo),
        )
        .route("/cases/{doc}/photos", get(photos::list))
        .route("/cases/{doc}/photos/{key}", get(photos::show::show))
        .route(
            "/cases/{doc}/photos/{key}/stamped",
            get(photos::stamp::stamped),
        )
        .route(
            "/cases/{doc}/photos/{key}/strokes",
            post(photos::draw::draw),
        )
        .route(
            "/cases/{doc}/photos/{key}/remove",
            post(photos::draw::remove),
        )
        .route("/pictures/{sha256}", get(photos::show::picture))
        .route("/cases/{doc}/finish", get(finish::show))
        .route("/cases/{doc}/record", get(finish::record::show))
        .route("/cases/{doc}/confirm", post(finish::sign::confirm))
        .route("/cases/{doc}/sign", post(finish::sign::sign))
        .route("/cases/{doc}/withdraw", post(finish::sign::withdraw))
        // Syncing
        .route("/sync", get(sync::show))
        .route("/sync/line", get(sync::line))
        .route("/sync/now", post(sync::now))
        .route("/sync/airplane", post(sync::airplane))
        .route("/sync/rescue", get(sync::rescue))
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .route(
            "/cases/{doc}/items/{item}/photos",
            post(photos::add::add).layer(DefaultBodyLimit::max(PHOTO_BYTES)),
        )
        .route(
            "/enrol/picture",
            post(enrol::picture).layer(DefaultBodyLimit::max(PHOTO_BYTES)),
        )
        .layer(from_fn_with_state(Arc::clone(app), guard::stand));
    let base = app.guard.base();
    let home = Router::new()
        .route(&base, get(today::list))
        .layer(from_fn_with_state(Arc::clone(app), guard::stand));
    Router::new()
        .route("/launch/{token}", get(guard::launch))
        .merge(home)
        .nest(base.trim_end_matches('/'), pages)
        .with_state(Arc::clone(app))
}
