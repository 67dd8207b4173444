//! Logging in and out.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::app::App;
use crate::auth::{Officer, guard, sessions};
use crate::door::Peer;
use crate::error::AppError;
use crate::office::page::{Fields, Page, escape_query, on_page, shell};
use crate::office::view::{Errors, Place, Shell, filters};
use crate::store::sessions::Stage;

/// The page to log in.
#[derive(Debug, Clone, Template)]
#[template(path = "session/login.html")]
pub struct SessionLogin {
    /// The frame; nobody is logged in.
    pub shell: Shell,
    /// What was wrong with the last try. It never says whether the name or the password was wrong.
    pub errors: Errors,
    /// The name as typed, kept.
    pub login: String,
    /// Where to go afterwards: a path of this server, e.g. `/cases/12`.
    pub next: String,
}

/// Where to go after the login.
#[derive(Debug, Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    pub(super) next: String,
}

/// `GET /login`
pub(crate) async fn page(
    State(app): State<App>,
    officer: Option<axum::Extension<Officer>>,
    Query(query): Query<Next>,
) -> Response {
    let next = local(&query.next);
    if officer.is_some() {
        return Redirect::to(&next).into_response();
    }
    Page(SessionLogin {
        shell: shell(&app, None, Place::Nowhere),
        errors: Errors::default(),
        login: String::new(),
        next,
    })
    .into_response()
}

/// `POST /login`
pub(crate) async fn log_in(
    State(app): State<App>,
    peer: Peer,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, AppError> {
    let (login, next) = (fields.text("login"), local(&fields.text("next")));
    let password = fields.all("password").pop().unwrap_or_default();
    let old = guard::cookie(&app, &headers);
    match sessions::log_in(&app, peer, &login, password, old.as_deref()).await {
        Ok(session) => {
            let to = match session.stage {
                Stage::Open | Stage::Proven => next,
                Stage::Code | Stage::Enrol => format!("/login/code?next={}", escape_query(&next)),
            };
            let cookie = guard::set_cookie(&app, Some(&session.token));
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&to)).into_response())
        }
        Err(error) => {
            let page = SessionLogin {
                shell: shell(&app, None, Place::Nowhere),
                errors: on_page(error, "login")?,
                login,
                next,
            };
            Ok((StatusCode::UNAUTHORIZED, Page(page)).into_response())
        }
    }
}

/// `POST /logout`
pub(crate) async fn log_out(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    if let Some(cookie) = guard::cookie(&app, &headers) {
        sessions::log_out(&app, &cookie).await?;
    }
    let gone = [(header::SET_COOKIE, guard::set_cookie(&app, None))];
    Ok((gone, Redirect::to("/login")).into_response())
}

/// A path of this server, or the inbox: nobody is led elsewhere by a link.
pub(super) fn local(next: &str) -> String {
    let fits = next.starts_with('/')
        && !next.starts_with("//")
        && !next.starts_with("/log")
        && next.len() <= 300
        && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if fits {
        next.to_owned()
    } else {
        "/inbox".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_elsewhere() {
        for next in [
            "",
            "https://example.org/",
            "//example.org",
            "/\\example.org",
            "/login",
            "/a\r\nSet-Cookie: x",
        ] {
            assert_eq!(local(next), "/inbox", "{next}");
        }
        assert_eq!(local("/cases/12?x=1"), "/cases/12?x=1");
    }
}
