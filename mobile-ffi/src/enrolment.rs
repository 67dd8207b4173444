//! Which server and agency this tablet belongs to.

use field_core::tablet::Enrolment as CoreEnrolment;
use field_core::tablet::sync::Http;

use crate::{Tablet, TabletError};

/// What enrolling gave.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Enrolment {
    /// Address of the server.
    pub server: String,
    /// The tablet's id on the server, 32 hexadecimal digits.
    pub device: String,
    /// What the administrator called the tablet.
    pub name: String,
    /// Name of the agency.
    pub agency: String,
}

impl From<CoreEnrolment> for Enrolment {
    fn from(core: CoreEnrolment) -> Self {
        Self {
            server: core.server,
            device: core.device.to_string(),
            name: core.name,
            agency: core.agency,
        }
    }
}

#[uniffi::export]
impl Tablet {
    /// Enrols the tablet at `server` (`https://host[:port]`) with the one-time code that the
    /// administrator shows. Uses the network.
    pub fn enrol(&self, server: &str, code: &str) -> Result<Enrolment, TabletError> {
        let core = self.core()?;
        Ok(Http::enrol(&core, server, code)?.into())
    }

    /// What enrolling gave, if it was done.
    pub fn enrolment(&self) -> Result<Option<Enrolment>, TabletError> {
        self.with(|core| Ok(core.enrolment()?.map(Enrolment::from)))
    }
}
