//! What is said beside a document. Each statement names the document and, where it speaks of a
//! state, the exact heads; the order on site is: merge, heads H, the applicant's confirmation of
//! H, each officer's sign-off over H and over that confirmation.

use super::envelope::{EnvelopeError, Kind, Signed};
use super::keys::{PublicKey, SigningKey};
use crate::digest::Sha256;
use crate::ids::{Actor, DeviceId, DocId};
use crate::inspection::Heads;
use crate::moment::Moment;

const MAX_TEXT: usize = 2_000;
const MAX_STROKES_BYTES: usize = 96 * 1024;
const MAX_EVIDENCE: usize = 2_000;

/// The server's word that a key is an officer's, on one device.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct OfficerCertificate {
    /// The officer's user id.
    #[n(0)]
    pub officer: String,
    /// The officer's name at the time.
    #[n(1)]
    pub name: String,
    /// Card number (执法证号), where the officer has one.
    #[n(2)]
    pub card_number: Option<String>,
    /// The only device this key lives on.
    #[n(3)]
    pub device: DeviceId,
    /// The device's own key.
    #[n(4)]
    pub device_key: PublicKey,
    /// The officer's key.
    #[n(5)]
    pub officer_key: PublicKey,
    /// Server time, Unix milliseconds.
    #[n(6)]
    pub issued_ms: i64,
}

/// An actor is one officer's on one device in one document.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct ActorCertificate {
    /// In this document.
    #[n(0)]
    pub doc: DocId,
    /// This actor.
    #[n(1)]
    pub actor: Actor,
    /// The whole [`OfficerCertificate`] envelope, so that a colleague's tablet can check the
    /// chain without a network.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub certificate: Vec<u8>,
    /// When.
    #[n(3)]
    pub at: Moment,
}

/// What the applicant did with the record that was shown.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub enum Confirmation {
    /// Signed by hand on the screen.
    #[n(0)]
    Signed {
        /// Who signed: the applicant or a representative.
        #[n(0)]
        name: String,
        /// The drawn signature: SVG path data on a 1000 × 300 canvas.
        #[n(1)]
        strokes: String,
    },
    /// Refused to sign.
    #[n(1)]
    Refused {
        /// The reason given.
        #[n(0)]
        reason: String,
        /// Who saw it.
        #[n(1)]
        witness: String,
    },
    /// Nobody was there to sign.
    #[n(2)]
    Absent {
        /// Why the inspection went on.
        #[n(0)]
        reason: String,
        /// Who saw it.
        #[n(1)]
        witness: String,
    },
}

/// The applicant's statement over the record of one state.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct ApplicantConfirmation {
    /// The inspection.
    #[n(0)]
    pub doc: DocId,
    /// Its round, from 1.
    #[n(1)]
    pub round: u32,
    /// The exact state.
    #[n(2)]
    pub heads: Heads,
    /// What the applicant did.
    #[n(3)]
    pub confirmation: Confirmation,
    /// The officer who showed the record and unlocked the tablet.
    #[n(4)]
    pub officer: String,
    /// When.
    #[n(5)]
    pub at: Moment,
}

/// An officer's sign-off over the exact state of an inspection.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct SignOff {
    /// The inspection.
    #[n(0)]
    pub doc: DocId,
    /// Its round, from 1.
    #[n(1)]
    pub round: u32,
    /// The exact state.
    #[n(2)]
    pub heads: Heads,
    /// The conditions it was judged by.
    #[n(3)]
    pub ruleset: Sha256,
    /// SHA-256 of every evidence file named in that state, sorted.
    #[n(4)]
    pub evidence: Vec<Sha256>,
    /// The applicant's statement over the same state.
    #[n(5)]
    pub applicant: Sha256,
    /// The revision of the assignment the officer acts under.
    #[n(6)]
    pub assignment: u32,
    /// The officer's user id.
    #[n(7)]
    pub officer: String,
    /// When.
    #[n(8)]
    pub at: Moment,
}

/// An officer takes a sign-off back, before the decision.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Withdrawal {
    /// The inspection.
    #[n(0)]
    pub doc: DocId,
    /// Hash of the sign-off.
    #[n(1)]
    pub sign_off: Sha256,
    /// Why.
    #[n(2)]
    pub reason: String,
    /// The officer's user id.
    #[n(3)]
    pub officer: String,
    /// When.
    #[n(4)]
    pub at: Moment,
}

/// Why a shop could not be inspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(index_only)]
pub enum VisitFailure {
    /// Nobody was there.
    #[n(0)]
    Closed,
    /// The officers were not let in.
    #[n(1)]
    Denied,
    /// Put off by agreement.
    #[n(2)]
    Postponed,
}

