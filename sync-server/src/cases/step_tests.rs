//! The state machine as a table: what may be done where, and what each refusal says.

use std::collections::BTreeSet;

use field_core::rules::matter::{MatterKind, Verification};
use field_core::rules::{Library, Matter};
use jiff::civil::{Date, date};

use super::step::{Effect, Law, Transition, step};
use super::*;
use crate::auth::{Permission, Role};

const MONDAY: Date = date(2018, 3, 12);

fn library() -> Library {
    Library::embedded().unwrap()
}

fn case(state: State) -> CaseState {
    let accepted = !matches!(
        state,
        State::Submitted | State::Correction | State::NotAccepted
    );
    let library = library();
    let ruleset = library.ruleset_in_force("gbt-16739.1", MONDAY).unwrap();
    CaseState {
        state,
        revision: 3,
        submitted_on: MONDAY,
        corrected: state == State::Correction,
        missing: Vec::new(),
        round: u32::from(state > State::Accepted),
        assignment: u32::from(state > State::Accepted),
        inspectors: BTreeSet::new(),
        ruleset: accepted.then(|| ruleset.hash()),
        permit: None,
        force: Force::Full,
        stopped: false,
        extended: false,
        findings: Findings::default(),
    }
}

fn everybody(id: &str) -> Actor {
    Actor::Officer {
        id: id.to_owned(),
        roles: Role::ALL.into(),
        seen: None,
    }
}

fn with_role(role: Role) -> Actor {
    Actor::Officer {
        id: "x".to_owned(),
        roles: BTreeSet::from([role]),
        seen: None,
    }
}

fn officers(ids: &[&str]) -> Vec<Assigned> {
    ids.iter()
        .map(|id| Assigned {
            officer: (*id).to_owned(),
            standin: None,
        })
        .collect()
}

fn take_on(
    today: Date,
    case: &CaseState,
    action: &Action,
    by: &Actor,
) -> Result<Transition, Refusal> {
    let library = library();
    let law = Law {
        today,
        matter: library.matter("repair-permit").unwrap(),
        library: &library,
        class: "class-2",
    };
    step(case, action, by, &law)
}

fn take(case: &CaseState, action: &Action) -> Result<Transition, Refusal> {
    let by = if action.permission().is_some() {
        everybody("x")
    } else {
        Actor::System
    };
    take_on(MONDAY, case, action, &by)
}

fn actions() -> Vec<Action> {
    let reason = "理由".to_owned();
    let first_material = library().matter("repair-permit").unwrap().materials[0]
        .id
        .clone();
    vec![
        Action::RequestCorrection {
            missing: vec![first_material],
            others: Vec::new(),
        },
        Action::ReceiveCorrection,
        Action::Accept,
        Action::RefuseAcceptance {
            reason: reason.clone(),
        },
        Action::AssignInspectors {
            officers: officers(&["a", "b"]),
        },
        Action::Seal,
        Action::Unseal,
        Action::ReturnForRectification {
            items: vec!["F1".to_owned()],
            reason: reason.clone(),
        },
        Action::Decide(Outcome::Granted),
        Action::Decide(Outcome::Refused { reasons: reason }),
        Action::Issue,
        Action::Deliver,
    ]
}

/// For each state, where each action leads; everything else is refused.
fn expected(state: State, action: &Action) -> Option<State> {
    use State as S;
    match (state, action.word()) {
        (S::Submitted, "request-correction") => Some(S::Correction),
        (S::Correction, "receive-correction") => Some(S::Submitted),
        (S::Submitted, "accept") => Some(S::Accepted),
        (S::Submitted | S::Correction, "refuse-acceptance") => Some(S::NotAccepted),
        (S::Accepted | S::Scheduled | S::Rectification, "assign") => Some(S::Scheduled),
        (S::Scheduled, "seal") => Some(S::Inspected),
        (S::Inspected, "unseal") => Some(S::Scheduled),
        (S::Inspected, "return") => Some(S::Rectification),
        (S::Inspected, "grant") => Some(S::DecidedGranted),
        (S::Inspected | S::Rectification, "refuse") => Some(S::DecidedRefused),
        (S::DecidedGranted, "issue") => Some(S::Issued),
        (S::Issued, "deliver") => Some(S::Delivered),
        _ => None,
    }
}

#[test]
fn every_action_in_every_state() {
    for state in State::ALL {
        for action in actions() {
            let mut case = case(state);
            if action.word() == "return" {
                case.findings.failed.push("F1".to_owned());
            }
            let taken = take(&case, &action);
            match expected(state, &action) {
                Some(to) => assert_eq!(taken.unwrap().to, to, "{state:?} {action:?}"),
                None => {
                    let refusal = taken.unwrap_err();
                    assert!(!refusal.to_string().is_empty());
                    assert!(!refusal.english().is_empty());
                }
            }
        }
    }
}

