//! Where a tablet stands in the log. To the tablet the cursor is opaque; here it has two forms.
//!
//! - *Tail*: everything up to `seq` is on the tablet; `log` is the log's hash there.
//! - *Snapshots*: the tablet began from nothing. It first gets every document in its scope as a
//!   snapshot, in the order of entering, and goes on in the tail from where the log ended when
//!   it began. [`SNAPSHOTS`] is set in `seq`, whose other bits are that end; `log` holds 8 bytes of
//!   progress and 24 bytes of the log's hash at that end. Without this form a new tablet would
//!   get every change of a thousand documents a second time, behind their snapshots.

use field_core::digest::Sha256;
use field_core::protocol::Cursor;
use rusqlite::{Connection, Transaction};

use crate::store::{StoreError, feed, log, meta};

/// Fits a signed 64-bit column on the tablet.
const SNAPSHOTS: u64 = 1 << 62;
const EPOCH_KEY: &str = "log_epoch";

/// Where a page of the feed begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// After this row.
    Tail(i64),
    /// Documents that entered after `after`, then the tail from `end`.
    Snapshots {
        /// The log's end when the tablet began.
        end: i64,
        /// Entering of the last document sent.
        after: i64,
    },
}

/// The epoch of the log; `fresh` becomes it when there is none. A restored backup must forget it.
pub(super) fn epoch(transaction: &Transaction<'_>, fresh: u64) -> Result<u64, StoreError> {
    if let Some(text) = meta::get_text(transaction, EPOCH_KEY)? {
        return text
            .parse()
            .map_err(|e| StoreError::unreadable(EPOCH_KEY, e));
    }
    // Positive in every signed column, and never 0.
    let epoch = (fresh >> 2) | 1;
    meta::set(transaction, EPOCH_KEY, epoch.to_string().as_bytes())?;
    Ok(epoch)
}

/// Reads a cursor. The second value says that it was not ours: of another epoch, or of a log that
/// went another way after a backup was restored.
pub(super) fn locate(
    connection: &Connection,
    epoch: u64,
    cursor: Option<&Cursor>,
) -> Result<(Position, bool), StoreError> {
    let start = Position::Snapshots {
        end: log::end(connection)?.0,
        after: 0,
    };
    let Some(cursor) = cursor else {
        return Ok((start, false));
    };
    let known = if cursor.epoch == epoch {
        known(connection, cursor)?
    } else {
        None
    };
    Ok(known.map_or((start, true), |position| (position, false)))
}

fn known(connection: &Connection, cursor: &Cursor) -> Result<Option<Position>, StoreError> {
    let snapshots = cursor.seq & SNAPSHOTS != 0;
    let Ok(seq) = i64::try_from(cursor.seq & !SNAPSHOTS) else {
        return Ok(None);
    };
    let Some(hash) = hash_at(connection, seq)? else {
        return Ok(None);
    };
    if !snapshots {
        return Ok((hash == cursor.log).then_some(Position::Tail(seq)));
    }
    let (progress, rest) = cursor.log.as_bytes().split_at(8);
    let after = progress.try_into().map_or(0, i64::from_be_bytes);
    let fits = rest == &hash.as_bytes()[8..] && (0..=seq).contains(&after);
    Ok(fits.then_some(Position::Snapshots { end: seq, after }))
}

/// The log's hash at a row; zeroes before the first.
fn hash_at(connection: &Connection, seq: i64) -> Result<Option<Sha256>, StoreError> {
    if seq == 0 {
        return Ok(Some(Sha256::from_bytes([0; 32])));
    }
    feed::hash_at(connection, seq)
}

/// Writes a position as a cursor.
pub(super) fn to_cursor(
    connection: &Connection,
    epoch: u64,
    position: Position,
) -> Result<Cursor, StoreError> {
    let missing = StoreError::Missing {
        what: "a row of the log",
    };
    let (seq, after) = match position {
        Position::Tail(seq) => (seq, None),
        Position::Snapshots { end, after } => (end, Some(after)),
    };
    let log = hash_at(connection, seq)?.ok_or(missing)?;
    let seq = seq.unsigned_abs();
    Ok(match after {
        None => Cursor { epoch, seq, log },
        Some(after) => {
            let mut mixed = *log.as_bytes();
            mixed[..8].copy_from_slice(&after.to_be_bytes());
            Cursor {
                epoch,
                seq: seq | SNAPSHOTS,
                log: Sha256::from_bytes(mixed),
            }
        }
    })
}
