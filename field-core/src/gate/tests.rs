//! The gate against changes that no tablet of ours would make, and those it must let through.

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{AutoCommit, ObjType, ROOT, ReadDoc};

use super::*;
use crate::digest::Sha256;
use crate::ids::{Actor, DocId};
use crate::inspection::{Author, Edit, Facts, Inspection, NewChange};
use crate::moment::Moment;
use crate::protocol::limits::MAX_CHANGE_BYTES;
use crate::rules::{Answer, Outcome};

const AT: Moment = Moment {
    wall_ms: 1_520_812_800_000,
    monotonic_ms: 5,
    server_offset_ms: None,
};

fn facts() -> Facts {
    Facts {
        doc: DocId::from_bytes([9; 16]),
        case_number: "330784-2018-0001".into(),
        matter: "repair-permit".into(),
        round: 1,
        ruleset: "gbt-16739.1-2014".into(),
        ruleset_hash: Sha256::of(b"rules"),
        class: "2".into(),
        scopes: vec![],
        features: vec![],
        applicant: "某某汽修".into(),
        address: "某路 1 号".into(),
        place: None,
        items: (0..20).map(|n| format!("F{n}")).collect(),
        earlier: vec![],
    }
}

fn author(n: u8) -> Author {
    Author {
        actor: Actor::from_bytes([n; 16]),
        officer: format!("u{n}"),
    }
}

fn writers() -> Writers {
    [1, 2].map(|n| (author(n).actor, author(n).officer)).into()
}

fn genesis() -> Inspection {
    Inspection::genesis(&facts()).unwrap().0
}

fn pass(doc: &mut Inspection, who: u8, item: usize) -> NewChange {
    let edit = Edit::Answer {
        item: format!("F{item}"),
        answer: Answer::new(Outcome::Pass).to_canonical_json(),
    };
    doc.edit(&author(who), &AT, &edit).unwrap().unwrap()
}

fn admit_one(bytes: &[u8]) -> Admission {
    admit(&mut genesis(), &writers(), &[bytes])
}

fn refusal(bytes: &[u8]) -> &'static str {
    let admission = admit_one(bytes);
    assert!(admission.admitted.is_empty() && admission.snapshot.is_none());
    admission
        .refused
        .first()
        .map_or("none", |one| one.refusal.code())
}

/// A change made by hand on a genesis, as a hostile tablet could.
fn hostile(act: impl FnOnce(&mut AutoCommit)) -> Vec<u8> {
    let mut doc = AutoCommit::load(&genesis().save())
        .unwrap()
        .with_actor(author(1).actor.to_automerge());
    act(&mut doc);
    doc.commit_with(CommitOptions::default().with_message(AT.to_line()));
    doc.get_last_local_change().unwrap().raw_bytes().to_vec()
}

fn container(doc: &AutoCommit, name: &str) -> automerge::ObjId {
    doc.get(ROOT, name).unwrap().unwrap().1
}

/// The chunk with its checksum and length made right again after tampering with its body.
fn rechecked(chunk_type: u8, body: &[u8]) -> Vec<u8> {
    let mut inner = vec![chunk_type];
    let mut length = body.len();
    loop {
        let byte = (length & 0x7f) as u8;
        length >>= 7;
        if length == 0 {
            inner.push(byte);
            break;
        }
        inner.push(byte | 0x80);
    }
    inner.extend_from_slice(body);
    let checksum = Sha256::of(&inner);
    [&[0x85, 0x6f, 0x4a, 0x83], &checksum.as_bytes()[..4], &inner].concat()
}

#[test]
fn honest_work_of_two_officers_passes_in_any_order() {
    let (mut a, mut b) = (genesis(), genesis());
    let mut all: Vec<NewChange> = (0..5).map(|n| pass(&mut a, 1, n)).collect();
    all.extend((3..8).map(|n| pass(&mut b, 2, n)));
    all.reverse();
    let batch: Vec<&[u8]> = all.iter().map(|one| one.bytes.as_slice()).collect();
    let mut server = genesis();
    let admission = admit(&mut server, &writers(), &batch);
    assert_eq!(admission.admitted.len(), 10);
    assert!(admission.refused.is_empty() && admission.deferred.is_empty());
    let mut stored = Inspection::load(&admission.snapshot.unwrap()).unwrap();
    assert_eq!(stored.heads(), admission.heads);
    assert_eq!(admission.heads.len(), 2);
    // Again: nothing happens.
    let again = admit(&mut stored, &writers(), &batch);
    assert_eq!(again.known.len(), 10);
    assert!(again.admitted.is_empty() && again.snapshot.is_none());
}

