//! What went wrong, by what the caller can do about it. Every variant carries `reason`, a sentence
//! for the person at the tablet; nothing that was captured is lost by any of them.

use std::io::ErrorKind;

use field_core::identity::EnvelopeError;
use field_core::inspection::EditError;
use field_core::tablet::TabletError as CoreError;

/// SQLite's result code for a full disk, without its extension bits.
const SQLITE_FULL: i32 = 13;

/// Why a call failed; the variant says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum TabletError {
    /// Fetch the storage key from the system's key store again: this one does not fit.
    #[error("{reason}")]
    WrongKey {
        /// For the user.
        reason: String,
    },
    /// Close the other program or object that has this folder open.
    #[error("{reason}")]
    InUse {
        /// For the user.
        reason: String,
    },
    /// Open the tablet again: [`crate::Tablet::shut_down`] was called.
    #[error("{reason}")]
    Closed {
        /// For the user.
        reason: String,
    },
    /// Ask for an enrolment code and call [`crate::Tablet::enrol`].
    #[error("{reason}")]
    NotEnrolled {
        /// For the user.
        reason: String,
    },
    /// Go on: nothing has to be enrolled.
    #[error("{reason}")]
    AlreadyEnrolled {
        /// For the user.
        reason: String,
    },
    /// Let the officer sign in once with a network: [`crate::Tablet::sign_in`].
    #[error("{reason}")]
    UnknownOfficer {
        /// As it was given.
        login: String,
        /// For the user.
        reason: String,
    },
    /// Ask for the password again.
    #[error("{reason}")]
    WrongPassword {
        /// For the user.
        reason: String,
    },
    /// Wait so long before the next try: there were too many wrong ones.
    #[error("{reason}")]
    TooSoon {
        /// How long, seconds.
        seconds: u64,
        /// For the user.
        reason: String,
    },
    /// Ask for this officer's password and call [`crate::Tablet::unlock`].
    #[error("{reason}")]
    Locked {
        /// The officer's user id.
        officer: String,
        /// For the user.
        reason: String,
    },
    /// The office must assign the officer.
    #[error("{reason}")]
    NotAssigned {
        /// The officer's user id.
        officer: String,
        /// For the user.
        reason: String,
    },
    /// Sync first, or correct the name: this tablet does not have it.
    #[error("{reason}")]
    NotFound {
        /// For the user.
        reason: String,
    },
    /// Correct what was entered, as the reason says.
    #[error("{reason}")]
    BadInput {
        /// For the user.
        reason: String,
    },
    /// Take another photo, as the reason says.
    #[error("{reason}")]
    BadPhoto {
        /// For the user.
        reason: String,
        /// The same in Chinese.
        reason_zh: String,
    },
    /// Do first what the reason says.
    #[error("{reason}")]
    NotYet {
        /// For the user.
        reason: String,
    },
    /// Make room on the tablet.
    #[error("{reason}")]
    StorageFull {
        /// What is left, in megabytes (2²⁰ bytes).
        free_mb: u64,
        /// For the user.
        reason: String,
    },
    /// Try again with a network: everything is kept and goes on from here.
    #[error("{reason}")]
    Offline {
        /// For the user.
        reason: String,
    },
    /// Nothing: the user stopped it, and it goes on from here next time.
    #[error("{reason}")]
    Cancelled {
        /// For the user.
        reason: String,
    },
    /// The server understood and said no: show its words.
    #[error("{reason}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The server's words.
        reason: String,
    },
    /// Install a newer version of the app.
    #[error("{reason}")]
    Update {
        /// For the user.
        reason: String,
    },
    /// Nothing the user can do: make a rescue file and tell the administrator.
    #[error("{reason}")]
    Broken {
        /// What failed.
        reason: String,
    },
}

impl TabletError {
    pub(crate) fn bad_input(reason: impl ToString) -> Self {
        let reason = reason.to_string();
        Self::BadInput { reason }
    }

    pub(crate) fn broken(reason: impl ToString) -> Self {
        let reason = reason.to_string();
        Self::Broken { reason }
    }
}

impl From<CoreError> for TabletError {
    fn from(error: CoreError) -> Self {
        let reason = error.to_string();
        match error {
            CoreError::WrongKey => Self::WrongKey { reason },
            CoreError::NewerStore => Self::Update { reason },
            CoreError::InUse => Self::InUse { reason },
            CoreError::StorageFull { free_mb } => Self::StorageFull { free_mb, reason },
            CoreError::Store(error) => {
                let code = error.sqlite_error().map(|error| error.extended_code & 0xff);
                match code {
                    Some(SQLITE_FULL) => full(reason),
                    _ => Self::Broken { reason },
                }
            }
            CoreError::File(error) => match error.kind() {
                ErrorKind::NotFound => Self::NotFound { reason },
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => full(reason),
                _ => Self::Broken { reason },
            },
            CoreError::NotEnrolled => Self::NotEnrolled { reason },
            CoreError::AlreadyEnrolled => Self::AlreadyEnrolled { reason },
            CoreError::UnknownOfficer(login) => Self::UnknownOfficer { login, reason },
            CoreError::WrongPassword => Self::WrongPassword { reason },
            CoreError::TooSoon { seconds } => Self::TooSoon { seconds, reason },
            CoreError::BadPin | CoreError::ShortPassphrase(_) => Self::BadInput { reason },
            CoreError::Locked(officer) => Self::Locked { officer, reason },
            CoreError::NotAssigned(officer) => Self::NotAssigned { officer, reason },
            CoreError::UnknownDocument => Self::NotFound { reason },
            CoreError::Photo(error) => Self::BadPhoto {
                reason,
                reason_zh: error.zh(),
            },
            CoreError::Edit(EditError::Document(_)) => Self::Broken { reason },
            CoreError::Edit(_) => Self::BadInput { reason },
            CoreError::Statement(EnvelopeError::Content(_) | EnvelopeError::TooLong(_)) => {
                Self::BadInput { reason }
            }
            CoreError::NotYet(_)
            | CoreError::NothingToUndo
            | CoreError::ConflictOpen
            | CoreError::DoorPhotoMissing => Self::NotYet { reason },
            CoreError::Network(_) => Self::Offline { reason },
            CoreError::Refused { status, message } => Self::Refused {
                status,
                reason: message,
            },
            CoreError::Cancelled => Self::Cancelled { reason },
            CoreError::Sealed(_)
            | CoreError::Document(_)
            | CoreError::Statement(_)
            | CoreError::Key(_)
            | CoreError::Answer(_) => Self::Broken { reason },
        }
    }
}

fn full(reason: String) -> TabletError {
    TabletError::StorageFull { free_mb: 0, reason }
}

#[cfg(test)]
mod tests {
    use field_core::evidence::EvidenceError;

    use super::*;

    #[test]
    fn the_variant_says_what_to_do() {
        let full = std::io::Error::from(ErrorKind::StorageFull);
        assert!(matches!(
            TabletError::from(CoreError::from(full)),
            TabletError::StorageFull { .. }
        ));
        let gone = std::io::Error::from(ErrorKind::NotFound);
        assert!(matches!(
            TabletError::from(CoreError::from(gone)),
            TabletError::NotFound { .. }
        ));
        let heic = TabletError::from(CoreError::from(EvidenceError::Heic));
        let TabletError::BadPhoto { reason, reason_zh } = heic else {
            panic!("{heic:?}");
        };
        assert!(reason.contains("JPEG") && reason_zh.contains("相机"));
    }
}
