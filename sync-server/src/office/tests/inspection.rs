//! A case whose inspection came in from two tablets: one conflict resolved, one open, one photo
//! that arrived and one that did not, a failed item, a sign-off over an older state.

use field_core::digest::Sha256;
use field_core::identity::{SignOff, SigningKey, Statement};
use field_core::ids::{Actor, DeviceId};
use field_core::inspection::{Author, Container, Edit, Heads, Inspection, Photo, Place};
use field_core::moment::Moment;
use field_core::rules::{Answer, Measure, Outcome, Unit};
use rusqlite::params;

use super::APPLICATION;
use super::browser::Browser;
use crate::app::{App, testing};
use crate::auth::{Officer, Role};
use crate::cases::{self, Desk};
use crate::store::{devices, inspections};

pub(super) struct Office {
    _dir: tempfile::TempDir,
    pub(super) app: App,
    jia: Officer,
    yi: Officer,
}

const AT: i64 = 1_795_500_000_000;

fn moment(minute: i64) -> Moment {
    Moment {
        wall_ms: AT + minute * 60_000,
        monotonic_ms: 1,
        server_offset_ms: Some(0),
    }
}

fn author(officer: &Officer, n: u8) -> Author {
    Author {
        actor: Actor::from_bytes([n; 16]),
        officer: officer.id.clone(),
    }
}

fn area(item: &str, value: &str, reason: Option<&str>) -> Edit {
    let value: Measure = value.parse().unwrap();
    let mut answer = Answer::new(Outcome::Pass).with_value(value, Unit::SquareMetre);
    answer.reason = reason.map(str::to_owned);
    Edit::Answer {
        item: item.to_owned(),
        answer: answer.to_canonical_json(),
    }
}

/// A case at which two inspectors are at work.
pub(super) async fn office() -> Office {
    let (dir, app) = testing::app().await;
    testing::user(&app, "ding", &[Role::Clerk]).await;
    testing::user(&app, "shen", &[Role::Approver]).await;
    let jia = testing::user(&app, "jia", &[Role::Inspector]).await;
    let yi = testing::user(&app, "yi", &[Role::Inspector]).await;
    let mut clerk = Browser::new(&app);
    clerk.log_in("ding").await;
    clerk
        .submit("/applications/new", "/applications", APPLICATION)
        .await;
    clerk.fill_in("/cases/1/accept", &[]).await;
    let officers = [("officers", jia.id.as_str()), ("officers", yi.id.as_str())];
    clerk.fill_in("/cases/1/assign", &officers).await;
    let office = Office {
        _dir: dir,
        app,
        jia,
        yi,
    };
    inspect(&office).await;
    office
}

async fn inspect(office: &Office) {
    let app = &office.app;
    let (row, snapshot) = app
        .store
        .read(|c| {
            let row = inspections::of_case(c, 1)?.pop().unwrap();
            let snapshot = inspections::snapshot(c, row.doc)?.unwrap();
            Ok((row, snapshot))
        })
        .await
        .unwrap();
    let (jia, yi) = (author(&office.jia, 1), author(&office.yi, 2));
    let mut mine = Inspection::load(&snapshot).unwrap();
    let mut other = Inspection::load(&snapshot).unwrap();
    let [reception, parking, workshop] = ["8.1", "8.2", "8.3"].map(|clause| {
        let library = app.library();
        let ruleset = library.ruleset(row.ruleset).unwrap();
        let items = mine.facts().items.clone();
        let item = items.into_iter().find(|id| {
            let item = ruleset.item(id).unwrap();
            item.clause == clause && item.requirement.measured().is_some()
        });
        item.unwrap()
    });

    // Both measure at the same time; a tablet resolves the first conflict, not the second.
    for (item, a, b) in [(&reception, "21", "18.5"), (&parking, "160", "150.5")] {
        mine.edit(&jia, &moment(1), &area(item, a, None)).unwrap();
        other.edit(&yi, &moment(2), &area(item, b, None)).unwrap();
    }
    let first = mine.heads();
    let note = Edit::Note {
        item: parking.clone(),
        text: "地面有 <i> 标线".to_owned(),
    };
    other.edit(&yi, &moment(3), &note).unwrap();
    photo(&mut mine, &jia, &reception, b"one");
    photo(&mut other, &yi, &workshop, b"two");
    other
        .edit(&yi, &moment(4), &area(&workshop, "186", None))
        .unwrap();
    let changes = other.changes_since(&mine.heads());
    mine.apply_bytes(changes.iter().map(|one| one.bytes.as_slice()))
        .unwrap();
    let settled = area(&reception, "18.5", Some("两人一起复测"));
    mine.edit(&jia, &moment(20), &settled).unwrap();

    store(office, row.doc, &mut mine, &first).await;
}

