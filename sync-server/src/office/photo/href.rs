//! Addresses of photos: their pages, and their bytes.

use field_core::digest::Sha256;
use field_core::inspection::PhotoKey;

/// The page that shows a photo large.
pub(crate) fn page(case: i64, round: u32, key: PhotoKey) -> String {
    format!("/cases/{case}/photos/{round}/{key}")
}

/// The bytes of a file by its hash, so that a browser may keep them for ever.
pub(crate) fn file(hash: Sha256) -> String {
    format!("/evidence/{hash}")
}
