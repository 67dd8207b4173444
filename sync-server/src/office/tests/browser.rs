//! A browser as far as the pages need one: a cookie, forms, redirects that are not followed.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::middleware;
use tower::ServiceExt;

use crate::app::{App, testing};
use crate::auth::guard;
use crate::office;

/// A browser of its own, on the app's pages.
pub(super) struct Browser {
    pages: Router,
    cookie: String,
}

/// An answer.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) location: String,
    pub(super) body: String,
}

impl Browser {
    pub(super) fn new(app: &App) -> Self {
        let guarded = middleware::from_fn_with_state(app.clone(), guard::session);
        let pages = office::routes()
            .merge(office::public())
            .router(app)
            .layer(guarded)
            .with_state(app.clone());
        Self {
            pages,
            cookie: String::new(),
        }
    }

    pub(super) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<_> = fields
            .iter()
            .map(|(key, value)| format!("{key}={}", escape(value)))
            .collect();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.join("&")))
            .unwrap();
        self.send(request).await
    }

    /// Sends bytes as a page's script does.
    pub(super) async fn upload(&mut self, path: &str, token: &str, body: Vec<u8>) -> Answer {
        let request = Request::post(path)
            .header("x-csrf-token", token)
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    /// The bytes of a file.
    pub(super) async fn download(&mut self, path: &str) -> Vec<u8> {
        let request = Request::get(path).header(header::COOKIE, &self.cookie);
        let request = request.body(Body::empty()).unwrap();
        let response = self.pages.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let bytes = to_bytes(response.into_body(), 16 << 20).await.unwrap();
        bytes.to_vec()
    }

    /// Sends the form of a page to the page itself, as most steps of a case do.
    pub(super) async fn fill_in(&mut self, page: &str, fields: &[(&str, &str)]) -> Answer {
        self.submit(page, page, fields).await
    }

    /// Opens a page and sends its form with `fields`, the hidden ones as the page has them.
    pub(super) async fn submit(
        &mut self,
        page: &str,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let html = self.get(page).await.body;
        let (token, revision) = (csrf(&html), hidden(&html, "revision"));
        let mut all = vec![("csrf", token.as_str())];
        if let Some(revision) = &revision
            && !fields.iter().any(|(name, _)| *name == "revision")
        {
            all.push(("revision", revision));
        }
        all.extend(fields);
        self.post(action, &all).await
    }

    pub(super) async fn log_in(&mut self, login: &str) {
        let fields = [("login", login), ("password", testing::PASSWORD)];
        let answer = self.post("/login", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        if answer.location.starts_with("/login/code") {
            let page = self.get(&answer.location).await.body;
            let code = page.split("data-training-code=\"").nth(1).unwrap();
            let code = code.split('"').next().unwrap();
            let fields = [("csrf", csrf(&page)), ("code", code.to_owned())];
            let fields = fields
                .each_ref()
                .map(|(name, value)| (*name, value.as_str()));
            let answer = self.post("/login/code", &fields).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        }
    }

    async fn send(&mut self, mut request: Request<Body>) -> Answer {
        if !self.cookie.is_empty() {
            let cookie = self.cookie.parse().unwrap();
            request.headers_mut().insert(header::COOKIE, cookie);
        }
        let response = self.pages.clone().oneshot(request).await.unwrap();
        let text = |name| {
            let value = response.headers().get(name);
            value.map_or("", |value| value.to_str().unwrap()).to_owned()
        };
        if let Some(cookie) = text(header::SET_COOKIE).split(';').next()
            && !cookie.is_empty()
        {
            self.cookie = cookie.to_owned();
        }
        let (status, location) = (response.status(), text(header::LOCATION));
        let bytes = to_bytes(response.into_body(), 4 << 20).await.unwrap();
        Answer {
            status,
            location,
            body: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }
}

/// The token of the page's forms.
pub(super) fn csrf(html: &str) -> String {
    hidden(html, "csrf").unwrap_or_default()
}

fn hidden(html: &str, name: &str) -> Option<String> {
    let start = format!("type=\"hidden\" name=\"{name}\" value=\"");
    let rest = html.split(&start).nth(1)?;
    rest.split('"').next().map(str::to_owned)
}

fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
