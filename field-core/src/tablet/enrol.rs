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
