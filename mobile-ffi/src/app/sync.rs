//! What is safe and what is not, in words for the inspector; the log, trying again, airplane
//! mode, and everything unsent as one rescue file.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use field_core::tablet::LogEntry;
use serde::Deserialize;

use super::format;
use super::keeper::Phase;
use super::page::{Done, Frame, SyncLine, act, filters, page, show as show_page, sync_line};
use super::problem::Problem;
use super::state::{App, now_ms, setting};
use super::words::Said;

const LOG_LINES: usize = 60;

/// One case's state.
struct CaseLine {
    doc: String,
    number: String,
    applicant: String,
    changes: u64,
    photos: u64,
    photos_safe: u64,
    refused: u64,
}

#[derive(Template)]
#[template(path = "sync/show.html")]
struct SyncPage {
    f: Frame,
    airplane: bool,
    running: bool,
    changes: u64,
    photos: u64,
    bytes: String,
    oldest: String,
    refused: u64,
    last_good: String,
    /// The same in Unix milliseconds; 0 when there was none.
    last_good_ms: i64,
    error: String,
    server: String,
    free: String,
    cases: Vec<CaseLine>,
    log: Vec<(String, String)>,
}

/// `GET sync`
pub(super) async fn show(State(app): State<Arc<App>>) -> Response {
    show_page(app, |app| {
        let f = Frame::of(app)?;
        let (status, log, free, enrolment) = app.core(|core| {
            let log = core.sync_log(LOG_LINES)?;
            Ok((core.status()?, log, core.free_bytes(), core.enrolment()?))
        })?;
        let keeper = app.keeper.look();
        let at = |ms: i64| format::clock(f.said, ms, now_ms());
        page(&SyncPage {
            airplane: keeper.airplane,
            running: matches!(keeper.phase, Phase::Running(_)),
            changes: status.unsent_changes,
            photos: status.unsent_photos,
            bytes: format::bytes(status.unsent_bytes),
            oldest: status.oldest_unsent_ms.map(at).unwrap_or_default(),
            refused: status.refused,
            last_good: keeper.last_good_ms.map(at).unwrap_or_default(),
            last_good_ms: keeper.last_good_ms.unwrap_or_default(),
            error: keeper
                .last_error
                .map(|error| Problem::from(error).words(f.said).to_owned())
                .unwrap_or_default(),
            server: enrolment.map(|one| one.server).unwrap_or_default(),
            free: free.map(format::bytes).unwrap_or_default(),
            cases: cases(app)?,
            log: log
                .into_iter()
                .map(|(ms, entry)| (at(ms), line_of(f.said, &entry)))
                .collect(),
            f,
        })
    })
    .await
}

/// A line of the log, saying only what happened.
fn line_of(said: Said, entry: &LogEntry) -> String {
    let parts = match entry {
        LogEntry::Exchanged {
            changes,
            statements,
            files,
            received,
            set_aside,
        } => vec![
            ("log-changes", *changes),
            ("log-statements", *statements),
            ("log-files", *files),
            ("log-received", *received),
            ("log-set-aside", *set_aside),
        ],
        LogEntry::MadeAgain { changes } => vec![("log-made-again", *changes)],
        LogEntry::BackupRestored { changes } => vec![("log-backup", *changes)],
        LogEntry::Plain { text } => return text.clone(),
    };
    let told: Vec<_> = parts
        .into_iter()
        .filter(|(_, n)| *n > 0)
        .map(|(key, n)| said.n(key, n))
        .collect();
    told.join(" · ")
}

fn cases(app: &App) -> Result<Vec<CaseLine>, Problem> {
    app.core(|core| {
        let mut lines = vec![];
        for case in core.cases()? {
            let status = core.case_status(case.doc)?;
            lines.push(CaseLine {
                applicant: core.facts(case.doc)?.applicant,
                doc: case.doc.to_string(),
                number: case.number,
                changes: status.unsent_changes,
                photos: status.photos,
                photos_safe: status.photos_safe,
                refused: status.refused,
            });
        }
        Ok(lines)
    })
}

#[derive(Template)]
#[template(path = "sync/line.html")]
struct LinePiece {
    sync: SyncLine,
}

/// `GET sync/line`
pub(super) async fn line(State(app): State<Arc<App>>) -> Response {
    show_page(app, |app| {
        let sync = sync_line(app, app.said())?;
        page(&LinePiece { sync })
    })
    .await
}

/// `POST sync/now`
pub(super) async fn now(State(app): State<Arc<App>>) -> Response {
    act(app, |app| {
        app.keeper.poke();
        Ok(Done::Go("sync".to_owned()))
    })
    .await
}

/// The switch.
#[derive(Deserialize)]
pub(super) struct Switch {
    on: String,
}

/// `POST sync/airplane`
pub(super) async fn airplane(State(app): State<Arc<App>>, Form(switch): Form<Switch>) -> Response {
    act(app, move |app| {
        let on = switch.on == "on";
        app.core(|core| core.set_setting(setting::AIRPLANE, if on { "on" } else { "off" }))?;
        app.keeper.set_airplane(on);
        Ok(Done::Go("sync".to_owned()))
    })
    .await
}

/// `GET sync/rescue`
pub(super) async fn rescue(State(app): State<Arc<App>>) -> Response {
    let said = app.said();
    let made = app
        .ask(|app| {
            let bytes = app.core(|core| core.rescue())?;
            let name = app.core(|core| core.enrolment())?.map(|one| one.device);
            Ok((bytes, name))
        })
        .await;
    match made {
        Ok((bytes, device)) => {
            let device = device.map(|one| one.to_string()).unwrap_or_default();
            let name = format!(
                "attachment; filename=\"kanyan-{device}-{}.rescue\"",
                now_ms()
            );
            let headers = [
                (CONTENT_TYPE, "application/octet-stream".to_owned()),
                (CONTENT_DISPOSITION, name),
            ];
            (headers, bytes).into_response()
        }
        Err(problem) => problem.fragment(said),
    }
}
