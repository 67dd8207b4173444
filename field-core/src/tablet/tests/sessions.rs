//! A session against a server made of a few lines.

use super::*;
use crate::gate::inspect;
use crate::identity::{Receipt, Signed};
use crate::inspection::{Author, Edit, Heads, NewChange};
use crate::moment::Moment;
use crate::protocol::{
    ChangeRow, Cursor, DocHeads, ExchangeReply, ExchangeRequest, FeedItem, HeadSignature, Refused,
    decode, encode,
};
use sync::{Transport, Upload};

/// A server that takes everything in, or refuses what it is told to refuse.
#[derive(Default)]
struct FakeServer {
    refuse: usize,
    code: &'static str,
    taken: Vec<Vec<u8>>,
    requests: Vec<ExchangeRequest>,
    feed: Vec<FeedItem>,
    new_epoch: bool,
    heads: Vec<DocHeads>,
    business_offset_days: i32,
    /// The network ends after so many answers.
    cut_after: Option<usize>,
}

impl Transport for FakeServer {
    fn exchange(&mut self, body: &[u8]) -> Result<Vec<u8>, TabletError> {
        match &mut self.cut_after {
            Some(0) => return Err(TabletError::Network("cut".into())),
            Some(left) => *left -= 1,
            None => {}
        }
        let request: ExchangeRequest = decode(body).unwrap();
        let (mut refused, mut changes) = (vec![], vec![]);
        for row in &request.changes {
            let hash = crate::gate::inspect(&row.bytes).unwrap().hash;
            if self.refuse > 0 {
                self.refuse -= 1;
                refused.push(Refused {
                    hash,
                    reason: "set aside in a test".into(),
                    code: self.code.into(),
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
        let server_heads = match request.holding.is_empty() {
            true => vec![],
            false => std::mem::take(&mut self.heads),
        };
        self.requests.push(request);
        Ok(encode(&ExchangeReply {
            cursor: Cursor {
                epoch: 1,
                seq: 1,
                log: Sha256::of(b"log"),
            },
            more: false,
            new_epoch: std::mem::take(&mut self.new_epoch),
            deferred: vec![],
            refused,
            receipt: receipt.sign(&server_key()).to_bytes().into(),
            backed_up_to_ms: None,
            feed: std::mem::take(&mut self.feed),
            wanted: vec![],
            server_ms: 1_520_812_900_000,
            server_heads,
            business_offset_days: self.business_offset_days,
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

fn hold(tablet: &Mutex<Tablet>) -> std::sync::MutexGuard<'_, Tablet> {
    tablet.lock().unwrap()
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

/// What the colleague did, oldest first.
fn colleague(items: std::ops::Range<usize>) -> Vec<NewChange> {
    let author = Author {
        actor: Actor::from_bytes([77; 16]),
        officer: "u2".into(),
    };
    let at = Moment {
        wall_ms: 1_520_812_800_000,
        monotonic_ms: 1,
        server_offset_ms: None,
    };
    let mut document = genesis();
    let edits = items.map(|n| Edit::Answer {
        item: format!("F{n}"),
        answer: pass().to_canonical_json(),
    });
    edits
        .map(|edit| document.edit(&author, &at, &edit).unwrap().unwrap())
        .collect()
}

#[test]
fn what_others_did_arrives_and_shows() {
    let folder = tempfile::tempdir().unwrap();
    let tablet = prepared(folder.path());
    let change = colleague(3..4).remove(0);
    let mut server = FakeServer {
        feed: vec![FeedItem::Change(ChangeRow::new(DOC, change.bytes))],
        ..FakeServer::default()
    };
    let (mut tablet, summary) = sync(tablet, &mut server);
    assert_eq!(summary.unwrap().changes_received, 1);
    let view = tablet.view(DOC).unwrap();
    assert!(view.answers.contains_key("F3"));
    assert_eq!(view.heads, Heads::from(vec![change.hash]));
}

#[test]
fn a_server_that_lost_something_gets_it_back_with_the_signatures_of_its_authors() {
    let folder = tempfile::tempdir().unwrap();
    let tablet = prepared(folder.path());
    let theirs = colleague(3..6);
    let signature = [9; 64];
    // The third was the newest of an exchange.
    let row = |n: usize| ChangeRow {
        signature: (n == 2).then(|| signature.into()),
        ..ChangeRow::new(DOC, theirs[n].bytes.clone())
    };
    let mut server = FakeServer {
        feed: (0..3).map(|n| FeedItem::Change(row(n))).collect(),
        ..FakeServer::default()
    };
    let (mut tablet, _) = sync(tablet, &mut server);
    answer(&mut tablet, 1);
    let (tablet, _) = sync(tablet, &mut server);
    assert_eq!(tablet.status().unwrap().unsent_changes, 0);

    // It went back to a backup in which there is the first of them and nothing else; and the
    // answer that says so is the last that comes through for a while.
    let mut server = FakeServer {
        new_epoch: true,
        heads: vec![DocHeads {
            doc: DOC,
            heads: Heads::from(vec![theirs[0].hash]),
        }],
        cut_after: Some(1),
        ..FakeServer::default()
    };
    let (tablet, cut) = sync(tablet, &mut server);
    assert!(matches!(cut, Err(TabletError::Network(_))));
    server.cut_after = None;
    server.requests.clear();
    let (tablet, summary) = sync(tablet, &mut server);
    summary.unwrap();
    assert_eq!(server.requests[0].holding.len(), 1, "not forgotten");
    let again = &server.requests[1];
    let name = |row: &ChangeRow| inspect(&row.bytes).unwrap().hash;
    let sent: Vec<_> = again.changes.iter().map(name).collect();
    assert_eq!(sent[..2], [theirs[1].hash, theirs[2].hash]);
    assert_eq!(sent.len(), 3, "and the own one");
    let expected = HeadSignature {
        doc: DOC,
        actor: Actor::from_bytes([77; 16]),
        change: theirs[2].hash,
        signature: signature.into(),
    };
    assert!(again.signatures.contains(&expected));
    assert_eq!(again.signatures.len(), 2);
    assert_eq!(again.statements.len(), 1, "the certificate too");
    assert!(
        server.requests[2..]
            .iter()
            .all(|one| one.holding.is_empty())
    );
    assert_eq!(tablet.status().unwrap().unsent_changes, 0);
}

#[test]
fn what_a_new_actor_cannot_mend_stays_in_the_outbox_and_shows() {
    let folder = tempfile::tempdir().unwrap();
    let mut tablet = prepared(folder.path());
    answer(&mut tablet, 0);
    let before = tablet.view(DOC).unwrap();
    let mut server = FakeServer {
        refuse: 1,
        code: "unknown-document",
        ..FakeServer::default()
    };
    let (mut tablet, summary) = sync(tablet, &mut server);
    assert_eq!(summary.unwrap().exchanges, 1, "not tried without end");
    assert_eq!(tablet.view(DOC).unwrap(), before);
    let status = tablet.status().unwrap();
    assert_eq!((status.unsent_changes, status.refused), (1, 1));
    // Judged anew the next time.
    let (tablet, _) = sync(tablet, &mut server);
    let status = tablet.status().unwrap();
    assert_eq!((status.unsent_changes, status.refused), (0, 0));
}

#[test]
fn the_legal_day_is_the_installations() {
    let folder = tempfile::tempdir().unwrap();
    let tablet = prepared(folder.path());
    let day = jiff::civil::date(2018, 3, 12);
    assert_eq!(tablet.today().unwrap(), day);
    let mut server = FakeServer {
        business_offset_days: -30,
        ..FakeServer::default()
    };
    let (tablet, _) = sync(tablet, &mut server);
    assert_eq!(tablet.today().unwrap(), jiff::civil::date(2018, 2, 10));
    drop(tablet);
    let again = open(folder.path());
    assert_eq!(again.today().unwrap(), jiff::civil::date(2018, 2, 10));
}

#[test]
fn an_open_conflict_is_closed_by_a_reason_and_by_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut tablet = prepared(folder.path());
    let fail = Answer::new(Outcome::Fail);
    tablet.answer(DOC, "u1", "F3", &fail).unwrap();
    let change = colleague(3..4).remove(0);
    let mut server = FakeServer {
        feed: vec![FeedItem::Change(ChangeRow::new(DOC, change.bytes))],
        ..FakeServer::default()
    };
    let (mut tablet, _) = sync(tablet, &mut server);
    assert_eq!(tablet.view(DOC).unwrap().answers["F3"].conflict.len(), 2);
    let silent = tablet.answer(DOC, "u1", "F3", &fail);
    assert!(matches!(silent, Err(TabletError::ConflictOpen)));
    let resolved = Answer {
        reason: Some("共同复测".into()),
        ..fail
    };
    tablet.answer(DOC, "u1", "F3", &resolved).unwrap();
    assert!(tablet.view(DOC).unwrap().answers["F3"].conflict.is_empty());
}
