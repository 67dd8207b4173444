//! The tablet through its foreign bindings: generated for Python, Kotlin and Swift from the
//! library that was just built, and used by the system's CPython against a real server. What the
//! script says it did is then looked for on the server, from a colleague's tablet and the office.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "what fails here fails the test, and what the script said belongs to its output"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use data_encoding::BASE64;
use field_core::digest::Sha256;
use field_core::identity::PublicKey;
use field_core::ids::{DeviceId, DocId};
use field_core::inspection::View;
use field_core::protocol::Rescue;
use field_core::rules::Outcome;
use field_core::tablet::sync::{self, Http};
use field_core::tablet::{StorageKey, Tablet};
use jiff::civil::date;
use kanyan_tests::office::Browser;
use kanyan_tests::officer::enrolment_code;
use kanyan_tests::painter::Subject;
use kanyan_tests::pictures::Pictures;
use kanyan_tests::scenario::Scenario;
use kanyan_tests::seed::{self, PASSWORD};
use serde::Deserialize;
use sync_server::App;
use sync_server::clock::Clock;
use sync_server::store::devices;

/// What the script writes.
#[derive(Deserialize)]
struct Report {
    device: DeviceId,
    doc: DocId,
    officer: String,
    /// Item to outcome and value.
    answers: BTreeMap<String, (String, Option<String>)>,
    /// Item and SHA-256.
    photos: Vec<(String, Sha256)>,
    /// Base64.
    rescue: String,
}

/// The library of `mobile-ffi`: a dependency of the tests, so cargo put it beside them.
fn library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let name = format!(
        "{}kanyan{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let library = test.parent().unwrap().join(name);
    assert!(library.is_file(), "{} is missing", library.display());
    library
}

