//! The envelope of everything signed: a kind, canonical bytes, signatures. A statement is named
//! by the hash of its kind and bytes, so signing again or by a further key does not rename it.

use minicbor::bytes::ByteArray;

use super::keys::{KeyError, PublicKey, SigningKey};
use crate::digest::Sha256;

/// No statement is longer; a drawn signature is what takes space.
pub const MAX_STATEMENT_BYTES: usize = 128 * 1024;
const MAX_SIGNATURES: usize = 4;

/// What a signed envelope holds. Numbers are never reused.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, minicbor::Encode, minicbor::Decode,
)]
#[cbor(index_only)]
pub enum Kind {
    /// The server: this key is that officer's on that device.
    #[n(1)]
    OfficerCertificate,
    /// A device and an officer: this actor is theirs in that document.
    #[n(2)]
    ActorCertificate,
    /// The applicant confirmed, refused or was absent.
    #[n(3)]
    ApplicantConfirmation,
    /// An officer signs the exact state of an inspection.
    #[n(4)]
    SignOff,
    /// An officer takes a sign-off back.
    #[n(5)]
    Withdrawal,
    /// The shop could not be inspected.
    #[n(6)]
    VisitFailed,
    /// The server: I hold these durably.
    #[n(7)]
    Receipt,
}

impl Kind {
    /// The word for logs, tables and pages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OfficerCertificate => "officer-certificate",
            Self::ActorCertificate => "actor-certificate",
            Self::ApplicantConfirmation => "applicant-confirmation",
            Self::SignOff => "sign-off",
            Self::Withdrawal => "withdrawal",
            Self::VisitFailed => "visit-failed",
            Self::Receipt => "receipt",
        }
    }

    const fn domain(self) -> &'static [u8] {
        // One prefix a kind: a signature over one kind can never pass for another.
        match self {
            Self::OfficerCertificate => b"kanyan.officer-certificate.1\0",
            Self::ActorCertificate => b"kanyan.actor-certificate.1\0",
            Self::ApplicantConfirmation => b"kanyan.applicant-confirmation.1\0",
            Self::SignOff => b"kanyan.sign-off.1\0",
            Self::Withdrawal => b"kanyan.withdrawal.1\0",
            Self::VisitFailed => b"kanyan.visit-failed.1\0",
            Self::Receipt => b"kanyan.receipt.1\0",
        }
    }
}

/// One key's signature over an envelope.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Signature {
    /// Whose.
    #[n(0)]
    pub key: PublicKey,
    /// Over the domain prefix of the kind and the body.
    #[n(1)]
    pub signature: ByteArray<64>,
}

/// Canonical bytes with their signatures.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Signed {
    /// What the body is.
    #[n(0)]
    pub kind: Kind,
    /// Canonical CBOR of the content.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub body: Vec<u8>,
    /// At least one.
    #[n(2)]
    pub signatures: Vec<Signature>,
}

