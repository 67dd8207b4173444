//! From the last signature to the seal, and back.

use field_core::inspection::Heads;
use field_core::rules::{Answer, Outcome};

use crate::store::blobs;
use crate::store::inspections;
use crate::sync::testing::{World, codes, pass, photo, receipt};
use crate::sync::{SignState, completeness};

async fn sealed(world: &World, doc: field_core::ids::DocId) -> Option<Heads> {
    let row = world.app.store.read(move |c| inspections::get(c, doc));
    row.await.unwrap().unwrap().sealed
}

/// Both officers sign what `a` has now; answers with their sign-offs.
macro_rules! sign_both {
    ($world:expr, $doc:expr, $a:expr, $b:expr) => {{
        $a.sync(&$world).await;
        $b.sync(&$world).await;
        let applicant = $a.confirm($doc);
        let first = $a.sign_off($doc, applicant);
        $a.sync(&$world).await;
        $b.sync(&$world).await;
        let second = $b.sign_off($doc, applicant);
        let reply = $b.sync(&$world).await;
        assert!(reply.refused.is_empty(), "{:?}", reply.refused);
        (first, second)
    }};
}

#[tokio::test]
async fn the_last_signature_seals_and_a_withdrawal_lifts_it() {
    let (world, _, doc, mut a, mut b) = World::two_tablets().await;
    a.answer(doc, 0, &pass());
    let (first, _) = sign_both!(world, doc, a, b);
    let heads = a.heads(doc);
    assert_eq!(sealed(&world, doc).await, Some(heads.clone()));
    a.sync(&world).await;
    assert_eq!(a.cases[&doc].sealed, Some(heads.clone()));
    assert_eq!(a.cases[&doc].state, "inspected");

    // What comes after the seal is taken, marked, and moves nothing.
    let late = b.answer(doc, 1, &pass());
    assert_eq!(receipt(&world, &b.sync(&world).await).changes, [late]);
    let reply = a.sync(&world).await;
    let field_core::protocol::FeedItem::Change(row) = reply.feed.last().unwrap() else {
        panic!("{:?}", reply.feed);
    };
    assert!(row.late);
    assert_eq!(sealed(&world, doc).await, Some(heads));

    a.withdraw(doc, first);
    assert!(a.sync(&world).await.refused.is_empty());
    assert_eq!(sealed(&world, doc).await, None);
    a.sync(&world).await;
    assert_eq!(a.cases[&doc].state, "scheduled");
    let heads = a.heads(doc);
    sign_both!(world, doc, a, b);
    assert_eq!(sealed(&world, doc).await, Some(heads));
}

#[tokio::test]
async fn a_seal_waits_for_every_photo() {
    let (world, _, doc, mut a, mut b) = World::two_tablets().await;
    let item = a.items(doc)[0].clone();
    let one = photo(&item, [b"evidence", b"thumbnail", b"original"]);
    let file = one.sha256;
    a.add_photo(doc, one);
    sign_both!(world, doc, a, b);
    assert_eq!(sealed(&world, doc).await, None);
    let missing = completeness(&world.app, doc).await.unwrap();
    assert_eq!((missing.photos, missing.photos_held), (1, 0));
    assert_eq!(missing.tablets[0].device, Some(a.device.id));
    assert!(missing.applicant && !missing.sealed);
    assert!(
        missing
            .officers
            .iter()
            .all(|one| matches!(one.state, SignState::Signed { .. }))
    );

    let desk = crate::cases::Desk::of(&world.app);
    world
        .app
        .store
        .transact(move |tx| {
            blobs::set_held(tx, file, 8, "image/jpeg", 1)?;
            crate::sync::settle(tx, &desk, doc)
        })
        .await
        .unwrap();
    assert_eq!(sealed(&world, doc).await, Some(a.heads(doc)));
}

#[tokio::test]
async fn a_conflict_keeps_it_open_until_an_officer_resolves_it() {
    let (world, _, doc, mut a, mut b) = World::two_tablets().await;
    a.answer(doc, 0, &pass());
    b.answer(doc, 0, &Answer::new(Outcome::Fail));
    a.sync(&world).await;
    b.sync(&world).await;
    sign_both!(world, doc, a, b);
    assert_eq!(sealed(&world, doc).await, None);
    let missing = completeness(&world.app, doc).await.unwrap();
    assert_eq!(missing.conflicts, [a.items(doc)[0].clone()]);

    let mut agreed = Answer::new(Outcome::Fail);
    agreed.reason = Some("现场复核".to_owned());
    a.answer(doc, 0, &agreed);
    a.sync(&world).await;
    let stale = completeness(&world.app, doc).await.unwrap();
    assert!(stale.conflicts.is_empty() && !stale.applicant);
    let states = stale.officers.iter().map(|one| one.state);
    assert!(
        states
            .into_iter()
            .all(|one| matches!(one, SignState::Stale { .. }))
    );
    sign_both!(world, doc, a, b);
    assert_eq!(sealed(&world, doc).await, Some(a.heads(doc)));
}

#[tokio::test]
async fn sign_offs_that_do_not_fit_are_refused_or_wait() {
    let (world, _, doc, mut a, mut b) = World::two_tablets().await;
    a.answer(doc, 0, &pass());
    let applicant = a.confirm(doc);
    let waiting = a.sign_off(doc, applicant);
    // The state they speak of is not here yet.
    let changes = std::mem::take(&mut a.changes);
    let reply = a.sync(&world).await;
    assert_eq!(reply.deferred, [applicant, waiting]);
    a.changes = changes;
    let reply = a.sync(&world).await;
    assert!(reply.refused.is_empty() && reply.deferred.is_empty());

    // The applicant confirmed an earlier state.
    a.answer(doc, 1, &pass());
    a.sign_off(doc, applicant);
    assert_eq!(codes(&a.sync(&world).await), ["applicant"]);
    // Nobody takes back another's word.
    b.sync(&world).await;
    b.withdraw(doc, waiting);
    assert_eq!(codes(&b.sync(&world).await), ["not-yours"]);
    // A revision of the assignment that does not exist.
    let applicant = a.confirm(doc);
    a.cases.get_mut(&doc).unwrap().assignment = 9;
    a.sign_off(doc, applicant);
    assert_eq!(codes(&a.sync(&world).await), ["assignment"]);
}