fn generate(language: &str, into: &Path) {
    let output = Command::new(env!("CARGO_BIN_EXE_uniffi-bindgen"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([
            "generate",
            "--no-format",
            "--metadata-no-deps",
            "--language",
        ])
        .arg(language)
        .arg("--out-dir")
        .arg(into)
        .arg(library())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{language}: {said}");
}

/// A generated file has what an app needs of it.
fn assert_declares(file: &Path, words: &[&str]) {
    let text =
        std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    for word in words {
        assert!(text.contains(word), "{} lacks {word}", file.display());
    }
}

#[test]
fn kotlin_and_swift_bindings_are_generated() {
    let folder = tempfile::tempdir().unwrap();
    generate("kotlin", folder.path());
    assert_declares(
        &folder.path().join("uniffi/kanyan/kanyan.kt"),
        &[
            "class Tablet",
            "interface SyncListener",
            "class SyncCancel",
            "sealed class TabletException",
            "fun `shutDown`()",
        ],
    );
    generate("swift", folder.path());
    assert_declares(
        &folder.path().join("kanyan.swift"),
        &[
            "class Tablet",
            "protocol SyncListener",
            "enum TabletError",
            "func shutDown()",
        ],
    );
    assert!(folder.path().join("kanyanFFI.h").is_file());
}

#[tokio::test(flavor = "multi_thread")]
async fn python_does_a_visit_and_the_server_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let config = seed::config(&folder.path().join("server"), "127.0.0.1:0");
    seed::seed(&config).await.unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = sync_server::serve(config, Clock::system(), async {
        // Dropped counts as told.
        let _ = stopped.await;
    })
    .await
    .unwrap();
    let address = running.address;
    let work = folder.path().to_path_buf();
    let report = tokio::task::spawn_blocking(move || {
        let pictures = Pictures::Painted {
            taken: date(2018, 3, 12).at(9, 30, 0, 0),
            size: (1600, 1200),
        };
        let scenario = Scenario {
            server: address,
            folder: &work,
            pictures: &pictures,
            photos_each: 0,
            say: &|line| eprintln!("{line}"),
        };
        let case = scenario.until_assigned().unwrap().case_path;
        let server = format!("http://{address}");
        let picture = work.join("photo.jpg");
        std::fs::write(&picture, pictures.take(5, Subject::Front).unwrap()).unwrap();

        let report = run_python(&work, &server, &picture);
        colleague_sees(&work, &server, &report);
        office_shows(&server, &case, &report);
        report
    })
    .await
    .unwrap();
    rescue_holds(&running.app, &report).await;
    drop(stop);
    running.stopped().await.unwrap();
}

fn run_python(work: &Path, server: &str, picture: &Path) -> Report {
    let binding = work.join("binding");
    generate("python", &binding);
    let library = library();
    std::fs::copy(&library, binding.join(library.file_name().unwrap())).unwrap();
    let report = work.join("report.json");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/test_tablet.py");
    let output = Command::new("python3")
        .arg("-B")
        .arg(script)
        .env("KANYAN_LIB", &binding)
        .env("KANYAN_SERVER", server)
        .env(
            "KANYAN_CODE",
            enrolment_code(server, "平板-Python").unwrap(),
        )
        .env("KANYAN_LOGIN", "inspector-1")
        .env("KANYAN_PASSWORD", PASSWORD)
        .env("KANYAN_PHOTO", picture)
        .env("KANYAN_REPORT", &report)
        .output()
        .expect("python3 is installed: tests/run sees to it");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    eprintln!("{said}");
    assert!(output.status.success(), "python3: {said}");
    let report = std::fs::read(report).expect("the script writes it at the end of the visit");
    serde_json::from_slice(&report).unwrap()
}

/// A second tablet fetches the inspection and finds every answer and the photo's entry.
fn colleague_sees(work: &Path, server: &str, report: &Report) {
    let key = StorageKey::new([2; 32]);
    let tablet = Mutex::new(Tablet::open(&work.join("colleague"), &key).unwrap());
    let code = enrolment_code(server, "平板-02").unwrap();
    Http::enrol(&tablet, server, &code).unwrap();
    let mut http = Http::connect(&tablet).unwrap();
    http.sign_in(&tablet, "inspector-2", PASSWORD).unwrap();
    sync::run(&tablet, &mut http, &AtomicBool::new(false), |_| {}).unwrap();
    let mut tablet = tablet.into_inner().unwrap();

    let view = tablet.view(report.doc).unwrap();
    assert!(report.answers.len() > 50, "{}", report.answers.len());
    assert_answers(&view, report);
    let listed: Vec<_> = view
        .present_photos()
        .map(|one| (one.photo.item.clone(), one.photo.sha256))
        .collect();
    assert_eq!(listed, report.photos);
    let note = &view.notes[0];
    assert_eq!(
        (note.officer.as_str(), note.text.as_str()),
        (report.officer.as_str(), "现场复测")
    );
    let kinds: Vec<_> = tablet
        .statements(report.doc)
        .unwrap()
        .iter()
        .map(|(signed, _)| signed.kind.word())
        .collect();
    assert_eq!(
        kinds,
        ["actor-certificate", "applicant-confirmation", "sign-off"]
    );
}

fn assert_answers(view: &View, report: &Report) {
    let found: BTreeMap<String, (String, Option<String>)> = view
        .answers
        .iter()
        .map(|(item, one)| {
            let outcome = match one.answer.result {
                Outcome::Pass => "PASS",
                Outcome::Fail => "FAIL",
                Outcome::NotApplicable => "NOT_APPLICABLE",
            };
            let value = one.answer.value.map(|value| value.to_string());
            (item.clone(), (outcome.to_owned(), value))
        })
        .collect();
    assert_eq!(found, report.answers);
}

/// The office finds each photo from the case's page, and what it sees there is the evidence file
/// that the tablet named.
fn office_shows(server: &str, case: &str, report: &Report) {
    let mut reviewer = Browser::log_in(server, "reviewer", PASSWORD).unwrap();
    let page = reviewer.get(case).unwrap();
    let links: Vec<_> = page
        .html
        .split('"')
        .filter(|part| part.starts_with(&format!("{case}/photos/")))
        .collect();
    assert_eq!(links.len(), report.photos.len(), "{links:?}");
    for (link, (_, sha256)) in links.iter().zip(&report.photos) {
        let page = reviewer.get(link).unwrap();
        let file = format!("/evidence/{sha256}");
        assert!(page.html.contains(&format!("src=\"{file}\"")), "{link}");
        assert_eq!(Sha256::of(&reviewer.bytes(&file).unwrap()), *sha256);
    }
}

/// The rescue file, made before anything was sent, is signed by the tablet and holds all of it.
async fn rescue_holds(app: &App, report: &Report) {
    let device = report.device;
    let known = app.store.read(move |c| devices::get(c, device)).await;
    let key = PublicKey::from_bytes(known.unwrap().unwrap().public_key);
    let file = BASE64.decode(report.rescue.as_bytes()).unwrap();
    let rescue = Rescue::read(&file, |named| (named == device).then_some(key)).unwrap();
    // The reception room was answered twice; a note and a photo come on top.
    assert_eq!(rescue.changes.len(), report.answers.len() + 3);
    let photos: Vec<_> = report.photos.iter().map(|(_, sha256)| *sha256).collect();
    assert!(
        photos
            .iter()
            .all(|one| rescue.blobs.iter().any(|blob| blob.sha256 == *one))
    );
}