/// Why an envelope was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Longer than [`MAX_STATEMENT_BYTES`].
    #[error("the statement is {0} bytes long, at most {MAX_STATEMENT_BYTES} are taken")]
    TooLong(usize),
    /// No CBOR, another shape, or not in canonical form.
    #[error("the statement cannot be read: {0}")]
    Unreadable(String),
    /// None, or far too many.
    #[error("the statement has {0} signatures, expected 1 to {MAX_SIGNATURES}")]
    Signatures(usize),
    /// A key that must have signed did not.
    #[error("the statement is not signed by the key it names ({0})")]
    NotSignedBy(PublicKey),
    /// A signature is wrong.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The content is of another kind.
    #[error("expected a statement of kind {expected}, found {found}")]
    WrongKind {
        /// What the caller wanted.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// A field is out of bounds.
    #[error("the statement says something impossible: {0}")]
    Content(&'static str),
}

impl Signed {
    /// Signs `body` with every key of `keys`.
    #[must_use]
    pub fn new(kind: Kind, body: Vec<u8>, keys: &[&SigningKey]) -> Self {
        let message = [kind.domain(), &body].concat();
        let signatures = keys
            .iter()
            .map(|key| Signature {
                key: key.public(),
                signature: ByteArray::from(key.sign(&message)),
            })
            .collect();
        Self {
            kind,
            body,
            signatures,
        }
    }

    /// The name of this statement.
    #[must_use]
    pub fn hash(&self) -> Sha256 {
        Sha256::of_parts([self.kind.domain(), &self.body])
    }

    /// The bytes that are stored and sent.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("writing into memory cannot fail")
    }

    /// Reads an envelope and checks every signature in it; whose keys they are is not known here.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > MAX_STATEMENT_BYTES {
            return Err(EnvelopeError::TooLong(bytes.len()));
        }
        let signed: Self = decode_canonical(bytes)?;
        if signed.signatures.is_empty() || signed.signatures.len() > MAX_SIGNATURES {
            return Err(EnvelopeError::Signatures(signed.signatures.len()));
        }
        let message = [signed.kind.domain(), &signed.body].concat();
        for one in &signed.signatures {
            one.key.verify(&message, &one.signature)?;
        }
        Ok(signed)
    }

    /// Demands that `key` is among the signers.
    pub fn require(&self, key: &PublicKey) -> Result<(), EnvelopeError> {
        if self.signatures.iter().any(|one| one.key == *key) {
            Ok(())
        } else {
            Err(EnvelopeError::NotSignedBy(*key))
        }
    }

    /// The body as `T`, when the kind is `kind` and the body is in canonical form.
    pub(super) fn content<T>(&self, kind: Kind) -> Result<T, EnvelopeError>
    where
        T: minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()>,
    {
        if self.kind != kind {
            return Err(EnvelopeError::WrongKind {
                expected: kind.word(),
                found: self.kind.word(),
            });
        }
        decode_canonical(&self.body)
    }
}

/// Decodes and demands that encoding again gives the same bytes: there is one spelling of a
/// statement, so that its hash names its meaning.
fn decode_canonical<T>(bytes: &[u8]) -> Result<T, EnvelopeError>
where
    T: minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()>,
{
    let value: T =
        minicbor::decode(bytes).map_err(|error| EnvelopeError::Unreadable(error.to_string()))?;
    let again = minicbor::to_vec(&value).expect("writing into memory cannot fail");
    if again != bytes {
        return Err(EnvelopeError::Unreadable(
            "not in canonical form, or made by a newer version: update the server".to_owned(),
        ));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed() -> Signed {
        let key = SigningKey::from_secret(&[3; 32]);
        Signed::new(Kind::SignOff, vec![0x80], &[&key])
    }

    #[test]
    fn comes_back_with_the_same_name() {
        let one = signed();
        let again = Signed::from_bytes(&one.to_bytes()).unwrap();
        assert_eq!(again, one);
        assert_eq!(again.hash(), one.hash());
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let bytes = signed().to_bytes();
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            assert!(Signed::from_bytes(&bad).is_err(), "byte {at}");
        }
        assert!(Signed::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        assert!(Signed::from_bytes(&[bytes.as_slice(), &[0]].concat()).is_err());
    }

    #[test]
    fn a_signature_does_not_pass_for_another_kind() {
        let mut other = signed();
        other.kind = Kind::Withdrawal;
        assert_eq!(
            Signed::from_bytes(&other.to_bytes()),
            Err(EnvelopeError::Key(KeyError::BadSignature))
        );
    }

    #[test]
    fn nobody_signed_is_refused() {
        let mut none = signed();
        none.signatures.clear();
        assert_eq!(
            Signed::from_bytes(&none.to_bytes()),
            Err(EnvelopeError::Signatures(0))
        );
    }

    #[test]
    fn a_second_spelling_is_refused() {
        // The kind 4 written in two bytes instead of one: the same meaning, other bytes.
        let mut bytes = signed().to_bytes();
        assert_eq!(bytes[..2], [0x83, 0x04]);
        bytes.splice(1..2, [0x18, 0x04]);
        assert!(matches!(
            Signed::from_bytes(&bytes),
            Err(EnvelopeError::Unreadable(_))
        ));
    }
}
