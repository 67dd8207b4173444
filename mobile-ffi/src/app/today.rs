//! Today: the cases on this tablet, the most urgent first, with what is left to do.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use field_core::ids::DocId;
use field_core::inspection::Facts;
use field_core::protocol::CaseRow;
use field_core::rules::Date;
use serde::Deserialize;

use super::page::{Frame, filters, page, show};
use super::problem::Problem;
use super::state::App;
use super::words::Said;
use super::{format, materials};
use crate::tablet::guard as lock;

/// More rows than these are found by searching.
const MOST_ROWS: usize = 200;

/// How far a case is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) total: usize,
    pub(super) answered: usize,
    pub(super) failed: usize,
    pub(super) conflicts: usize,
    pub(super) photos: usize,
}

impl Progress {
    pub(super) const fn left(self) -> usize {
        self.total - self.answered
    }
}

/// One case in the list.
pub(super) struct Row {
    pub(super) doc: String,
    pub(super) number: String,
    pub(super) applicant: String,
    pub(super) address: String,
    pub(super) class: String,
    pub(super) round: u32,
    pub(super) colleagues: String,
    pub(super) deadline: Option<Deadline>,
    pub(super) progress: Progress,
    pub(super) mine: bool,
    pub(super) over: bool,
    pub(super) sealed: bool,
    /// Changes and pictures that are only here.
    pub(super) unsent: u64,
    pub(super) refused: u64,
}

/// How much time is left.
pub(super) struct Deadline {
    pub(super) day: String,
    pub(super) words: String,
    pub(super) late: bool,
    /// Days from today; negative when it has passed.
    days: i32,
}

impl Deadline {
    pub(super) fn of(said: Said, case: &CaseRow, today: Date) -> Option<Self> {
        let until: Date = case.promised_until.as_deref()?.parse().ok()?;
        let days = i32::try_from(today.duration_until(until).as_hours() / 24).ok()?;
        let words = match days {
            ..=-1 => said.n("deadline-passed", -days),
            0 => said.t("deadline-today"),
            _ => said.n("deadline-left", days),
        };
        Some(Self {
            day: format::day(said, until),
            words,
            late: days <= 1,
            days,
        })
    }
}

#[derive(Template)]
#[template(path = "today/list.html")]
struct TodayPage {
    f: Frame,
    /// In words.
    day: String,
    query: String,
    mine: Vec<Row>,
    others: Vec<Row>,
    over: Vec<Row>,
    /// There are cases, but the search finds none.
    searched: bool,
    enrolled: bool,
    officers: usize,
    more: bool,
}

/// The search.
#[derive(Default, Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
}

/// `GET /`
pub(super) async fn list(State(app): State<Arc<App>>, Query(search): Query<Search>) -> Response {
    show(app, move |app| {
        let f = Frame::of(app)?;
        let query = search.q.trim().to_owned();
        let cases = app.core(|core| core.cases())?;
        let (today, officer) = (app.core(|core| core.today())?, app.officer());
        let mut found = vec![];
        for case in cases {
            let facts = app.core(|core| core.facts(case.doc))?;
            if matches(&query, &case, &facts) {
                found.push((case, facts));
            }
        }
        let more = found.len() > MOST_ROWS;
        let mut rows = vec![];
        for (case, facts) in found.into_iter().take(MOST_ROWS) {
            rows.push(row(app, f.said, &officer, case, facts, today)?);
        }
        rows.sort_by_key(|row| {
            let days = row.deadline.as_ref().map_or(i32::MAX, |one| one.days);
            (days, row.number.clone())
        });
        let (over, open): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.over);
        let (mine, others): (Vec<_>, Vec<_>) = open.into_iter().partition(|row| row.mine);
        let (enrolled, officers) =
            app.core(|core| Ok((core.enrolment()?.is_some(), core.officers()?.len())))?;
        page(&TodayPage {
            day: format::day(f.said, today),
            f,
            searched: !query.is_empty(),
            query,
            mine,
            others,
            over,
            enrolled,
            officers,
            more,
        })
    })
    .await
}

fn matches(query: &str, case: &CaseRow, facts: &Facts) -> bool {
    let query = query.to_lowercase();
    let texts = [
        &case.number,
        &facts.applicant,
        &facts.address,
        case.contact.as_ref().unwrap_or(&facts.class),
    ];
    texts
        .iter()
        .any(|text| text.to_lowercase().contains(&query))
}

fn row(
    app: &App,
    said: Said,
    officer: &str,
    case: CaseRow,
    facts: Facts,
    today: Date,
) -> Result<Row, Problem> {
    let status = app.core(|core| core.case_status(case.doc))?;
    let others = case.officers.iter().filter(|one| one.id != officer);
    let colleagues: Vec<_> = others.map(|one| one.name.clone()).collect();
    let over = case.closed || case.sealed.is_some();
    Ok(Row {
        // What is over is not judged again only to be folded away.
        progress: if over {
            Progress::default()
        } else {
            progress(app, case.doc)?
        },
        deadline: Deadline::of(said, &case, today),
        class: materials::class(said, &facts),
        mine: case.officers.iter().any(|one| one.id == officer),
        over,
        sealed: case.sealed.is_some(),
        doc: case.doc.to_string(),
        number: case.number,
        applicant: facts.applicant,
        address: facts.address,
        round: facts.round,
        colleagues: colleagues.join("、"),
        unsent: status.unsent_changes + (status.photos - status.photos_safe),
        refused: status.refused,
    })
}

/// How far a case is; judged anew only when something of it changed.
pub(super) fn progress(app: &App, doc: DocId) -> Result<Progress, Problem> {
    let revision = app.core(|core| core.revision(doc))?;
    if let Some((then, progress)) = lock(&app.progress).get(&doc)
        && *then == revision
    {
        return Ok(*progress);
    }
    let judged = app.tablet.checklist(&doc.to_string(), None)?;
    let progress = Progress::from(&judged);
    lock(&app.progress).insert(doc, (revision, progress));
    Ok(progress)
}

/// Keeps what was judged just now, for the head of the page.
pub(super) fn remember(app: &App, doc: DocId, list: &crate::Checklist) -> Result<(), Problem> {
    let revision = app.core(|core| core.revision(doc))?;
    lock(&app.progress).insert(doc, (revision, Progress::from(list)));
    Ok(())
}

impl From<&crate::Checklist> for Progress {
    fn from(list: &crate::Checklist) -> Self {
        let open = |item: &&crate::ChecklistItem| super::checklist::is_open(item);
        Self {
            total: list.items.len(),
            answered: list.items.len() - list.items.iter().filter(open).count(),
            failed: list.failed as usize,
            conflicts: list.conflicts as usize,
            photos: list.items.iter().map(|item| item.photos as usize).sum(),
        }
    }
}
