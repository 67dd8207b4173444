//! Which evidence files a tablet is asked for: those that documents in its scope name and that
//! are not held. Thumbnails first, since they make a case readable; originals last, and only
//! where they are called for.

use field_core::ids::DeviceId;
use field_core::protocol::Wanted;
use rusqlite::Connection;

use crate::photos;
use crate::store::{StoreError, blobs, uploads};

/// Files named in one reply; the next reply names the next ones.
const WANTED_MAX: usize = 200;

/// What to ask `device` for.
pub(super) fn wanted(
    connection: &Connection,
    device: DeviceId,
    now: i64,
) -> Result<Vec<Wanted>, StoreError> {
    blobs::missing(connection, device, WANTED_MAX)?
        .into_iter()
        .map(|sha256| {
            let begun = uploads::begun(connection, device, sha256, now)?;
            Ok(Wanted {
                sha256,
                upload: begun.map(|upload| photos::upload_path(&upload.id)),
            })
        })
        .collect()
}
