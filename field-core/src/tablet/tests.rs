//! The tablet alone: durable edits, photos, statements, recovery, and a session against a server
//! made of a few lines.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use zeroize::Zeroizing;

use super::enrol::Enrolment;
use super::store::documents;
use super::*;
use crate::digest::Sha256;
use crate::identity::{Confirmation, OfficerCertificate, Receipt, Signed};
use crate::ids::DeviceId;
use crate::inspection::{Facts, Heads};
use crate::protocol::{
    CaseRow, Cursor, ExchangeReply, ExchangeRequest, FeedItem, Officer, Refused, Rescue, decode,
    encode,
};
use crate::rules::{Answer, Outcome};
use sync::{Transport, Upload};

struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn wall_ms(&self) -> i64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
    fn monotonic_ms(&self) -> u64 {
        1
    }
}

const DOC: DocId = DocId::from_bytes([9; 16]);
const DEVICE: DeviceId = DeviceId::from_bytes([5; 16]);

fn server_key() -> SigningKey {
    SigningKey::from_secret(&[42; 32])
}

fn key() -> StorageKey {
    Zeroizing::new([1; 32])
}

fn open(folder: &Path) -> Tablet {
    let clock = Arc::new(TestClock(AtomicI64::new(1_520_812_800_000)));
    Tablet::open_with(folder, &key(), clock, StdRng::seed_from_u64(7)).unwrap()
}

fn case() -> CaseRow {
    CaseRow {
        doc: DOC,
        number: "330784-2018-0001".into(),
        state: "scheduled".into(),
        officers: vec![Officer {
            id: "u1".into(),
            name: "甲".into(),
            card_number: None,
        }],
        assignment: 1,
        promised_until: None,
        sealed: None,
        closed: false,
        contact: None,
        materials: vec![],
    }
}

fn genesis() -> Inspection {
    let facts = Facts {
        doc: DOC,
        case_number: "330784-2018-0001".into(),
        matter: "repair-permit".into(),
        round: 1,
        ruleset: "gbt-16739.1-2014".into(),
        ruleset_hash: Sha256::of(b"rules"),
        class: "class-2".into(),
        scopes: vec![],
        features: vec![],
        applicant: "某某汽修".into(),
        address: "某路 1 号".into(),
        place: None,
        items: (0..200).map(|n| format!("F{n}")).collect(),
        earlier: vec![],
    };
    Inspection::genesis(&facts).unwrap().0
}

/// A tablet with one officer signed in and one inspection on it.
fn prepared(folder: &Path) -> Tablet {
    let mut tablet = open(folder);
    let device_key = tablet.device_key().unwrap();
    tablet
        .set_enrolment(&Enrolment {
            server: "http://127.0.0.1:1".into(),
            device: DEVICE,
            name: "平板-01".into(),
            server_key: server_key().public().to_string(),
            agency: "某县".into(),
        })
        .unwrap();
    let officer_key = SigningKey::from_secret(&[8; 32]);
    let certificate = OfficerCertificate {
        officer: "u1".into(),
        name: "甲".into(),
        card_number: None,
        device: DEVICE,
        device_key: device_key.public(),
        officer_key: officer_key.public(),
        issued_ms: 1,
    };
    let certificate = certificate.sign(&server_key()).to_bytes();
    tablet
        .add_officer("jia", "secret", &officer_key, &certificate)
        .unwrap();
    let snapshot = genesis().save();
    tablet
        .store
        .write(|transaction| documents::insert(transaction, &case(), &snapshot))
        .unwrap();
    tablet
}

fn pass() -> Answer {
    Answer::new(Outcome::Pass)
}

fn answer(tablet: &mut Tablet, item: usize) {
    tablet
        .answer(DOC, "u1", &format!("F{item}"), &pass())
        .unwrap();
}

/// A server that takes everything in, or refuses what it is told to refuse.
#[derive(Default)]
struct FakeServer {
    refuse: usize,
    taken: Vec<Vec<u8>>,
    requests: Vec<ExchangeRequest>,
    feed: Vec<FeedItem>,
}

