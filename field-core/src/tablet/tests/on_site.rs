//! What an officer does on site beside answering: undoing, unlocking with a code, signing, and
//! what the tablet remembers of its pages.

use super::*;

#[test]
fn undoing_brings_back_what_stood_before_and_can_be_undone() {
    let folder = tempfile::tempdir().unwrap();
    let mut tablet = prepared(folder.path());
    answer(&mut tablet, 1);
    let fail = Answer::new(Outcome::Fail);
    tablet.answer(DOC, "u1", "F1", &fail).unwrap();
    let result = |tablet: &mut Tablet| {
        let view = tablet.view(DOC).unwrap();
        view.answers.get("F1").map(|one| one.answer.result)
    };
    tablet.undo_answer(DOC, "u1", "F1").unwrap();
    assert_eq!(result(&mut tablet), Some(Outcome::Pass));
    tablet.undo_answer(DOC, "u1", "F1").unwrap();
    assert_eq!(result(&mut tablet), Some(Outcome::Fail));
    answer(&mut tablet, 2);
    tablet.undo_answer(DOC, "u1", "F2").unwrap();
    assert!(!tablet.view(DOC).unwrap().answers.contains_key("F2"));
    assert!(matches!(
        tablet.undo_answer(DOC, "u1", "F2"),
        Err(TabletError::NothingToUndo)
    ));
    // The server's gate admits the taking back like any other edit, and it survives a restart.
    let changes = tablet.change_count(DOC).unwrap();
    drop(tablet);
    let mut again = open(folder.path());
    assert_eq!(again.change_count(DOC).unwrap(), changes);
    assert!(!again.view(DOC).unwrap().answers.contains_key("F2"));
}

#[test]
fn a_pin_unlocks_until_it_was_guessed_too_often() {
    let folder = tempfile::tempdir().unwrap();
    let mut tablet = prepared(folder.path());
    assert!(matches!(
        tablet.set_pin("u1", "12a4"),
        Err(TabletError::BadPin)
    ));
    tablet.set_pin("u1", "2580").unwrap();
    tablet.lock();
    assert!(matches!(
        tablet.set_pin("u1", "1111"),
        Err(TabletError::Locked(_))
    ));
    assert_eq!(tablet.unlock_with_pin("jia", "2580").unwrap(), "u1");
    tablet.lock();
    for _ in 0..3 {
        assert!(matches!(
            tablet.unlock_with_pin("u1", "0000"),
            Err(TabletError::WrongPassword)
        ));
    }
    // Too soon, for the right one as well, and also after the program was ended.
    drop(tablet);
    let mut tablet = open(folder.path());
    let too_soon = tablet.unlock_with_pin("u1", "2580");
    assert!(matches!(too_soon, Err(TabletError::TooSoon { seconds: 5 })));
    assert!(matches!(
        tablet.unlock("jia", "secret"),
        Err(TabletError::TooSoon { .. })
    ));
    let later = |minutes: i64| TestClock(AtomicI64::new(1_520_812_800_000 + minutes * 60_000));
    for n in 1..=5 {
        tablet.clock = Arc::new(later(20 * n));
        assert!(matches!(
            tablet.unlock_with_pin("u1", "0000"),
            Err(TabletError::WrongPassword)
        ));
    }
    assert!(!tablet.has_pin("u1").unwrap());
    tablet.clock = Arc::new(later(200));
    assert_eq!(tablet.unlock("jia", "secret").unwrap(), "u1");
}

#[test]
fn an_edit_makes_signatures_stale_and_a_withdrawal_takes_one_away() {
    let folder = tempfile::tempdir().unwrap();
    let mut tablet = prepared(folder.path());
    answer(&mut tablet, 1);
    assert_eq!(tablet.standing(DOC).unwrap().applicant, Signature::None);
    let signed = Confirmation::Absent {
        reason: "去送件".into(),
        witness: "乙".into(),
    };
    tablet.confirm(DOC, "u1", signed).unwrap();
    let sign_off = tablet.sign_off(DOC, "u1").unwrap();
    assert!(tablet.standing(DOC).unwrap().is_complete());
    answer(&mut tablet, 2);
    let standing = tablet.standing(DOC).unwrap();
    assert!(matches!(standing.applicant, Signature::Stale(_)));
    let Signature::Stale(stale) = &standing.officers[0].signature else {
        panic!("{standing:?}");
    };
    assert_eq!(stale.statement, sign_off);
    tablet.withdraw(DOC, "u1", sign_off, "重新测量").unwrap();
    let standing = tablet.standing(DOC).unwrap();
    assert_eq!(standing.officers[0].signature, Signature::None);
}

#[test]
fn facts_and_settings_stay() {
    let folder = tempfile::tempdir().unwrap();
    let mut tablet = prepared(folder.path());
    let facts = tablet.facts(DOC).unwrap();
    tablet.set_setting("language", "en").unwrap();
    assert!(tablet.set_setting("language", &"x".repeat(2_000)).is_err());
    drop(tablet);
    let mut again = open(folder.path());
    assert_eq!(again.setting("language").unwrap().as_deref(), Some("en"));
    assert_eq!(again.setting("airplane").unwrap(), None);
    assert_eq!(again.facts(DOC).unwrap(), facts);
}
