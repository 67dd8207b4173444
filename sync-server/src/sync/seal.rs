//! When an inspection is sealed. [`agreed`] is the rule and pure; [`settle`] looks, inside the
//! transaction that brought the last piece, whether it holds now, and moves the case.
//!
//! Sealed means: every officer of the current assignment (or the stand-in) signed the same state
//! H under the current revision and did not withdraw it, H is held, every evidence file named in
//! H is held, no conflict is open at H, and the applicant's statement over H is there.

use std::collections::BTreeSet;

use field_core::digest::Sha256;
use field_core::identity::{SignOff, Statement};
use field_core::ids::DocId;
use field_core::inspection::{Heads, Inspection};
use rusqlite::{Connection, Transaction};

use super::judge::damaged;
use super::standing::{self, Held};
use crate::cases::{self, Desk, State};
use crate::error::AppError;
use crate::store::cases::{self as rows, Assignment};
use crate::store::{StoreError, blobs, inspections};

/// The sign-offs that were not withdrawn, oldest first.
pub(super) fn standing_sign_offs(statements: &[Held]) -> impl Iterator<Item = (Sha256, &SignOff)> {
    let withdrawn: BTreeSet<Sha256> = statements
        .iter()
        .filter_map(|one| match &one.content {
            Statement::Withdrawal(withdrawal) => Some(withdrawal.sign_off),
            _ => None,
        })
        .collect();
    statements.iter().filter_map(move |one| match &one.content {
        Statement::SignOff(sign_off) if !withdrawn.contains(&one.hash) => {
            Some((one.hash, sign_off))
        }
        _ => None,
    })
}

/// A state that everybody signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Agreement {
    pub(super) heads: Heads,
    /// The files that all of them signed for.
    pub(super) evidence: Vec<Sha256>,
}

/// The states on which all officers of the assignment agree, the newest first.
pub(super) fn agreed(assignment: &Assignment, statements: &[Held]) -> Vec<Agreement> {
    let valid: Vec<&SignOff> = standing_sign_offs(statements)
        .map(|(_, one)| one)
        .filter(|one| one.assignment == assignment.revision)
        .filter(|one| has_applicant(statements, one))
        .collect();
    let mut agreements: Vec<Agreement> = Vec::new();
    for candidate in valid.iter().rev() {
        if agreements.iter().any(|one| one.heads == candidate.heads) {
            continue;
        }
        let signed: BTreeSet<&str> = valid
            .iter()
            .filter(|one| one.heads == candidate.heads && one.evidence == candidate.evidence)
            .map(|one| one.officer.as_str())
            .collect();
        let all = assignment.officers.iter().all(|slot| {
            let standin = slot.standin.as_deref();
            signed.contains(slot.officer.as_str())
                || standin.is_some_and(|standin| signed.contains(standin))
        });
        if all && !assignment.officers.is_empty() {
            agreements.push(Agreement {
                heads: candidate.heads.clone(),
                evidence: candidate.evidence.clone(),
            });
        }
    }
    agreements
}

fn has_applicant(statements: &[Held], sign_off: &SignOff) -> bool {
    statements.iter().any(|one| match &one.content {
        Statement::ApplicantConfirmation(said) => {
            one.hash == sign_off.applicant && said.heads == sign_off.heads
        }
        _ => false,
    })
}

/// Seals or unseals `doc`, if that follows from what is held now. A refusal of the state machine
/// is noted in the log and takes nothing else back: an exchange is never lost over a seal.
///
/// # Errors
/// The database cannot be read or written.
pub(crate) fn settle(
    transaction: &Transaction<'_>,
    desk: &Desk,
    doc: DocId,
) -> Result<(), AppError> {
    transaction
        .execute_batch("SAVEPOINT settle")
        .map_err(StoreError::from)?;
    let outcome = try_settle(transaction, desk, doc);
    let end = if outcome.is_ok() {
        "RELEASE settle"
    } else {
        "ROLLBACK TO settle; RELEASE settle"
    };
    transaction.execute_batch(end).map_err(StoreError::from)?;
    match outcome {
        Err(AppError::Refused(refusal)) => {
            tracing::warn!(%doc, %refusal, "an inspection could not be sealed");
            Ok(())
        }
        other => other,
    }
}

fn try_settle(transaction: &Transaction<'_>, desk: &Desk, doc: DocId) -> Result<(), AppError> {
    let Some(row) = inspections::get(transaction, doc)? else {
        return Ok(());
    };
    let newest = inspections::of_case(transaction, row.case_id)?.pop();
    let case = rows::by_id(transaction, row.case_id)?;
    let assignment = rows::assignment(transaction, row.case_id)?;
    let (Some(case), Some(assignment)) = (case, assignment) else {
        return Ok(());
    };
    if newest.is_none_or(|newest| newest.doc != doc) {
        return Ok(());
    }
    let agreements = agreed(&assignment, &standing::held(transaction, doc)?);
    let mut state = case.state;
    if let Some(sealed) = &row.sealed {
        let void = !agreements.iter().any(|one| one.heads == *sealed);
        if !void || state != State::Inspected {
            return Ok(());
        }
        state = cases::unseal(transaction, desk, doc)?.state;
    }
    if state != State::Scheduled {
        return Ok(());
    }
    for agreement in &agreements {
        if is_whole(transaction, doc, agreement)? {
            cases::seal(transaction, desk, doc, &agreement.heads)?;
            break;
        }
    }
    Ok(())
}

