//! From login to permit in the system's Chromium; the pictures are put under `target/screens`.

use jiff::civil::date;
use kanyan_tests::chromium::Script;
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
    Script::new("permit.mjs", "")
        .unwrap()
        .tell("KANYAN_URL", server.url())
        .tell("KANYAN_CASE", &report.case_path)
        .tell("KANYAN_PASSWORD", PASSWORD)
        .run()
        .unwrap();
}
