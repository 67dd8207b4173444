//! What was kept and not used, as it came: for whoever has to find out what happened.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use field_core::digest::Sha256;

use crate::app::App;
use crate::auth::{Officer, Permission};
use crate::error::AppError;
use crate::store::aside;

/// `GET /cases/{id}/aside/{hash}`
pub(crate) async fn get(
    State(app): State<App>,
    officer: Officer,
    Path((id, name)): Path<(i64, String)>,
) -> Result<Response, AppError> {
    officer.require(Permission::ViewCases)?;
    let gone = || AppError::NotFound { what: "内容" };
    let hash: Sha256 = name.parse().map_err(|_| gone())?;
    let bytes = app.store.read(move |c| aside::bytes(c, id, hash)).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{hash}.bin\""),
        ),
    ];
    Ok((headers, bytes.ok_or_else(gone)?).into_response())
}
