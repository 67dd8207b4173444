//! The feed: any cursor followed by the tail gives what the whole replay gives.

use std::collections::{BTreeMap, BTreeSet};

use field_core::digest::Sha256;
use field_core::ids::DocId;
use field_core::inspection::Heads;
use field_core::protocol::{Cursor, ExchangeReply, FeedItem};
use proptest::test_runner::{Config, TestRunner};

use crate::sync::testing::{self, Tablet, World, pass};

/// What a tablet shows.
type Shown = BTreeMap<DocId, (Heads, BTreeSet<Sha256>, field_core::protocol::CaseRow)>;

fn shown(tablet: &mut Tablet) -> Shown {
    let docs: Vec<DocId> = tablet.documents.keys().copied().collect();
    docs.into_iter()
        .map(|doc| {
            let known = tablet.known.get(&doc).cloned().unwrap_or_default();
            let case = tablet.cases[&doc].clone();
            (doc, (tablet.heads(doc), known, case))
        })
        .collect()
}

/// The same tablet with nothing on it.
fn emptied(tablet: &Tablet) -> Tablet {
    Tablet {
        device: tablet.device.clone(),
        key: tablet.key.clone(),
        token: tablet.token.clone(),
        officer: tablet.officer.clone(),
        officer_key: tablet.officer_key.clone(),
        certificate: tablet.certificate.clone(),
        cursor: None,
        documents: BTreeMap::new(),
        actors: BTreeMap::new(),
        cases: BTreeMap::new(),
        known: BTreeMap::new(),
        changes: vec![],
        statements: vec![],
    }
}

async fn page(world: &World, tablet: &Tablet, limit: u64) -> ExchangeReply {
    let mut request = tablet.exchange();
    request.limit = limit;
    testing::send(world, tablet, &request).await
}

/// Takes pages until there are no more; answers with how many.
async fn catch_up(world: &World, tablet: &mut Tablet, limit: u64) -> usize {
    for pages in 1.. {
        let reply = page(world, tablet, limit).await;
        tablet.apply(&reply.feed);
        tablet.cursor = Some(reply.cursor);
        if !reply.more {
            return pages;
        }
    }
    unreachable!()
}

/// A history with everything in it: several cases, work of both, a replaced officer who comes
/// back, statements. Answers with two tablets that followed it closely.
async fn history(seed: &[u8]) -> (World, Vec<Tablet>) {
    let (world, case, doc, a, b) = World::two_tablets().await;
    let mut tablets = vec![a, b];
    let mut docs = vec![doc];
    for (step, what) in seed.iter().enumerate() {
        let who = step % 2;
        match what % 6 {
            0 if docs.len() < 4 => {
                docs.push(world.inspection().await.1);
            }
            1 => {
                let others = if step % 2 == 0 { [0, 2] } else { [0, 1] };
                world.assign(&case.number, others).await;
            }
            2 => {
                let tablet = &mut tablets[who];
                let doc = docs[step % docs.len()];
                if tablet.documents.contains_key(&doc) {
                    tablet.confirm(doc);
                }
            }
            _ => {
                let tablet = &mut tablets[who];
                let doc = docs[step % docs.len()];
                let item = usize::from(*what) % 20;
                if tablet.documents.contains_key(&doc) {
                    let known = tablet.documents.get_mut(&doc).unwrap().view().unwrap();
                    let name = &tablet.items(doc)[item];
                    if !known.answers.contains_key(name) {
                        tablet.answer(doc, item, &pass());
                    }
                }
            }
        }
        tablets[who].sync(&world).await;
    }
    for tablet in &mut tablets {
        catch_up(&world, tablet, 0).await;
        catch_up(&world, tablet, 0).await;
    }
    (world, tablets)
}

