//! Finishing on site: the applicant confirms the record of a state, each officer signs the same
//! state. A later edit makes a sign-off stale; it is shown as such and signed again.

use super::store::statements;
use super::{Tablet, TabletError};
use crate::digest::Sha256;
use crate::identity::{
    ApplicantConfirmation, Confirmation, SignOff, Statement, VisitFailed, VisitFailure, Withdrawal,
};
use crate::ids::DocId;
use crate::inspection::Heads;

impl Tablet {
    /// Records what the applicant did with the record of the present state, shown by `officer`.
    pub fn confirm(
        &mut self,
        doc: DocId,
        officer: &str,
        confirmation: Confirmation,
    ) -> Result<Sha256, TabletError> {
        let heads = self.settled(doc)?;
        let statement = Statement::ApplicantConfirmation(ApplicantConfirmation {
            doc,
            round: self.document(doc)?.facts().round,
            heads,
            confirmation,
            officer: officer.to_owned(),
            at: self.moment()?,
        });
        self.state(officer, statement)
    }

    /// Signs the present state for `officer`. The applicant must have confirmed, refused or been
    /// absent for exactly this state.
    pub fn sign_off(&mut self, doc: DocId, officer: &str) -> Result<Sha256, TabletError> {
        let heads = self.settled(doc)?;
        let applicant = self.applicant_statement(doc, &heads)?.ok_or_else(|| {
            TabletError::NotYet(
                "the applicant has not yet confirmed this state of the record".into(),
            )
        })?;
        let view = self.view(doc)?;
        let statement = Statement::SignOff(SignOff {
            doc,
            round: view.facts.round,
            heads,
            ruleset: view.facts.ruleset_hash,
            evidence: view.evidence(),
            applicant,
            assignment: self.case(doc)?.assignment,
            officer: officer.to_owned(),
            at: self.moment()?,
        });
        self.state(officer, statement)
    }

    /// Takes a sign-off back.
    pub fn withdraw(
        &mut self,
        doc: DocId,
        officer: &str,
        sign_off: Sha256,
        reason: &str,
    ) -> Result<Sha256, TabletError> {
        let statement = Statement::Withdrawal(Withdrawal {
            doc,
            sign_off,
            reason: reason.to_owned(),
            officer: officer.to_owned(),
            at: self.moment()?,
        });
        self.state(officer, statement)
    }

    /// Records that the shop could not be inspected. A closed door and a refusal are shown by a
    /// photo; a date put off by agreement needs none.
    pub fn visit_failed(
        &mut self,
        doc: DocId,
        officer: &str,
        failure: VisitFailure,
        note: &str,
        photo: Option<Sha256>,
    ) -> Result<Sha256, TabletError> {
        if photo.is_none() && failure != VisitFailure::Postponed {
            return Err(TabletError::DoorPhotoMissing);
        }
        let statement = Statement::VisitFailed(VisitFailed {
            doc,
            failure,
            note: note.to_owned(),
            photo,
            officer: officer.to_owned(),
            at: self.moment()?,
        });
        self.state(officer, statement)
    }

    /// The applicant's newest statement over exactly these heads.
    fn applicant_statement(
        &self,
        doc: DocId,
        heads: &Heads,
    ) -> Result<Option<Sha256>, TabletError> {
        let found = self.statements(doc)?.into_iter().rev().find(|(_, one)| {
            matches!(one, Statement::ApplicantConfirmation(said) if said.heads == *heads)
        });
        Ok(found.map(|(signed, _)| signed.hash()))
    }

    /// The heads, once no conflict is open: nobody signs a record that says two things.
    fn settled(&mut self, doc: DocId) -> Result<Heads, TabletError> {
        let view = self.view(doc)?;
        let open: Vec<_> = view.conflicts().map(|(item, _)| item.to_owned()).collect();
        if open.is_empty() {
            Ok(view.heads)
        } else {
            Err(TabletError::NotYet(format!(
                "resolve the conflicts first: {}",
                open.join(", ")
            )))
        }
    }

    fn state(&mut self, officer: &str, statement: Statement) -> Result<Sha256, TabletError> {
        let doc = statement.doc();
        if !self.case(doc)?.officers.iter().any(|one| one.id == officer) {
            return Err(TabletError::NotAssigned(officer.to_owned()));
        }
        let signed = statement.sign(&self.device_key()?, &self.officer_key(officer)?);
        // What would be refused elsewhere is refused here, while it can still be said better.
        Statement::open(&signed)?;
        let at = self.clock.wall_ms();
        self.store
            .write(|transaction| statements::insert(transaction, doc, &signed, "unsent", at))?;
        Ok(signed.hash())
    }
}
