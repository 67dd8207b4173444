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
#[cfg(test)]
mod tests;
mod tus;
mod upload;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

pub use serve::{Blob, open, respond};
pub(crate) use tus::upload_path;
pub(crate) use upload::keep;

use crate::app::App;

/// The routes of evidence files, for tablets. Bodies are streamed and bring their own limits.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/photos/have", post(have::have))
        .route(
            "/photos/uploads",
            post(upload::create).options(upload::options),
        )
        .route(
            "/photos/uploads/{id}",
            axum::routing::head(upload::offset)
                .patch(upload::append)
                .delete(upload::terminate)
                .options(upload::options),
        )
        .route("/photos/{sha256}", get(serve::get))
        .layer(DefaultBodyLimit::disable())
}
