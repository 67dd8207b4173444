//! The server's signed word that it durably holds something. A tablet forgets nothing that no
//! receipt names.

use super::envelope::{EnvelopeError, Kind, Signed};
use super::keys::{PublicKey, SigningKey};
use crate::digest::Sha256;
use crate::ids::DeviceId;

/// What one exchange made durable, together with everything of the same exchange that already was.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Receipt {
    /// The log's epoch: a restored backup starts a new one.
    #[n(0)]
    pub epoch: u64,
    /// To whom it was given.
    #[n(1)]
    pub device: DeviceId,
    /// Changes, sorted.
    #[n(2)]
    pub changes: Vec<Sha256>,
    /// Statements, sorted.
    #[n(3)]
    pub statements: Vec<Sha256>,
    /// Evidence files whose bytes were verified, sorted.
    #[n(4)]
    pub blobs: Vec<Sha256>,
    /// Server time, Unix milliseconds.
    #[n(5)]
    pub at_ms: i64,
}

impl Receipt {
    /// Signed by the server.
    #[must_use]
    pub fn sign(&self, server: &SigningKey) -> Signed {
        let body = minicbor::to_vec(self).expect("writing into memory cannot fail");
        Signed::new(Kind::Receipt, body, &[server])
    }

    /// Reads a receipt and demands the server's signature.
    pub fn open(bytes: &[u8], server: &PublicKey) -> Result<Self, EnvelopeError> {
        let signed = Signed::from_bytes(bytes)?;
        signed.require(server)?;
        signed.content(Kind::Receipt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_servers_word_counts() {
        let server = SigningKey::from_secret(&[1; 32]);
        let impostor = SigningKey::from_secret(&[2; 32]);
        let receipt = Receipt {
            epoch: 1,
            device: DeviceId::from_bytes([9; 16]),
            changes: vec![Sha256::of(b"c")],
            statements: vec![],
            blobs: vec![],
            at_ms: 5,
        };
        let good = receipt.sign(&server).to_bytes();
        assert_eq!(Receipt::open(&good, &server.public()), Ok(receipt.clone()));
        let bad = receipt.sign(&impostor).to_bytes();
        assert!(Receipt::open(&bad, &server.public()).is_err());
    }
}
