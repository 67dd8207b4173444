//! The office: the pages that clerks, approvers and administrators work in.
//!
//! One noun a folder, one verb a file. Every page is a plain struct of things ready to be shown
//! (no rows, no requests) with its template under `templates/`; what fills the struct and what
//! answers the request stands beside it. No SQL here, and no rule about cases: a page shows what
//! `cases` and `field_core` decided.
//!
//! Words stand in the catalogue (`locales/`, see [`crate::locale`]); a page names their keys.

use axum::response::Redirect;

use crate::auth::Permission::{self, self as P};
use crate::auth::{Access, Doors};

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
        .get("/cases/{id}/permit", sees, permit::show::page)
        .get("/cases/{id}/permit.pdf", sees, permit::show::pdf)
        .get("/cases/{id}/photos/{round}/{key}", sees, photo::show::page)
        .merge(case::take::routes())
        .get("/evidence/{sha256}", sees, photo::file::get)
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
        .merge(permit::check::routes())
}

const fn may(permission: Permission) -> Access {
    Access::Permitted(permission)
}
