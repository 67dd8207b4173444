//! The office: the pages that clerks, approvers and administrators work in.
//!
//! One noun a folder, one verb a file. Every page is a plain struct of things ready to be shown
//! (no rows, no requests) with its template under `templates/`; what fills the struct and what
//! answers the request stands beside it. No SQL here, and no rule about cases: a page shows what
//! `cases` and `field_core` decided.
//!
//! Words stand in the catalogue (`locales/`, see [`crate::locale`]); a page names their keys.

use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::response::Redirect;

use crate::auth::Permission::{self, self as P};
use crate::auth::{Access, Doors};

pub mod application;
pub mod assets;
pub mod board;
pub mod case;
pub mod decision;
pub mod error;
pub(crate) mod events;
pub(crate) mod format;
pub mod inbox;
pub(crate) mod page;
pub mod paper;
pub mod permit;
pub mod permits;
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
#[must_use]
pub fn routes() -> Doors {
    let (anybody, sees) = (Access::Anybody, may(P::ViewCases));
    Doors::new()
        .get("/", anybody, || async { Redirect::to("/inbox") })
        .get("/login", anybody, session::login::page)
        .post("/login", anybody, session::login::log_in)
        .get("/login/code", anybody, session::code::page)
        .post("/login/code", anybody, session::code::give)
        .post("/logout", anybody, session::login::log_out)
        .get("/inbox", sees, inbox::list::page)
        .get("/inbox/live", sees, inbox::list::live)
        .get(
            "/applications/new",
            may(P::Register),
            application::register::page,
        )
        .post(
            "/applications",
            may(P::Register),
            application::register::register,
        )
        .get("/cases/{id}", sees, case::show::page)
        .get("/cases/{id}/live", sees, case::show::live)
        .get("/cases/{id}/assign", may(P::Assign), case::assign::page)
        .post("/cases/{id}/assign", may(P::Assign), case::assign::assign)
        .get("/cases/{id}/decide", may(P::Decide), decision::decide::page)
        .post(
            "/cases/{id}/decide",
            may(P::Decide),
            decision::decide::decide,
        )
        .post(
            "/cases/{id}/decide/check",
            may(P::Decide),
            decision::check::page,
        )
        .get("/cases/{id}/materials", sees, case::materials::page)
        .post(
            "/cases/{id}/materials",
            may(P::Register),
            case::materials::save,
        )
        .post(
            "/cases/{id}/materials/{material}/files",
            may(P::Register),
            case::materials::add.layer(DefaultBodyLimit::max(case::materials::UPLOAD_BYTES)),
        )
        .get(
            "/cases/{id}/materials/{material}/files/{sha256}",
            sees,
            case::materials::file,
        )
        .get("/cases/{id}/aside/{hash}", sees, case::aside::get)
        .post(
            "/cases/{id}/papers",
            may(P::Register),
            paper::show::make_due,
        )
        .get("/cases/{id}/papers.pdf", sees, paper::show::batch)
        .get("/cases/{id}/papers/{paper}", sees, paper::show::one)
        .get("/cases/{id}/permit", sees, permit::show::page)
        .get("/cases/{id}/permit.pdf", sees, permit::show::pdf)
        .get("/cases/{id}/photos/{round}/{key}", sees, photo::show::page)
        .merge(case::take::routes())
        .get("/evidence/{sha256}", sees, photo::file::get)
        .get("/permits", sees, permits::list::page)
        .get("/permits/import", may(P::Register), permits::import::page)
        .post(
            "/permits/import",
            may(P::Register),
            permits::import::look_at.layer(DefaultBodyLimit::max(permits::read::FILE_BYTES)),
        )
        .get(
            "/permits/import/{id}",
            may(P::Register),
            permits::import::preview,
        )
        .post(
            "/permits/import/{id}",
            may(P::Register),
            permits::import::take,
        )
        .get(
            "/permits/import/{id}/refused.csv",
            may(P::Register),
            permits::import::report,
        )
        .get("/tablets", may(P::ViewTablets), tablet::list::page)
        .post(
            "/tablets/codes",
            may(P::ManageTablets),
            tablet::list::new_code,
        )
        .get("/events", sees, events::stream)
}

/// What needs no session: style, scripts and icons, and the public page that checks permits.
#[must_use]
pub fn public() -> Doors {
    Doors::new()
        .get("/static/{*path}", Access::Anybody, assets::serve)
        .post("/language", Access::Anybody, crate::locale::switch)
        .get("/board", Access::Anybody, board::show::page)
        .get("/board/{matter}/{form}", Access::Anybody, board::forms::get)
        .merge(permit::check::routes())
}

const fn may(permission: Permission) -> Access {
    Access::Permitted(permission)
}
