//! Programs of other people: they upload to our server through cuts, ours uploads to theirs, and
//! Automerge in another language reads our documents and writes what our gate takes.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use data_encoding::BASE64;
use field_core::digest::Sha256;
use field_core::gate::{self, Writers};
use field_core::ids::Actor;
use field_core::inspection::{Author, Edit, Inspection};
use field_core::moment::Moment;
use field_core::rules::{Answer, Outcome};
use field_core::tablet::TabletError;
use field_core::tablet::sync::{self, Http, Transport, Upload};
use kanyan_tests::officer::Officer;
use kanyan_tests::painter::Subject;
use kanyan_tests::process::Server;
use kanyan_tests::proxy::Proxy;
use serde_json::Value;

use crate::{pictures, scenario, seeded};

const MISSING: &str = "install the foreign programs first: tests/run does it";

fn script(name: &str) -> PathBuf {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    let path = peers.join(name);
    assert!(
        path.is_file() && peers.join("js/node_modules").is_dir(),
        "{MISSING}"
    );
    path
}

/// The Python of the virtual environment that tests/run makes beside the test programs.
fn python() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let target = this.ancestors().nth(3).unwrap();
    let python = target.join("python/bin/python");
    assert!(python.is_file(), "{MISSING}");
    python
}

/// A tablet that brings changes and keeps its photographs to itself.
struct ChangesOnly(Http);

impl Transport for ChangesOnly {
    fn exchange(&mut self, body: &[u8]) -> Result<Vec<u8>, TabletError> {
        self.0.exchange(body)
    }
    fn have(&mut self, _: &[u8]) -> Result<Vec<u8>, TabletError> {
        Err(TabletError::Cancelled)
    }
    fn offset(&mut self, _: &str) -> Result<Upload, TabletError> {
        Err(TabletError::Cancelled)
    }
    fn append(&mut self, _: &str, _: u64, _: &[u8]) -> Result<Upload, TabletError> {
        Err(TabletError::Cancelled)
    }
}

/// An officer whose tablet has told the server of a photograph that it did not send.
fn with_unsent_photo(server: &Server, folder: &Path) -> (Officer, Vec<Vec<u8>>) {
    let pictures = pictures();
    scenario(server.address, folder, &pictures)
        .until_assigned()
        .unwrap();
    let officer = Officer::at(&server.url(), folder, "inspector-1", "平板-01").unwrap();
    officer.sync(&server.url(), |_| {}).unwrap();
    let mut files = vec![];
    {
        let mut tablet = officer.hold();
        let doc = tablet.cases().unwrap()[0].doc;
        let item = tablet.view(doc).unwrap().facts.items[0].clone();
        let pass = Answer::new(Outcome::Pass);
        tablet.answer(doc, &officer.id, &item, &pass).unwrap();
        for n in 0..2 {
            let picture = pictures.take(n, Subject::Front).unwrap();
            let photo = tablet
                .add_photo(doc, &officer.id, &item, &picture, None)
                .unwrap()
                .photo;
            files.push(tablet.read_blob(&photo.sha256).unwrap());
        }
    }
    let mut transport = ChangesOnly(connection(&officer, &server.url()));
    let never = std::sync::atomic::AtomicBool::new(false);
    sync::run(&officer.tablet, &mut transport, &never, |_| {}).unwrap_err();
    assert_eq!(officer.hold().status().unwrap().unsent_changes, 0);
    (officer, files)
}

fn connection(officer: &Officer, server: &str) -> Http {
    Http::connect(&officer.tablet).unwrap().via(server)
}