/// The shop could not be inspected.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct VisitFailed {
    /// The inspection.
    #[n(0)]
    pub doc: DocId,
    /// Why.
    #[n(1)]
    pub failure: VisitFailure,
    /// In the officer's words.
    #[n(2)]
    pub note: String,
    /// SHA-256 of a photo that shows it, if any.
    #[n(3)]
    pub photo: Option<Sha256>,
    /// The officer's user id.
    #[n(4)]
    pub officer: String,
    /// When.
    #[n(5)]
    pub at: Moment,
}

/// Any statement that a tablet sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// See [`ActorCertificate`].
    ActorCertificate(ActorCertificate),
    /// See [`ApplicantConfirmation`].
    ApplicantConfirmation(ApplicantConfirmation),
    /// See [`SignOff`].
    SignOff(SignOff),
    /// See [`Withdrawal`].
    Withdrawal(Withdrawal),
    /// See [`VisitFailed`].
    VisitFailed(VisitFailed),
}

impl OfficerCertificate {
    /// Signed by the server.
    #[must_use]
    pub fn sign(&self, server: &SigningKey) -> Signed {
        Signed::new(Kind::OfficerCertificate, encode(self), &[server])
    }

    /// Reads a certificate and demands the server's signature.
    pub fn open(bytes: &[u8], server: &PublicKey) -> Result<Self, EnvelopeError> {
        let signed = Signed::from_bytes(bytes)?;
        signed.require(server)?;
        signed.content(Kind::OfficerCertificate)
    }
}

impl ActorCertificate {
    /// The officer this certificate is about, checked against the server's key.
    pub fn officer(&self, server: &PublicKey) -> Result<OfficerCertificate, EnvelopeError> {
        OfficerCertificate::open(&self.certificate, server)
    }
}

impl Statement {
    /// Which kind of envelope it travels in.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::ActorCertificate(_) => Kind::ActorCertificate,
            Self::ApplicantConfirmation(_) => Kind::ApplicantConfirmation,
            Self::SignOff(_) => Kind::SignOff,
            Self::Withdrawal(_) => Kind::Withdrawal,
            Self::VisitFailed(_) => Kind::VisitFailed,
        }
    }

    /// The inspection it stands beside.
    #[must_use]
    pub const fn doc(&self) -> DocId {
        match self {
            Self::ActorCertificate(one) => one.doc,
            Self::ApplicantConfirmation(one) => one.doc,
            Self::SignOff(one) => one.doc,
            Self::Withdrawal(one) => one.doc,
            Self::VisitFailed(one) => one.doc,
        }
    }

    /// The officer who speaks; an actor certificate says so in the certificate within.
    #[must_use]
    pub fn officer(&self) -> Option<&str> {
        match self {
            Self::ActorCertificate(_) => None,
            Self::ApplicantConfirmation(one) => Some(&one.officer),
            Self::SignOff(one) => Some(&one.officer),
            Self::Withdrawal(one) => Some(&one.officer),
            Self::VisitFailed(one) => Some(&one.officer),
        }
    }

    /// When it was made, as the tablet's clocks said.
    #[must_use]
    pub const fn at(&self) -> Moment {
        match self {
            Self::ActorCertificate(one) => one.at,
            Self::ApplicantConfirmation(one) => one.at,
            Self::SignOff(one) => one.at,
            Self::Withdrawal(one) => one.at,
            Self::VisitFailed(one) => one.at,
        }
    }

    /// Signed by the device it was made on and the officer who had unlocked it.
    #[must_use]
    pub fn sign(&self, device: &SigningKey, officer: &SigningKey) -> Signed {
        let body = match self {
            Self::ActorCertificate(one) => encode(one),
            Self::ApplicantConfirmation(one) => encode(one),
            Self::SignOff(one) => encode(one),
            Self::Withdrawal(one) => encode(one),
            Self::VisitFailed(one) => encode(one),
        };
        Signed::new(self.kind(), body, &[device, officer])
    }

    /// The content of an envelope whose signatures were checked when it was read.
    pub fn open(signed: &Signed) -> Result<Self, EnvelopeError> {
        let statement = match signed.kind {
            Kind::ActorCertificate => Self::ActorCertificate(signed.content(signed.kind)?),
            Kind::ApplicantConfirmation => {
                Self::ApplicantConfirmation(signed.content(signed.kind)?)
            }
            Kind::SignOff => Self::SignOff(signed.content(signed.kind)?),
            Kind::Withdrawal => Self::Withdrawal(signed.content(signed.kind)?),
            Kind::VisitFailed => Self::VisitFailed(signed.content(signed.kind)?),
            Kind::OfficerCertificate | Kind::Receipt => {
                return Err(EnvelopeError::WrongKind {
                    expected: "a tablet's statement",
                    found: signed.kind.word(),
                });
            }
        };
        statement.check()?;
        Ok(statement)
    }

    fn check(&self) -> Result<(), EnvelopeError> {
        let texts: Vec<&str> = match self {
            Self::ActorCertificate(_) => vec![],
            Self::ApplicantConfirmation(one) => match &one.confirmation {
                Confirmation::Signed { name, strokes } => {
                    if strokes.is_empty() || strokes.len() > MAX_STROKES_BYTES {
                        return Err(EnvelopeError::Content(
                            "the drawn signature is empty or too large: sign again",
                        ));
                    }
                    if !strokes.bytes().all(is_path_data) {
                        return Err(EnvelopeError::Content("the drawn signature is no path"));
                    }
                    vec![name]
                }
                Confirmation::Refused { reason, witness }
                | Confirmation::Absent { reason, witness } => vec![reason, witness],
            },
            Self::SignOff(one) => {
                if one.evidence.len() > MAX_EVIDENCE || !one.evidence.is_sorted() {
                    return Err(EnvelopeError::Content("evidence is not a sorted list"));
                }
                vec![]
            }
            Self::Withdrawal(one) => vec![&one.reason],
            Self::VisitFailed(one) => vec![&one.note],
        };
        if texts
            .iter()
            .any(|text| text.trim().is_empty() || text.len() > MAX_TEXT)
        {
            return Err(EnvelopeError::Content(
                "a name, reason or witness is empty or longer than 2,000 bytes",
            ));
        }
        Ok(())
    }
}

