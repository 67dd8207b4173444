//! Edits, conflicts and their resolutions, read back as plain structs.

use super::*;
use crate::rules::{Answer, Measure, Outcome, Unit};

fn facts() -> Facts {
    Facts {
        doc: DocId::from_bytes([9; 16]),
        case_number: "330784-2018-0001".into(),
        matter: "repair-permit".into(),
        round: 1,
        ruleset: "gbt-16739.1-2014".into(),
        ruleset_hash: Sha256::of(b"rules"),
        class: "2".into(),
        scopes: vec!["small".into()],
        features: vec![],
        applicant: "某某汽修".into(),
        address: "某路 1 号".into(),
        place: None,
        items: vec!["F1".into(), "F2".into()],
        earlier: vec![],
    }
}

fn author(n: u8) -> Author {
    Author {
        actor: Actor::from_bytes([n; 16]),
        officer: format!("u{n}"),
    }
}

fn at(n: i64) -> Moment {
    Moment {
        wall_ms: 1_520_812_800_000 + n,
        monotonic_ms: 5,
        server_offset_ms: Some(-3),
    }
}

fn area(text: &str) -> Answer {
    let value: Measure = text.parse().unwrap();
    Answer::new(Outcome::Pass).with_value(value, Unit::SquareMetre)
}

fn answer(item: &str, answer: &Answer) -> Edit {
    Edit::Answer {
        item: item.into(),
        answer: answer.to_canonical_json(),
    }
}

fn photo(item: &str) -> Photo {
    Photo {
        item: item.into(),
        sha256: Sha256::of(b"picture"),
        bytes: 400_000,
        width: 2048,
        height: 1536,
        thumbnail: Sha256::of(b"small"),
        thumbnail_bytes: 9_000,
        original: Sha256::of(b"original"),
        original_bytes: 4_000_000,
        taken: None,
        camera: None,
        place: None,
    }
}

#[test]
fn the_same_facts_give_the_same_genesis() {
    let (mut one, first) = Inspection::genesis(&facts()).unwrap();
    let (mut two, second) = Inspection::genesis(&facts()).unwrap();
    assert_eq!(first, second);
    assert_eq!(one.save(), two.save());
    assert_eq!(Inspection::load(&one.save()).unwrap().facts(), &facts());
}

#[test]
fn an_edit_is_one_change_and_comes_back_with_who_and_when() {
    let (mut doc, _) = Inspection::genesis(&facts()).unwrap();
    let change = doc
        .edit(&author(1), &at(1), &answer("F1", &area("18.5")))
        .unwrap()
        .unwrap();
    assert_eq!(change.seq, 1);
    assert!(change.bytes.len() < 400, "{}", change.bytes.len());
    let view = doc.view().unwrap();
    let shown = &view.answers["F1"];
    assert_eq!(shown.answer, area("18.5"));
    assert_eq!(shown.by.actor, author(1).actor);
    assert_eq!(shown.by.at, Some(at(1)));
    assert_eq!(shown.by.change, change.hash);
    assert!(shown.conflict.is_empty() && shown.resolution.is_none());
}

#[test]
fn answering_the_same_again_changes_nothing() {
    let (mut doc, _) = Inspection::genesis(&facts()).unwrap();
    let edit = answer("F1", &area("18.5"));
    assert!(doc.edit(&author(1), &at(1), &edit).unwrap().is_some());
    assert_eq!(doc.edit(&author(1), &at(2), &edit).unwrap(), None);
}

/// Two tablets answer F1 apart from each other and then meet.
fn met(one: &Answer, two: &Answer) -> Inspection {
    let (genesis, _) = Inspection::genesis(&facts()).unwrap();
    let (mut a, mut b) = (genesis.clone(), genesis);
    a.edit(&author(1), &at(1), &answer("F1", one)).unwrap();
    let change = b
        .edit(&author(2), &at(2), &answer("F1", two))
        .unwrap()
        .unwrap();
    a.apply_bytes([change.bytes.as_slice()]).unwrap();
    a
}

#[test]
fn two_findings_at_once_are_a_conflict_with_both_sides() {
    let mut doc = met(&area("18.5"), &area("21"));
    let view = doc.view().unwrap();
    let (item, sides) = view.conflicts().next().unwrap();
    assert_eq!(item, "F1");
    let mut found: Vec<_> = sides
        .iter()
        .map(|side| (side.by.actor, side.answer.clone(), side.by.at))
        .collect();
    found.sort_by_key(|side| side.0);
    assert_eq!(
        found,
        [
            (author(1).actor, area("18.5"), Some(at(1))),
            (author(2).actor, area("21"), Some(at(2))),
        ]
    );
    assert_eq!(sides.last().unwrap().answer, view.answers["F1"].answer);
}

