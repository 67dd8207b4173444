//! The bytes of an evidence file or thumbnail, for officers. How they are kept and sent is the
//! business of `crate::photos`.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use field_core::digest::Sha256;

use crate::app::App;
use crate::auth::{Officer, Permission};
use crate::error::AppError;
use crate::photos;

/// `GET /evidence/{sha256}`
pub(crate) async fn get(
    State(app): State<App>,
    officer: Officer,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    officer.require(Permission::ViewCases)?;
    let gone = || AppError::NotFound { what: "照片" };
    let sha256: Sha256 = name.parse().map_err(|_| gone())?;
    photos::respond(photos::open(&app, sha256).await?, &headers).await
}
