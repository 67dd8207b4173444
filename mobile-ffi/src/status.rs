//! What is safe and what is not: saved here, on its way, safe at the office.

use crate::tablet::doc_id;
use crate::{Tablet, TabletError};

/// The log keeps no more lines than these.
const MAX_LOG_LINES: u32 = 1_000;

/// The whole tablet.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Status {
    /// Changes and statements that the server has not yet thanked for.
    pub unsent_changes: u64,
    /// Pictures and thumbnails that the server has not yet thanked for.
    pub unsent_photos: u64,
    /// The bytes of both.
    pub unsent_bytes: u64,
    /// When the oldest of all these was made, wall clock, Unix milliseconds.
    pub oldest_unsent_ms: Option<i64>,
    /// Changes and statements that the server set aside.
    pub refused: u64,
    /// Free disk space in bytes, when it can be told.
    pub free_bytes: Option<u64>,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CaseStatus {
    /// Changes and statements that the server has not yet thanked for.
    pub unsent_changes: u64,
    /// Pictures and thumbnails that the server holds, of `photos`.
    pub photos_safe: u64,
    /// Pictures and thumbnails taken on this tablet.
    pub photos: u64,
    /// Changes and statements that the server set aside.
    pub refused: u64,
}

/// A line of the sync log.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LogLine {
    /// Wall clock, Unix milliseconds.
    pub at_ms: i64,
    /// What happened.
    pub text: String,
}

#[uniffi::export]
impl Tablet {
    /// What is still to be sent.
    pub fn status(&self) -> Result<Status, TabletError> {
        self.with(|core| {
            let status = core.status()?;
            Ok(Status {
                unsent_changes: status.unsent_changes,
                unsent_photos: status.unsent_photos,
                unsent_bytes: status.unsent_bytes,
                oldest_unsent_ms: status.oldest_unsent_ms,
                refused: status.refused,
                free_bytes: core.free_bytes(),
            })
        })
    }

    /// The same for one case.
    pub fn case_status(&self, doc: &str) -> Result<CaseStatus, TabletError> {
        let doc = doc_id(doc)?;
        let status = self.with(|core| core.case_status(doc))?;
        Ok(CaseStatus {
            unsent_changes: status.unsent_changes,
            photos_safe: status.photos_safe,
            photos: status.photos,
            refused: status.refused,
        })
    }

    /// The newest `lines` of the sync log, at most 1,000, newest first.
    pub fn sync_log(&self, lines: u32) -> Result<Vec<LogLine>, TabletError> {
        let lines = lines.min(MAX_LOG_LINES) as usize;
        let lines = self.with(|core| core.sync_log(lines))?;
        Ok(lines
            .into_iter()
            .map(|(at_ms, entry)| LogLine {
                at_ms,
                text: entry.to_string(),
            })
            .collect())
    }
}