/// Runs a foreign uploader through a network that is cut in the middle of the file and comes back
/// once the uploader has noticed.
fn upload_through_a_cut(mut program: Command, server: &Server, officer: &Officer, file: &Path) {
    let content = std::fs::read(file).unwrap();
    let proxy = Proxy::start(server.address).unwrap();
    let authorization = connection(officer, &server.url()).authorization().unwrap();
    proxy.cut_after(i64::try_from(content.len() / 2).unwrap());
    let mut child = program
        .arg(format!("{}/photos/uploads", proxy.url()))
        .arg(authorization)
        .arg(file)
        .arg(Sha256::of(&content).to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = vec![];
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if line == "again" {
            proxy.heal();
        }
        said.push(line);
    }
    assert!(child.wait().unwrap().success(), "{said:?}");
    assert!(said.contains(&"again".to_owned()), "it was cut: {said:?}");
    assert!(said.last().unwrap().starts_with("done"), "{said:?}");
    assert!(proxy.cuts() >= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_uploaders_go_on_after_a_cut() {
    let (folder, data) = seeded().await;
    let server = Server::start(&data).unwrap();
    let (officer, files) = with_unsent_photo(&server, folder.path());
    let mut node = Command::new("node");
    node.arg(script("js/tus-client.mjs"));
    let mut tuspy = Command::new(python());
    tuspy.arg(script("python/tus_client.py"));
    for (n, (program, content)) in [node, tuspy].into_iter().zip(&files).enumerate() {
        let path = folder.path().join(format!("{n}.jpg"));
        std::fs::write(&path, content).unwrap();
        upload_through_a_cut(program, &server, &officer, &path);
    }
    // The tablet learns that others have brought its evidence files: only thumbnails are left.
    let summary = officer.sync(&server.url(), |_| {}).unwrap();
    assert_eq!(summary.files_sent, 2, "{summary:?}");
    assert_eq!(officer.hold().status().unwrap().unsent_photos, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn our_uploader_goes_on_at_a_foreign_server() {
    let (folder, data) = seeded().await;
    let server = Server::start(&data).unwrap();
    let officer = Officer::at(&server.url(), folder.path(), "inspector-1", "平板-01").unwrap();
    let files = folder.path().join("tus");
    std::fs::create_dir(&files).unwrap();
    let mut foreign = Command::new("node")
        .arg(script("js/tus.mjs"))
        .arg(&files)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(foreign.stdout.take().unwrap()).lines();
    let ready = lines.next().unwrap().unwrap();
    let url = format!("http://127.0.0.1:{}", ready.strip_prefix("ready ").unwrap());

    let content = vec![7; 300_000];
    let created = ureq::post(format!("{url}/files"))
        .header("tus-resumable", "1.0.0")
        .header("upload-length", content.len().to_string())
        .send_empty()
        .unwrap();
    let place = created.headers()["location"].to_str().unwrap().to_owned();
    // The token is our own server's; the foreign one does not ask for any.
    let mut http = connection(&officer, &server.url());
    http.authorization().unwrap();
    let mut http = http.via(&url);
    let half = content.len() / 2;
    assert_eq!(
        http.append(&place, 0, &content[..half]).unwrap(),
        Upload::At(half as u64)
    );
    assert_eq!(http.offset(&place).unwrap(), Upload::At(half as u64));
    let end = http.append(&place, half as u64, &content[half..]).unwrap();
    assert_eq!(end, Upload::At(content.len() as u64));
    let name = place.rsplit('/').next().unwrap();
    assert_eq!(std::fs::read(files.join(name)).unwrap(), content);
    assert_eq!(http.offset("/files/unknown").unwrap(), Upload::Gone);
    foreign.kill().unwrap();
    foreign.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn automerge_in_javascript_reads_and_writes_an_inspection() {
    let (folder, data) = seeded().await;
    let server = Server::start(&data).unwrap();
    scenario(server.address, folder.path(), &pictures())
        .until_assigned()
        .unwrap();
    let officer = Officer::at(&server.url(), folder.path(), "inspector-1", "平板-01").unwrap();
    officer.sync(&server.url(), |_| {}).unwrap();
    let doc = officer.hold().cases().unwrap()[0].doc;
    let facts = officer.hold().view(doc).unwrap().facts;

    let author = |n| Author {
        actor: Actor::from_bytes([n; 16]),
        officer: officer.id.clone(),
    };
    let at = Moment {
        wall_ms: 1_520_818_200_000,
        monotonic_ms: 1,
        server_offset_ms: None,
    };
    let (mut inspection, _) = Inspection::genesis(&facts).unwrap();
    let item = facts.items[0].clone();
    let answer = |outcome| Edit::Answer {
        item: item.clone(),
        answer: Answer::new(outcome).to_canonical_json(),
    };
    inspection
        .edit(&author(1), &at, &answer(Outcome::Fail))
        .unwrap();
    let snapshot = folder.path().join("inspection.automerge");
    std::fs::write(&snapshot, inspection.save()).unwrap();

    let pass = Answer::new(Outcome::Pass).to_canonical_json();
    let output = Command::new("node")
        .arg(script("js/automerge.mjs"))
        .arg(&snapshot)
        .arg(author(2).actor.to_string())
        .args([at.to_line().as_str(), "answers", &item, &pass])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let heads = |value: &Value| {
        let mut all: Vec<String> = serde_json::from_value(value.clone()).unwrap();
        all.sort();
        all
    };
    let ours = |inspection: &mut Inspection| {
        let mut all: Vec<String> = inspection.heads().iter().map(ToString::to_string).collect();
        all.sort();
        all
    };
    assert_eq!(heads(&said["heads"]), ours(&mut inspection));
    assert_eq!(
        said["found"],
        Answer::new(Outcome::Fail).to_canonical_json()
    );

    let change = BASE64
        .decode(said["change"].as_str().unwrap().as_bytes())
        .unwrap();
    let writers: Writers = [(author(2).actor, officer.id.clone())].into();
    let admission = gate::admit(&mut inspection, &writers, &[&change]);
    assert_eq!(admission.admitted.len(), 1, "{:?}", admission.refused);
    assert_eq!(heads(&said["after"]), ours(&mut inspection));
    let found = inspection.view().unwrap();
    assert_eq!(found.conflicts().count(), 0, "it was seen and written over");
    assert_eq!(admission.admitted[0].edits, [answer(Outcome::Pass)]);
}
