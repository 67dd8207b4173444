//! A tablet that cannot reach the office any more: its rescue file brings everything.

use std::path::Path;

use field_core::rules::{Answer, Outcome};
use kanyan_tests::officer::Officer;
use kanyan_tests::painter::Subject;
use kanyan_tests::process::Server;

use crate::{pictures, scenario, seeded, sync_server};

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_file_brings_what_a_tablet_could_not_send() {
    let (folder, data) = seeded().await;
    let server = Server::start(&data).unwrap();
    let pictures = pictures();
    let assigned = scenario(server.address, folder.path(), &pictures);
    let report = assigned.until_assigned().unwrap();
    let officer = Officer::at(&server.url(), folder.path(), "inspector-1", "平板-01").unwrap();
    officer.sync(&server.url(), |_| {}).unwrap();
    let case = officer
        .hold()
        .cases()
        .unwrap()
        .into_iter()
        .find(|case| case.number == report.case_number)
        .unwrap();
    drop(server);

    {
        let mut tablet = officer.hold();
        let items = tablet.view(case.doc).unwrap().facts.items;
        for item in &items[..3] {
            let answer = Answer::new(Outcome::Pass);
            tablet.answer(case.doc, &officer.id, item, &answer).unwrap();
        }
        let picture = pictures.take(0, Subject::Front).unwrap();
        tablet
            .add_photo(case.doc, &officer.id, &items[0], &picture, None)
            .unwrap();
    }
    let file = folder.path().join("平板-01.rescue");
    let unsent = officer.hold().status().unwrap();
    assert!(
        unsent.unsent_changes >= 4 && unsent.unsent_photos >= 2,
        "{unsent:?}"
    );
    std::fs::write(&file, officer.hold().rescue().unwrap()).unwrap();

    refused(&data, &file);
    let first = taken_in(&data, &file);
    assert!(first.contains("set aside: 0"), "{first}");
    assert_eq!(taken_in(&data, &file), first, "again adds nothing");

    let server = Server::start(&data).unwrap();
    let mut sent = 0;
    officer
        .sync(&server.url(), |progress| sent = progress.photos_left)
        .unwrap();
    let after = officer.hold().status().unwrap();
    assert_eq!((after.unsent_changes, after.unsent_photos), (0, 0));
    assert_eq!((after.refused, sent), (0, 0));
}

/// What the command says to the rescue file.
fn taken_in(data: &Path, file: &Path) -> String {
    let output = sync_server(&["import-rescue", file.to_str().unwrap()], data);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    assert!(said.contains("safe now: "), "{said}");
    said
}

/// A file that is cut, changed or none at all is refused as a whole.
fn refused(data: &Path, good: &Path) {
    let bytes = std::fs::read(good).unwrap();
    let mut changed = bytes.clone();
    changed[bytes.len() / 2] ^= 1;
    for bad in [&bytes[..bytes.len() - 1], &changed, b"no rescue file", b""] {
        let path = good.with_extension("bad");
        std::fs::write(&path, bad).unwrap();
        let output = sync_server(&["import-rescue", path.to_str().unwrap()], data);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{output:?}");
        assert!(said.contains("was not taken in"), "{said}");
    }
}