fn photo(document: &mut Inspection, author: &Author, item: &str, name: &[u8]) {
    let key = document.next_key(Container::Photos, author.actor);
    let photo = Photo {
        item: item.to_owned(),
        sha256: Sha256::of(name),
        bytes: 412_000,
        width: 2048,
        height: 1536,
        thumbnail: Sha256::of(&[name, b"-small"].concat()),
        thumbnail_bytes: 9_000,
        original: Sha256::of(&[name, b"-original"].concat()),
        original_bytes: 4_000_000,
        taken: Some("2018:03-12 14:02:31".to_owned()),
        camera: None,
        // 38 m north of the registered place.
        place: Some(Place {
            latitude: 28.889_842,
            longitude: 120.038_1,
            accuracy_m: Some(8.0),
        }),
    };
    let edit = Edit::AddPhoto { key, photo };
    document.edit(author, &moment(5), &edit).unwrap();
}

async fn store(
    office: &Office,
    doc: field_core::ids::DocId,
    document: &mut Inspection,
    signed: &Heads,
) {
    let (snapshot, heads) = (document.save(), document.heads());
    let sign_off = Statement::SignOff(SignOff {
        doc,
        round: 1,
        heads: signed.clone(),
        ruleset: document.facts().ruleset_hash,
        evidence: vec![],
        applicant: Sha256::of(b"statement"),
        assignment: 1,
        officer: office.jia.id.clone(),
        at: moment(10),
    });
    let key = SigningKey::from_secret(&[9; 32]);
    let signed = sign_off.sign(&key, &key);
    let people = [office.jia.id.clone(), office.yi.id.clone()];
    office
        .app
        .store
        .write(move |tx| {
            inspections::set_snapshot(tx, doc, &snapshot, &heads, 1000)?;
            for (n, user) in [1_u8, 2].into_iter().zip(people) {
                let device = devices::Device {
                    id: DeviceId::from_bytes([n; 16]),
                    name: format!("平板-{n}"),
                    public_key: [n; 32],
                    enrolled_at: 0,
                    revoked_at: None,
                    seen_at: None,
                    heartbeat: None,
                };
                devices::insert(tx, &device)?;
                devices::set_heartbeat(tx, device.id, AT, "{}")?;
                tx.execute(
                    "INSERT INTO actors (doc, actor, user_id, device_id, statement)
                     VALUES (?1, ?2, ?3, ?4, x'')",
                    params![doc.as_bytes(), [n; 16], user, [n; 16]],
                )?;
            }
            tx.execute(
                "INSERT INTO statements (hash, doc, kind, bytes, received_at)
                 VALUES (?1, ?2, 'sign-off', ?3, 0)",
                params![signed.hash().as_bytes(), doc.as_bytes(), signed.to_bytes()],
            )?;
            for (name, held) in [(b"one", Some(AT)), (b"two", None)] {
                let hash = Sha256::of(name);
                tx.execute(
                    "INSERT INTO blobs (sha256, bytes, media, held_at)
                     VALUES (?1, 412000, 'image/jpeg', ?2)",
                    params![hash.as_bytes(), held],
                )?;
                tx.execute(
                    "INSERT INTO blob_refs (doc, sha256, kind) VALUES (?1, ?2, 'evidence')",
                    params![doc.as_bytes(), hash.as_bytes()],
                )?;
            }
            Ok(())
        })
        .await
        .unwrap();
}

/// Seals the inspection as it is, as if everything had arrived.
pub(super) async fn seal(office: &Office) {
    let desk = Desk::of(&office.app);
    office
        .app
        .store
        .transact(move |tx| {
            let row = inspections::of_case(tx, 1)?.pop().unwrap();
            cases::seal(tx, &desk, row.doc, &row.heads)
        })
        .await
        .unwrap();
}

/// Moves the case to a granted decision, whatever was found: what follows is what is tested.
pub(super) async fn grant(office: &Office) {
    office
        .app
        .store
        .write(|tx| {
            tx.execute(
                "UPDATE cases SET state = 'decided-granted' WHERE id = 1",
                [],
            )?;
            Ok(())
        })
        .await
        .unwrap();
}
