//! Two tablets work on one inspection.

use crate::app::Poke;
use crate::store::{blobs, devices};
use crate::sync::testing::{self, World, pass, photo, receipt};

#[tokio::test]
async fn two_tablets_meet_in_one_inspection() {
    let (world, case, doc, mut a, mut b) = World::two_tablets().await;
    assert_eq!(a.cases[&doc].number, case.number);
    assert_eq!(a.cases[&doc].officers.len(), 2);
    assert_eq!(a.cases[&doc].state, "scheduled");
    let mut pokes = world.app.pokes();

    let first = a.answer(doc, 0, &pass());
    let second = a.answer(doc, 1, &pass());
    let reply = a.sync(&world).await;
    let word = receipt(&world, &reply);
    let mut both = vec![first, second];
    both.sort_unstable();
    assert_eq!(word.changes, both);
    assert_eq!(word.statements.len(), 1, "the actor's certificate");
    assert!(reply.refused.is_empty() && reply.deferred.is_empty());
    assert!(
        reply.feed.is_empty(),
        "what was just sent does not come back"
    );
    assert_eq!(
        pokes.recv().await.unwrap(),
        Poke::Case {
            case_id: case.id,
            doc: Some(doc)
        }
    );

    b.answer(doc, 1, &pass());
    b.answer(doc, 2, &pass());
    b.sync(&world).await;
    a.sync(&world).await;
    assert_eq!(a.heads(doc), b.heads(doc));
    assert_eq!(a.known[&doc], b.known[&doc]);
    let view = a.documents.get_mut(&doc).unwrap().view().unwrap();
    assert_eq!(view.answers.len(), 3);
    assert!(view.conflicts().next().is_none());
}

#[tokio::test]
async fn the_same_request_again_says_the_same_and_adds_nothing() {
    let (world, _, doc, mut a, _) = World::two_tablets().await;
    a.answer(doc, 0, &pass());
    a.add_photo(doc, photo("F1", [b"e", b"t", b"o"]));
    a.confirm(doc);
    let request = a.exchange();
    let first = testing::send(&world, &a, &request).await;
    let tables = [
        "changes",
        "statements",
        "log",
        "blobs",
        "history",
        "quarantine",
    ];
    let mut before = vec![];
    for table in tables {
        before.push(world.count(table).await);
    }
    world.app.clock.advance(1_000);
    let again = testing::send(&world, &a, &request).await;
    for (table, before) in tables.into_iter().zip(before) {
        assert_eq!(world.count(table).await, before, "{table}");
    }
    let (one, two) = (receipt(&world, &first), receipt(&world, &again));
    assert_eq!(one.changes, two.changes);
    assert_eq!(one.statements, two.statements);
    assert_eq!((first.refused, first.feed), (again.refused, again.feed));
}

#[tokio::test]
async fn a_change_whose_ancestor_is_missing_waits_by_name() {
    let (world, _, doc, mut a, _) = World::two_tablets().await;
    a.answer(doc, 0, &pass());
    let second = a.answer(doc, 1, &pass());
    let mut request = a.exchange();
    let first = request.changes.remove(0);
    let reply = testing::send(&world, &a, &request).await;
    assert_eq!(reply.deferred, [second]);
    assert!(reply.refused.is_empty());
    assert!(receipt(&world, &reply).changes.is_empty());
    assert_eq!(world.count("changes").await, 1, "the genesis alone");

    request.changes.insert(0, first);
    let reply = testing::send(&world, &a, &request).await;
    assert_eq!(receipt(&world, &reply).changes.len(), 2);
}

#[tokio::test]
async fn a_signature_over_a_waiting_change_covers_those_before_it() {
    let (world, _, doc, mut a, mut b) = World::two_tablets().await;
    let hers = b.answer(doc, 0, &pass());
    let hers_bytes = b.changes[0].bytes.clone();
    let mine = a.answer(doc, 1, &pass());
    // A colleague's change reached this tablet on another way; the server lacks it.
    let document = a.documents.get_mut(&doc).unwrap();
    document.apply_bytes([hers_bytes.as_slice()]).unwrap();
    let on_top = a.answer(doc, 2, &pass());
    let reply = a.sync(&world).await;
    assert_eq!(receipt(&world, &reply).changes, [mine]);
    assert_eq!(reply.deferred, [on_top]);
    b.sync(&world).await;
    let reply = a.sync(&world).await;
    assert_eq!(receipt(&world, &reply).changes, [on_top]);
    assert!(a.documents.get_mut(&doc).unwrap().has(&hers));
}