impl Transport for FakeServer {
    fn exchange(&mut self, body: &[u8]) -> Result<Vec<u8>, TabletError> {
        let request: ExchangeRequest = decode(body).unwrap();
        let (mut refused, mut changes) = (vec![], vec![]);
        for row in &request.changes {
            let hash = crate::gate::inspect(&row.bytes).unwrap().hash;
            if self.refuse > 0 {
                self.refuse -= 1;
                refused.push(Refused {
                    hash,
                    reason: "set aside in a test".into(),
                    code: "test".into(),
                });
            } else if refused.is_empty() {
                changes.push(hash);
                self.taken.push(row.bytes.to_vec());
            }
        }
        changes.sort_unstable();
        let statements = request
            .statements
            .iter()
            .map(|row| Signed::from_bytes(&row.bytes).unwrap().hash())
            .collect();
        let receipt = Receipt {
            epoch: 1,
            device: DEVICE,
            changes,
            statements,
            blobs: vec![],
            at_ms: 1,
        };
        self.requests.push(request);
        Ok(encode(&ExchangeReply {
            cursor: Cursor {
                epoch: 1,
                seq: 1,
                log: Sha256::of(b"log"),
            },
            more: false,
            new_epoch: false,
            deferred: vec![],
            refused,
            receipt: receipt.sign(&server_key()).to_bytes().into(),
            backed_up_to_ms: None,
            feed: std::mem::take(&mut self.feed),
            wanted: vec![],
            server_ms: 1_520_812_900_000,
            server_heads: vec![],
        }))
    }
    fn have(&mut self, _: &[u8]) -> Result<Vec<u8>, TabletError> {
        Err(TabletError::Network("cut".into()))
    }
    fn offset(&mut self, _: &str) -> Result<Upload, TabletError> {
        Ok(Upload::Gone)
    }
    fn append(&mut self, _: &str, _: u64, _: &[u8]) -> Result<Upload, TabletError> {
        Ok(Upload::Gone)
    }
}

fn sync(tablet: Tablet, server: &mut FakeServer) -> (Tablet, Result<sync::Summary, TabletError>) {
    let tablet = Mutex::new(tablet);
    let summary = sync::run(&tablet, server, &false.into(), |_| {});
    (tablet.into_inner().unwrap(), summary)
}

#[test]
fn an_edit_survives_without_closing() {
    let folder = tempfile::tempdir().unwrap();
    let mut tablet = prepared(folder.path());
    answer(&mut tablet, 1);
    let heads = tablet.view(DOC).unwrap().heads;
    drop(tablet);
    let mut again = open(folder.path());
    assert_eq!(again.view(DOC).unwrap().heads, heads);
    assert_eq!(
        again.status().unwrap().unsent_changes,
        2,
        "certificate and answer"
    );
}

#[test]
fn the_store_is_unreadable_without_the_key() {
    let folder = tempfile::tempdir().unwrap();
    drop(prepared(folder.path()));
    let bytes = std::fs::read(folder.path().join("tablet.db")).unwrap();
    assert!(!bytes.starts_with(b"SQLite format 3"));
    let wrong = Tablet::open(folder.path(), &Zeroizing::new([2; 32]));
    assert!(matches!(wrong, Err(TabletError::WrongKey)));
}

#[test]
fn a_second_program_is_kept_out() {
    let folder = tempfile::tempdir().unwrap();
    let _first = open(folder.path());
    assert!(matches!(
        Tablet::open(folder.path(), &key()),
        Err(TabletError::InUse)
    ));
}

#[test]
fn an_officer_unlocks_offline_with_the_right_password_only() {
    let folder = tempfile::tempdir().unwrap();
    let mut tablet = prepared(folder.path());
    tablet.lock();
    let locked = tablet.answer(DOC, "u1", "F1", &pass());
    assert!(matches!(locked, Err(TabletError::Locked(_))));
    assert!(matches!(
        tablet.unlock("jia", "wrong"),
        Err(TabletError::WrongPassword)
    ));
    assert_eq!(tablet.unlock("jia", "secret").unwrap(), "u1");
    answer(&mut tablet, 1);
}

