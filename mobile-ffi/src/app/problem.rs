//! What went wrong, in the words of the page. A problem never says that work was lost, because
//! none was: it says what to do.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use field_core::rules::Language;
use field_core::tablet::TabletError as CoreError;

use super::words::Said;
use crate::TabletError;

/// Why a page or an action did not come about.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    /// Words in both languages: which one is read is known only by the page.
    zh: String,
    en: String,
}

const ZH: Said = Said::new(Language::Zh);
const EN: Said = Said::new(Language::En);

impl Problem {
    fn said(status: StatusCode, say: impl Fn(Said) -> String) -> Self {
        Self {
            status,
            zh: say(ZH),
            en: say(EN),
        }
    }

    /// Words of ours by their key.
    pub(super) fn key(key: &str) -> Self {
        Self::said(StatusCode::UNPROCESSABLE_ENTITY, |said| said.t(key))
    }

    pub(super) fn not_found() -> Self {
        Self::said(StatusCode::NOT_FOUND, |said| said.t("problem-not-found"))
    }

    pub(super) fn broken(reason: &str) -> Self {
        Self::said(StatusCode::INTERNAL_SERVER_ERROR, |said| {
            said.a("problem-broken", reason)
        })
    }

    pub(super) const fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn words(&self, said: Said) -> &str {
        if said.is_english() {
            &self.en
        } else {
            &self.zh
        }
    }

    /// As a fragment for the page's problem bar.
    pub(super) fn fragment(&self, said: Said) -> Response {
        let words = askama::filters::escape(self.words(said), askama::filters::Html);
        let words = words.map(|text| text.to_string()).unwrap_or_default();
        (self.status, Html(format!("<p>{words}</p>"))).into_response()
    }
}

impl IntoResponse for Problem {
    /// Where the language is not known: both.
    fn into_response(self) -> Response {
        (self.status, format!("{}\n{}", self.zh, self.en)).into_response()
    }
}

impl From<CoreError> for Problem {
    fn from(error: CoreError) -> Self {
        use StatusCode as S;
        let bad = S::UNPROCESSABLE_ENTITY;
        match error {
            CoreError::WrongPassword => Self::said(bad, |w| w.t("problem-wrong-secret")),
            CoreError::TooSoon { seconds } => Self::said(bad, |w| w.n("problem-too-soon", seconds)),
            CoreError::BadPin => Self::said(bad, |w| w.t("problem-bad-pin")),
            CoreError::ConflictOpen => Self::said(bad, |w| w.t("conflict-title")),
            CoreError::DoorPhotoMissing => Self::said(bad, |w| w.t("problem-photo-of-door")),
            CoreError::NothingToUndo => Self::said(bad, |w| w.t("problem-nothing-to-undo")),
            CoreError::Locked(_) => Self::said(S::CONFLICT, |w| w.t("problem-locked")),
            CoreError::NotAssigned(_) => Self::said(bad, |w| w.t("problem-not-assigned")),
            CoreError::NotEnrolled => Self::said(S::CONFLICT, |w| w.t("problem-not-enrolled")),
            CoreError::AlreadyEnrolled => Self::said(bad, |w| w.t("problem-already-enrolled")),
            CoreError::UnknownOfficer(_) => Self::said(bad, |w| w.t("problem-unknown-officer")),
            CoreError::UnknownDocument => Self::not_found(),
            CoreError::StorageFull { free_mb } => {
                Self::said(S::INSUFFICIENT_STORAGE, |w| w.n("problem-full", free_mb))
            }
            CoreError::Network(_) => Self::said(S::BAD_GATEWAY, |w| w.t("problem-network")),
            CoreError::Cancelled => Self::said(bad, |w| w.t("problem-cancelled")),
            CoreError::Refused { message, .. } => {
                Self::said(S::BAD_GATEWAY, |w| w.a("problem-refused", &message))
            }
            CoreError::Photo(error) => Self {
                status: bad,
                zh: error.zh(),
                en: error.to_string(),
            },
            CoreError::NotYet(reason) => Self::said(bad, |w| w.a("problem-not-yet", &reason)),
            CoreError::Edit(error) => Self::said(bad, |w| w.a("problem-input", &error)),
            CoreError::Statement(error) => Self::said(bad, |w| w.a("problem-input", &error)),
            error => Self::broken(&error.to_string()),
        }
    }
}

impl From<TabletError> for Problem {
    fn from(error: TabletError) -> Self {
        use StatusCode as S;
        let bad = S::UNPROCESSABLE_ENTITY;
        match error {
            TabletError::WrongPassword { .. } => Self::said(bad, |w| w.t("problem-wrong-secret")),
            TabletError::TooSoon { seconds, .. } => {
                Self::said(bad, |w| w.n("problem-too-soon", seconds))
            }
            TabletError::Locked { .. } => Self::said(S::CONFLICT, |w| w.t("problem-locked")),
            TabletError::NotAssigned { .. } => Self::said(bad, |w| w.t("problem-not-assigned")),
            TabletError::NotEnrolled { .. } => {
                Self::said(S::CONFLICT, |w| w.t("problem-not-enrolled"))
            }
            TabletError::AlreadyEnrolled { .. } => {
                Self::said(bad, |w| w.t("problem-already-enrolled"))
            }
            TabletError::NotFound { .. } => Self::not_found(),
            TabletError::Offline { .. } => Self::said(S::BAD_GATEWAY, |w| w.t("problem-network")),
            TabletError::Refused { reason, .. } => {
                Self::said(S::BAD_GATEWAY, |w| w.a("problem-refused", &reason))
            }
            TabletError::BadPhoto { reason, reason_zh } => Self {
                status: bad,
                zh: reason_zh,
                en: reason,
            },
            TabletError::BadInput { reason } => Self::said(bad, |w| w.a("problem-input", &reason)),
            TabletError::NotYet { reason } => Self::said(bad, |w| w.a("problem-not-yet", &reason)),
            TabletError::StorageFull { free_mb, .. } => {
                Self::said(S::INSUFFICIENT_STORAGE, |w| w.n("problem-full", free_mb))
            }
            TabletError::Update { .. } => Self::said(bad, |w| w.t("problem-update")),
            other => Self::broken(&other.to_string()),
        }
    }
}
