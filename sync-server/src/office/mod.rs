//! The office: the pages that clerks, approvers and administrators work in.
//!
//! One noun a folder, one verb a file. Every page is a plain struct of things ready to be shown
//! (no rows, no requests) with its template under `templates/`; what fills the struct and what
//! answers the request stands beside it. No SQL here, and no rule about cases: a page shows what
//! `cases` and `field_core` decided.
//!
//! Words stand in the catalogue (`locales/`, see [`crate::locale`]); a page names their keys.

use axum::Router;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::app::App;

pub mod application;
pub mod assets;
pub mod case;
pub mod decision;
pub mod error;
pub(crate) mod events;
pub(crate) mod format;
pub mod inbox;
pub(crate) mod page;
pub mod permit;
pub mod photo;
pub mod session;
pub mod tablet;
pub mod view;
pub(crate) mod words;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

/// Everything the office's browsers reach. Whoever mounts it puts [`crate::auth::guard::session`]
/// around it: that finds the officer and checks the token of every form.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/", get(|| async { Redirect::to("/inbox") }))
        .route(
            "/login",
            get(session::login::page).post(session::login::log_in),
        )
        .route("/logout", post(session::login::log_out))
        .route("/inbox", get(inbox::list::page))
        .route("/inbox/live", get(inbox::list::live))
        .route("/applications/new", get(application::register::page))
        .route("/applications", post(application::register::register))
        .route("/cases/{id}", get(case::show::page))
        .route("/cases/{id}/live", get(case::show::live))
        .route(
            "/cases/{id}/assign",
            get(case::assign::page).post(case::assign::assign),
        )
        .route(
            "/cases/{id}/decide",
            get(decision::decide::page).post(decision::decide::decide),
        )
        .route("/cases/{id}/decide/check", post(decision::check::page))
        .route("/cases/{id}/permit", get(permit::show::page))
        .route("/cases/{id}/permit.pdf", get(permit::show::pdf))
        .route("/cases/{id}/photos/{round}/{key}", get(photo::show::page))
        .route(
            "/cases/{id}/{verb}",
            get(case::take::page).post(case::take::take),
        )
        .route("/evidence/{sha256}", get(photo::file::get))
        .route("/tablets", get(tablet::list::page))
        .route("/tablets/codes", post(tablet::list::new_code))
        .route("/events", get(events::stream))
}

/// What needs no session: style, scripts and icons, and the public page that checks permits.
pub fn public() -> Router<App> {
    Router::new()
        .route("/static/{*path}", get(assets::serve))
        .route("/language", post(crate::locale::switch))
        .merge(permit::check::routes())
}
