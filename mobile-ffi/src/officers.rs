//! Officers on this tablet. Two may share one; each unlocks the own key.

use field_core::tablet::TabletError as CoreError;
use field_core::tablet::sync::Http;

use crate::{Tablet, TabletError};

/// What the server answers to a wrong login or password.
const UNAUTHORIZED: u16 = 401;

/// An officer who signed in on this tablet once.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Officer {
    /// User id, which the other methods take as `officer`.
    pub id: String,
    /// Login.
    pub login: String,
    /// Name.
    pub name: String,
    /// 执法证号
    pub card_number: Option<String>,
    /// Whether the officer may work now.
    pub unlocked: bool,
}

#[uniffi::export]
impl Tablet {
    /// Signs an officer in on this tablet for the first time, and unlocks. Returns the user id.
    /// Uses the network.
    pub fn sign_in(&self, login: &str, password: &str) -> Result<String, TabletError> {
        let core = self.core()?;
        let signed_in = Http::connect(&core)?.sign_in(&core, login, password);
        signed_in.map_err(|error| match error {
            CoreError::Refused {
                status: UNAUTHORIZED,
                message,
            } => TabletError::WrongPassword { reason: message },
            error => error.into(),
        })
    }

    /// Unlocks an officer who signed in before, without a network. Returns the user id.
    pub fn unlock(&self, login: &str, password: &str) -> Result<String, TabletError> {
        self.with(|core| core.unlock(login, password))
    }

    /// Everybody who signed in on this tablet once.
    pub fn officers(&self) -> Result<Vec<Officer>, TabletError> {
        let known = self.with(|core| core.officers())?;
        Ok(known
            .into_iter()
            .map(|one| Officer {
                id: one.id,
                login: one.login,
                name: one.name,
                card_number: one.card_number,
                unlocked: one.unlocked,
            })
            .collect())
    }
}
