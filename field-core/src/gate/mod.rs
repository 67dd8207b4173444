//! The ingest gate: what any untrusted change must pass before it touches a document, on the
//! server and on a colleague's tablet alike. Automerge bounds nothing: a small change may inflate
//! without limit, decode to millions of operations, panic, or be accepted and break the document
//! for everyone. So every change passes, in this order:
//!
//! 1. byte limits, one uncompressed change chunk, its checksum ([`chunk`]);
//! 2. our own reading of its columns, which bounds the number of operations ([`chunk`]);
//! 3. Automerge's reading, and that writing it again gives the same name ([`admit`]);
//! 4. its actor is certified, its place in the actor's chain is the next, its ancestors are here,
//!    its counter fits ([`admit`]);
//! 5. every operation is an edit its author may make ([`policy`]), and the document with it can
//!    be saved and loaded again ([`admit`]);
//! 6. only then does the caller append the original bytes.
//!
//! Whoever breaks a rule loses that change; nobody else notices. What may not be here: storage
//! and network; the caller tells what the actors are.

mod admit;
mod chunk;
mod policy;
mod snapshot;
#[cfg(test)]
mod tests;
mod vouch;

pub use admit::{Admission, Admitted, Deferred, RefusedChange, Writers, admit};
pub use chunk::{Header, inspect};
pub use snapshot::{Opened, open_snapshot};
pub use vouch::{Vouchers, vouched};

/// Why a change is refused. The code is for programs, the text for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Step 1.
    #[error("the change is {bytes} bytes long, at most {max} are taken")]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// Step 1.
    #[error("this is not one uncompressed change: {0}")]
    NotAChange(&'static str),
    /// Step 1.
    #[error("the checksum of the change is wrong: it was damaged on the way or on the disk")]
    Checksum,
    /// Step 2.
    #[error("the change holds a column this version does not know ({0:#x})")]
    UnknownColumn(u32),
    /// Step 2.
    #[error("the change holds too many operations or values ({0})")]
    TooManyOperations(&'static str),
    /// Step 3.
    #[error("the change cannot be read: {0}")]
    Unreadable(String),
    /// Step 3.
    #[error("the change is not in canonical form")]
    NotCanonical,
    /// Step 4.
    #[error("nobody is certified for the actor {0} in this inspection")]
    UnknownActor(String),
    /// Step 4.
    #[error(
        "the change is number {found} of its actor, expected {expected}: the tablet's store was copied or set back"
    )]
    Sequence {
        /// What comes next.
        expected: u64,
        /// What came.
        found: u64,
    },
    /// Step 4.
    #[error("the change counts from {found}, expected {expected}")]
    Counter {
        /// One above the highest it builds on.
        expected: u64,
        /// What it says.
        found: u64,
    },
    /// Step 4.
    #[error("the inspection has too many changes")]
    DocumentFull,
    /// Step 5.
    #[error("the change does something no tablet may do: {0}")]
    Forbidden(String),
    /// Step 5.
    #[error("the document would not survive the change: {0}")]
    Breaks(String),
}

impl Refusal {
    /// A short word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too-large",
            Self::NotAChange(_) => "not-a-change",
            Self::Checksum => "checksum",
            Self::UnknownColumn(_) => "unknown-column",
            Self::TooManyOperations(_) => "too-many-operations",
            Self::Unreadable(_) => "unreadable",
            Self::NotCanonical => "not-canonical",
            Self::UnknownActor(_) => "unknown-actor",
            Self::Sequence { .. } => "sequence",
            Self::Counter { .. } => "counter",
            Self::DocumentFull => "document-full",
            Self::Forbidden(_) => "forbidden",
            Self::Breaks(_) => "breaks-document",
        }
    }
}
