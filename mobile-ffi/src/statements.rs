//! Finishing on site: the applicant confirms the record of a state, each officer signs it.

use field_core::identity as core;

use crate::tablet::doc_id;
use crate::{Tablet, TabletError};

/// What the applicant did with the record that was shown.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Confirmation {
    /// Signed by hand on the screen.
    Signed {
        /// Who signed: the applicant or a representative.
        name: String,
        /// The drawn signature: SVG path data on a 1000 × 300 canvas.
        strokes: String,
    },
    /// Refused to sign.
    Refused {
        /// The reason given.
        reason: String,
        /// Who saw it.
        witness: String,
    },
    /// Nobody was there to sign.
    Absent {
        /// Why the inspection went on.
        reason: String,
        /// Who saw it.
        witness: String,
    },
}

impl From<Confirmation> for core::Confirmation {
    fn from(confirmation: Confirmation) -> Self {
        match confirmation {
            Confirmation::Signed { name, strokes } => Self::Signed { name, strokes },
            Confirmation::Refused { reason, witness } => Self::Refused { reason, witness },
            Confirmation::Absent { reason, witness } => Self::Absent { reason, witness },
        }
    }
}

#[uniffi::export]
impl Tablet {
    /// Records what the applicant did with the record of the present state, shown by `officer`.
    /// Returns the statement's hash. `NotYet` while a conflict is open.
    pub fn confirm(
        &self,
        doc: &str,
        officer: &str,
        confirmation: Confirmation,
    ) -> Result<String, TabletError> {
        let doc = doc_id(doc)?;
        let hash = self.with(|core| core.confirm(doc, officer, confirmation.into()))?;
        Ok(hash.to_string())
    }

    /// Signs the present state for `officer`. Returns the statement's hash. `NotYet` until the
    /// applicant confirmed, refused or was absent for exactly this state: an edit made afterwards
    /// asks for both again.
    pub fn sign_off(&self, doc: &str, officer: &str) -> Result<String, TabletError> {
        let doc = doc_id(doc)?;
        let hash = self.with(|core| core.sign_off(doc, officer))?;
        Ok(hash.to_string())
    }
}
