//! Every role at every route. The routes come from the router's own list; who may use them is
//! written a second time here, on purpose: a new route, or a changed right, fails until somebody
//! has said here too who may.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::{Body, to_bytes};
use axum::http::Request as HttpRequest;
use tower::ServiceExt;

use super::*;
use crate::app::testing;
use crate::auth::Role;
use crate::auth::sessions::LoggedIn;

/// `*` everybody, `T` tablets, otherwise the roles: Clerk, Inspector, Reviewer, Approver,
/// M for administrator, U for auditor.
const EXPECTED: &[(&str, &str)] = &[
    ("GET /health", "*"),
    ("POST /devices/enrol", "*"),
    ("POST /devices/challenge", "*"),
    ("POST /devices/token", "*"),
    ("POST /devices/officer-key", "T"),
    ("GET /static/{*path}", "*"),
    ("POST /language", "*"),
    ("GET /check", "*"),
    ("GET /check/check.js", "*"),
    ("GET /check/check.css", "*"),
    ("GET /check/sw.js", "*"),
    ("GET /check/keys.json", "*"),
    ("GET /check/revoked.json", "*"),
    ("GET /", "*"),
    ("GET /login", "*"),
    ("POST /login", "*"),
    ("GET /login/code", "*"),
    ("POST /login/code", "*"),
    ("POST /logout", "*"),
    ("GET /inbox", "CIRAMU"),
    ("GET /inbox/live", "CIRAMU"),
    ("GET /events", "CIRAMU"),
    ("GET /applications/new", "C"),
    ("POST /applications", "C"),
    ("GET /cases/{id}", "CIRAMU"),
    ("GET /cases/{id}/live", "CIRAMU"),
    ("GET /cases/{id}/assign", "CR"),
    ("POST /cases/{id}/assign", "CR"),
    ("GET /cases/{id}/request-correction", "C"),
    ("POST /cases/{id}/request-correction", "C"),
    ("GET /cases/{id}/receive-correction", "C"),
    ("POST /cases/{id}/receive-correction", "C"),
    ("GET /cases/{id}/accept", "C"),
    ("POST /cases/{id}/accept", "C"),
    ("GET /cases/{id}/refuse-acceptance", "C"),
    ("POST /cases/{id}/refuse-acceptance", "C"),
    ("GET /cases/{id}/return", "RA"),
    ("POST /cases/{id}/return", "RA"),
    ("GET /cases/{id}/decide", "A"),
    ("POST /cases/{id}/decide", "A"),
    ("POST /cases/{id}/decide/check", "A"),
    ("GET /cases/{id}/issue", "CA"),
    ("POST /cases/{id}/issue", "CA"),
    ("GET /cases/{id}/deliver", "C"),
    ("POST /cases/{id}/deliver", "C"),
    ("GET /cases/{id}/permit", "CIRAMU"),
    ("GET /cases/{id}/permit.pdf", "CIRAMU"),
    ("GET /cases/{id}/photos/{round}/{key}", "CIRAMU"),
    ("GET /evidence/{sha256}", "CIRAMU"),
    ("GET /board", "*"),
    ("GET /board/{matter}/{form}", "*"),
    ("GET /cases/{id}/materials", "CIRAMU"),
    ("POST /cases/{id}/materials", "C"),
    ("POST /cases/{id}/materials/{material}/files", "C"),
    (
        "GET /cases/{id}/materials/{material}/files/{sha256}",
        "CIRAMU",
    ),
    ("GET /cases/{id}/aside/{hash}", "CIRAMU"),
    ("POST /cases/{id}/papers", "C"),
    ("GET /cases/{id}/papers.pdf", "CIRAMU"),
    ("GET /cases/{id}/papers/{paper}", "CIRAMU"),
    ("GET /cases/{id}/hand-over", "C"),
    ("POST /cases/{id}/hand-over", "C"),
    ("GET /cases/{id}/visit", "C"),
    ("POST /cases/{id}/visit", "C"),
    ("GET /cases/{id}/stop-clock", "RA"),
    ("POST /cases/{id}/stop-clock", "RA"),
    ("GET /cases/{id}/resume-clock", "RA"),
    ("POST /cases/{id}/resume-clock", "RA"),
    ("GET /cases/{id}/extend", "A"),
    ("POST /cases/{id}/extend", "A"),
    ("GET /cases/{id}/suspend-permit", "A"),
    ("POST /cases/{id}/suspend-permit", "A"),
    ("GET /cases/{id}/reinstate-permit", "A"),
    ("POST /cases/{id}/reinstate-permit", "A"),
    ("GET /cases/{id}/revoke-permit", "A"),
    ("POST /cases/{id}/revoke-permit", "A"),
    ("GET /permits", "CIRAMU"),
    ("GET /permits/import", "C"),
    ("POST /permits/import", "C"),
    ("GET /permits/import/{id}", "C"),
    ("POST /permits/import/{id}", "C"),
    ("GET /permits/import/{id}/refused.csv", "C"),
    ("GET /tablets", "RMU"),
    ("POST /tablets/codes", "M"),
    ("POST /sync/v1/exchange", "T"),
    ("GET /sync/v1/events", "T"),
    ("POST /photos/have", "T"),
    ("POST /photos/uploads", "T"),
    ("OPTIONS /photos/uploads", "*"),
    ("HEAD /photos/uploads/{id}", "T"),
    ("PATCH /photos/uploads/{id}", "T"),
    ("DELETE /photos/uploads/{id}", "T"),
    ("OPTIONS /photos/uploads/{id}", "*"),
    ("GET /photos/{sha256}", "T"),
];

