//! A paper as a file, all papers of a case as one file, and making those that are due.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::make;
use crate::app::App;
use crate::auth::{Officer, Permission};
use crate::error::AppError;
use crate::office::case::open;
use crate::office::page::done;
use crate::permit::{Facts, render_batch};
use crate::store::papers;

/// `GET /cases/{id}/papers/{paper}`
pub(crate) async fn one(
    State(app): State<App>,
    officer: Officer,
    Path((id, paper)): Path<(i64, i64)>,
) -> Result<Response, AppError> {
    officer.require(Permission::ViewCases)?;
    let file = app.store.read(move |c| papers::file(c, id, paper)).await?;
    let (_, pdf) = file.ok_or(AppError::NotFound { what: "文书" })?;
    Ok(answer(&format!("paper-{id}-{paper}.pdf"), pdf))
}

/// `GET /cases/{id}/papers.pdf`: everything in the register, as one file to print.
pub(crate) async fn batch(
    State(app): State<App>,
    officer: Officer,
    Path(id): Path<i64>,
) -> Result<Response, AppError> {
    officer.require(Permission::ViewCases)?;
    let all = app.store.read(move |c| papers::facts(c, id)).await?;
    if all.is_empty() {
        return Err(AppError::NotFound { what: "文书" });
    }
    let now = app.clock.now();
    let set = tokio::task::spawn_blocking(move || {
        let facts = all.iter().map(|text| Facts::from_json(text));
        render_batch(&facts.collect::<Result<Vec<_>, _>>()?, now)
    });
    let pdf = set
        .await
        .map_err(|error| AppError::Internal(format!("a batch was not set: {error}")))?
        .map_err(|error| AppError::Invalid {
            zh: format!("文书不能合并：{error}"),
            en: format!("the papers cannot be put together: {error}"),
        })?;
    Ok(answer(&format!("papers-{id}.pdf"), pdf.bytes))
}

/// `POST /cases/{id}/papers`: makes what is due.
pub(crate) async fn make_due(
    State(app): State<App>,
    officer: Officer,
    Path(id): Path<i64>,
) -> Result<Response, AppError> {
    officer.require(Permission::Register)?;
    open::row(&app, &officer, id).await?;
    make::all(&app, &officer, id).await?;
    Ok(done(id, "papers"))
}

/// A PDF to be looked at in the browser.
pub(crate) fn answer(name: &str, pdf: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("inline; filename=\"{name}\""),
        ),
    ];
    (headers, pdf).into_response()
}