#[tokio::test(flavor = "multi_thread")]
async fn exchanges_at_the_same_time_lose_nothing() {
    let (world, _, doc, mut a, mut b) = World::two_tablets().await;
    a.author(doc);
    b.author(doc);
    let (mut first, mut second) = (vec![], vec![]);
    for item in 0..12 {
        a.answer(doc, item, &pass());
        b.answer(doc, item + 12, &pass());
        first.push(a.exchange());
        second.push(b.exchange());
    }
    let (a, b, world) = (&a, &b, &world);
    let sends = first.iter().zip(&second).map(|(first, second)| async move {
        let both = (
            testing::send(world, a, first),
            testing::send(world, b, second),
        );
        tokio::join!(both.0, both.1)
    });
    for send in sends {
        let (one, two) = send.await;
        assert!(one.refused.is_empty() && one.deferred.is_empty());
        assert!(two.refused.is_empty() && two.deferred.is_empty());
    }
    assert_eq!(world.count("changes").await, 1 + 24);
    let log = world.app.store.read(move |c| {
        let sql = "SELECT count(DISTINCT ref) FROM log WHERE kind = 'change'";
        Ok(c.query_row(sql, [], |row| row.get::<_, i64>(0))?)
    });
    assert_eq!(log.await.unwrap(), 24);
}

#[tokio::test]
async fn photos_that_changes_name_are_asked_for_thumbnails_first() {
    let (world, _, doc, mut a, mut b) = World::two_tablets().await;
    let one = photo("F1", [b"evidence", b"thumbnail", b"original"]);
    let item = a.items(doc)[0].clone();
    a.add_photo(doc, photo(&item, [b"evidence", b"thumbnail", b"original"]));
    let reply = a.sync(&world).await;
    let wanted: Vec<_> = reply.wanted.iter().map(|one| one.sha256).collect();
    assert_eq!(wanted[..2], [one.thumbnail, one.sha256]);
    assert!(!reply.wanted.is_empty() && reply.wanted[0].upload.is_none());
    let reply = b.sync(&world).await;
    assert_eq!(reply.wanted[0].sha256, one.thumbnail);

    let thumbnail = one.thumbnail;
    world
        .app
        .store
        .write(move |tx| blobs::set_held(tx, thumbnail, 9, "image/jpeg", 1))
        .await
        .unwrap();
    let reply = a.sync(&world).await;
    assert_eq!(receipt(&world, &reply).blobs, [one.thumbnail]);
    assert_eq!(reply.wanted[0].sha256, one.sha256);
}

#[tokio::test]
async fn originals_of_failed_items_are_asked_for() {
    use field_core::rules::{Answer, Outcome, PhotoRule};
    let (world, _, doc, mut a, _) = World::two_tablets().await;
    let library = world.app.library();
    let hash = a.documents[&doc].facts().ruleset_hash;
    let ruleset = library
        .ruleset(field_core::rules::RulesetHash(*hash.as_bytes()))
        .unwrap();
    let free = |item: &String| ruleset.item(item).unwrap().photo != PhotoRule::Required;
    let at = a.items(doc).iter().position(free).unwrap();
    let item = a.items(doc)[at].clone();
    let one = photo(&item, [b"evidence", b"thumbnail", b"original"]);
    let original = one.original;
    let asked = |reply: &field_core::protocol::ExchangeReply| {
        reply.wanted.iter().any(|one| one.sha256 == original)
    };
    a.answer(doc, at, &pass());
    a.add_photo(doc, one);
    assert!(!asked(&a.sync(&world).await));
    a.answer(doc, at, &Answer::new(Outcome::Fail));
    assert!(asked(&a.sync(&world).await));
    a.answer(doc, at, &Answer::new(Outcome::NotApplicable));
    a.sync(&world).await;
}

#[tokio::test]
async fn the_heartbeat_is_kept() {
    let (world, _, _, mut a, _) = World::two_tablets().await;
    let now = world.app.clock.now_ms();
    let mut request = a.exchange();
    request.heartbeat.unsent_photos = 7;
    request.heartbeat.wall_ms = now - 90_000;
    request.heartbeat.last_error = Some("字".repeat(2_000));
    testing::send(&world, &a, &request).await;
    a.sync(&world).await;
    testing::send(&world, &a, &request).await;
    let id = a.device.id;
    let row = world.app.store.read(move |c| devices::get(c, id));
    let row = row.await.unwrap().unwrap();
    assert_eq!(row.seen_at, Some(now));
    let heartbeat: serde_json::Value = serde_json::from_str(&row.heartbeat.unwrap()).unwrap();
    assert_eq!(heartbeat["unsent_photos"], 7);
    assert_eq!(heartbeat["offset_ms"], 90_000);
    let error = heartbeat["last_error"].as_str().unwrap();
    assert_eq!(error.chars().count(), 500);
}