/// A letter each.
const ROLES: [(Role, char); 6] = [
    (Role::Clerk, 'C'),
    (Role::Inspector, 'I'),
    (Role::Reviewer, 'R'),
    (Role::Approver, 'A'),
    (Role::Administrator, 'M'),
    (Role::Auditor, 'U'),
];

/// What is said to somebody who is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// The handler was reached; what it made of nonsense does not matter here.
    Reached,
    LogInFirst,
    NoTablet,
    NotPermitted,
}

fn name(door: &Door) -> String {
    format!("{} {}", door.method, door.path)
}

fn address(path: &str) -> String {
    path.replace("{id}", "1")
        .replace("{round}", "1")
        .replace("{key}", "x")
        .replace("{material}", "M05-1")
        .replace("{hash}", "00")
        .replace("{paper}", "1")
        .replace("{matter}", "repair-permit")
        .replace("{form}", "x")
        .replace("{sha256}", &"0".repeat(64))
        .replace("{*path}", "office.css")
}

async fn knock(routes: &Router, door: &Door, session: Option<&LoggedIn>) -> Answer {
    let mut request = HttpRequest::builder()
        .method(door.method.clone())
        .uri(address(&door.path))
        .header("content-type", "application/x-www-form-urlencoded");
    if let Some(session) = session {
        request = request
            .header("cookie", format!("kanyan_session={}", session.token))
            .header(guard::CSRF_HEADER, &session.officer.csrf);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = routes.clone().oneshot(request).await.unwrap();
    let code = response.extensions().get::<Problem>().map(|said| said.code);
    let status = response.status();
    if status.is_success() || status.is_redirection() {
        return Answer::Reached;
    }
    // Read, so that a handler that fails while answering is seen too.
    to_bytes(response.into_body(), 1 << 20).await.unwrap();
    assert!(!status.is_server_error(), "{}: {status}", name(door));
    match code {
        Some("login-required") => Answer::LogInFirst,
        Some("device-token") => Answer::NoTablet,
        Some("not-permitted") => Answer::NotPermitted,
        _ => Answer::Reached,
    }
}

#[test]
fn every_route_is_in_the_table_and_nothing_else() {
    let doors: BTreeSet<_> = doors().iter().map(name).collect();
    let expected: BTreeSet<_> = EXPECTED
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(doors, expected);
    assert_eq!(expected.len(), EXPECTED.len(), "a route stands twice");
}

#[tokio::test]
async fn every_role_at_every_route() {
    let (_dir, app) = testing::app().await;
    let expected: BTreeMap<_, _> = EXPECTED.iter().copied().collect();
    let routes = router(app.clone());
    let mut sessions = Vec::new();
    for (role, letter) in ROLES {
        testing::user(&app, role.word(), &[role]).await;
        sessions.push((testing::log_in(&app, role.word()).await, letter));
    }
    for door in doors() {
        let who = expected[name(&door).as_str()];
        let stranger = match who {
            "*" => Answer::Reached,
            "T" => Answer::NoTablet,
            _ => Answer::LogInFirst,
        };
        let answer = knock(&routes, &door, None).await;
        assert_eq!(answer, stranger, "{} without a session", name(&door));
        for (session, letter) in &sessions {
            let known = match who {
                "*" => Answer::Reached,
                "T" => Answer::NoTablet,
                roles if roles.contains(*letter) => Answer::Reached,
                _ => Answer::NotPermitted,
            };
            if door.path == "/logout" {
                continue;
            }
            let answer = knock(&routes, &door, Some(session)).await;
            assert_eq!(answer, known, "{} as {letter}", name(&door));
        }
    }
}

/// The list is the router's own only as long as nothing is mounted past it.
#[test]
fn no_route_is_mounted_past_the_list() {
    let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![sources];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let file = path.to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if !file.ends_with(".rs") || file.contains("tests") || file.ends_with("doors.rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            for call in [".route(", ".route_service(", ".nest(", ".fallback_service("] {
                assert!(!code.contains(call), "{file} mounts a route with {call}");
            }
            seen += 1;
        }
    }
    assert!(seen > 50, "the sources were read");
}
