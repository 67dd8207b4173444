//! What can go wrong on a tablet, in words for the inspector.

use crate::evidence::EvidenceError;
use crate::identity::{EnvelopeError, KeyError};
use crate::inspection::{EditError, InspectionError};

/// One error for everything a tablet does.
#[derive(Debug, thiserror::Error)]
pub enum TabletError {
    /// The storage key does not fit the store.
    #[error("the store cannot be opened with this key: unlock the tablet again")]
    WrongKey,
    /// Made by a newer program.
    #[error("the store was written by a newer version: update the app")]
    NewerStore,
    /// Another process has it.
    #[error("the tablet's store is open in another program: close that first")]
    InUse,
    /// Too little room for another photo.
    #[error("only {free_mb} MB are free: make room before taking photos")]
    StorageFull {
        /// What is left.
        free_mb: u64,
    },
    /// The database failed.
    #[error("the store could not be read or written: {0}")]
    Store(#[from] rusqlite::Error),
    /// A file failed.
    #[error("a file could not be read or written: {0}")]
    File(#[from] std::io::Error),
    /// An encrypted file or secret does not open.
    #[error("{0} is damaged: it does not open with the tablet's key")]
    Sealed(&'static str),
    /// Not enrolled yet.
    #[error("this tablet is not enrolled: scan the administrator's code")]
    NotEnrolled,
    /// Enrolled already.
    #[error("this tablet is enrolled already")]
    AlreadyEnrolled,
    /// Nobody of that name works on this tablet.
    #[error("no officer `{0}` is known on this tablet: sign in once with a network")]
    UnknownOfficer(String),
    /// The officer's secret is wrong.
    #[error("the password is wrong")]
    WrongPassword,
    /// Too many wrong secrets in a row.
    #[error("too many wrong tries: wait {seconds} s before the next one")]
    TooSoon {
        /// How long.
        seconds: u64,
    },
    /// A short code that is none.
    #[error("a PIN has 4 to 12 digits")]
    BadPin,
    /// The passphrase that the store's key is made from.
    #[error("the passphrase is shorter than {0} characters: choose a longer one")]
    ShortPassphrase(usize),
    /// A closed shop without a photo that shows it.
    #[error("take a photo of the closed door or the scene first, and choose it")]
    DoorPhotoMissing,
    /// Two answers differ, and nobody said which holds.
    #[error("two answers differ: choose one and say why")]
    ConflictOpen,
    /// Nothing to be undone.
    #[error("there is nothing of yours to undo here")]
    NothingToUndo,
    /// The officer must unlock first.
    #[error("{0} must unlock the tablet first")]
    Locked(String),
    /// Not on this tablet.
    #[error("this inspection is not on the tablet: sync first")]
    UnknownDocument,
    /// The officer is not assigned.
    #[error("{0} is not assigned to this inspection")]
    NotAssigned(String),
    /// A photo was not taken in.
    #[error(transparent)]
    Photo(#[from] EvidenceError),
    /// An edit was not made.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// A document is damaged.
    #[error(transparent)]
    Document(#[from] InspectionError),
    /// A statement or receipt is wrong.
    #[error(transparent)]
    Statement(#[from] EnvelopeError),
    /// A key is wrong.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Something must come first.
    #[error("{0}")]
    NotYet(String),
    /// The server said something that cannot be read.
    #[error("the server's answer cannot be read: {0}")]
    Answer(String),
    /// No connection, or it broke; what was not acknowledged stays in the outbox.
    #[error("no connection to the server ({0}): everything is kept and sent next time")]
    Network(String),
    /// The server refused the whole request.
    #[error("the server refused: {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// What it said.
        message: String,
    },
    /// The user stopped the sync.
    #[error("syncing was stopped: it goes on from here next time")]
    Cancelled,
}
