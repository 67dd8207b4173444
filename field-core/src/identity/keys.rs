//! Ed25519 keys (RFC 8032) of devices, officers and the server, and the short messages that are
//! signed bare: a server nonce, the newest change of an actor, a change that was admitted later.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer, VerifyingKey};
use rand::Rng;
use zeroize::Zeroizing;

use crate::digest::Sha256;
use crate::ids::{Actor, DocId};

/// A key that signs. Its secret is wiped from memory when dropped and never displayed.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

/// The public half of a [`SigningKey`]: 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicKey([u8; 32]);

/// Why a key or a signature was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The bytes are no Ed25519 public key.
    #[error("the public key is not valid")]
    NotAKey,
    /// The signature is not this key's over these bytes.
    #[error("the signature does not fit the key and the signed content")]
    BadSignature,
}

impl SigningKey {
    /// A new key from `rng`, which must be a cryptographic one.
    #[must_use]
    pub fn generate(rng: &mut impl Rng) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        rng.fill_bytes(secret.as_mut());
        Self::from_secret(&secret)
    }

    /// A key stored earlier.
    #[must_use]
    pub fn from_secret(secret: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(secret))
    }

    /// The secret, for storing it encrypted.
    #[must_use]
    pub fn secret(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs `message`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public())
    }
}

impl PublicKey {
    /// A key that came from elsewhere; whether it is on the curve shows when it verifies.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Strict verification: no signature is accepted that another verifier could reject.
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> Result<(), KeyError> {
        VerifyingKey::from_bytes(&self.0)
            .map_err(|_| KeyError::NotAKey)?
            .verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature))
            .map_err(|_| KeyError::BadSignature)
    }
}

impl TryFrom<&[u8]> for PublicKey {
    type Error = KeyError;

    fn try_from(bytes: &[u8]) -> Result<Self, KeyError> {
        bytes.try_into().map(Self).map_err(|_| KeyError::NotAKey)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}
impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}
impl<C> minicbor::Encode<C> for PublicKey {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}
impl<'b, C> minicbor::Decode<'b, C> for PublicKey {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let position = d.position();
        Self::try_from(d.bytes()?)
            .map_err(|error| minicbor::decode::Error::message(error.to_string()).at(position))
    }
}

/// What a device signs to vouch for the newest change of one of its actors. The hash chain of
/// the actor's changes covers all earlier ones.
#[must_use]
pub fn change_signature_message(doc: DocId, actor: Actor, change: Sha256) -> Vec<u8> {
    let mut message = b"kanyan.change.1\0".to_vec();
    message.extend_from_slice(doc.as_bytes());
    message.extend_from_slice(actor.as_bytes());
    message.extend_from_slice(change.as_bytes());
    message
}

/// What the server signs when an officer admits a change that was set aside: authorship was
/// proven when it came, trust in the tablet was not.
#[must_use]
pub fn admission_message(doc: DocId, actor: Actor, change: Sha256) -> Vec<u8> {
    let mut message = b"kanyan.admission.1\0".to_vec();
    message.extend_from_slice(doc.as_bytes());
    message.extend_from_slice(actor.as_bytes());
    message.extend_from_slice(change.as_bytes());
    message
}

/// What a device signs to get a token: the nonce the server gave it.
#[must_use]
pub fn nonce_message(nonce: &[u8]) -> Vec<u8> {
    [b"kanyan.nonce.1\0", nonce].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_fits_its_key_and_message_only() {
        let key = SigningKey::from_secret(&[1; 32]);
        let other = SigningKey::from_secret(&[2; 32]);
        let signature = key.sign(b"state");
        assert_eq!(key.public().verify(b"state", &signature), Ok(()));
        assert_eq!(
            key.public().verify(b"another", &signature),
            Err(KeyError::BadSignature)
        );
        assert_eq!(
            other.public().verify(b"state", &signature),
            Err(KeyError::BadSignature)
        );
        // All zeroes is a point of small order: refused by strict verification.
        assert!(
            PublicKey::from_bytes([0; 32])
                .verify(b"", &[0; 64])
                .is_err()
        );
    }

    #[test]
    fn the_secret_is_never_shown() {
        let key = SigningKey::from_secret(&[0x41; 32]);
        assert!(!format!("{key:?}").contains("65, 65"));
    }
}
