//! From login to permit in the system's Chromium; the pictures are put under `target/screens`.

use std::path::Path;
use std::process::Command;

use jiff::civil::date;
use kanyan_tests::pictures::Pictures;
use kanyan_tests::process::Server;
use kanyan_tests::scenario::Scenario;
use kanyan_tests::seed::{self, PASSWORD};

#[tokio::test(flavor = "multi_thread")]
async fn an_approver_issues_the_permit_and_anybody_checks_it_offline() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("server");
    seed::seed(&seed::config(&data, "127.0.0.1:0"))
        .await
        .unwrap();
    let server = Server::start(&data).unwrap();
    let pictures = Pictures::small(date(2018, 3, 12).at(9, 30, 0, 0));
    let scenario = Scenario {
        server: server.address,
        folder: folder.path(),
        pictures: &pictures,
        photos_each: 13,
        say: &|_| {},
    };
    let report = scenario.until_sealed().unwrap();
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    assert!(
        scripts.join("node_modules").is_dir(),
        "install the browser test's packages first: tests/run does it"
    );
    let test = std::env::current_exe().unwrap();
    let shots = test.ancestors().nth(3).unwrap().join("screens");
    let output = Command::new("node")
        .arg("permit.mjs")
        .current_dir(&scripts)
        .env("KANYAN_URL", server.url())
        .env("KANYAN_CASE", &report.case_path)
        .env("KANYAN_PASSWORD", PASSWORD)
        .env("KANYAN_SHOTS", &shots)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let problems = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{problems}");
}
