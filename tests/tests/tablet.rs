//! Two tablets' pages in the system's Chromium, from enrolment to the permit: real tablet and
//! server processes, the server gone while people work, a tablet killed twice midway. Pictures of
//! every page in both sizes are put under `target/screens/tablet`.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;

use jiff::civil::date;
use kanyan_tests::officer::enrolment_code;
use kanyan_tests::painter::Subject;
use kanyan_tests::pictures::{Pictures, SHOP};
use kanyan_tests::process::{Server, program};
use kanyan_tests::scenario::Scenario;
use kanyan_tests::seed::{self, PASSWORD};

#[tokio::test(flavor = "multi_thread")]
async fn two_inspectors_finish_a_case_by_taps() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("server");
    // A port that was free a moment ago: the tablets must find the server again there.
    let address: SocketAddr = TcpListener::bind("127.0.0.1:0")
        .and_then(|free| free.local_addr())
        .unwrap();
    seed::seed(&seed::config(&data, &address.to_string()))
        .await
        .unwrap();
    let server = Server::start_at(&data, address).unwrap();
    let pictures = Pictures::small(date(2018, 3, 12).at(9, 30, 0, 0));
    let scenario = Scenario {
        server: server.address,
        folder: folder.path(),
        pictures: &pictures,
        photos_each: 0,
        say: &|_| {},
    };
    let report = scenario.until_assigned().unwrap();
    let url = server.url();
    let codes = ["平板-01", "平板-02"].map(|name| enrolment_code(&url, name).unwrap());
    // From here on the script starts and stops it.
    drop(server);
    let photos = folder.path().join("photos");
    std::fs::create_dir(&photos).unwrap();
    for n in 0..8 {
        let photo = pictures.take(n, Subject::Front).unwrap();
        std::fs::write(photos.join(format!("orientation-{}.jpg", n + 1)), photo).unwrap();
    }
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    assert!(
        scripts.join("node_modules").is_dir(),
        "install the browser test's packages first: tests/run does it"
    );
    let test = std::env::current_exe().unwrap();
    let shots = test.ancestors().nth(3).unwrap().join("screens/tablet");
    let output = Command::new("node")
        .arg("tablet.mjs")
        .current_dir(&scripts)
        .env("KANYAN_SERVER", program("sync-server").unwrap())
        .env("KANYAN_TABLET", program("tablet").unwrap())
        .env("KANYAN_LISTEN", address.to_string())
        .env("KANYAN_DATA", &data)
        .env("KANYAN_FOLDER", folder.path())
        .env("KANYAN_PHOTOS", &photos)
        .env("KANYAN_CODES", codes.join(" "))
        .env("KANYAN_CASE", &report.case_path)
        .env("KANYAN_PASSWORD", PASSWORD)
        .env("KANYAN_PLACE", format!("{} {}", SHOP.0, SHOP.1))
        .env("KANYAN_SHOTS", &shots)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let problems = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{problems}");
}
