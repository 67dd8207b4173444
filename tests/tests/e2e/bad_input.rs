//! Wrong bytes and bodies too large on every door of a running server: a clear refusal, nothing
//! written, nothing else stopped.

use kanyan_tests::office::Browser;
use kanyan_tests::process::Server;
use kanyan_tests::seed::PASSWORD;
use ureq::http::StatusCode;

use crate::{seeded, sync_server};

/// What takes a body without a session, and what kind it expects.
const OPEN: [(&str, &str); 7] = [
    ("/devices/enrol", "application/json"),
    ("/devices/challenge", "application/json"),
    ("/devices/token", "application/json"),
    ("/devices/officer-key", "application/json"),
    ("/sync/v1/exchange", "application/cbor"),
    ("/photos/have", "application/cbor"),
    ("/login", "application/x-www-form-urlencoded"),
];

/// Forms, with the session of an officer who may.
const FORMS: [&str; 5] = [
    "/applications",
    "/tablets/codes",
    "/cases/no-such-case/accept",
    "/cases/no-such-case/decide",
    "/cases/no-such-case/issue",
];

#[tokio::test(flavor = "multi_thread")]
async fn wrong_bytes_are_refused_at_every_door() {
    let (_folder, data) = seeded().await;
    let server = Server::start(&data).unwrap();
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        // A refused body is not read to its end, and the connection goes with it.
        .max_idle_connections(0)
        .build()
        .into();
    let noise: Vec<u8> = (0..4096_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let large = vec![b'a'; 40 << 20];
    for (path, kind) in OPEN {
        for (name, body) in [("noise", &noise), ("nothing", &vec![]), ("large", &large)] {
            let answer = agent
                .post(format!("{}{path}", server.url()))
                .content_type(kind)
                .header(
                    "content-encoding",
                    if name == "noise" { "zstd" } else { "identity" },
                )
                .send(&body[..]);
            // A body far beyond the limit may be cut off before it is all sent.
            let Ok(mut answer) = answer else {
                assert_eq!(name, "large", "{path}");
                continue;
            };
            let said = answer.body_mut().read_to_string().unwrap();
            assert!(answer.status().is_client_error(), "{path} {name}: {said}");
            assert!(said.chars().count() > 10, "{path} {name} says why: {said}");
        }
    }

    let mut admin = Browser::log_in(&server.url(), "admin", PASSWORD).unwrap();
    let csrf = admin.get("/tablets").unwrap().value("csrf").unwrap();
    for path in FORMS {
        let field = "x".repeat(1 << 20);
        for fields in [
            vec![],
            vec![("csrf", "wrong")],
            vec![
                ("csrf", csrf.as_str()),
                ("revision", "-1"),
                ("class", "\u{0}"),
            ],
            vec![("csrf", csrf.as_str()), ("reasons", field.as_str())],
        ] {
            // As above: what is far too large may be cut off before it is all sent.
            let Ok(answer) = admin.status(path, &fields) else {
                assert!(fields.contains(&("reasons", &field)), "{path}");
                continue;
            };
            assert_ne!(answer, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
            assert!(answer.is_client_error(), "{path}: {answer}");
        }
    }
    let health = agent.get(format!("{}/health", server.url())).call();
    assert_eq!(health.unwrap().status(), StatusCode::OK);
    admin.get("/inbox").unwrap();
}

/// A number that is not the newest known schema: the program that knows it must be started.
#[tokio::test(flavor = "multi_thread")]
async fn a_newer_database_is_left_alone() {
    let (_folder, data) = seeded().await;
    let path = data.join("kanyan.sqlite3");
    let set = |version: u32| {
        let database = rusqlite::Connection::open(&path).unwrap();
        let before = database
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        database
            .pragma_update(None, "user_version", version)
            .unwrap();
        before
    };
    let known: u32 = set(999);
    let output = sync_server(&["serve", "--listen", "127.0.0.1:0"], &data);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("999"), "{said}");
    assert_eq!(set(known), 999, "nothing was written");
    drop(Server::start(&data).unwrap());
}
