//! The list of all permits; those that end soon are found in it.

use askama::Template;
use axum::extract::{Query, State};
use field_core::rules::Date;
use jiff::ToSpan;
use serde::Deserialize;

use crate::app::App;
use crate::auth::{Officer, Permission};
use crate::error::AppError;
use crate::locale::say;
use crate::office::page::{Page, address, shell};
use crate::office::view::{Paging, Place, Shell, Status, Tone, filters};
use crate::store::permits::{self, Filter, Listed};

const ROWS: u32 = 25;
const LAST_PAGE: u64 = 10_000;
const QUERY_CHARS: usize = 60;
/// A permit ends soon within so many days: the applicant has to ask thirty days before.
const SOON_DAYS: i64 = 60;

/// The list.
#[derive(Debug, Clone, Template)]
#[template(path = "permits/list.html")]
pub struct PermitList {
    /// The frame.
    pub shell: Shell,
    /// What was searched for.
    pub query: String,
    /// Only those that end soon are shown.
    pub soon: bool,
    /// How many end soon.
    pub soon_count: u64,
    /// Whether the officer may take in permits of the time before.
    pub imports: bool,
    /// The permits.
    pub rows: Vec<PermitRow>,
    /// Where in the list this page is.
    pub paging: Paging,
}

/// One permit.
#[derive(Debug, Clone)]
pub struct PermitRow {
    /// As printed.
    pub number: String,
    /// Name of the holder.
    pub holder: String,
    /// Where its page is; empty for one of the time before.
    pub href: String,
    /// From when.
    pub valid_from: String,
    /// Until when; empty for open-ended.
    pub valid_until: String,
    /// How it stands.
    pub state: Status,
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    soon: String,
    #[serde(default)]
    page: u64,
}

/// `GET /permits`
pub(crate) async fn page(
    State(app): State<App>,
    officer: Officer,
    Query(asked): Query<Asked>,
) -> Result<Page<PermitList>, AppError> {
    officer.require(Permission::ViewCases)?;
    let today = app.clock.today();
    let ends_by = today.saturating_add(SOON_DAYS.days()).to_string();
    let text: String = asked.q.trim().chars().take(QUERY_CHARS).collect();
    let soon = !asked.soon.is_empty();
    let number = asked.page.saturating_sub(1).min(LAST_PAGE);
    let ending = Filter {
        ends_by: Some(ends_by),
        ..Filter::default()
    };
    let filter = Filter {
        text: text.clone(),
        ends_by: ending.ends_by.clone().filter(|_| soon),
    };
    let (rows, total, soon_count) = app
        .store
        .read(move |c| {
            let rows = permits::page(c, &filter, ROWS, number * u64::from(ROWS))?;
            Ok((
                rows,
                permits::count(c, &filter)?,
                permits::count(c, &ending)?,
            ))
        })
        .await?;
    let first = number * u64::from(ROWS);
    let shown = rows.len() as u64;
    let at = |page: u64| {
        let word = if soon { "1" } else { "" };
        address("/permits", &[("soon", word), ("q", &text)], page)
    };
    Ok(Page(PermitList {
        shell: shell(&app, Some(&officer), Place::Permits),
        soon,
        soon_count,
        imports: officer.may(Permission::Register),
        paging: Paging {
            first: if shown == 0 { 0 } else { first + 1 },
            last: first + shown,
            total,
            previous: (number > 0).then(|| at(number)),
            next: (first + shown < total).then(|| at(number + 2)),
        },
        rows: rows.into_iter().map(|one| row(one, today)).collect(),
        query: text,
    }))
}

fn row(one: Listed, today: Date) -> PermitRow {
    let until: Option<Date> = one.valid_until.as_ref().and_then(|day| day.parse().ok());
    let soon = today.saturating_add(SOON_DAYS.days());
    let state = if one.suspended {
        Status::new(Tone::Warn, say("permit-suspended"))
    } else if one.revoked_on.is_some() {
        Status::new(Tone::Bad, say("permit-revoked"))
    } else if until.is_some_and(|until| until < today) {
        Status::new(Tone::Warn, say("permit-expired"))
    } else if until.is_some_and(|until| until <= soon) {
        Status::new(Tone::Warn, say("permit-ends-soon"))
    } else {
        Status::new(Tone::Good, say("permit-valid"))
    };
    PermitRow {
        href: one
            .case_id
            .map(|id| format!("/cases/{id}/permit"))
            .unwrap_or_default(),
        number: one.number,
        holder: one.holder,
        valid_from: one.valid_from,
        valid_until: one.valid_until.unwrap_or_default(),
        state,
    }
}