#[test]
fn only_a_receipt_makes_work_safe() {
    let folder = tempfile::tempdir().unwrap();
    let mut tablet = prepared(folder.path());
    for n in 0..5 {
        answer(&mut tablet, n);
    }
    let mut server = FakeServer::default();
    let (tablet, summary) = sync(tablet, &mut server);
    assert_eq!(summary.unwrap().changes_sent, 5);
    assert_eq!(tablet.status().unwrap().unsent_changes, 0);
    let request = &server.requests[0];
    assert_eq!(request.signatures.len(), 1, "one for the newest change");
    assert_eq!(request.statements.len(), 1, "the actor's certificate");
    // The server can rebuild the very same document from the original bytes.
    let mut rebuilt = genesis();
    rebuilt
        .apply_bytes(server.taken.iter().map(Vec::as_slice))
        .unwrap();
    let mut tablet = tablet;
    assert_eq!(rebuilt.heads(), tablet.view(DOC).unwrap().heads);
}

#[test]
fn a_receipt_of_somebody_else_counts_for_nothing() {
    struct Impostor(FakeServer);
    impl Transport for Impostor {
        fn exchange(&mut self, body: &[u8]) -> Result<Vec<u8>, TabletError> {
            let mut reply: ExchangeReply = decode(&self.0.exchange(body)?).unwrap();
            let receipt = Receipt::open(&reply.receipt, &server_key().public()).unwrap();
            let other = SigningKey::from_secret(&[43; 32]);
            reply.receipt = receipt.sign(&other).to_bytes().into();
            Ok(encode(&reply))
        }
        fn have(&mut self, body: &[u8]) -> Result<Vec<u8>, TabletError> {
            self.0.have(body)
        }
        fn offset(&mut self, url: &str) -> Result<Upload, TabletError> {
            self.0.offset(url)
        }
        fn append(&mut self, url: &str, at: u64, part: &[u8]) -> Result<Upload, TabletError> {
            self.0.append(url, at, part)
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let mut tablet = prepared(folder.path());
    answer(&mut tablet, 1);
    let tablet = Mutex::new(tablet);
    let mut server = Impostor(FakeServer::default());
    assert!(sync::run(&tablet, &mut server, &false.into(), |_| {}).is_err());
    assert_eq!(hold(&tablet).status().unwrap().unsent_changes, 2);
}

fn hold(tablet: &Mutex<Tablet>) -> std::sync::MutexGuard<'_, Tablet> {
    tablet.lock().unwrap()
}

#[test]
fn what_was_refused_is_made_again_under_a_new_actor() {
    let folder = tempfile::tempdir().unwrap();
    let mut tablet = prepared(folder.path());
    for n in 0..3 {
        answer(&mut tablet, n);
    }
    let before = tablet.view(DOC).unwrap();
    let mut server = FakeServer {
        refuse: 1,
        ..FakeServer::default()
    };
    let (mut tablet, summary) = sync(tablet, &mut server);
    assert_eq!(summary.unwrap().refused.len(), 1);
    let after = tablet.view(DOC).unwrap();
    assert_eq!(after.answers.len(), 3, "nothing the officer did is lost");
    let actor = |view: &crate::inspection::View| view.answers["F0"].by.actor;
    assert_ne!(actor(&before), actor(&after));
    assert_eq!(tablet.status().unwrap().unsent_changes, 0);
    let mut rebuilt = genesis();
    rebuilt
        .apply_bytes(server.taken.iter().map(Vec::as_slice))
        .unwrap();
    assert_eq!(rebuilt.heads(), after.heads);
}

#[test]
fn signing_needs_the_applicants_word_on_the_same_state() {
    let folder = tempfile::tempdir().unwrap();
    let mut tablet = prepared(folder.path());
    answer(&mut tablet, 1);
    assert!(matches!(
        tablet.sign_off(DOC, "u1"),
        Err(TabletError::NotYet(_))
    ));
    let signed = Confirmation::Signed {
        name: "某某".into(),
        strokes: "M1 1L2 2".into(),
    };
    tablet.confirm(DOC, "u1", signed).unwrap();
    tablet.sign_off(DOC, "u1").unwrap();
    // A later edit: the confirmation is of another state.
    answer(&mut tablet, 2);
    assert!(matches!(
        tablet.sign_off(DOC, "u1"),
        Err(TabletError::NotYet(_))
    ));
    let kinds: Vec<_> = tablet
        .statements(DOC)
        .unwrap()
        .into_iter()
        .map(|(signed, _)| signed.kind.word())
        .collect();
    assert_eq!(
        kinds,
        ["actor-certificate", "applicant-confirmation", "sign-off"]
    );
}

fn picture(shade: u8) -> Vec<u8> {
    let pixels = image::RgbImage::from_fn(320, 240, |x, y| {
        image::Rgb([(x % 256) as u8, (y % 256) as u8, shade])
    });
    let mut bytes = std::io::Cursor::new(vec![]);
    pixels
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

#[test]
fn a_photo_is_listed_stored_and_nothing_is_left_of_a_bad_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut tablet = prepared(folder.path());
    let new = tablet
        .add_photo(DOC, "u1", "F1", &picture(9), None)
        .unwrap();
    assert_eq!(tablet.view(DOC).unwrap().evidence(), [new.photo.sha256]);
    let stored = tablet.read_blob(&new.photo.sha256).unwrap();
    assert_eq!(Sha256::of(&stored), new.photo.sha256);
    assert_eq!(tablet.case_status(DOC).unwrap().photos, 2);
    let files = || {
        std::fs::read_dir(folder.path().join("evidence"))
            .unwrap()
            .count()
    };
    let before = files();
    let cut = &picture(10)[..900];
    assert!(tablet.add_photo(DOC, "u1", "F1", cut, None).is_err());
    assert!(
        tablet
            .add_photo(DOC, "u1", "X9", &picture(10), None)
            .is_err()
    );
    assert_eq!(files(), before);
}

#[test]
fn a_rescue_file_holds_everything_unsent_and_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    let mut tablet = prepared(folder.path());
    answer(&mut tablet, 1);
    tablet
        .add_photo(DOC, "u1", "F1", &picture(9), None)
        .unwrap();
    let file = tablet.rescue().unwrap();
    let device_key = tablet.device_key().unwrap().public();
    let rescue = Rescue::read(&file, |_| Some(device_key)).unwrap();
    assert_eq!(
        (
            rescue.changes.len(),
            rescue.statements.len(),
            rescue.blobs.len()
        ),
        (2, 1, 2)
    );
    let mut bad = file.clone();
    bad[40] ^= 1;
    assert!(Rescue::read(&bad, |_| Some(device_key)).is_err());
    assert!(Rescue::read(&file, |_| None).is_err());
}

#[test]
fn what_others_did_arrives_and_shows() {
    let folder = tempfile::tempdir().unwrap();
    let tablet = prepared(folder.path());
    let mut colleague = genesis();
    let author = crate::inspection::Author {
        actor: crate::ids::Actor::from_bytes([77; 16]),
        officer: "u2".into(),
    };
    let at = crate::moment::Moment {
        wall_ms: 1_520_812_800_000,
        monotonic_ms: 1,
        server_offset_ms: None,
    };
    let edit = crate::inspection::Edit::Answer {
        item: "F3".into(),
        answer: pass().to_canonical_json(),
    };
    let change = colleague.edit(&author, &at, &edit).unwrap().unwrap();
    let mut server = FakeServer {
        feed: vec![FeedItem::Change(crate::protocol::ChangeRow {
            doc: DOC,
            bytes: change.bytes.into(),
            late: false,
        })],
        ..FakeServer::default()
    };
    let (mut tablet, summary) = sync(tablet, &mut server);
    assert_eq!(summary.unwrap().changes_received, 1);
    let view = tablet.view(DOC).unwrap();
    assert!(view.answers.contains_key("F3"));
    assert_eq!(view.heads, Heads::from(vec![change.hash]));
}
