//! Who did it: keys of devices and officers, and the statements they sign. A statement stands
//! beside an inspection document, never in it, since a signature written into a document would
//! change the heads it signs. Nothing here stores, sends or trusts: verifying says which key
//! signed which bytes, the caller says whose key that is.

mod envelope;
mod keys;
mod receipt;
mod statement;

pub use envelope::{EnvelopeError, Kind, MAX_STATEMENT_BYTES, Signature, Signed};
pub use keys::{
    KeyError, PublicKey, SigningKey, admission_message, change_signature_message, nonce_message,
};
pub use receipt::Receipt;
pub use statement::{
    ActorCertificate, ApplicantConfirmation, Confirmation, OfficerCertificate, SignOff, Statement,
    VisitFailed, VisitFailure, Withdrawal,
};