#[test]
fn only_the_right_role_may_and_only_the_system_seals() {
    for action in actions() {
        for role in Role::ALL {
            let state = State::ALL
                .into_iter()
                .find(|state| expected(*state, &action).is_some())
                .unwrap();
            let mut case = case(state);
            case.findings.failed = match action.word() {
                "return" => vec!["F1".to_owned()],
                _ => vec![],
            };
            let taken = take_on(MONDAY, &case, &action, &with_role(role));
            match action.permission() {
                None => assert_eq!(taken, Err(Refusal::SystemOnly)),
                Some(permission) if permission.roles().contains(&role) => {
                    assert!(taken.is_ok(), "{action:?} {role:?} {taken:?}");
                }
                Some(permission) => {
                    assert_eq!(taken, Err(Refusal::NotPermitted(permission)));
                }
            }
        }
    }
    let granted = Action::Decide(Outcome::Granted);
    assert_eq!(
        take_on(MONDAY, &case(State::Inspected), &granted, &Actor::System),
        Err(Refusal::NotPermitted(Permission::Decide))
    );
}

#[test]
fn deciding_before_the_seal_and_twice() {
    let grant = Action::Decide(Outcome::Granted);
    assert_eq!(
        take(&case(State::Scheduled), &grant),
        Err(Refusal::NotSealed)
    );
    for state in [
        State::DecidedGranted,
        State::DecidedRefused,
        State::Issued,
        State::Delivered,
    ] {
        assert_eq!(take(&case(state), &grant), Err(Refusal::AlreadyDecided));
    }
}

#[test]
fn whoever_inspected_does_not_judge() {
    let mut inspected = case(State::Inspected);
    inspected.inspectors = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
    inspected.findings.failed.push("F1".to_owned());
    for action in [
        Action::Decide(Outcome::Granted),
        Action::Decide(Outcome::Refused {
            reasons: "理由".to_owned(),
        }),
        Action::ReturnForRectification {
            items: vec!["F1".to_owned()],
            reason: "整改".to_owned(),
        },
    ] {
        let own = take_on(MONDAY, &inspected, &action, &everybody("a"));
        assert_eq!(own, Err(Refusal::OwnInspection));
        let other = take_on(MONDAY, &inspected, &action, &everybody("c"));
        assert_ne!(other, Err(Refusal::OwnInspection));
    }
}

#[test]
fn granting_needs_every_item() {
    let grant = Action::Decide(Outcome::Granted);
    let mut inspected = case(State::Inspected);
    inspected.findings.open = vec!["F2".to_owned()];
    assert!(matches!(
        take(&inspected, &grant),
        Err(Refusal::ItemsOpen { .. })
    ));
    inspected.findings.failed = vec!["F1".to_owned()];
    let refusal = take(&inspected, &grant).unwrap_err();
    assert!(refusal.to_string().contains("F1"), "{refusal}");
    let refuse = Action::Decide(Outcome::Refused {
        reasons: "接待室面积不足".to_owned(),
    });
    assert_eq!(take(&inspected, &refuse).unwrap().to, State::DecidedRefused);
}

#[test]
fn a_permit_is_issued_once() {
    let mut issued = case(State::Issued);
    issued.permit = Some("浙交运管许可金字330784030001号".to_owned());
    assert!(matches!(
        take(&issued, &Action::Issue),
        Err(Refusal::AlreadyIssued { .. })
    ));
}

#[test]
fn a_page_that_is_out_of_date_does_nothing() {
    let by = |seen| Actor::Officer {
        id: "x".to_owned(),
        roles: Role::ALL.into(),
        seen,
    };
    let case = case(State::Submitted);
    let stale = take_on(MONDAY, &case, &Action::Accept, &by(Some(2)));
    let expected = Refusal::Stale {
        seen: 2,
        current: 3,
    };
    assert_eq!(stale, Err(expected));
    assert!(take_on(MONDAY, &case, &Action::Accept, &by(Some(3))).is_ok());
}

#[test]
fn two_different_inspectors_at_least() {
    let assign = |ids: &[&str]| {
        take(
            &case(State::Accepted),
            &Action::AssignInspectors {
                officers: officers(ids),
            },
        )
    };
    for ids in [&[][..], &["a"], &["a", "a"]] {
        let refused = assign(ids);
        assert!(matches!(
            refused,
            Err(Refusal::TooFewOfficers { min: 2, .. })
        ));
    }
    assert!(assign(&["a", "b", "c"]).is_ok());
    let many: Vec<_> = ["a", "b", "c", "d", "e", "f", "g"].into();
    assert_eq!(
        assign(&many),
        Err(Refusal::TooManyOfficers { max: OFFICERS })
    );
    let mut both = officers(&["a", "b"]);
    both[0].standin = Some("b".to_owned());
    let action = Action::AssignInspectors { officers: both };
    assert_eq!(
        take(&case(State::Accepted), &action),
        Err(Refusal::StandInIsAssigned)
    );
}

