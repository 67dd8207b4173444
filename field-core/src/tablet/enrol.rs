//! Enrolling: with a one-time code the tablet gives its public key to the server and learns the
//! server's. The device key is made here and never leaves the store.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::store::set_meta;
use super::{Tablet, TabletError};
use crate::identity::{PublicKey, SigningKey};
use crate::ids::DeviceId;

const DEVICE_KEY: &str = "device-key";
const ENROLMENT: &str = "enrolment";

/// What the tablet knows of its server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// Address of the server, without a path.
    pub server: String,
    /// This tablet's name on the server.
    pub device: DeviceId,
    /// What the administrator called it.
    pub name: String,
    /// The server's Ed25519 key, base64url: receipts and certificates are checked against it.
    pub server_key: String,
    /// The agency.
    pub agency: String,
}

impl Enrolment {
    /// The server's key.
    pub fn server_public_key(&self) -> Result<PublicKey, TabletError> {
        read_key(&self.server_key)
    }
}

/// What an administrator shows: where to enrol, and the one-time code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Address of the server, without a path.
    pub server: String,
    /// The code.
    pub code: String,
}

impl Invitation {
    /// The address that a QR code holds: `https://server/enrol#CODE`. The code stands behind the
    /// `#`, so that a scanner that opens it sends it to nobody.
    #[must_use]
    pub fn to_url(&self) -> String {
        format!("{}/enrol#{}", self.server.trim_end_matches('/'), self.code)
    }

    /// Reads such an address, or server and code with a space or line break between them.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (server, code) = match text.split_once('#') {
            Some((server, code)) => (server.trim_end_matches("/enrol"), code),
            None => text.split_once(char::is_whitespace)?,
        };
        let (server, code) = (server.trim().trim_end_matches('/'), code.trim());
        let web = server.starts_with("https://") || server.starts_with("http://");
        (web && !code.is_empty() && !server.contains(char::is_whitespace)).then(|| Self {
            server: server.to_owned(),
            code: code.to_owned(),
        })
    }
}

pub(super) fn read_key(text: &str) -> Result<PublicKey, TabletError> {
    let bytes = BASE64URL_NOPAD
        .decode(text.as_bytes())
        .map_err(|error| TabletError::Answer(error.to_string()))?;
    Ok(PublicKey::try_from(bytes.as_slice())?)
}

impl Tablet {
    /// The device key, made on first use. Making it before asking the server means that a lost
    /// answer is asked for again with the same key.
    pub(super) fn device_key(&mut self) -> Result<SigningKey, TabletError> {
        if let Some(secret) = self.store.meta(DEVICE_KEY)? {
            let secret: [u8; 32] = secret
                .try_into()
                .map_err(|_| TabletError::Sealed("the device key"))?;
            return Ok(SigningKey::from_secret(&secret));
        }
        let key = SigningKey::generate(&mut self.rng);
        set_meta(self.store.reader(), DEVICE_KEY, key.secret().as_ref())?;
        Ok(key)
    }

    /// What enrolling gave, if it was done.
    pub fn enrolment(&self) -> Result<Option<Enrolment>, TabletError> {
        match self.store.meta(ENROLMENT)? {
            None => Ok(None),
            Some(json) => serde_json::from_slice(&json)
                .map(Some)
                .map_err(|error| TabletError::Answer(error.to_string())),
        }
    }

    pub(super) fn enrolled(&self) -> Result<Enrolment, TabletError> {
        self.enrolment()?.ok_or(TabletError::NotEnrolled)
    }

    pub(super) fn set_enrolment(&mut self, enrolment: &Enrolment) -> Result<(), TabletError> {
        enrolment.server_public_key()?;
        let json = serde_json::to_vec(enrolment).expect("plain structs are always JSON");
        self.store
            .write(|transaction| set_meta(transaction, ENROLMENT, &json))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_read_as_it_was_written_or_as_two_words() {
        let invitation = Invitation {
            server: "https://kanyan.example:8443".into(),
            code: "ABCD-EFGH".into(),
        };
        let read = Invitation::read(&invitation.to_url());
        assert_eq!(read.as_ref(), Some(&invitation));
        let pasted = Invitation::read(" https://kanyan.example:8443/\nABCD-EFGH ");
        assert_eq!(pasted.as_ref(), Some(&invitation));
        for bad in ["", "ABCD-EFGH", "ftp://x#A", "https://x#", "https://x"] {
            assert_eq!(Invitation::read(bad), None, "{bad}");
        }
    }
}
