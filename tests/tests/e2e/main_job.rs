//! From application to permit, and the permit checked by the command line.

use std::path::Path;
use std::process::Command;

use jiff::civil::date;
use kanyan_tests::office::Browser;
use kanyan_tests::painter::{Scene, Subject, paint_sized};
use kanyan_tests::pictures::SHOP;
use kanyan_tests::process::{Server, program};
use kanyan_tests::scenario::Report;
use kanyan_tests::seed::PASSWORD;

use crate::{pictures, scenario, seeded, sync_server};

#[tokio::test(flavor = "multi_thread")]
async fn an_offline_inspection_becomes_a_permit() {
    let (folder, data) = seeded().await;
    let server = Server::start(&data).unwrap();
    let report = scenario(server.address, folder.path(), &pictures())
        .run()
        .unwrap();
    assert!(report.answers >= 100, "{report:?}");
    assert!(report.photos >= 24, "{report:?}");
    assert!(report.conflicts >= 1 && report.cuts >= 1, "{report:?}");
    assert!(
        report.changes > report.answers + report.photos,
        "{report:?}"
    );

    let verify = sync_server(&["verify", &report.qr_text], &data);
    let said = String::from_utf8_lossy(&verify.stdout).into_owned();
    assert!(verify.status.success(), "{verify:?}");
    assert!(said.contains(&report.permit_number), "{said}");
    let mut forged = report.qr_text.clone();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'B' } else { 'A' });
    assert!(!sync_server(&["verify", &forged], &data).status.success());

    issued_once(&server, &report);
    second_server_is_refused(&data);
    survives_a_kill(server, &data, &report);
}

/// Issuing again gives no second number.
fn issued_once(server: &Server, report: &Report) {
    let url = format!("http://{}", server.address);
    let mut approver = Browser::log_in(&url, "approver", PASSWORD).unwrap();
    let path = format!("{}/issue", report.case_path);
    let csrf = approver
        .get(&report.case_path)
        .unwrap()
        .value("csrf")
        .unwrap();
    let again = approver.post(&path, &[("csrf", &csrf), ("revision", "0")]);
    assert!(again.is_err() || again.unwrap().path == path);
    let page = approver
        .get(&format!("{}/permit", report.case_path))
        .unwrap();
    assert_eq!(
        page.marked("data-permit-number").unwrap(),
        report.permit_number
    );
}

fn second_server_is_refused(data: &Path) {
    let second = sync_server(&["serve", "--listen", "127.0.0.1:0"], data);
    assert!(!second.status.success());
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(
        said.contains("in use") || said.contains("another"),
        "{said}"
    );
}

/// The process is killed without a word; everything that was answered is there afterwards.
fn survives_a_kill(server: Server, data: &Path, report: &Report) {
    drop(server);
    let server = Server::start(data).unwrap();
    let url = format!("http://{}", server.address);
    let mut clerk = Browser::log_in(&url, "clerk", PASSWORD).unwrap();
    let page = clerk.get(&report.case_path).unwrap();
    assert!(page.html.contains(&report.case_number));
    let check = sync_server(&["verify", &report.qr_text], data);
    assert!(check.status.success(), "{check:?}");
}

#[test]
fn the_demo_ends_with_one_json_object_and_runs_again() {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    std::fs::create_dir(&photos).unwrap();
    for (n, subject) in Subject::ALL.into_iter().enumerate() {
        let scene = Scene {
            subject,
            seed: n as u64,
            orientation: u8::try_from(n % 8).unwrap() + 1,
            taken: date(2018, 3, 12).at(9, 0, 0, 0),
            latitude: SHOP.0,
            longitude: SHOP.1,
        };
        let picture = paint_sized(&scene, (480, 320)).unwrap();
        std::fs::write(photos.join(format!("{n:02}.jpg")), picture).unwrap();
    }
    let data = folder.path().join("demo");
    let numbers: Vec<String> = (0..2)
        .map(|_| {
            let output = Command::new(program("demo").unwrap())
                .args(["--once", "--listen", "127.0.0.1:0", "--data"])
                .arg(&data)
                .arg("--photos")
                .arg(&photos)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{said}");
            let report: serde_json::Value =
                serde_json::from_str(said.lines().last().unwrap()).unwrap();
            let pdf = report["permit_pdf"].as_str().unwrap();
            assert!(Path::new(pdf).is_file());
            report["permit_number"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_ne!(numbers[0], numbers[1], "each run issues its own permit");
}
