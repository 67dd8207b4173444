//! `POST /photos/have`: a CBOR list of hashes there, this back.

use minicbor::{Decode, Encode};

use crate::digest::Sha256;

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct HaveReply {
    /// In the order of the question.
    #[n(0)]
    pub blobs: Vec<Have>,
}

/// The answer about one file. Neither held nor an address: no admitted change in the tablet's
/// scope names it (send those first), or the tablet has too many unfinished uploads.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Have {
    /// Its name.
    #[n(0)]
    pub sha256: Sha256,
    /// Its bytes are there and verified.
    #[n(1)]
    pub held: bool,
    /// Where to send it; HEAD tells how far it has come.
    #[n(2)]
    pub upload: Option<String>,
}
