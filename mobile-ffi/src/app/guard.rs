//! Who may see the pages. Every program on the device can reach a loopback port, and so can every
//! page in its browser. So: a launch token that works once is exchanged for a cookie that scripts
//! cannot read, on a random path (cookies ignore ports); the request must name our host, come from
//! our own pages, and every write carries a header that no other origin can set.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex};

use axum::extract::{Path, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HOST, ORIGIN, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use data_encoding::HEXLOWER;
use field_core::digest::Sha256;
use rand::Rng;

use super::problem::Problem;
use super::state::App;
use crate::tablet::guard as lock;

const COOKIE_NAME: &str = "kanyan";
pub(super) const CSRF_HEADER: &str = "x-kanyan-csrf";
/// Addresses that were made and not used yet; more than these push out the oldest.
const MAX_LAUNCHES: usize = 8;
/// Browsers that are open at once; another one pushes out the oldest.
const MAX_SESSIONS: usize = 4;
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' blob: data:; connect-src 'self'; form-action 'self'; base-uri 'self'; \
     frame-ancestors 'none'";

/// Secrets of this run of the program; none of them is ever stored.
pub(super) struct Guard {
    port: u16,
    /// The random part of every path.
    path: String,
    csrf: String,
    launches: Mutex<VecDeque<String>>,
    sessions: Mutex<VecDeque<String>>,
}

/// 128 random bits in hexadecimal.
fn random() -> String {
    let mut bytes = [0; 16];
    rand::rng().fill_bytes(&mut bytes);
    HEXLOWER.encode(&bytes)
}

impl Guard {
    pub(super) fn new(port: u16) -> Self {
        Self {
            port,
            path: random(),
            csrf: random(),
            launches: Mutex::default(),
            sessions: Mutex::default(),
        }
    }

    /// `/…/`, below which every page is.
    pub(super) fn base(&self) -> String {
        format!("/{}/", self.path)
    }

    pub(super) fn csrf(&self) -> &str {
        &self.csrf
    }

    fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn launch_url(&self) -> String {
        let token = random();
        let mut launches = lock(&self.launches);
        launches.push_back(token.clone());
        if launches.len() > MAX_LAUNCHES {
            launches.pop_front();
        }
        format!("{}/launch/{token}", self.origin())
    }

    /// Uses a launch token up; the new session's secret.
    fn launch(&self, token: &str) -> Option<String> {
        let mut launches = lock(&self.launches);
        let at = launches.iter().position(|one| same(one, token))?;
        launches.remove(at);
        let session = random();
        let mut sessions = lock(&self.sessions);
        sessions.push_back(session.clone());
        if sessions.len() > MAX_SESSIONS {
            sessions.pop_front();
        }
        Some(session)
    }

    /// Ends every session: whoever comes next needs a new launch address.
    #[cfg(test)]
    pub(super) fn end_sessions(&self) {
        lock(&self.sessions).clear();
    }

    fn is_known(&self, headers: &HeaderMap) -> bool {
        let given: HashSet<&str> = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
            .collect();
        let sessions = lock(&self.sessions);
        given
            .iter()
            .any(|given| sessions.iter().any(|one| same(one, given)))
    }

    fn host_is_ours(&self, headers: &HeaderMap) -> bool {
        // A name that resolves to 127.0.0.1 is not ours: that would be a page rebinding its own.
        let host = headers.get(HOST).and_then(|value| value.to_str().ok());
        host == Some(&format!("127.0.0.1:{}", self.port))
    }

    fn may_write(&self, headers: &HeaderMap) -> bool {
        let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let origin = value(ORIGIN.as_str()) == Some(self.origin().as_str());
        let site = value("sec-fetch-site").is_none_or(|site| site == "same-origin");
        let csrf = value(CSRF_HEADER).is_some_and(|given| same(given, &self.csrf));
        origin && site && csrf
    }

    fn may_read(headers: &HeaderMap) -> bool {
        let site = headers
            .get("sec-fetch-site")
            .and_then(|value| value.to_str().ok());
        site.is_none_or(|site| matches!(site, "same-origin" | "none"))
    }
}

/// Compares without telling by the time it takes how much was right.
fn same(one: &str, other: &str) -> bool {
    Sha256::of(one.as_bytes()) == Sha256::of(other.as_bytes())
}

/// Stands before every page below the random path.
pub(super) async fn stand(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let allowed = app.guard.host_is_ours(headers)
        && app.guard.is_known(headers)
        && Guard::may_read(headers)
        && (reading || app.guard.may_write(headers));
    if !allowed {
        // No word of what is missing: whoever asks is not one of our pages.
        return refuse(StatusCode::FORBIDDEN);
    }
    let mut response = next.run(request).await;
    protect(&mut response);
    response
}

fn refuse(status: StatusCode) -> Response {
    let mut response = status.into_response();
    protect(&mut response);
    response
}

/// Headers of every answer.
fn protect(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // With the origin, so that our own forms can show where they come from.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        "cross-origin-opener-policy",
        HeaderValue::from_static("same-origin"),
    );
}

/// `GET /launch/{token}`: exchanges the token for the cookie. The page that follows is asked for
/// by our own page, since a strict cookie does not follow a redirect that began elsewhere.
pub(super) async fn launch(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    if !app.guard.host_is_ours(&headers) {
        return refuse(StatusCode::FORBIDDEN);
    }
    let Some(session) = app.guard.launch(&token) else {
        let mut response = (StatusCode::GONE, Html(USED)).into_response();
        protect(&mut response);
        return response;
    };
    let base = app.guard.base();
    let cookie = format!("{COOKIE_NAME}={session}; Path={base}; HttpOnly; SameSite=Strict");
    let page = format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
         <meta http-equiv=\"refresh\" content=\"0;url={base}\"><title>勘验</title>\
         <p><a href=\"{base}\">打开 · Open</a></p></html>"
    );
    let mut response = Html(page).into_response();
    match HeaderValue::from_str(&cookie) {
        Ok(cookie) => response.headers_mut().insert(SET_COOKIE, cookie),
        Err(_) => return Problem::broken("the cookie is no header").into_response(),
    };
    protect(&mut response);
    response
}

const USED: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>勘验</title>\
     <p>这个地址已经用过，请从应用重新打开。</p>\
     <p lang=\"en\">This address was used already: open it anew from the app.</p></html>";
