//! How far the finish is: what is still missing on site, whose signature stands over this state,
//! and which one a later edit made stale. The pages show it, and nothing here signs.

use super::{Tablet, TabletError};
use crate::digest::Sha256;
use crate::identity::{ApplicantConfirmation, Statement};
use crate::ids::DocId;
use crate::inspection::{Place, View, Visit};
use crate::rules::{Assessment, Verdict};

/// A statement over the present state, over another one, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature<T> {
    /// Nobody signed.
    None,
    /// Something was edited after it: it must be signed again.
    Stale(T),
    /// Over exactly this state.
    Current(T),
}

/// An officer's sign-off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedOff {
    /// Hash of the statement, for withdrawing it.
    pub statement: Sha256,
    /// When, by the clock of the officer's tablet, Unix milliseconds.
    pub at_ms: i64,
}

/// One officer of the assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerStanding {
    /// User id.
    pub officer: String,
    /// Name.
    pub name: String,
    /// The sign-off.
    pub signature: Signature<SignedOff>,
}

/// Whose signature stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What the applicant did with the record.
    pub applicant: Signature<ApplicantConfirmation>,
    /// Every officer of the current assignment.
    pub officers: Vec<OfficerStanding>,
    /// The newest "could not inspect", if one was stated: why, in the officer's words.
    pub failed: Option<crate::identity::VisitFailed>,
}

impl Standing {
    /// Whether nothing more is to be signed.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        matches!(self.applicant, Signature::Current(_))
            && self
                .officers
                .iter()
                .all(|one| matches!(one.signature, Signature::Current(_)))
    }
}

/// A step of the visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitStep {
    /// Arrived.
    Begin,
    /// Who was there.
    Present,
    /// The notice of rights was read out.
    RightsRead,
    /// Left.
    End,
}

/// What is missing before the record can be signed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Missing {
    /// Items with an open conflict.
    pub conflicts: Vec<String>,
    /// Items not answered, or not completely.
    pub unanswered: Vec<String>,
    /// Items whose photo is missing.
    pub photos: Vec<String>,
    /// Failed items without the note that the record demands.
    pub notes: Vec<String>,
    /// Steps of the visit that nobody recorded.
    pub visit: Vec<VisitStep>,
}

impl Missing {
    /// What is missing in a document that was judged.
    #[must_use]
    pub fn of(view: &View, judged: &Assessment) -> Self {
        let items = |wanted: &dyn Fn(&crate::rules::ItemAssessment) -> bool| {
            let found = judged.items.iter().filter(|item| wanted(item));
            found.map(|item| item.item.clone()).collect()
        };
        let noted = |item: &str| view.notes.iter().any(|note| note.item == item);
        let recorded = |step: VisitStep| {
            view.visit.iter().any(|one| {
                step == match one.visit {
                    Visit::Begin { .. } => VisitStep::Begin,
                    Visit::Present { .. } => VisitStep::Present,
                    Visit::RightsRead { .. } => VisitStep::RightsRead,
                    Visit::End { .. } => VisitStep::End,
                }
            })
        };
        Self {
            conflicts: view.conflicts().map(|(item, _)| item.to_owned()).collect(),
            unanswered: items(&|item| item.verdict == Verdict::Missing && !item.photo_missing),
            photos: items(&|item| item.photo_missing),
            notes: items(&|item| item.note_required && !noted(&item.item)),
            visit: [
                VisitStep::Begin,
                VisitStep::Present,
                VisitStep::RightsRead,
                VisitStep::End,
            ]
            .into_iter()
            .filter(|step| !recorded(*step))
            .collect(),
        }
    }

    /// How many things.
    #[must_use]
    pub fn count(&self) -> usize {
        self.conflicts.len()
            + self.unanswered.len()
            + self.photos.len()
            + self.notes.len()
            + self.visit.len()
    }
}

impl Tablet {
    /// Whose signature stands over the present state.
    pub fn standing(&mut self, doc: DocId) -> Result<Standing, TabletError> {
        let heads = self.document(doc)?.heads();
        let case = self.case(doc)?;
        let statements = self.statements(doc)?;
        let withdrawn: Vec<Sha256> = statements
            .iter()
            .filter_map(|(_, one)| match one {
                Statement::Withdrawal(one) => Some(one.sign_off),
                _ => None,
            })
            .collect();
        let over = |same: bool| -> fn(SignedOff) -> Signature<SignedOff> {
            if same {
                Signature::Current
            } else {
                Signature::Stale
            }
        };
        let signature = |officer: &str| {
            let newest = statements.iter().rev().find_map(|(signed, one)| match one {
                Statement::SignOff(one)
                    if one.officer == officer && !withdrawn.contains(&signed.hash()) =>
                {
                    Some((signed.hash(), one))
                }
                _ => None,
            });
            newest.map_or(Signature::None, |(statement, one)| {
                let same = one.heads == heads && one.assignment == case.assignment;
                over(same)(SignedOff {
                    statement,
                    at_ms: one.at.wall_ms,
                })
            })
        };
        let said = |wanted: &dyn Fn(&ApplicantConfirmation) -> bool| {
            statements.iter().rev().find_map(|(_, one)| match one {
                Statement::ApplicantConfirmation(one) if wanted(one) => Some(one.clone()),
                _ => None,
            })
        };
        let applicant = match said(&|one| one.heads == heads) {
            Some(one) => Signature::Current(one),
            None => said(&|_| true).map_or(Signature::None, Signature::Stale),
        };
        Ok(Standing {
            applicant,
            officers: case
                .officers
                .iter()
                .map(|one| OfficerStanding {
                    officer: one.id.clone(),
                    name: one.name.clone(),
                    signature: signature(&one.id),
                })
                .collect(),
            failed: statements.iter().rev().find_map(|(_, one)| match one {
                Statement::VisitFailed(one) => Some(one.clone()),
                _ => None,
            }),
        })
    }

    /// Records that the officer arrived, now, at `place` if the tablet knows it.
    pub fn begin_visit(
        &mut self,
        doc: DocId,
        officer: &str,
        place: Option<Place>,
    ) -> Result<(), TabletError> {
        let at_ms = self.clock.wall_ms();
        self.visit(doc, officer, Visit::Begin { at_ms, place })
    }

    /// Records who of the applicant's side is present: name and role.
    pub fn present(&mut self, doc: DocId, officer: &str, who: &str) -> Result<(), TabletError> {
        let who = who.trim().to_owned();
        self.visit(doc, officer, Visit::Present { who })
    }

    /// Records that the notice of rights was read out, now.
    pub fn rights_read(&mut self, doc: DocId, officer: &str) -> Result<(), TabletError> {
        let at_ms = self.clock.wall_ms();
        self.visit(doc, officer, Visit::RightsRead { at_ms })
    }

    /// Records that the officer left, now.
    pub fn end_visit(&mut self, doc: DocId, officer: &str) -> Result<(), TabletError> {
        let at_ms = self.clock.wall_ms();
        self.visit(doc, officer, Visit::End { at_ms })
    }
}
