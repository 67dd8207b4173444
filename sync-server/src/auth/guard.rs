//! The layer around everything a browser reaches: finds the session behind the cookie, and lets
//! no request through that could change something unless it comes from one of our own pages.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;

use super::extract::Officer;
use super::{sessions, token};
use crate::app::App;
use crate::error::AppError;

/// The header that stands in for the form's field.
pub const CSRF_HEADER: &str = "x-csrf-token";
/// The form's field.
pub const CSRF_FIELD: &str = "csrf";

const COOKIE: &str = "kanyan_session";
/// The prefix makes browsers refuse the cookie from anybody but this host over TLS.
const HOST_COOKIE: &str = "__Host-kanyan_session";

/// Puts the [`Officer`] into the request's extensions, and checks the token of unsafe requests.
///
/// # Errors
/// [`AppError::Csrf`], or the database cannot be read.
pub async fn session(
    State(app): State<App>,
    mut request: Request,
    next: Next,
) -> Result<Response, AppError> {
    let is_safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if !is_safe && !is_same_origin(request.headers()) {
        return Err(AppError::Csrf);
    }
    if let Some(cookie) = cookie(&app, request.headers())
        && let Some(officer) = sessions::resume(&app, &cookie).await?
    {
        if !is_safe {
            request = check_token(&app, request, &officer).await?;
        }
        request.extensions_mut().insert(officer);
    }
    Ok(next.run(request).await)
}

/// What a browser says about where a request comes from. A program that is no browser says
/// nothing, and carries no cookie of anybody else either.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    match text("sec-fetch-site") {
        Some("same-origin" | "none") => true,
        Some(_) => false,
        None => match (text("origin"), text("host")) {
            (Some(origin), Some(host)) => origin
                .split_once("://")
                .is_some_and(|(_, authority)| authority == host),
            (Some(_), None) => false,
            (None, _) => true,
        },
    }
}

async fn check_token(app: &App, request: Request, officer: &Officer) -> Result<Request, AppError> {
    if let Some(value) = request.headers().get(CSRF_HEADER) {
        let fits = value
            .to_str()
            .is_ok_and(|value| token::equal(value, &officer.csrf));
        return if fits {
            Ok(request)
        } else {
            Err(AppError::Csrf)
        };
    }
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        // Uploads and JSON carry the header.
        return Err(AppError::Csrf);
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, app.config.limits.form_bytes)
        .await
        .map_err(|_| AppError::TooLarge)?;
    // The token has no character that a form escapes, so the field can be found as it is.
    let fits = bytes
        .split(|byte| *byte == b'&')
        .filter_map(|pair| std::str::from_utf8(pair).ok()?.split_once('='))
        .any(|(name, value)| name == CSRF_FIELD && token::equal(value, &officer.csrf));
    if !fits {
        return Err(AppError::Csrf);
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

fn name(app: &App) -> &'static str {
    if app.https { HOST_COOKIE } else { COOKIE }
}

/// The session cookie's value.
#[must_use]
pub fn cookie(app: &App, headers: &HeaderMap) -> Option<String> {
    let name = name(app);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// `Set-Cookie` with a session's token, or one that removes it. Lax, so that a link from a
/// message opens the page it names; forms are guarded by the token.
#[must_use]
pub fn set_cookie(app: &App, token: Option<&str>) -> HeaderValue {
    let (name, secure) = (name(app), if app.https { "; Secure" } else { "" });
    let (value, ends) = token.map_or(("", "; Max-Age=0"), |token| (token, ""));
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{ends}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn other_origins_are_told_apart() {
        for (pairs, expected) in [
            (&[][..], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("origin", "http://a:1"), ("host", "a:1")], true),
            (&[("origin", "http://a:2"), ("host", "a:1")], false),
            (&[("origin", "null"), ("host", "a:1")], false),
        ] {
            assert_eq!(is_same_origin(&headers(pairs)), expected, "{pairs:?}");
        }
    }
}
