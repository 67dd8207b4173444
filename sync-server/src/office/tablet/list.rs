//! All tablets with what they still hold, the ones to worry about first; and enrolment codes.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::row;
use crate::app::App;
use crate::auth::{Officer, Permission, devices as enrolment};
use crate::error::AppError;
use crate::office::format;
use crate::office::page::{Fields, Page, on_page, shell, wrong};
use crate::office::view::{Errors, Place, Progress, Shell, Status, Tone, filters};
use crate::store::{devices, overview};

/// All tablets.
#[derive(Debug, Clone, Template)]
#[template(path = "tablet/list.html")]
pub struct TabletList {
    /// The frame.
    pub shell: Shell,
    /// What is wrong with the enrolment form.
    pub errors: Errors,
    /// Counts at the top, each in words with its tone.
    pub summary: Vec<Status>,
    /// Whether the officer may enrol tablets.
    pub enrols: bool,
    /// The tablets.
    pub rows: Vec<TabletRow>,
    /// The name typed for a new tablet.
    pub new_name: String,
    /// The code just made; shown once, never again.
    pub code: Option<EnrolmentCode>,
}

/// A code that enrols one tablet, once.
#[derive(Debug, Clone)]
pub struct EnrolmentCode {
    /// The code in groups, e.g. `K7QD-2MXA-9RTB`.
    pub code: String,
    /// The tablet it is for.
    pub device_name: String,
    /// Until when it may be used, local.
    pub valid_until: String,
}

/// One tablet.
#[derive(Debug, Clone)]
pub struct TabletRow {
    /// Hex of its id, for the row's identity.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Who unlocked it last; may be empty.
    pub people: String,
    /// E.g. `3 分钟前`, with the exact time beside it.
    pub seen: String,
    /// The exact time, local.
    pub seen_exact: String,
    /// Unsent changes.
    pub changes: u64,
    /// Unsent photos.
    pub photos: u64,
    /// Unsent bytes, e.g. `15 MB`.
    pub bytes: String,
    /// Since when something waits; empty for nothing.
    pub oldest: String,
    /// Free space, e.g. `41 GB`.
    pub free: String,
    /// Free space is short.
    pub free_tone: Tone,
    /// Offset of its clock, e.g. `+0.3 s`.
    pub clock: String,
    /// The clock is off.
    pub clock_tone: Tone,
    /// Version of its software.
    pub version: String,
    /// How it stands.
    pub status: Status,
    /// While it is sending.
    pub sending: Option<Progress>,
}

/// A code is good for a day, as `auth::devices` says.
const CODE_MS: i64 = 24 * 60 * 60 * 1000;

/// `GET /tablets`
pub(crate) async fn page(
    State(app): State<App>,
    officer: Officer,
) -> Result<Page<TabletList>, AppError> {
    fill(&app, &officer).await.map(Page)
}

/// `POST /tablets/codes`: the answer is the page itself, since the code is shown once.
pub(crate) async fn new_code(
    State(app): State<App>,
    officer: Officer,
    fields: Fields,
) -> Result<Response, AppError> {
    let name = fields.text("device_name");
    let made = enrolment::new_code(&app, &officer, &name).await;
    let mut page = fill(&app, &officer).await?;
    match made {
        Ok(code) => {
            let now = app.clock.now_ms();
            page.code = Some(EnrolmentCode {
                code,
                device_name: name,
                valid_until: format::near(now + CODE_MS, now),
            });
            Ok(Page(page).into_response())
        }
        Err(error) => {
            page.errors = on_page(error, "device_name")?;
            page.new_name = name;
            Ok(wrong(page))
        }
    }
}

async fn fill(app: &App, officer: &Officer) -> Result<TabletList, AppError> {
    officer.require(Permission::ViewTablets)?;
    let (devices, people) = app
        .store
        .read(|c| Ok((devices::all(c)?, overview::tablet_people(c)?)))
        .await?;
    let now = app.clock.now_ms();
    let mut rows: Vec<_> = devices
        .iter()
        .map(|device| {
            let people = people.get(&device.id.to_string()).cloned();
            row::fill(device, people.unwrap_or_default(), now)
        })
        .collect();
    rows.sort_by_key(|row| (row::urgency(row), row.name.clone()));
    Ok(TabletList {
        shell: shell(app, Some(officer), Place::Tablets),
        errors: Errors::default(),
        summary: row::summary(&devices, now),
        enrols: officer.may(Permission::ManageTablets),
        rows,
        new_name: String::new(),
        code: None,
    })
}
