//! The services on a real store: a case from the window to the tablets.

use field_core::ids::DeviceId;
use field_core::inspection::Inspection;
use jiff::civil::date;

use super::*;
use crate::app::{App, Poke, testing};
use crate::auth::{Officer, Permission, Role};
use crate::error::AppError;
use crate::store::devices::{self, OfficerKey};
use crate::store::{cases as rows, decisions, history, inspections, scopes};

fn application() -> Application {
    Application {
        place: Some(Place {
            latitude: 28.9,
            longitude: 120.0,
        }),
        ..crate::sync::testing::application()
    }
}

fn materials(app: &App) -> Vec<String> {
    let library = app.library();
    let matter = library.matter("repair-permit").unwrap();
    let profile = application().check(matter).unwrap();
    matter
        .materials_for(&profile)
        .map(|material| material.id.clone())
        .collect()
}

async fn register_all(app: &App, clerk: &Officer) -> rows::Case {
    let new = NewCase {
        matter: "repair-permit".to_owned(),
        application: application(),
        received: materials(app),
    };
    register(app, clerk, new).await.unwrap()
}

struct Office {
    _dir: tempfile::TempDir,
    app: App,
    clerk: Officer,
    inspectors: [Officer; 3],
    approver: Officer,
}

async fn office() -> Office {
    let (dir, app) = testing::app().await;
    Office {
        clerk: testing::user(&app, "clerk", &[Role::Clerk]).await,
        inspectors: [
            testing::user(&app, "jia", &[Role::Inspector]).await,
            testing::user(&app, "yi", &[Role::Inspector, Role::Approver]).await,
            testing::user(&app, "bing", &[Role::Inspector]).await,
        ],
        approver: testing::user(&app, "approver", &[Role::Approver]).await,
        app,
        _dir: dir,
    }
}

fn pair(officers: [&Officer; 2]) -> Vec<Assigned> {
    officers
        .map(|officer| Assigned {
            officer: officer.id.clone(),
            standin: None,
        })
        .into()
}

/// A tablet with a key of `officer` on it.
async fn tablet(app: &App, officer: &Officer, n: u8) -> DeviceId {
    let id = DeviceId::from_bytes([n; 16]);
    let user_id = officer.id.clone();
    app.store
        .write(move |tx| {
            let device = devices::Device {
                id,
                name: format!("平板-{n}"),
                public_key: [n; 32],
                enrolled_at: 0,
                revoked_at: None,
                seen_at: None,
                heartbeat: None,
            };
            devices::insert(tx, &device)?;
            let key = OfficerKey {
                public_key: [n + 100; 32],
                user_id,
                device: id,
                certificate: vec![],
                created_at: 0,
                revoked_at: None,
            };
            devices::insert_officer_key(tx, &key)
        })
        .await
        .unwrap();
    id
}