#[test]
fn a_replacement_is_a_revision_and_a_return_a_round() {
    let action = Action::AssignInspectors {
        officers: officers(&["a", "b"]),
    };
    let effect = |state| take(&case(state), &action).unwrap().effect;
    let assigned = |round, revision, begins| Effect::Assigned {
        round,
        revision,
        begins,
    };
    assert_eq!(effect(State::Accepted), assigned(1, 1, true));
    assert_eq!(effect(State::Scheduled), assigned(1, 2, false));
    assert_eq!(effect(State::Rectification), assigned(2, 1, true));
}

#[test]
fn what_is_missing_is_told_once_and_in_time() {
    let request = &actions()[0];
    let mut twice = case(State::Submitted);
    twice.corrected = true;
    assert_eq!(take(&twice, request), Err(Refusal::CorrectionOnlyOnce));

    let by = everybody("x");
    let submitted = case(State::Submitted);
    let last = date(2018, 3, 19);
    assert!(take_on(last, &submitted, request, &by).is_ok());
    assert_eq!(
        take_on(date(2018, 3, 20), &submitted, request, &by),
        Err(Refusal::CorrectionTooLate { until: last })
    );

    let mut missing = case(State::Submitted);
    missing.missing = vec!["营业执照".to_owned()];
    let refused = take(&missing, &Action::Accept);
    assert!(matches!(refused, Err(Refusal::MaterialsMissing { .. })));
    // Nobody asked in time: the application counts as accepted.
    assert!(take_on(date(2018, 3, 20), &missing, &Action::Accept, &by).is_ok());
}

#[test]
fn accepting_starts_the_clock_and_pins_the_rules() {
    let taken = take(&case(State::Submitted), &Action::Accept).unwrap();
    let Effect::Accepted { ruleset, due } = taken.effect else {
        panic!("another effect");
    };
    assert!(ruleset.is_some());
    assert_eq!(due.promised, Ok(date(2018, 3, 26)));
    // Two days of Qingming are off, and a Sunday is worked for one of them.
    assert_eq!(due.statutory, Ok(date(2018, 4, 17)));
}

#[test]
fn a_deadline_in_an_unknown_year_is_unknown() {
    let library = library();
    let matter = library.matter("repair-permit").unwrap();
    let due = deadlines::of_acceptance(matter, date(2026, 12, 28), library.workdays());
    assert!(due.promised.is_err() && due.statutory.is_err());
}

#[test]
fn without_a_ruleset_nothing_is_accepted() {
    let by = everybody("x");
    let filing = date(2024, 6, 3);
    let refused = take_on(filing, &case(State::Submitted), &Action::Accept, &by);
    assert!(
        matches!(refused, Err(Refusal::MatterNotOpen { .. })),
        "{refused:?}"
    );
}

#[test]
fn where_the_decision_comes_first_no_seal_is_needed() {
    let library = library();
    let matter = Matter {
        verification: Verification::AfterDecision,
        kind: MatterKind::Filing,
        ..library.matter("repair-permit").unwrap().clone()
    };
    let law = Law {
        today: MONDAY,
        matter: &matter,
        library: &library,
        class: "class-2",
    };
    let take = |state, action: &Action| step(&case(state), action, &everybody("x"), &law);
    let grant = Action::Decide(Outcome::Granted);
    assert_eq!(
        take(State::Accepted, &grant).unwrap().to,
        State::DecidedGranted
    );
    let issued = take(State::DecidedGranted, &Action::Issue);
    assert_eq!(issued, Err(Refusal::NothingToIssue));
}

#[test]
fn limits_warn_at_four_fifths() {
    use std::collections::BTreeMap;

    use deadlines::Urgency;
    use field_core::rules::Step;

    let library = library();
    let matter = library.matter("repair-permit").unwrap();
    let reached = BTreeMap::from([(Step::Submitted, MONDAY), (Step::Accepted, MONDAY)]);
    let whole = |today| {
        deadlines::of_case(matter, &reached, &[], today, library.workdays())
            .into_iter()
            .map(Result::unwrap)
            .find(|deadline| deadline.limit == "whole")
            .unwrap()
    };
    for (today, urgency, used) in [
        (MONDAY, Urgency::Running, 0),
        (date(2018, 3, 21), Urgency::Running, 7),
        (date(2018, 3, 22), Urgency::Warning, 8),
        (date(2018, 3, 26), Urgency::Warning, 10),
        (date(2018, 3, 27), Urgency::PromiseBroken, 11),
        (date(2018, 4, 17), Urgency::PromiseBroken, 25),
        (date(2018, 4, 18), Urgency::Overdue, 26),
    ] {
        let deadline = whole(today);
        assert_eq!(
            (deadline.urgency, deadline.used),
            (urgency, used),
            "{today}"
        );
    }
}