#[test]
fn any_cursor_and_the_tail_equal_the_whole_replay() {
    let mut runner = TestRunner::new(Config::with_cases(6));
    let strategy = (proptest::collection::vec(0u8.., 8..20), 0u64..3);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runner
        .run(&strategy, |(seed, size)| {
            runtime.block_on(async {
                let (world, mut tablets) = history(&seed).await;
                // From page to page of any size, and from nothing.
                let limit = [1 << 10, 8 << 10, 0][size as usize];
                for tablet in &mut tablets {
                    let mut replayed = emptied(tablet);
                    catch_up(&world, &mut replayed, limit).await;
                    assert_eq!(shown(&mut replayed), shown(tablet));
                }
            });
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_tablet_that_stopped_anywhere_catches_up() {
    let (world, _, doc, mut a, mut b) = World::two_tablets().await;
    let mut stops: Vec<Tablet> = vec![];
    for item in 0..6 {
        a.answer(doc, item, &pass());
        if item == 3 {
            world.inspection().await;
            a.confirm(doc);
        }
        a.sync(&world).await;
        let mut stopped = emptied(&b);
        catch_up(&world, &mut stopped, 1 << 10).await;
        stops.push(stopped);
    }
    catch_up(&world, &mut b, 0).await;
    for mut stopped in stops {
        catch_up(&world, &mut stopped, 1 << 10).await;
        assert_eq!(shown(&mut stopped), shown(&mut b));
    }
}

#[tokio::test]
async fn a_new_tablet_gets_snapshots_and_no_change_twice() {
    let (world, _, doc, mut a, b) = World::two_tablets().await;
    for _ in 0..3 {
        world.inspection().await;
    }
    for item in 0..10 {
        a.answer(doc, item, &pass());
    }
    a.sync(&world).await;
    let mut fresh = emptied(&b);
    let mut items = vec![];
    let mut pages = 0;
    loop {
        let reply = page(&world, &fresh, 1 << 10).await;
        fresh.apply(&reply.feed);
        fresh.cursor = Some(reply.cursor);
        items.extend(reply.feed);
        pages += 1;
        // Work goes on meanwhile.
        if pages == 2 {
            a.answer(doc, 11, &pass());
            a.sync(&world).await;
        }
        if !reply.more {
            break;
        }
    }
    assert!(pages >= 3, "{pages}");
    let enters = items.iter().filter(|one| matches!(one, FeedItem::Enter(_)));
    assert_eq!(enters.count(), 4);
    let changes = items
        .iter()
        .filter(|one| matches!(one, FeedItem::Change(_)));
    assert_eq!(changes.count(), 1, "the one that was made meanwhile");
    assert_eq!(fresh.heads(doc), a.heads(doc));
}

#[tokio::test]
async fn a_foreign_cursor_begins_a_new_epoch() {
    let (world, _, doc, mut a, _) = World::two_tablets().await;
    a.answer(doc, 0, &pass());
    a.sync(&world).await;
    let good = a.cursor.unwrap();
    let foreign = [
        Cursor {
            epoch: good.epoch + 1,
            ..good
        },
        Cursor {
            seq: good.seq + 1_000,
            ..good
        },
        Cursor {
            log: Sha256::of(b"another log"),
            ..good
        },
        Cursor {
            seq: u64::MAX,
            ..good
        },
    ];
    for cursor in foreign {
        a.cursor = Some(cursor);
        let mut request = a.exchange();
        request.holding = vec![field_core::protocol::DocHeads {
            doc,
            heads: a.heads(doc),
        }];
        let reply = testing::send(&world, &a, &request).await;
        assert!(reply.new_epoch, "{cursor:?}");
        assert!(matches!(reply.feed[..], [FeedItem::Enter(_)]));
        assert_eq!(reply.server_heads[0].heads, a.heads(doc));
        assert_eq!(reply.cursor, good);
    }
    a.cursor = Some(good);
    let reply = a.sync(&world).await;
    assert!(!reply.new_epoch && reply.feed.is_empty() && !reply.more);
}
