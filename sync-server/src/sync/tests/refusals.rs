//! What is set aside: kept, named in the reply, and nothing else suffers.

use field_core::identity::SigningKey;
use field_core::ids::{Actor, DocId};
use field_core::inspection::genesis_actor;
use field_core::protocol::{ChangeRow, StatementRow};

use crate::auth::{devices, users};
use crate::sync::testing::{self, World, codes, pass, receipt};

#[tokio::test]
async fn unsigned_changes_are_set_aside_and_the_rest_goes_through() {
    let (world, _, doc, mut a, _) = World::two_tablets().await;
    let (first, second) = (a.answer(doc, 0, &pass()), a.answer(doc, 1, &pass()));
    let request = a.exchange();
    let mut forged = request.clone();
    forged.signatures[0].signature[0] ^= 1;
    let mut over_the_first = request.clone();
    over_the_first.signatures[0].change = first;
    let mut none = request.clone();
    none.signatures.clear();
    for mut bad in [forged, over_the_first, none] {
        bad.statements.clear();
        let mut good = bad.clone();
        good.statements = request.statements.clone();
        let reply = testing::send(&world, &a, &good).await;
        assert_eq!(codes(&reply), ["unsigned", "unsigned"]);
        assert_eq!(receipt(&world, &reply).statements.len(), 1);
    }
    assert_eq!(world.count("quarantine").await, 2);
    let reply = testing::send(&world, &a, &request).await;
    assert!(reply.refused.is_empty(), "{:?}", reply.refused);
    let mut both = [first, second];
    both.sort_unstable();
    assert_eq!(receipt(&world, &reply).changes, both);
    assert_eq!(world.count("quarantine").await, 0, "admitted after all");
}

#[tokio::test]
async fn an_unknown_document_and_a_foreign_one_look_the_same() {
    let (world, _, doc, mut a, _) = World::two_tablets().await;
    let stranger = world.tablet(2, 3).await;
    a.answer(doc, 0, &pass());
    a.sync(&world).await;
    a.answer(doc, 1, &pass());
    let mut request = a.exchange();
    request.statements.push(StatementRow {
        doc,
        bytes: vec![1, 2, 3].into(),
    });
    let foreign = testing::send(&world, &stranger, &request).await;
    let elsewhere = DocId::from_bytes([77; 16]);
    for row in &mut request.changes {
        row.doc = elsewhere;
    }
    request.statements[0].doc = elsewhere;
    let unknown = testing::send(&world, &a, &request).await;
    for reply in [&unknown, &foreign] {
        let mut codes = codes(reply);
        codes.sort_unstable();
        codes.dedup();
        assert!(codes.contains(&"unknown-document"), "{codes:?}");
        assert!(receipt(&world, reply).changes.is_empty());
    }
    assert!(world.count("quarantine").await >= 2, "kept all the same");
    assert!(
        testing::send(&world, &stranger, &stranger.exchange())
            .await
            .feed
            .is_empty()
    );
}

#[tokio::test]
async fn only_the_actors_own_officer_and_tablet_can_write_under_it() {
    let (world, _, doc, mut a, mut b) = World::two_tablets().await;
    a.answer(doc, 0, &pass());
    a.sync(&world).await;
    b.sync(&world).await;

    // Without any certificate.
    let unknown = Actor::from_bytes([9; 16]);
    b.actors.insert(doc, unknown);
    b.answer(doc, 1, &pass());
    assert_eq!(codes(&b.sync(&world).await), ["unknown-actor"]);

    // Under the colleague's actor: neither the certificate nor the signature is taken.
    let (world, _, doc, mut a, mut b) = World::two_tablets().await;
    a.answer(doc, 0, &pass());
    a.sync(&world).await;
    b.sync(&world).await;
    let theirs = a.actors[&doc];
    b.certify(doc, theirs);
    b.actors.insert(doc, theirs);
    b.answer(doc, 1, &pass());
    assert_eq!(codes(&b.sync(&world).await), ["actor-taken", "unsigned"]);

    // Under the genesis' actor.
    b.certify(doc, genesis_actor(doc));
    assert_eq!(codes(&b.sync(&world).await), ["actor-taken"]);
}

#[tokio::test]
async fn certificates_must_be_this_servers_and_of_an_assigned_officer() {
    let (world, _, doc, mut a, _) = World::two_tablets().await;
    // Another officer's key signs.
    let honest = a.officer_key.clone();
    a.officer_key = SigningKey::from_secret(&[55; 32]);
    a.certify(doc, Actor::from_bytes([1; 16]));
    // A certificate that is none.
    a.officer_key = honest;
    let good = std::mem::replace(&mut a.certificate, vec![0x80]);
    a.certify(doc, Actor::from_bytes([2; 16]));
    a.certificate = good;
    let reply = a.sync(&world).await;
    assert_eq!(codes(&reply), ["certificate", "certificate"]);
    assert_eq!(world.count("actors").await, 0);

    // An inspector who was never assigned, carried by a tablet that has the document.
    let mut c = world.tablet(2, 3).await;
    c.certify(doc, Actor::from_bytes([3; 16]));
    a.statements.append(&mut c.statements);
    assert_eq!(codes(&a.sync(&world).await), ["unknown-officer"]);
}

#[tokio::test]
async fn a_replaced_officers_unsent_work_is_taken_and_a_revoked_tablets_is_not() {
    let (world, case, doc, mut a, mut b) = World::two_tablets().await;
    b.answer(doc, 0, &pass());
    world.assign(&case.number, [0, 2]).await;
    let reply = b.sync(&world).await;
    assert!(reply.refused.is_empty(), "{:?}", reply.refused);
    assert_eq!(receipt(&world, &reply).changes.len(), 1);
    assert!(!b.documents.contains_key(&doc), "it left the tablet");
    a.sync(&world).await;
    assert_eq!(a.cases[&doc].assignment, 2);

    // Carried by the colleague after its tablet was declared lost.
    let mut again = World::two_tablets().await;
    let (world, doc) = (&again.0, again.2);
    again.4.answer(doc, 0, &pass());
    again.4.sync(world).await;
    again.4.answer(doc, 1, &pass());
    let parcel = again.4.exchange();
    let admin = users::officer(&world.app, "admin").await.unwrap();
    devices::revoke(&world.app, &admin, again.4.device.id)
        .await
        .unwrap();
    let reply = testing::send(world, &again.3, &parcel).await;
    assert_eq!(codes(&reply), ["revoked"]);
}

#[tokio::test]
async fn damaged_and_oversized_changes_cost_themselves_alone() {
    let (world, _, doc, mut a, _) = World::two_tablets().await;
    let good = a.answer(doc, 0, &pass());
    let mut request = a.exchange();
    let mut damaged = request.changes[0].bytes.to_vec();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    let bad = [vec![], b"garbage".to_vec(), damaged, vec![0x85; 20_000]];
    request
        .changes
        .extend(bad.map(|bytes| ChangeRow::new(doc, bytes)));
    request.statements.push(StatementRow {
        doc,
        bytes: vec![0x80].into(),
    });
    let reply = testing::send(&world, &a, &request).await;
    let mut codes = codes(&reply);
    codes.sort_unstable();
    assert_eq!(
        codes,
        [
            "checksum",
            "not-a-change",
            "not-a-change",
            "statement-unreadable",
            "too-large"
        ]
    );
    assert!(reply.refused.iter().all(|one| !one.reason.is_empty()));
    assert_eq!(receipt(&world, &reply).changes, [good]);
    assert_eq!(world.count("quarantine").await, 5);
}