#[test]
fn equal_findings_at_once_are_no_conflict() {
    let mut doc = met(&area("21"), &area("21"));
    assert_eq!(doc.view().unwrap().conflicts().count(), 0);
}

#[test]
fn a_resolution_keeps_both_former_values() {
    let mut doc = met(&area("18.5"), &area("21"));
    let mut final_answer = area("21");
    final_answer.reason = Some("复测".into());
    let before = doc.heads();
    doc.edit(&author(2), &at(3), &answer("F1", &final_answer))
        .unwrap()
        .unwrap();
    let view = doc.view().unwrap();
    assert_eq!(view.conflicts().count(), 0);
    let resolution = view.answers["F1"].resolution.as_ref().unwrap();
    assert_eq!(resolution.reason, "复测");
    assert_eq!(resolution.former.len(), 2);
    // The state before is still readable as it was.
    assert_eq!(doc.view_at(&before).unwrap().conflicts().count(), 1);
}

#[test]
fn photos_are_removed_by_a_tombstone() {
    let (mut doc, _) = Inspection::genesis(&facts()).unwrap();
    let key = doc.next_key(Container::Photos, author(1).actor);
    assert_eq!(key.counter, 0);
    let add = Edit::AddPhoto {
        key,
        photo: photo("F1"),
    };
    doc.edit(&author(1), &at(1), &add).unwrap().unwrap();
    assert_eq!(doc.next_key(Container::Photos, author(1).actor).counter, 1);
    assert_eq!(doc.view().unwrap().evidence().len(), 1);
    let remove = Edit::RemovePhoto {
        key,
        reason: "模糊".into(),
    };
    doc.edit(&author(2), &at(2), &remove).unwrap().unwrap();
    let view = doc.view().unwrap();
    assert!(view.evidence().is_empty());
    assert_eq!(view.photos[0].removed.as_ref().unwrap().0, "模糊");
}

#[test]
fn notes_stand_side_by_side_and_can_be_taken_back() {
    let (mut doc, _) = Inspection::genesis(&facts()).unwrap();
    let note = |text: &str| Edit::Note {
        item: "F1".into(),
        text: text.into(),
    };
    doc.edit(&author(1), &at(1), &note("有积水")).unwrap();
    doc.edit(&author(2), &at(2), &note("门朝东")).unwrap();
    assert_eq!(doc.view().unwrap().notes.len(), 2);
    doc.edit(&author(1), &at(3), &note("")).unwrap();
    assert_eq!(doc.view().unwrap().notes.len(), 1);
}

#[test]
fn bad_edits_are_refused_and_leave_no_trace() {
    let (mut doc, _) = Inspection::genesis(&facts()).unwrap();
    let before = doc.heads();
    let mut too_wide = photo("F1");
    too_wide.width = 5000;
    let own = doc.next_key(Container::Photos, author(1).actor);
    let foreign = doc.next_key(Container::Photos, author(2).actor);
    let bad = [
        answer("F99", &area("1")),
        Edit::Answer {
            item: "F1".into(),
            answer: "{\"result\": \"pass\"}".into(),
        },
        Edit::Note {
            item: "F1".into(),
            text: "字".repeat(1001),
        },
        Edit::AddPhoto {
            key: own,
            photo: too_wide,
        },
        Edit::AddPhoto {
            key: foreign,
            photo: photo("F1"),
        },
        Edit::RemovePhoto {
            key: own,
            reason: " ".into(),
        },
    ];
    for edit in bad {
        assert!(doc.edit(&author(1), &at(1), &edit).is_err(), "{edit:?}");
    }
    assert_eq!(doc.heads(), before);
}

#[test]
fn changes_without_their_ancestors_are_not_half_applied() {
    let (genesis, _) = Inspection::genesis(&facts()).unwrap();
    let mut a = genesis.clone();
    let edits = ["1", "2", "3"].map(|text| {
        a.edit(&author(1), &at(1), &answer("F1", &area(text)))
            .unwrap()
            .unwrap()
    });
    let mut b = genesis;
    let before = b.heads();
    let missing = [edits[0].bytes.as_slice(), &edits[2].bytes];
    assert!(matches!(
        b.apply_bytes(missing),
        Err(InspectionError::Incomplete(1))
    ));
    assert_eq!(b.heads(), before);
    b.apply_bytes(edits.iter().map(|edit| edit.bytes.as_slice()))
        .unwrap();
    assert_eq!(b.heads(), a.heads());
    assert_eq!(a.changes_since(&before), edits);
}