/// The characters of SVG path data with absolute moves and lines; nothing that a page could
/// take for markup.
const fn is_path_data(byte: u8) -> bool {
    matches!(byte, b'M' | b'L' | b' ' | b'.' | b',' | b'0'..=b'9')
}

fn encode<T: minicbor::Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("writing into memory cannot fail")
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Moment = Moment {
        wall_ms: 1_520_812_800_000,
        monotonic_ms: 1,
        server_offset_ms: None,
    };

    fn keys() -> (SigningKey, SigningKey, SigningKey) {
        let key = |n| SigningKey::from_secret(&[n; 32]);
        (key(1), key(2), key(3))
    }

    fn confirmation(confirmation: Confirmation) -> Statement {
        Statement::ApplicantConfirmation(ApplicantConfirmation {
            doc: DocId::from_bytes([1; 16]),
            round: 1,
            heads: Heads::from(vec![Sha256::of(b"h")]),
            confirmation,
            officer: "u1".into(),
            at: AT,
        })
    }

    #[test]
    fn an_actor_certificate_carries_its_whole_chain() {
        let (server, device, officer) = keys();
        let certificate = OfficerCertificate {
            officer: "u1".into(),
            name: "甲".into(),
            card_number: Some("33078400001".into()),
            device: DeviceId::from_bytes([5; 16]),
            device_key: device.public(),
            officer_key: officer.public(),
            issued_ms: 1,
        };
        let statement = Statement::ActorCertificate(ActorCertificate {
            doc: DocId::from_bytes([1; 16]),
            actor: Actor::from_bytes([2; 16]),
            certificate: certificate.sign(&server).to_bytes(),
            at: AT,
        });
        let bytes = statement.sign(&device, &officer).to_bytes();
        let signed = Signed::from_bytes(&bytes).unwrap();
        let Statement::ActorCertificate(opened) = Statement::open(&signed).unwrap() else {
            panic!("another kind");
        };
        let who = opened.officer(&server.public()).unwrap();
        assert_eq!(who, certificate);
        signed.require(&who.device_key).unwrap();
        signed.require(&who.officer_key).unwrap();
        assert!(
            opened.officer(&officer.public()).is_err(),
            "not the server's word"
        );
    }

    #[test]
    fn a_refusal_needs_a_reason_and_a_witness() {
        let (_, device, officer) = keys();
        let open = |statement: Statement| Statement::open(&statement.sign(&device, &officer));
        let refused = |reason: &str, witness: &str| {
            confirmation(Confirmation::Refused {
                reason: reason.into(),
                witness: witness.into(),
            })
        };
        assert!(open(refused("不同意面积", "乙")).is_ok());
        assert!(open(refused(" ", "乙")).is_err());
        assert!(open(refused("不同意面积", "")).is_err());
    }

    #[test]
    fn a_drawn_signature_is_path_data_only() {
        let (_, device, officer) = keys();
        let open = |strokes: &str| {
            let name = "某某".into();
            let strokes = strokes.into();
            Statement::open(
                &confirmation(Confirmation::Signed { name, strokes }).sign(&device, &officer),
            )
        };
        assert!(open("M10 20L30.5 40").is_ok());
        assert!(open("").is_err());
        assert!(open("M1 1\"/><script>").is_err());
    }
}
