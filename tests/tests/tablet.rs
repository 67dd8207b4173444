//! Two tablets' pages in the system's Chromium, from enrolment to the permit: real tablet and
//! server processes, the server gone while people work, a tablet killed twice midway. Pictures of
//! every page in both sizes are put under `target/screens/tablet`.

use std::net::{SocketAddr, TcpListener};

use jiff::civil::date;
use kanyan_tests::chromium::Script;
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
    Script::new("tablet.mjs", "tablet")
        .unwrap()
        .tell("KANYAN_SERVER", program("sync-server").unwrap())
        .tell("KANYAN_TABLET", program("tablet").unwrap())
        .tell("KANYAN_LISTEN", address.to_string())
        .tell("KANYAN_DATA", &data)
        .tell("KANYAN_FOLDER", folder.path())
        .tell("KANYAN_PHOTOS", &photos)
        .tell("KANYAN_CODES", codes.join(" "))
        .tell("KANYAN_CASE", &report.case_path)
        .tell("KANYAN_PASSWORD", PASSWORD)
        .tell("KANYAN_PLACE", format!("{} {}", SHOP.0, SHOP.1))
        .run()
        .unwrap();
}
