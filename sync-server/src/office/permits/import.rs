//! Taking in permits of the time before: a file is looked at first, then taken.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::read::{self, Row};
use crate::app::App;
use crate::auth::{Officer, Permission};
use crate::error::AppError;
use crate::locale::say;
use crate::office::page::{Page, shell};
use crate::office::view::{Place, Shell, filters};
use crate::store::permits::{self, OldPermit};

const NAME_CHARS: usize = 80;
/// Rows that a preview shows of each kind; the rest is counted.
const SHOWN: usize = 100;

/// The page that takes a file.
#[derive(Debug, Clone, Template)]
#[template(path = "permits/import.html")]
pub struct PermitImport {
    /// The frame.
    pub shell: Shell,
}

/// What a file says, before it is taken, and what came of it.
#[derive(Debug, Clone, Template)]
#[template(path = "permits/preview.html")]
pub struct PermitPreview {
    /// The frame.
    pub shell: Shell,
    /// Id of the file.
    pub id: i64,
    /// Its name.
    pub file: String,
    /// It was taken already.
    pub taken: bool,
    /// How many rows are good.
    pub good: usize,
    /// How many are refused.
    pub refused: usize,
    /// The good ones, as far as they are shown.
    pub rows: Vec<OldPermit>,
    /// The refused ones: line, number, why.
    pub refusals: Vec<(usize, String, String)>,
}

/// `GET /permits/import`
pub(crate) async fn page(
    State(app): State<App>,
    officer: Officer,
) -> Result<Page<PermitImport>, AppError> {
    officer.require(Permission::Register)?;
    Ok(Page(PermitImport {
        shell: shell(&app, Some(&officer), Place::Permits),
    }))
}

/// What the address says of the file.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    #[serde(default)]
    name: String,
}

/// `POST /permits/import`: the body is the file; the answer says where its preview is.
pub(crate) async fn look_at(
    State(app): State<App>,
    officer: Officer,
    Query(named): Query<Named>,
    body: Bytes,
) -> Result<Response, AppError> {
    officer.require(Permission::Register)?;
    let read = tokio::task::spawn_blocking(move || read::read(&body));
    let mut rows = read
        .await
        .map_err(|error| AppError::Internal(format!("a file was not read: {error}")))?
        .map_err(|why| AppError::Invalid {
            zh: say(why.0),
            en: say(why.0),
        })?;
    let name: String = named.name.chars().filter(|c| !c.is_control()).collect();
    let name: String = name.chars().take(NAME_CHARS).collect();
    let (user, now) = (officer.id.clone(), app.clock.now_ms());
    let id = app
        .store
        .write(move |tx| {
            for row in &mut rows {
                let number = row.permit.as_ref().map(|permit| permit.number.as_str());
                if let Some(number) = number
                    && permits::is_known(tx, number)?
                {
                    row.permit = None;
                    row.refused = Some("refused-known".to_owned());
                }
            }
            permits::look_at(tx, &name, &serde_json::to_string(&rows)?, &user, now)
        })
        .await?;
    let mut response = StatusCode::CREATED.into_response();
    let place = HeaderValue::from_str(&format!("/permits/import/{id}"));
    let place = place.map_err(|error| AppError::Internal(error.to_string()))?;
    response.headers_mut().insert(header::LOCATION, place);
    Ok(response)
}

/// `GET /permits/import/{id}`: the preview, and afterwards the report.
pub(crate) async fn preview(
    State(app): State<App>,
    officer: Officer,
    Path(id): Path<i64>,
) -> Result<Page<PermitPreview>, AppError> {
    officer.require(Permission::Register)?;
    let (file, rows, taken) = rows(&app, id).await?;
    let refusals = rows.iter().filter_map(|row| {
        let why = row.refused.as_deref()?;
        Some((row.line, row.number.clone(), say(why)))
    });
    Ok(Page(PermitPreview {
        shell: shell(&app, Some(&officer), Place::Permits),
        id,
        file,
        taken,
        good: rows.iter().filter(|row| row.permit.is_some()).count(),
        refused: rows.iter().filter(|row| row.permit.is_none()).count(),
        refusals: refusals.take(SHOWN).collect(),
        rows: rows
            .iter()
            .filter_map(|row| row.permit.clone())
            .take(SHOWN)
            .collect(),
    }))
}

/// `POST /permits/import/{id}`: takes in what is good, once.
pub(crate) async fn take(
    State(app): State<App>,
    officer: Officer,
    Path(id): Path<i64>,
) -> Result<Response, AppError> {
    officer.require(Permission::Register)?;
    let (_, rows, _) = rows(&app, id).await?;
    let good: Vec<OldPermit> = rows.into_iter().filter_map(|row| row.permit).collect();
    let (user, now) = (officer.id.clone(), app.clock.now_ms());
    let today = app.clock.today();
    app.store
        .write(move |tx| {
            let Some(taken) = permits::take(tx, id, &good, &user, now)? else {
                return Ok(());
            };
            let event = crate::store::history::Event {
                case_id: None,
                at: now,
                on_date: today.to_string(),
                user_id: Some(user),
                action: "import-permits".to_owned(),
                detail: serde_json::json!({ "import": id, "taken": taken }),
            };
            crate::store::history::append(tx, &event)?;
            Ok(())
        })
        .await?;
    Ok(Redirect::to(&format!("/permits/import/{id}")).into_response())
}

/// `GET /permits/import/{id}/refused.csv`: every refused row with its reason, to be mended.
pub(crate) async fn report(
    State(app): State<App>,
    officer: Officer,
    Path(id): Path<i64>,
) -> Result<Response, AppError> {
    officer.require(Permission::Register)?;
    let (_, rows, _) = rows(&app, id).await?;
    let mut writer = csv::Writer::from_writer(vec![0xef, 0xbb, 0xbf]);
    let failed = |error: csv::Error| AppError::Internal(format!("the report: {error}"));
    let heads = ["report-line", "report-number", "report-why"].map(say);
    writer.write_record(&heads).map_err(failed)?;
    for row in rows {
        let Some(why) = row.refused else { continue };
        let line = row.line.to_string();
        writer
            .write_record([&line, &plain(&row.number), &say(&why)])
            .map_err(failed)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| AppError::Internal(format!("the report: {error}")))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"refused-{id}.csv\""),
        ),
    ];
    Ok((headers, bytes).into_response())
}

/// A cell that no spreadsheet takes for a formula.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

async fn rows(app: &App, id: i64) -> Result<(String, Vec<Row>, bool), AppError> {
    let import = app
        .store
        .read(move |c| permits::import(c, id))
        .await?
        .ok_or(AppError::NotFound { what: "导入" })?;
    let rows = serde_json::from_str(&import.rows).map_err(crate::store::StoreError::from)?;
    Ok((import.file, rows, import.taken_at.is_some()))
}
