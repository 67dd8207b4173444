//! The pages without a browser: who may see them, and that every word is there in both languages.
//! What a person does with them is in `tests/tests/browser.rs`.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use tower::ServiceExt;

use super::state::App;
use super::{guard, router, words};
use crate::Tablet;

const PORT: u16 = 4711;

struct Pages {
    _folder: tempfile::TempDir,
    app: Arc<App>,
}

impl Pages {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tablet = Tablet::open(&folder.path().to_string_lossy(), vec![3; 32]).unwrap();
        Self {
            app: Arc::new(App::new(Arc::new(tablet), PORT).unwrap()),
            _folder: folder,
        }
    }

    async fn send(&self, request: Request<Body>) -> Response<Body> {
        router::router(&self.app).oneshot(request).await.unwrap()
    }

    /// Launches; the cookie as a browser sends it back.
    async fn cookie(&self) -> String {
        let url = self.app.guard.launch_url();
        let path = url.split_once(&format!(":{PORT}")).unwrap().1.to_owned();
        let response = self.send(self.get(&path)).await;
        assert_eq!(response.status(), StatusCode::OK);
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
        assert!(cookie.contains(&format!("Path={}", self.app.guard.base())));
        let again = self.send(self.get(&path)).await;
        assert_eq!(
            again.status(),
            StatusCode::GONE,
            "a launch address works once"
        );
        cookie.split(';').next().unwrap().to_owned()
    }

    fn get(&self, path: &str) -> Request<Body> {
        Request::get(path)
            .header(header::HOST, format!("127.0.0.1:{PORT}"))
            .body(Body::empty())
            .unwrap()
    }

    fn post(&self, cookie: &str, changed: &[(&str, &str)]) -> Request<Body> {
        let mut headers = vec![
            ("host", format!("127.0.0.1:{PORT}")),
            ("origin", format!("http://127.0.0.1:{PORT}")),
            ("sec-fetch-site", "same-origin".to_owned()),
            ("cookie", cookie.to_owned()),
            (guard::CSRF_HEADER, self.app.guard.csrf().to_owned()),
        ];
        for (name, value) in changed {
            headers.retain(|(one, _)| one != name);
            if !value.is_empty() {
                headers.push((name, (*value).to_owned()));
            }
        }
        let path = format!("{}language", self.app.guard.base());
        let mut request =
            Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.body(Body::from("language=en&back=")).unwrap()
    }
}

#[tokio::test]
async fn only_our_own_pages_may_read() {
    let pages = Pages::open();
    let cookie = pages.cookie().await;
    let base = pages.app.guard.base();
    let read = async |headers: &[(&'static str, &str)]| {
        let mut request = pages.get(&base);
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        pages.send(request).await.status()
    };
    assert_eq!(read(&[("cookie", &cookie)]).await, StatusCode::OK);
    assert_eq!(read(&[]).await, StatusCode::FORBIDDEN);
    assert_eq!(
        read(&[("cookie", "kanyan=guessed")]).await,
        StatusCode::FORBIDDEN
    );
    for foreign in ["cross-site", "same-site"] {
        let sent = [("cookie", cookie.as_str()), ("sec-fetch-site", foreign)];
        assert_eq!(read(&sent).await, StatusCode::FORBIDDEN, "{foreign}");
    }
    // A name that somebody points at 127.0.0.1.
    let rebound = [("cookie", cookie.as_str()), ("host", "evil.example:4711")];
    assert_eq!(read(&rebound).await, StatusCode::FORBIDDEN);
    let elsewhere = pages.send(pages.get("/")).await;
    assert_eq!(elsewhere.status(), StatusCode::FORBIDDEN);
    pages.app.guard.end_sessions();
    assert_eq!(read(&[("cookie", &cookie)]).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn only_our_own_pages_may_write() {
    let pages = Pages::open();
    let cookie = pages.cookie().await;
    let refused: [&[(&str, &str)]; 7] = [
        &[("origin", "http://127.0.0.1:4712")],
        &[("origin", "null")],
        &[("origin", "")],
        &[("sec-fetch-site", "same-site")],
        &[(guard::CSRF_HEADER, "")],
        &[(guard::CSRF_HEADER, "00000000000000000000000000000000")],
        &[("cookie", "")],
    ];
    for changed in refused {
        let response = pages.send(pages.post(&cookie, changed)).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{changed:?}");
        assert!(!pages.app.said().is_english());
    }
    let response = pages.send(pages.post(&cookie, &[])).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(
        pages.app.said().is_english(),
        "the language changed at once"
    );
}

#[tokio::test]
async fn a_new_tablet_asks_to_be_enrolled_and_forbids_foreign_scripts() {
    let pages = Pages::open();
    let cookie = pages.cookie().await;
    let mut request = pages.get(&pages.app.guard.base());
    request
        .headers_mut()
        .insert(header::COOKIE, cookie.parse().unwrap());
    let response = pages.send(request).await;
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let page = String::from_utf8(body.to_vec()).unwrap();
    assert!(page.contains("这台平板还没有登记") && page.contains("href=\"enrol\""));
}

/// The keys of a language, as they stand at the beginning of a line.
fn keys(source: &str) -> BTreeSet<&str> {
    source
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
        .filter_map(|line| line.split_once(" ="))
        .map(|(key, _)| key)
        .collect()
}

#[test]
fn both_languages_have_the_same_keys_with_the_same_arguments() {
    let (zh, en) = (keys(words::ZH), keys(words::EN));
    assert_eq!(zh, en);
    assert!(zh.len() > 200);
    let arguments = |source: &'static str| {
        let mut of: std::collections::BTreeMap<&str, BTreeSet<String>> = Default::default();
        let mut key = "";
        for line in source.lines() {
            if line.starts_with(|c: char| c.is_ascii_lowercase()) {
                key = line.split(" =").next().unwrap();
            }
            for part in line.split("{ $").skip(1) {
                let name = part.chars().take_while(char::is_ascii_lowercase).collect();
                of.entry(key).or_default().insert(name);
            }
        }
        of
    };
    assert_eq!(arguments(words::ZH), arguments(words::EN));
}

fn read_all(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, into);
        } else if !path.ends_with("app/tests.rs") {
            into.push_str(&std::fs::read_to_string(&path).unwrap_or_default());
        }
    }
}

#[test]
fn every_word_that_is_used_is_there_and_none_is_left_over() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut used = String::new();
    read_all(&root.join("src/app"), &mut used);
    read_all(&root.join("app/templates"), &mut used);
    let known = keys(words::ZH);
    for key in &known {
        assert!(used.contains(&format!("\"{key}\"")), "nobody says `{key}`");
    }
    for call in [
        ".t(\"",
        ".n(\"",
        ".a(\"",
        ".ab(\"",
        ".n_of(\"",
        "Problem::key(\"",
    ] {
        for part in used.split(call).skip(1) {
            let key = part.split('"').next().unwrap();
            let one_of_ours =
                key.contains('-') && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            assert!(
                !one_of_ours || known.contains(key),
                "`{key}` is not among the words"
            );
        }
    }
}
