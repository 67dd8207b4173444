//! The tablet alone: durable edits, photos, statements, the rescue file.

mod on_site;
mod sessions;

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use zeroize::Zeroizing;

use super::enrol::Enrolment;
use super::store::documents;
use super::*;
use crate::digest::Sha256;
use crate::identity::{Confirmation, OfficerCertificate};
use crate::ids::{Actor, DeviceId};
use crate::inspection::Facts;
use crate::protocol::{CaseRow, Officer, Rescue};
use crate::rules::{Answer, Outcome};

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
