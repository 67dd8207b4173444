//! What is safe and what is not: saved here, on its way, safe at the office.

use super::store::documents;
use super::{LogEntry, Tablet, TabletError};
use crate::ids::DocId;
use crate::protocol::Heartbeat;

/// The whole tablet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// Changes and statements that no receipt names yet.
    pub unsent_changes: u64,
    /// Thumbnails and evidence files that no receipt names yet.
    pub unsent_photos: u64,
    /// Their bytes.
    pub unsent_bytes: u64,
    /// When the oldest of all these was made, wall clock.
    pub oldest_unsent_ms: Option<i64>,
    /// Changes and statements the server set aside.
    pub refused: u64,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseStatus {
    /// Changes and statements that no receipt names yet.
    pub unsent_changes: u64,
    /// Evidence files and thumbnails the server holds, of all that are on this tablet.
    pub photos_safe: u64,
    /// All of them.
    pub photos: u64,
    /// Changes and statements the server set aside.
    pub refused: u64,
}

impl Tablet {
    /// What is still to be sent.
    pub fn status(&self) -> Result<Status, TabletError> {
        let status = self.store.reader().query_row(
            "SELECT
               (SELECT count(*) FROM changes WHERE state = 'unsent')
                 + (SELECT count(*) FROM statements WHERE state = 'unsent'),
               (SELECT count(*) FROM blobs WHERE state = 'unsent'),
               (SELECT coalesce(sum(bytes), 0) FROM blobs WHERE state = 'unsent')
                 + (SELECT coalesce(sum(length(bytes)), 0) FROM changes WHERE state = 'unsent'),
               (SELECT min(made_at) FROM (
                  SELECT made_at FROM changes WHERE state = 'unsent'
                  UNION ALL SELECT made_at FROM statements WHERE state = 'unsent'
                  UNION ALL SELECT made_at FROM blobs WHERE state = 'unsent')),
               (SELECT count(*) FROM changes WHERE reason IS NOT NULL)
                 + (SELECT count(*) FROM statements WHERE reason IS NOT NULL)",
            [],
            |row| {
                Ok(Status {
                    unsent_changes: row.get(0)?,
                    unsent_photos: row.get(1)?,
                    unsent_bytes: row.get(2)?,
                    oldest_unsent_ms: row.get(3)?,
                    refused: row.get(4)?,
                })
            },
        )?;
        Ok(status)
    }

    /// The same for one case.
    pub fn case_status(&self, doc: DocId) -> Result<CaseStatus, TabletError> {
        let status = self.store.reader().query_row(
            "SELECT
               (SELECT count(*) FROM changes WHERE doc = ?1 AND state = 'unsent')
                 + (SELECT count(*) FROM statements WHERE doc = ?1 AND state = 'unsent'),
               (SELECT count(*) FROM blobs
                 WHERE doc = ?1 AND kind <> 'original' AND state = 'safe'),
               (SELECT count(*) FROM blobs WHERE doc = ?1 AND kind <> 'original'),
               (SELECT count(*) FROM changes WHERE doc = ?1 AND reason IS NOT NULL)
                 + (SELECT count(*) FROM statements WHERE doc = ?1 AND reason IS NOT NULL)",
            [doc.as_ref()],
            |row| {
                Ok(CaseStatus {
                    unsent_changes: row.get(0)?,
                    photos_safe: row.get(1)?,
                    photos: row.get(2)?,
                    refused: row.get(3)?,
                })
            },
        )?;
        Ok(status)
    }

    /// Changes of an inspection, the genesis included.
    pub fn change_count(&mut self, doc: DocId) -> Result<usize, TabletError> {
        let inspection = self.document(doc)?;
        Ok(inspection
            .changes_since(&crate::inspection::Heads::default())
            .len())
    }

    /// The newest lines of the sync log, newest first, with their wall clock time.
    pub fn sync_log(&self, lines: usize) -> Result<Vec<(i64, LogEntry)>, TabletError> {
        let mut statement = self
            .store
            .reader()
            .prepare_cached("SELECT at, text FROM sync_log ORDER BY id DESC LIMIT ?1")?;
        let rows = statement.query_map([lines], |row| {
            Ok((row.get(0)?, LogEntry::read(row.get(1)?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn heartbeat(&self) -> Result<Heartbeat, TabletError> {
        let status = self.status()?;
        Ok(Heartbeat {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            wall_ms: self.clock.wall_ms(),
            unsent_changes: status.unsent_changes,
            unsent_photos: status.unsent_photos,
            unsent_bytes: status.unsent_bytes,
            oldest_unsent_ms: status.oldest_unsent_ms,
            free_bytes: self.free_bytes(),
            last_error: None,
            documents: documents::all(self.store.reader())?.len() as u64,
        })
    }
}
