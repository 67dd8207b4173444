//! The second step of a login: the code of the authenticator, which is set up here the first time.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::login::{Next, local};
use crate::app::App;
use crate::auth::second_factor::{self, TrainingCode};
use crate::auth::sessions::Pending;
use crate::auth::{guard, sessions};
use crate::door::Peer;
use crate::error::AppError;
use crate::office::page::{Fields, Page, escape_query, on_page, shell};
use crate::office::view::{Errors, Place, Shell, TrustedSvg, filters};
use crate::permit::qr_image;

/// The page that asks for the code.
#[derive(Debug, Clone, Template)]
#[template(path = "session/code.html")]
pub struct SessionCode {
    /// The frame; nobody is logged in yet.
    pub shell: Shell,
    /// What was wrong with the last try.
    pub errors: Errors,
    /// Goes into the form.
    pub csrf: String,
    /// Where to go afterwards.
    pub next: String,
    /// Who gave the password.
    pub name: String,
    /// The first time: what the authenticator must be told.
    pub set_up: Option<SetUp>,
    /// The code itself, in a training installation only.
    pub training_code: Option<String>,
    /// In a training installation: seconds until there is another code.
    pub training_wait: Option<u64>,
}

/// What an authenticator must be told.
#[derive(Debug, Clone)]
pub struct SetUp {
    /// To be scanned.
    pub qr: TrustedSvg,
    /// To be typed, in groups of four.
    pub secret: String,
}

/// `GET /login/code`
pub(crate) async fn page(
    State(app): State<App>,
    headers: HeaderMap,
    Query(query): Query<Next>,
) -> Result<Response, AppError> {
    let next = local(&query.next);
    match pending(&app, &headers).await? {
        Some((_, pending)) => {
            let page = fill(&app, &pending, next, Errors::default()).await?;
            Ok(Page(page).into_response())
        }
        None => Ok(anew(&next)),
    }
}

/// `POST /login/code`
pub(crate) async fn give(
    State(app): State<App>,
    peer: Peer,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, AppError> {
    let next = local(&fields.text("next"));
    let Some((cookie, pending)) = pending(&app, &headers).await? else {
        return Ok(anew(&next));
    };
    // People type it in two groups.
    let code = fields.text("code").replace(' ', "");
    match second_factor::prove(&app, peer, &cookie, &fields.text("csrf"), &code).await {
        Ok(session) => {
            let cookie = guard::set_cookie(&app, Some(&session.token));
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&next)).into_response())
        }
        Err(AppError::LoginRequired) => Ok(anew(&next)),
        Err(error) => {
            let errors = on_page(error, "code")?;
            let page = fill(&app, &pending, next, errors).await?;
            Ok((StatusCode::UNAUTHORIZED, Page(page)).into_response())
        }
    }
}

/// The password is too long ago, or was never given.
fn anew(next: &str) -> Response {
    Redirect::to(&format!("/login?next={}", escape_query(next))).into_response()
}

async fn pending(app: &App, headers: &HeaderMap) -> Result<Option<(String, Pending)>, AppError> {
    let Some(cookie) = guard::cookie(app, headers) else {
        return Ok(None);
    };
    let found = sessions::pending(app, &cookie).await?;
    Ok(found.map(|pending| (cookie, pending)))
}

async fn fill(
    app: &App,
    pending: &Pending,
    next: String,
    errors: Errors,
) -> Result<SessionCode, AppError> {
    let set_up = if pending.enrols {
        let proposal = second_factor::proposal(app, pending).await?;
        let code = qr_image::draw(&proposal.url)
            .map_err(|e| AppError::Internal(format!("an authenticator's code: {e}")))?;
        Some(SetUp {
            qr: TrustedSvg::drawn_here(code.svg),
            secret: in_groups(&proposal.secret),
        })
    } else {
        None
    };
    let (mut training_code, mut training_wait) = (None, None);
    match second_factor::training_code(app, pending).await? {
        Some(TrainingCode::Code(code)) => training_code = Some(code),
        Some(TrainingCode::Wait { seconds }) => training_wait = Some(seconds),
        None => {}
    }
    Ok(SessionCode {
        shell: shell(app, None, Place::Nowhere),
        errors,
        csrf: pending.officer.csrf.clone(),
        next,
        name: pending.officer.name.clone(),
        set_up,
        training_code,
        training_wait,
    })
}

fn in_groups(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|four| four.iter().collect())
        .collect();
    groups.join(" ")
}
