//! The layers, through real requests.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Request as HttpRequest, Response};
use axum::routing::{get, post};
use tower::ServiceExt;

use super::*;
use crate::app::testing;
use crate::auth::sessions::LoggedIn;
use crate::auth::{Officer, Role};
use crate::error::AppError;

/// Routes that stand in for pages, behind the same layers.
fn with_pages(app: &App) -> Router {
    let pages = Router::new()
        .route("/page", get(|officer: Officer| async move { officer.name }))
        .route("/act", post(|_: Officer, body: String| async move { body }))
        .route("/panic", get(|| async { panic!("on purpose") as () }))
        .route(
            "/refused",
            get(|| async { AppError::NotFound { what: "业务件" } }),
        )
        .layer(middleware::from_fn_with_state(app.clone(), guard::session))
        .layer(middleware::from_fn(error_pages))
        .layer(CatchPanicLayer::custom(after_panic))
        .with_state(app.clone());
    router(app.clone()).merge(pages)
}

async fn log_in(app: &App) -> LoggedIn {
    testing::user(app, "jia", &[Role::Clerk]).await;
    testing::log_in(app, "jia").await
}

async fn send(routes: &Router, request: HttpRequest<Body>) -> (StatusCode, Response<String>) {
    let response = routes.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    (parts.status, Response::from_parts(parts, text))
}

fn form(session: &LoggedIn, body: &str) -> HttpRequest<Body> {
    HttpRequest::post("/act")
        .header("cookie", format!("a=b; kanyan_session={}", session.token))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

#[tokio::test]
async fn a_form_needs_the_sessions_token() {
    let (_dir, app) = testing::app().await;
    let session = log_in(&app).await;
    let routes = with_pages(&app);
    let csrf = &session.officer.csrf;
    let good = format!("name=%E7%94%B2&csrf={csrf}");
    let (status, response) = send(&routes, form(&session, &good)).await;
    assert_eq!((status, response.body()), (StatusCode::OK, &good));
    for body in ["name=a", "csrf=", "csrf=wrong", &format!("xcsrf={csrf}")] {
        let (status, response) = send(&routes, form(&session, body)).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{body}");
        assert!(response.body().contains("\"csrf\""));
    }
    let mut foreign = form(&session, &good);
    foreign
        .headers_mut()
        .insert("sec-fetch-site", HeaderValue::from_static("cross-site"));
    assert_eq!(send(&routes, foreign).await.0, StatusCode::FORBIDDEN);
    let mut json = form(&session, "{}");
    json.headers_mut()
        .insert("content-type", HeaderValue::from_static("application/json"));
    assert_eq!(send(&routes, json).await.0, StatusCode::FORBIDDEN);
    let mut header = form(&session, "name=a");
    let value = HeaderValue::from_str(csrf).unwrap();
    header.headers_mut().insert(guard::CSRF_HEADER, value);
    assert_eq!(send(&routes, header).await.0, StatusCode::OK);
    let large = format!("csrf={csrf}&a={}", "a".repeat(300 << 10));
    let (status, _) = send(&routes, form(&session, &large)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn without_a_session_a_page_leads_to_the_login() {
    let (_dir, app) = testing::app().await;
    let routes = with_pages(&app);
    let page = HttpRequest::get("/page?a=b")
        .header("accept", "text/html")
        .body(Body::empty())
        .unwrap();
    let (status, response) = send(&routes, page).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(response.headers()["location"], "/login?next=/page%3Fa%3Db");
    let program = HttpRequest::get("/page").body(Body::empty()).unwrap();
    let (status, response) = send(&routes, program).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(response.body().contains("login-required"));
}

#[tokio::test]
async fn a_panic_is_an_error_of_one_request() {
    let (_dir, app) = testing::app().await;
    let routes = with_pages(&app);
    for _ in 0..2 {
        let request = HttpRequest::get("/panic").body(Body::empty()).unwrap();
        let (status, response) = send(&routes, request).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!response.body().contains("on purpose"));
    }
    let health = HttpRequest::get("/health").body(Body::empty()).unwrap();
    assert_eq!(send(&routes, health).await.0, StatusCode::OK);
}

#[tokio::test]
async fn every_answer_is_guarded_and_every_error_has_words() {
    let (_dir, app) = testing::app().await;
    let routes = with_pages(&app);
    let request = |path: &str, accept: &'static str| {
        HttpRequest::get(path)
            .header("accept", accept)
            .body(Body::empty())
            .unwrap()
    };
    let (status, response) = send(&routes, request("/nowhere", "text/html")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(response.body().contains("页面不存在"));
    let policy = &response.headers()["content-security-policy"];
    assert!(policy.to_str().unwrap().starts_with("default-src 'none'"));
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert_eq!(response.headers()["cache-control"], "no-store");

    let (status, response) = send(&routes, request("/refused", "*/*")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let body: serde_json::Value = serde_json::from_str(response.body()).unwrap();
    assert_eq!(body["code"], "not-found");
    assert!(body["zh"].as_str().unwrap().contains("业务件"));
    let (_, response) = send(&routes, request("/refused", "text/html")).await;
    assert!(response.body().starts_with("<!doctype html>"));

    let (status, response) = send(&routes, request("/devices/enrol", "*/*")).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(response.body().contains("\"method\""));
    let garbage = HttpRequest::post("/devices/enrol")
        .header("content-type", "application/json")
        .body(Body::from("{"))
        .unwrap();
    let (status, response) = send(&routes, garbage).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(response.body().contains("bad-request"));
}

#[tokio::test]
async fn a_page_speaks_the_language_of_its_request() {
    let (_dir, app) = testing::app().await;
    let routes = router(app);
    let page = |name: &'static str, value: &'static str| {
        HttpRequest::get("/login?next=/tablets")
            .header("accept", "text/html")
            .header(name, value)
            .body(Body::empty())
            .unwrap()
    };
    let (_, english) = send(&routes, page("accept-language", "en-GB,en;q=0.9")).await;
    let english = english.body();
    assert!(english.contains("<html lang=\"en\">") && english.contains("Log in"));
    assert!(english.contains("name=\"back\" value=\"/login?next=/tablets\""));
    let (_, chinese) = send(&routes, page("cookie", "kanyan_language=zh-CN")).await;
    assert!(chinese.body().contains("<html lang=\"zh-CN\">") && chinese.body().contains("登录"));

    let switch = HttpRequest::post("/language")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from("to=en&back=%2Fcases%2F1"))
        .unwrap();
    let (status, answer) = send(&routes, switch).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(answer.headers()["location"], "/cases/1");
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("kanyan_language=en; Path=/"), "{cookie}");

    let missing = HttpRequest::get("/nowhere")
        .header("accept", "text/html")
        .header("accept-language", "en")
        .body(Body::empty())
        .unwrap();
    let (_, page) = send(&routes, missing).await;
    assert!(
        page.body().contains("<h1>Nothing is here</h1>"),
        "{}",
        page.body()
    );
}