/// Whether everything the officers signed for is here and undisputed. The cheap question comes
/// first: while photos are on their way this is asked with each of them.
fn is_whole(connection: &Connection, doc: DocId, agreement: &Agreement) -> Result<bool, AppError> {
    if blobs::count_held(connection, &agreement.evidence)? < agreement.evidence.len() {
        return Ok(false);
    }
    let snapshot = inspections::snapshot(connection, doc)?.unwrap_or_default();
    let mut document = Inspection::load(&snapshot).map_err(|e| damaged(&e))?;
    if !document.has_all(&agreement.heads) {
        return Ok(false);
    }
    let view = document
        .view_at(&agreement.heads)
        .map_err(|e| damaged(&e))?;
    Ok(view.conflicts().next().is_none() && view.evidence() == agreement.evidence)
}

#[cfg(test)]
mod tests {
    use field_core::identity::{ApplicantConfirmation, Confirmation, Withdrawal};
    use field_core::moment::Moment;

    use super::*;
    use crate::cases::Assigned;

    const AT: Moment = Moment {
        wall_ms: 1,
        monotonic_ms: 1,
        server_offset_ms: None,
    };

    fn heads(state: &str) -> Heads {
        Heads::from(vec![Sha256::of(state.as_bytes())])
    }

    fn doc() -> DocId {
        DocId::from_bytes([1; 16])
    }

    fn applicant(state: &str) -> Held {
        Held {
            hash: Sha256::of(format!("applicant {state}").as_bytes()),
            content: Statement::ApplicantConfirmation(ApplicantConfirmation {
                doc: doc(),
                round: 1,
                heads: heads(state),
                confirmation: Confirmation::Absent {
                    reason: "店主外出".into(),
                    witness: "乙".into(),
                },
                officer: "u1".into(),
                at: AT,
            }),
        }
    }

    fn sign_off(officer: &str, state: &str, revision: u32) -> Held {
        Held {
            hash: Sha256::of(format!("{officer} {state} {revision}").as_bytes()),
            content: Statement::SignOff(SignOff {
                doc: doc(),
                round: 1,
                heads: heads(state),
                ruleset: Sha256::of(b"rules"),
                evidence: vec![],
                applicant: applicant(state).hash,
                assignment: revision,
                officer: officer.into(),
                at: AT,
            }),
        }
    }

    fn withdrawal(of: &Held) -> Held {
        Held {
            hash: Sha256::of_parts([of.hash.as_ref(), b"withdrawn"]),
            content: Statement::Withdrawal(Withdrawal {
                doc: doc(),
                sign_off: of.hash,
                reason: "看错".into(),
                officer: "u1".into(),
                at: AT,
            }),
        }
    }

    fn assignment(revision: u32) -> Assignment {
        let slot = |officer: &str, standin: Option<&str>| Assigned {
            officer: officer.into(),
            standin: standin.map(str::to_owned),
        };
        Assignment {
            round: 1,
            revision,
            officers: vec![slot("u1", None), slot("u2", Some("u3"))],
        }
    }

    fn states(statements: &[Held]) -> Vec<Heads> {
        let agreements = agreed(&assignment(1), statements);
        agreements.into_iter().map(|one| one.heads).collect()
    }

    #[test]
    fn all_must_sign_the_same_state_over_the_applicants_word() {
        let a = applicant("A");
        assert!(states(&[a.clone(), sign_off("u1", "A", 1)]).is_empty());
        let different = [
            a.clone(),
            applicant("B"),
            sign_off("u1", "A", 1),
            sign_off("u2", "B", 1),
        ];
        assert!(states(&different).is_empty());
        let same = [a, sign_off("u1", "A", 1), sign_off("u2", "A", 1)];
        assert_eq!(states(&same), [heads("A")]);
        assert!(states(&same[1..]).is_empty(), "no word of the applicant");
    }

    #[test]
    fn a_stand_in_signs_for_the_officer_and_a_stranger_for_nobody() {
        let by = |who: &str| {
            states(&[
                applicant("A"),
                sign_off("u1", "A", 1),
                sign_off(who, "A", 1),
            ])
        };
        assert_eq!(by("u3"), [heads("A")]);
        assert!(by("u4").is_empty());
    }

    #[test]
    fn an_old_assignment_and_a_withdrawn_word_do_not_count() {
        let first = sign_off("u1", "A", 1);
        let both = [applicant("A"), first.clone(), sign_off("u2", "A", 1)];
        assert!(agreed(&assignment(2), &both).is_empty());
        let mut withdrawn = both.to_vec();
        withdrawn.push(withdrawal(&first));
        assert!(states(&withdrawn).is_empty());
    }

    #[test]
    fn the_newest_agreement_comes_first() {
        let both = |state: &str| {
            [
                applicant(state),
                sign_off("u1", state, 1),
                sign_off("u2", state, 1),
            ]
        };
        let statements = [both("A"), both("B")].concat();
        assert_eq!(states(&statements), [heads("B"), heads("A")]);
    }
}
