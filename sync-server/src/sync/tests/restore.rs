//! The machine is lost and a backup put in its place; only the colleague's tablet comes back.

use std::collections::BTreeMap;

use field_core::protocol::{
    ChangeRow, DocHeads, ExchangeRequest, FeedItem, HeadSignature, StatementRow,
};

use crate::store::changes;
use crate::sync::testing::{self, Tablet, World, codes, pass, receipt};

/// What `tablet` learned of others: statements and signatures as they came in the feed.
#[derive(Default)]
struct Learned {
    statements: Vec<StatementRow>,
    signatures: Vec<HeadSignature>,
}

impl Learned {
    fn note(&mut self, feed: &[FeedItem]) {
        for item in feed {
            match item {
                FeedItem::Enter(enter) => {
                    let rows = enter.statements.iter().map(|bytes| StatementRow {
                        doc: enter.case.doc,
                        bytes: bytes.clone(),
                    });
                    self.statements.extend(rows);
                    self.signatures.extend(enter.signatures.iter().cloned());
                }
                FeedItem::Change(row) => {
                    let header = field_core::gate::inspect(&row.bytes).unwrap();
                    self.signatures
                        .extend(row.signature.map(|signature| HeadSignature {
                            doc: row.doc,
                            actor: field_core::ids::Actor::from_bytes(header.actor),
                            change: header.hash,
                            signature,
                        }));
                }
                FeedItem::Statement(row) => self.statements.push(row.clone()),
                FeedItem::Case(_) | FeedItem::Leave(_) => {}
            }
        }
    }

    async fn sync(&mut self, world: &World, tablet: &mut Tablet) {
        self.statements.extend(tablet.statements.iter().cloned());
        let reply = tablet.sync(world).await;
        self.note(&reply.feed);
    }
}

/// Everything the tablet holds that `world` lacks, whoever made it.
async fn carry(world: &World, tablet: &mut Tablet, learned: &Learned) -> ExchangeRequest {
    let mut request = tablet.exchange();
    request.holding = tablet
        .documents
        .iter_mut()
        .map(|(doc, document)| DocHeads {
            doc: *doc,
            heads: document.heads(),
        })
        .collect();
    let reply = testing::send(world, tablet, &request).await;
    assert!(reply.new_epoch, "the log went another way");
    let mut request = tablet.exchange();
    request.cursor = Some(reply.cursor);
    for one in reply.server_heads {
        let document = tablet.documents.get_mut(&one.doc).unwrap();
        let missing = document.changes_since(&one.heads);
        let rows = missing
            .into_iter()
            .map(|new| ChangeRow::new(one.doc, new.bytes));
        request.changes.extend(rows);
    }
    request
        .statements
        .extend(learned.statements.iter().cloned());
    request
        .signatures
        .extend(learned.signatures.iter().cloned());
    request
}

#[tokio::test]
async fn only_the_colleague_comes_back_and_everything_has_its_right_author() {
    let (world, _, doc, mut a, mut b) = World::two_tablets().await;
    let backup = world.back_up();
    let mut learned = Learned::default();
    // One exchange before the colleague comes by, one after, in which two changes share a
    // signature.
    a.answer(doc, 0, &pass());
    a.sync(&world).await;
    learned.sync(&world, &mut b).await;
    a.answer(doc, 1, &pass());
    a.answer(doc, 2, &pass());
    a.sync(&world).await;
    learned.sync(&world, &mut b).await;
    b.answer(doc, 3, &pass());
    learned.sync(&world, &mut b).await;
    let (author, held) = (a.officer.clone(), b.heads(doc));

    let restored = world.restored(backup).await;
    let request = carry(&restored, &mut b, &learned).await;
    assert_eq!(request.changes.len(), 4);
    let mut unsigned = request.clone();
    unsigned.signatures.clear();
    let reply = testing::send(&restored, &b, &unsigned).await;
    assert_eq!(codes(&reply), ["unsigned"; 4]);

    let mut signed = request.clone();
    let own = b.actors[&doc];
    signed.signatures.extend(b.vouch(&request.changes, own));
    let reply = testing::send(&restored, &b, &signed).await;
    assert!(reply.refused.is_empty(), "{:?}", reply.refused);
    assert!(reply.deferred.is_empty());
    assert_eq!(receipt(&restored, &reply).changes.len(), 4);
    assert_eq!(restored.count("quarantine").await, 0, "admitted after all");

    // Whoever comes next gets the same state, written by the same people.
    let mut fresh = restored.tablet(0, 9).await;
    fresh.sync(&restored).await;
    assert_eq!(fresh.heads(doc), held);
    let actors = restored.app.store.read(move |c| changes::actors(c, doc));
    let authors: BTreeMap<_, _> = actors
        .await
        .unwrap()
        .into_iter()
        .map(|row| (row.actor, row.user_id))
        .collect();
    let view = fresh.documents.get_mut(&doc).unwrap().view().unwrap();
    assert_eq!(view.answers.len(), 4);
    let item = |n: usize| b.items(doc)[n].clone();
    for n in 0..3 {
        assert_eq!(authors[&view.answers[&item(n)].by.actor], author);
    }
    assert_eq!(authors[&view.answers[&item(3)].by.actor], b.officer);
}

#[tokio::test]
async fn what_was_admitted_under_a_waiting_signature_can_be_carried_too() {
    let (world, _, doc, mut a, mut b) = World::two_tablets().await;
    let backup = world.back_up();
    let mut learned = Learned::default();
    // The second change waits for a colleague's that never comes, and the signature is over it.
    a.answer(doc, 0, &pass());
    let stranger = b.answer(doc, 5, &pass());
    let theirs = b.changes.pop().unwrap();
    let document = a.documents.get_mut(&doc).unwrap();
    document.apply_bytes([theirs.bytes.as_slice()]).unwrap();
    a.answer(doc, 1, &pass());
    let reply = a.sync(&world).await;
    assert_eq!(reply.deferred.len(), 1);
    b.statements.clear();
    let mut fresh = world.tablet(1, 7).await;
    learned.sync(&world, &mut fresh).await;
    assert!(!fresh.documents.get_mut(&doc).unwrap().has(&stranger));

    let restored = world.restored(backup).await;
    // The second tablet was enrolled after the backup, so the first one of its officer carries.
    fresh.device = b.device.clone();
    fresh.token = b.token.clone();
    let request = carry(&restored, &mut fresh, &learned).await;
    assert_eq!(request.changes.len(), 1);
    let reply = testing::send(&restored, &fresh, &request).await;
    assert!(reply.refused.is_empty(), "{:?}", reply.refused);
    assert_eq!(receipt(&restored, &reply).changes.len(), 1);
}