#[test]
fn a_missing_ancestor_defers_and_refuses_nobody() {
    let mut a = genesis();
    let chain: Vec<_> = (0..3).map(|n| pass(&mut a, 1, n)).collect();
    let mut server = genesis();
    let admission = admit(&mut server, &writers(), &[&chain[0].bytes, &chain[2].bytes]);
    assert_eq!(admission.admitted.len(), 1);
    assert_eq!(
        admission.deferred,
        [Deferred {
            hash: chain[2].hash
        }]
    );
    assert!(admission.refused.is_empty());
}

#[test]
fn one_bad_change_costs_itself_alone() {
    let mut a = genesis();
    let good = pass(&mut a, 1, 0);
    let root_write = hostile(|doc| doc.put(ROOT, "facts", "{}").unwrap());
    let mut server = genesis();
    let admission = admit(
        &mut server,
        &writers(),
        &[&root_write, &good.bytes, b"junk"],
    );
    assert_eq!(admission.admitted.len(), 1);
    assert_eq!(admission.refused.len(), 2);
}

#[test]
fn damaged_chunks_are_told_apart() {
    let change = pass(&mut genesis(), 1, 0).bytes;
    assert_eq!(refusal(b""), "not-a-change");
    assert_eq!(refusal(&change[..change.len() - 1]), "not-a-change");
    assert_eq!(refusal(&[change.as_slice(), &[0]].concat()), "not-a-change");
    assert_eq!(refusal(&vec![0; MAX_CHANGE_BYTES + 1]), "too-large");
    let mut flipped = change.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert_eq!(refusal(&flipped), "checksum");
    // A compressed chunk could inflate without limit; only plain ones are taken.
    assert_eq!(refusal(&rechecked(2, &change[10..])), "not-a-change");
    assert_eq!(refusal(&rechecked(0, &change[10..])), "not-a-change");
    assert_eq!(refusal(&genesis().save()), "not-a-change");
}

#[test]
fn every_single_byte_flipped_and_rechecked_never_harms() {
    let change = pass(&mut genesis(), 1, 0).bytes;
    let header = 10;
    assert!(change.len() < 128 + header + 1000);
    let body_at = change.len() - body_length(&change);
    for at in body_at..change.len() {
        for bit in 0..8 {
            let mut body = change[body_at..].to_vec();
            body[at - body_at] ^= 1 << bit;
            let bytes = rechecked(1, &body);
            let mut server = genesis();
            let admission = admit(&mut server, &writers(), &[&bytes]);
            // Whatever was admitted left a document that everyone can load.
            if let Some(snapshot) = admission.snapshot {
                Inspection::load(&snapshot).unwrap().view().unwrap();
            }
        }
    }
}

fn body_length(chunk: &[u8]) -> usize {
    // magic, checksum, type, then the length in LEB128
    let mut length = 0usize;
    for (n, byte) in chunk[9..].iter().enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * n);
        if byte & 0x80 == 0 {
            break;
        }
    }
    length
}

