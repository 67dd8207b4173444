//! Every route: the table of contents. Each room lists its own; here they get their limits and
//! layers.

use std::any::Any;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Router, routing::get};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::app::App;
use crate::auth::{devices, guard};
use crate::error::Problem;
use crate::locale;
use crate::office;
use crate::photos;
use crate::sync;

/// What a page of ours may load and where its forms may go; nothing inline, nothing foreign.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; object-src 'none'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// Everything this server answers.
pub fn router(app: App) -> Router {
    let limits = &app.config.limits;
    let timeout = TimeoutLayer::with_status_code(
        StatusCode::REQUEST_TIMEOUT,
        Duration::from_secs(limits.request_seconds),
    );
    let quick = Router::new()
        .route("/health", get(health))
        .merge(devices::routes())
        .merge(office::public())
        .merge(pages(&app))
        .layer(DefaultBodyLimit::max(limits.form_bytes))
        .layer(timeout);
    // Uploads, exchanges and event streams bring limits of their own.
    quick
        .merge(sync::routes())
        .merge(photos::routes())
        .fallback(|| async { Problem::of_status(StatusCode::NOT_FOUND) })
        .method_not_allowed_fallback(|| async {
            Problem::of_status(StatusCode::METHOD_NOT_ALLOWED)
        })
        .layer(middleware::from_fn(error_pages))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(middleware::from_fn(locale::speak))
        .layer(middleware::from_fn_with_state(app.clone(), headers))
        .layer(TraceLayer::new_for_http())
        .with_state(app)
}

/// What a browser reaches: with the session and the check of every form.
fn pages(app: &App) -> Router<App> {
    office::routes().layer(middleware::from_fn_with_state(app.clone(), guard::session))
}

/// Whether the store answers.
async fn health(State(app): State<App>) -> Response {
    match app
        .store
        .read(|c| Ok(c.query_row("SELECT 1", [], |_| Ok(()))?))
        .await
    {
        Ok(()) => "ok\n".into_response(),
        Err(error) => crate::error::AppError::from(error).into_response(),
    }
}

fn after_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    // The panic's own words were logged by the hook; nobody outside needs them.
    Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}

/// Headers that every answer carries; an answer's own stand.
async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let mut set = |name: header::HeaderName, value: &'static str| {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "same-origin");
    // What officers see is personal data: no browser or proxy keeps it.
    set(header::CACHE_CONTROL, "no-store");
    set(
        header::HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        header::HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=()",
    );
    if app.https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

/// Turns an error into a page where a browser asks for one, and gives words to errors that have
/// a status only.
async fn error_pages(request: Request, next: Next) -> Response {
    let wants_page = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html"));
    let is_get = request.method() == Method::GET;
    let target = request
        .uri()
        .path_and_query()
        .map_or_else(|| "/".to_owned(), ToString::to_string);
    let response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let said = response.extensions().get::<Problem>().cloned();
    let problem = match said {
        Some(_) if !wants_page => return response,
        Some(problem) => problem,
        None if is_ours(&response) => return response,
        None => Problem::of_status(status),
    };
    if !wants_page {
        return problem.into_response();
    }
    if problem.code == "login-required" && is_get {
        return Redirect::to(&format!("/login?next={}", escape_query(&target))).into_response();
    }
    (problem.status, Html(office::error::page(&problem))).into_response()
}

/// An error whose handler already wrote a page or a message of its own.
fn is_ours(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind != "text/plain; charset=utf-8")
}

fn escape_query(text: &str) -> String {
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

#[cfg(test)]
#[path = "router_tests.rs"]
mod tests;