async fn history_of(app: &App, case_id: i64) -> Vec<history::Entry> {
    app.store
        .read(move |c| history::of_case(c, case_id))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_case_gets_its_number_its_clock_and_its_document() {
    let o = office().await;
    let tablets = [
        tablet(&o.app, &o.inspectors[0], 1).await,
        tablet(&o.app, &o.inspectors[1], 2).await,
        tablet(&o.app, &o.inspectors[2], 3).await,
    ];
    let mut pokes = o.app.pokes();
    let case = register_all(&o.app, &o.clerk).await;
    assert_eq!(case.number, "330784-2018-0001");
    assert_eq!(case.class, "class-2");
    assert_eq!(case.responsible.as_deref(), Some(o.clerk.id.as_str()));
    assert!(matches!(pokes.try_recv(), Ok(Poke::Case { .. })));

    let case = accept(&o.app, &o.clerk, &case.number, Some(0))
        .await
        .unwrap();
    assert_eq!(case.promised_until, Some(date(2018, 3, 26)));
    let both = pair([&o.inspectors[0], &o.inspectors[1]]);
    let case = assign(&o.app, &o.clerk, &case.number, Some(1), both)
        .await
        .unwrap();
    assert_eq!(case.state, State::Scheduled);

    let id = case.id;
    let (row, snapshot, holders) = o
        .app
        .store
        .read(move |c| {
            let row = inspections::of_case(c, id)?.remove(0);
            let snapshot = inspections::snapshot(c, row.doc)?.unwrap();
            let holders = scopes::holders(c, row.doc)?;
            Ok((row, snapshot, holders))
        })
        .await
        .unwrap();
    let mut document = Inspection::load(&snapshot).unwrap();
    assert_eq!(document.heads(), row.heads);
    let facts = document.facts();
    assert_eq!((facts.doc, facts.round), (row.doc, 1));
    assert_eq!(facts.case_number, case.number);
    assert!(facts.items.len() > 50, "{}", facts.items.len());
    assert_eq!(holders, tablets[..2].iter().copied().collect());

    // A replacement: the third officer's tablet gets the document, the second's loses it.
    let both = pair([&o.inspectors[0], &o.inspectors[2]]);
    let case = assign(&o.app, &o.clerk, &case.number, None, both)
        .await
        .unwrap();
    let (doc, id) = (row.doc, case.id);
    let (holders, assignment, rounds) = o
        .app
        .store
        .read(move |c| {
            let rounds = inspections::of_case(c, id)?.len();
            let assignment = rows::assignment(c, id)?.unwrap();
            Ok((scopes::holders(c, doc)?, assignment, rounds))
        })
        .await
        .unwrap();
    assert_eq!(holders, [tablets[0], tablets[2]].into());
    assert_eq!((assignment.round, assignment.revision, rounds), (1, 2, 1));

    let history = history_of(&o.app, case.id).await;
    let words: Vec<_> = history.iter().map(|e| e.event.action.as_str()).collect();
    assert_eq!(words, ["register", "accept", "assign", "assign"]);
    assert_eq!(legs::of(&history).len(), 2);
    assert_eq!(legs::visits(&history), 1);
    assert_eq!(o.app.store.read(history::first_broken).await, Ok(None));
}

#[tokio::test]
async fn what_is_missing_is_asked_for_and_handed_in() {
    let o = office().await;
    let mut received = materials(&o.app);
    let library = o.app.library();
    let matter = library.matter("repair-permit").unwrap();
    let place = received
        .iter()
        .position(|id| matter.materials.iter().any(|m| m.id == *id && !m.waivable))
        .unwrap();
    let missing = received.remove(place);
    let new = NewCase {
        matter: "repair-permit".to_owned(),
        application: application(),
        received,
    };
    let number = register(&o.app, &o.clerk, new).await.unwrap().number;
    let early = accept(&o.app, &o.clerk, &number, None).await;
    assert!(matches!(
        early,
        Err(AppError::Refused(Refusal::MaterialsMissing { .. }))
    ));
    let ids = vec![missing];
    request_correction(&o.app, &o.clerk, &number, None, ids.clone(), Vec::new())
        .await
        .unwrap();
    let foreign = vec!["nothing".to_owned()];
    let refused = receive_correction(&o.app, &o.clerk, &number, None, foreign).await;
    assert!(matches!(
        refused,
        Err(AppError::Refused(Refusal::UnknownMaterial { .. }))
    ));
    receive_correction(&o.app, &o.clerk, &number, None, ids)
        .await
        .unwrap();
    let case = accept(&o.app, &o.clerk, &number, None).await.unwrap();
    assert_eq!(case.state, State::Accepted);
    assert_eq!(legs::visits(&history_of(&o.app, case.id).await), 2);
}

#[tokio::test]
async fn refusals_write_nothing() {
    let o = office().await;
    let case = register_all(&o.app, &o.clerk).await;
    let number = case.number.as_str();
    let stale = accept(&o.app, &o.clerk, number, Some(7)).await;
    assert!(matches!(
        stale,
        Err(AppError::Refused(Refusal::Stale { .. }))
    ));
    let stranger = accept(&o.app, &o.approver, number, None).await;
    let refusal = Refusal::NotPermitted(Permission::Accept);
    assert_eq!(stranger, Err(AppError::Refused(refusal)));
    accept(&o.app, &o.clerk, number, None).await.unwrap();
    let not_inspector = pair([&o.inspectors[0], &o.approver]);
    let refused = assign(&o.app, &o.clerk, number, None, not_inspector).await;
    assert!(matches!(
        refused,
        Err(AppError::Refused(Refusal::NotAnInspector { .. }))
    ));
    let nowhere = accept(&o.app, &o.clerk, "330784-2018-9999", None).await;
    assert!(matches!(nowhere, Err(AppError::NotFound { .. })));
    assert_eq!(history_of(&o.app, case.id).await.len(), 2);
}

#[tokio::test]
async fn two_clerks_at_once_one_of_them_wins() {
    let o = office().await;
    let case = register_all(&o.app, &o.clerk).await;
    let (a, b) = tokio::join!(
        accept(&o.app, &o.clerk, &case.number, Some(0)),
        accept(&o.app, &o.clerk, &case.number, Some(0)),
    );
    assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
}

#[tokio::test]
async fn numbers_follow_each_other_without_a_gap() {
    let o = office().await;
    register_all(&o.app, &o.clerk).await;
    let wrong = NewCase {
        matter: "repair-permit".to_owned(),
        application: Application {
            credit_code: "91330784MA0000000X".to_owned(),
            ..application()
        },
        received: vec![],
    };
    let refused = register(&o.app, &o.clerk, wrong).await;
    let Err(AppError::Refused(Refusal::Field { field, .. })) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(field, "统一社会信用代码");
    assert_eq!(
        register_all(&o.app, &o.clerk).await.number,
        "330784-2018-0002"
    );
}

/// Seals the current round as the exchange will, without any answer in it.
async fn seal_empty(app: &App, case_id: i64) {
    let desk = Desk::of(app);
    app.store
        .transact(move |tx| {
            let row = inspections::of_case(tx, case_id)?.pop().unwrap();
            seal(tx, &desk, row.doc, &row.heads).map(|_| ())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn the_next_round_holds_the_returned_items_only() {
    let o = office().await;
    let case = register_all(&o.app, &o.clerk).await;
    let number = case.number.as_str();
    accept(&o.app, &o.clerk, number, None).await.unwrap();
    let both = || pair([&o.inspectors[0], &o.inspectors[1]]);
    assign(&o.app, &o.clerk, number, None, both())
        .await
        .unwrap();
    let grant = |by: &Officer| {
        let (app, by, number) = (o.app.clone(), by.clone(), number.to_owned());
        async move { decide(&app, &by, &number, None, Outcome::Granted).await }
    };
    let early = grant(&o.approver).await;
    assert_eq!(early, Err(AppError::Refused(Refusal::NotSealed)));

    seal_empty(&o.app, case.id).await;
    let own = grant(&o.inspectors[1]).await;
    assert_eq!(own, Err(AppError::Refused(Refusal::OwnInspection)));
    let open = grant(&o.approver).await;
    assert!(
        matches!(open, Err(AppError::Refused(Refusal::ItemsOpen { .. }))),
        "{open:?}"
    );

    let items = vec!["F1".to_owned(), "F2".to_owned()];
    let reason = "补充勘验".to_owned();
    return_for_rectification(&o.app, &o.approver, number, None, items.clone(), reason)
        .await
        .unwrap();
    assign(&o.app, &o.clerk, number, None, both())
        .await
        .unwrap();
    let id = case.id;
    let facts = o
        .app
        .store
        .read(move |c| {
            let row = inspections::of_case(c, id)?.pop().unwrap();
            let snapshot = inspections::snapshot(c, row.doc)?.unwrap();
            Ok(Inspection::load(&snapshot).unwrap().facts().clone())
        })
        .await
        .unwrap();
    assert_eq!((facts.round, facts.items), (2, items));
    assert_eq!(facts.earlier.len(), 2);

    seal_empty(&o.app, case.id).await;
    let reasons = "未整改".to_owned();
    let outcome = Outcome::Refused { reasons };
    let case = decide(&o.app, &o.approver, number, None, outcome)
        .await
        .unwrap();
    assert_eq!(case.state, State::DecidedRefused);
    let decision = o
        .app
        .store
        .read(move |c| decisions::get(c, case.id))
        .await
        .unwrap()
        .unwrap();
    assert!(!decision.granted);
    assert_eq!(decision.inspections.len(), 2);
    assert_eq!(decision.decided_on, date(2018, 3, 12));
}

#[tokio::test]
async fn a_lifted_seal_stops_the_decision() {
    let o = office().await;
    let case = register_all(&o.app, &o.clerk).await;
    let number = case.number.as_str();
    accept(&o.app, &o.clerk, number, None).await.unwrap();
    let both = pair([&o.inspectors[0], &o.inspectors[2]]);
    assign(&o.app, &o.clerk, number, None, both).await.unwrap();
    seal_empty(&o.app, case.id).await;
    let (desk, id) = (Desk::of(&o.app), case.id);
    let lifted = o
        .app
        .store
        .transact(move |tx| {
            let row = inspections::of_case(tx, id)?.pop().unwrap();
            unseal(tx, &desk, row.doc)
        })
        .await
        .unwrap();
    assert_eq!(lifted.state, State::Scheduled);
    let reasons = "不符合".to_owned();
    let refused = decide(
        &o.app,
        &o.approver,
        number,
        None,
        Outcome::Refused { reasons },
    )
    .await;
    assert_eq!(refused, Err(AppError::Refused(Refusal::NotSealed)));
}
