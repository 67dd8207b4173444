//! Evidence files: asking which are held, taking them in piece by piece (tus 1.0), serving them.
//!
//! A file is named by its SHA-256 and lies under `blobs/ab/cdef…` in the data directory once
//! its bytes were verified, not before. Only files that admitted changes name are taken, told of or
//! served, and only to tablets in whose scope those changes are: otherwise the answers would tell
//! strangers what exists. No picture is decoded here; that was done where it was taken.

mod disk;
mod have;
mod problem;
mod receive;
mod serve;
mod store;
#[cfg(test)]
mod tests;
mod tus;
mod upload;

use axum::http::Method;

pub use serve::{Blob, open, respond};
pub(crate) use store::store;
pub(crate) use tus::upload_path;
pub(crate) use upload::keep;

use crate::auth::{Access, Doors};

/// The routes of evidence files, for tablets. Bodies are streamed and bring their own limits, so
/// whoever mounts them disables the framework's. What tus says of itself (OPTIONS) is no secret.
#[must_use]
pub fn routes() -> Doors {
    const UPLOADS: &str = "/photos/uploads";
    const UPLOAD: &str = "/photos/uploads/{id}";
    let tablet = Access::Tablet;
    Doors::new()
        .post("/photos/have", tablet, have::have)
        .post(UPLOADS, tablet, upload::create)
        .on(&Method::OPTIONS, UPLOADS, Access::Anybody, upload::options)
        .on(&Method::HEAD, UPLOAD, tablet, upload::offset)
        .on(&Method::PATCH, UPLOAD, tablet, upload::append)
        .on(&Method::DELETE, UPLOAD, tablet, upload::terminate)
        .on(&Method::OPTIONS, UPLOAD, Access::Anybody, upload::options)
        .get("/photos/{sha256}", tablet, serve::get)
}
