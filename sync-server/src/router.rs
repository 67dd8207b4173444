//! Every route: the table of contents. Each room lists its own with who may use it
//! ([`crate::auth::Doors`]); here they get their limits and layers. No route is mounted past that
//! list, so that the test of every role at every route cannot miss one.

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Redirect, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::app::App;
use crate::auth::{Access, Door, Doors, devices, guard};
use crate::door::crowd::{self, Crowd};
use crate::door::{headers, peer};
use crate::error::Problem;
use crate::locale;
use crate::office;
use crate::photos;
use crate::sync;

/// Everything this server answers, and who may ask.
#[must_use]
pub fn doors() -> Vec<Door> {
    let rooms = strangers().merge(office::routes());
    rooms.merge(sync::routes()).merge(photos::routes()).list()
}

/// What is answered outside the office's pages and the tablets' exchanges.
fn strangers() -> Doors {
    Doors::new()
        .get("/health", Access::Anybody, health)
        .merge(devices::routes())
        .merge(office::public())
}

/// Everything this server answers.
pub fn router(app: App) -> Router {
    let limits = &app.config.limits;
    let timeout = TimeoutLayer::with_status_code(
        StatusCode::REQUEST_TIMEOUT,
        Duration::from_secs(limits.request_seconds),
    );
    let crowd = |places| middleware::from_fn_with_state(Crowd::of(places), crowd::hold);
    let pages = office::routes()
        .router(&app)
        .layer(middleware::from_fn_with_state(app.clone(), guard::session));
    let quick = strangers()
        .router(&app)
        .merge(pages)
        .layer(DefaultBodyLimit::max(limits.form_bytes))
        .layer(timeout);
    // Exchanges, event streams and uploads bring limits of their own.
    let requests = quick
        .merge(sync::routes().router(&app))
        .layer(crowd(limits.requests));
    let uploads = photos::routes()
        .router(&app)
        .layer(DefaultBodyLimit::disable())
        .layer(crowd(limits.uploads));
    requests
        .merge(uploads)
        .fallback(|| async { Problem::of_status(StatusCode::NOT_FOUND) })
        .method_not_allowed_fallback(|| async {
            Problem::of_status(StatusCode::METHOD_NOT_ALLOWED)
        })
        .layer(middleware::from_fn(error_pages))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(middleware::from_fn(locale::speak))
        .layer(middleware::from_fn_with_state(app.clone(), headers::set))
        .layer(middleware::from_fn_with_state(app.clone(), peer::find))
        .layer(TraceLayer::new_for_http())
        .with_state(app)
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
        return Redirect::to(&format!(
            "/login?next={}",
            office::page::escape_query(&target)
        ))
        .into_response();
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

#[cfg(test)]
#[path = "router_roles_tests.rs"]
mod roles;
#[cfg(test)]
#[path = "router_tests.rs"]
mod tests;