#[test]
fn what_no_tablet_may_do() {
    let cases: Vec<(&str, Vec<u8>)> = vec![
        (
            "a root key",
            hostile(|doc| doc.put(ROOT, "facts", "{}").unwrap()),
        ),
        (
            "deleting an answers container",
            hostile(|doc| doc.delete(ROOT, "answers").unwrap()),
        ),
        (
            "a new container",
            hostile(|doc| {
                doc.put_object(ROOT, "answers", ObjType::Map).unwrap();
            }),
        ),
        (
            "a nested object",
            hostile(|doc| {
                let answers = container(doc, "answers");
                doc.put_object(&answers, "F1", ObjType::Map).unwrap();
            }),
        ),
        (
            "a number",
            hostile(|doc| doc.put(container(doc, "answers"), "F1", 1).unwrap()),
        ),
        (
            "no answer",
            hostile(|doc| doc.put(container(doc, "answers"), "F1", "pass").unwrap()),
        ),
        (
            "an unknown item",
            hostile(|doc| {
                let value = Answer::new(Outcome::Pass).to_canonical_json();
                doc.put(container(doc, "answers"), "X1", value).unwrap();
            }),
        ),
        (
            "another officer's note",
            hostile(|doc| doc.put(container(doc, "notes"), "F1/u2", "x").unwrap()),
        ),
        (
            "another actor's photo",
            hostile(|doc| {
                let key = format!("{}:0", author(2).actor);
                doc.put(container(doc, "photos"), key, "{}").unwrap();
            }),
        ),
    ];
    for (what, bytes) in cases {
        assert_eq!(refusal(&bytes), "forbidden", "{what}");
    }
}

#[test]
fn lists_marks_and_floods_do_not_even_reach_automerge() {
    let list = hostile(|doc| {
        let list = doc.put_object(ROOT, "list", ObjType::List).unwrap();
        doc.insert(&list, 0, "x").unwrap();
    });
    assert_eq!(refusal(&list), "unknown-column");
    let flood = hostile(|doc| {
        let answers = container(doc, "answers");
        for n in 0..17 {
            doc.put(&answers, format!("F{n}"), "same").unwrap();
        }
    });
    assert_eq!(refusal(&flood), "too-many-operations");
}

#[test]
fn an_actor_needs_a_certificate() {
    let change = pass(&mut genesis(), 3, 0);
    assert_eq!(refusal(&change.bytes), "unknown-actor");
}

#[test]
fn a_copied_store_shows_by_its_sequence() {
    let mut original = genesis();
    let first = pass(&mut original, 1, 0);
    let mut server = genesis();
    admit(&mut server, &writers(), &[&first.bytes]);
    // The copy knows nothing of the first change and begins again with number 1.
    let second_first = pass(&mut genesis(), 1, 5);
    let admission = admit(&mut server, &writers(), &[&second_first.bytes]);
    assert_eq!(admission.refused[0].refusal.code(), "sequence");
}

#[test]
fn counters_cannot_be_driven_up() {
    use automerge::{Change, ExpandedChange};
    let honest = pass(&mut genesis(), 1, 0);
    let mut expanded: ExpandedChange = Change::try_from(honest.bytes.as_slice()).unwrap().decode();
    for start in [1u64, 100, u64::from(u32::MAX) - 1] {
        expanded.start_op = start.try_into().unwrap();
        let change = Change::from(expanded.clone());
        let code = refusal(change.raw_bytes());
        assert_eq!(code, "counter", "{start}");
    }
    let mut expanded: ExpandedChange = Change::try_from(honest.bytes.as_slice()).unwrap().decode();
    expanded.seq = 7;
    assert_eq!(refusal(Change::from(expanded).raw_bytes()), "sequence");
}

#[test]
fn a_predecessor_that_does_not_exist_is_refused() {
    use automerge::legacy::{OpId, SortedVec};
    use automerge::{Change, ExpandedChange};
    let honest = pass(&mut genesis(), 1, 0);
    let mut expanded: ExpandedChange = Change::try_from(honest.bytes.as_slice()).unwrap().decode();
    let ghost = OpId::new(3, &author(2).actor.to_automerge());
    expanded.operations[0].pred = SortedVec::from(vec![ghost]);
    let code = refusal(Change::from(expanded).raw_bytes());
    assert!(matches!(code, "breaks-document" | "unreadable"), "{code}");
}

proptest::proptest! {
    #[test]
    fn random_bytes_never_pass_and_never_panic(body in proptest::collection::vec(0u8.., 0..300)) {
        proptest::prop_assert!(inspect(&body).is_err());
        proptest::prop_assert!(admit_one(&rechecked(1, &body)).admitted.is_empty());
    }
}
