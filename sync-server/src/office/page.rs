//! What the handlers of all pages share: the frame around a page, its answer, a form's fields.

use askama::Template;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::ToSpan;

use super::view::{Errors, Notice, OfficerChip, Place, Shell, Tone};
use super::words;
use crate::app::App;
use crate::auth::{Officer, Permission};
use crate::error::AppError;
use crate::extract::FormBody;

/// A page as an answer.
pub(crate) struct Page<T>(pub(crate) T);

impl<T: Template> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(html) => Html(html).into_response(),
            Err(error) => AppError::Internal(format!("a page: {error}")).into_response(),
        }
    }
}

/// A form that is shown again with its errors.
pub(crate) fn wrong<T: Template>(page: T) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response()
}

/// After a step: the case's page, which says what was done.
pub(crate) fn done(case_id: i64, word: &str) -> Response {
    Redirect::to(&format!("/cases/{case_id}?done={word}")).into_response()
}

/// A text as the value of a query parameter.
pub(crate) fn escape_query(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// The frame of a page.
pub(crate) fn shell(app: &App, officer: Option<&Officer>, place: Place) -> Shell {
    Shell {
        agency: app.agency.name.clone(),
        officer: officer.map(chip),
        training_date: app
            .clock
            .is_training()
            .then(|| app.clock.today().to_string()),
        place,
        missing_year: officer
            .filter(|officer| officer.may(Permission::ManageRules))
            .and_then(|_| missing_year(app)),
        notice: None,
    }
}

/// Limits reach at most so many days ahead.
const LOOK_AHEAD_DAYS: i64 = 120;

/// The first year within reach of limits that has no table of working days.
fn missing_year(app: &App) -> Option<i16> {
    let today = app.clock.today();
    let until = today.saturating_add(LOOK_AHEAD_DAYS.days()).year();
    let library = app.library();
    let known: Vec<i16> = library.workdays().years().collect();
    (today.year()..=until).find(|year| !known.contains(year))
}

/// The frame of a page to which a step leads back.
pub(crate) fn shell_after(app: &App, officer: &Officer, done: Option<&str>) -> Shell {
    let notice = done.and_then(words::done).map(|text| Notice {
        tone: Tone::Good,
        text,
    });
    Shell {
        notice,
        ..shell(app, Some(officer), Place::Cases)
    }
}

fn chip(officer: &Officer) -> OfficerChip {
    let roles: Vec<_> = officer
        .roles
        .iter()
        .map(|role| words::role(*role))
        .collect();
    OfficerChip {
        name: officer.name.clone(),
        roles: roles.join(" · "),
        csrf: officer.csrf.clone(),
        registers: officer.may(Permission::Register),
        administers: officer.may(Permission::ViewTablets),
    }
}

/// An address with what is asked for; empty texts and the first page are left out.
pub(crate) fn address(path: &str, asked: &[(&str, &str)], page: u64) -> String {
    let mut parts: Vec<String> = asked
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| format!("{name}={}", percent(text)))
        .collect();
    if page > 1 {
        parts.push(format!("page={page}"));
    }
    if parts.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", parts.join("&"))
    }
}

fn percent(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// A form's fields as they came, so that a list of ticks is a list.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl FromRequest<App> for Fields {
    type Rejection = AppError;

    async fn from_request(request: Request, app: &App) -> Result<Self, AppError> {
        let FormBody(pairs) = FormBody::<Vec<(String, String)>>::from_request(request, app).await?;
        Ok(Self(pairs))
    }
}

impl Fields {
    /// A field's text without blanks around it; empty where it is absent.
    pub(crate) fn text(&self, name: &str) -> String {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map_or_else(String::new, |(_, value)| value.trim().to_owned())
    }

    /// All values of a field.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let found = self.0.iter().filter(|(key, _)| key == name);
        found.map(|(_, value)| value.clone()).collect()
    }

    /// The revision of the case that the page showed.
    pub(crate) fn revision(&self) -> Result<u32, AppError> {
        self.text("revision")
            .parse()
            .map_err(|_| AppError::BadRequest("revision".to_owned()))
    }

    #[cfg(test)]
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Self {
        Self(
            pairs
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }
}

/// What people can do something about stays on their page, with what they typed; everything else
/// goes on as an error.
pub(crate) fn on_page(error: AppError, field: &str) -> Result<Errors, AppError> {
    let problem = error.problem();
    if !problem.status.is_client_error() || matches!(error, AppError::NotFound { .. }) {
        return Err(error);
    }
    let mut errors = Errors::default();
    errors.add(field, problem.said());
    Ok(errors)
}
