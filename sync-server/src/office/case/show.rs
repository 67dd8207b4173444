//! The page of a case, and the part of it that updates itself.

use askama::Template;
use axum::extract::{Path, Query, State};
use serde::Deserialize;

use super::result::InspectionResult;
use super::{fill, open};
use crate::app::App;
use crate::auth::Officer;
use crate::error::AppError;
use crate::office::page::{Page, shell_after};
use crate::office::view::{Deadline, Progress, Shell, Status, Tone, filters};

/// The page of a case.
#[derive(Debug, Clone, Template)]
#[template(path = "case/show.html")]
pub struct CaseShow {
    /// The frame.
    pub shell: Shell,
    /// Everything below it.
    pub live: CaseLive,
}

/// What is known of a case now. Fetched again whenever something about the case changed.
#[derive(Debug, Clone, Template)]
#[template(path = "case/live.html")]
pub struct CaseLive {
    /// The case, for addresses and for the event that pokes this page.
    pub id: i64,
    /// The case number.
    pub number: String,
    /// Who applies.
    pub applicant: String,
    /// Class and scope, e.g. `二类汽车维修（小型车辆）`.
    pub class_scope: String,
    /// The state in words.
    pub state: Status,
    /// E.g. `第 3/10 个工作日`; empty before acceptance.
    pub working_day: String,
    /// What happens now and what is to be done, in a sentence.
    pub summary: String,
    /// What to do next.
    pub next: Option<NextStep>,
    /// What else could be done.
    pub others: Vec<NextStep>,
    /// The way of the case.
    pub legs: Vec<Leg>,
    /// Its limits.
    pub deadlines: Vec<Deadline>,
    /// How often the applicant came, e.g. `申请人到场 1 次（目标不超过 2 次）`.
    pub visits: String,
    /// Facts of the application: label and value.
    pub facts: Vec<Fact>,
    /// Materials and whether they are there.
    pub materials: Vec<Status>,
    /// What is there of the inspection and what is missing; `None` before one is assigned.
    pub completeness: Option<Completeness>,
    /// What the inspection found; `None` before one is assigned.
    pub result: Option<InspectionResult>,
    /// Who did what, newest first.
    pub history: Vec<HistoryEntry>,
    /// The limits of each step reached.
    pub limits: Vec<StepLimit>,
    /// Since when and why the clock stands still; empty while it runs.
    pub stopped: String,
    /// Papers of the case.
    pub documents: Vec<DocumentLink>,
    /// How many papers are still to be made.
    pub papers_due: usize,
    /// Goes into the forms of the page.
    pub csrf: String,
    /// When this was put together, local time.
    pub as_of: String,
}

impl askama::filters::HtmlSafe for CaseLive {}

/// A label and what stands beside it.
#[derive(Debug, Clone)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// What it says.
    pub value: String,
}

/// Something an officer may do, or may not yet.
#[derive(Debug, Clone)]
pub struct NextStep {
    /// What the button says.
    pub label: String,
    /// Where it leads (a page; the step itself is a POST there).
    pub href: String,
    /// Why it cannot be done now; empty when it can.
    pub blocked: Vec<String>,
}

/// One leg of the way of a case.
#[derive(Debug, Clone)]
pub struct Leg {
    /// Its name, e.g. `受理`.
    pub name: String,
    /// Done, under way or to come.
    pub tone: Tone,
    /// When it was reached, e.g. `03-12 09:10`.
    pub at: String,
    /// How long it took or has taken, e.g. `用时 2 小时 40 分`.
    pub took: String,
    /// Who did it or has to.
    pub who: String,
}

/// What is there of the inspection, what is missing, and on which tablet.
#[derive(Debug, Clone)]
pub struct Completeness {
    /// All of it in one word.
    pub overall: Status,
    /// Photos that arrived.
    pub photos: Progress,
    /// The same for each tablet, where there are several or something is missing.
    pub tablets: Vec<TabletPhotos>,
    /// Where the rest is, e.g. `甲的平板，14:31 在传`; empty when nothing is missing.
    pub photos_where: String,
    /// Conditions of the seal, each with its state.
    pub checks: Vec<Check>,
    /// Each officer and what they signed.
    pub sign_offs: Vec<SignOff>,
    /// What came after the seal, or was refused; usually empty.
    pub set_aside: Vec<SetAside>,
    /// The sealed state, shortened; empty while open.
    pub sealed: String,
}

/// The photos that one tablet took.
#[derive(Debug, Clone)]
pub struct TabletPhotos {
    /// Whose tablet, with its name.
    pub tablet: String,
    /// Those that arrived.
    pub photos: Progress,
    /// When it was last heard of; may be empty.
    pub seen: String,
}

/// Something that was kept and not used.
#[derive(Debug, Clone)]
pub struct SetAside {
    /// What it is and why it does not count.
    pub text: String,
    /// Where its bytes are.
    pub href: String,
}

/// One condition of the seal.
#[derive(Debug, Clone)]
pub struct Check {
    /// Its state and its name.
    pub status: Status,
    /// What is missing and where; may be empty.
    pub detail: String,
}

/// An officer and what they signed.
#[derive(Debug, Clone)]
pub struct SignOff {
    /// The officer.
    pub officer: String,
    /// Their enforcement card number; may be empty.
    pub card: String,
    /// Signed, not yet, or signed another state.
    pub status: Status,
    /// When and which state, e.g. `16:02 · 状态 3fa9c1d2`.
    pub detail: String,
}

/// One entry of the history.
#[derive(Debug, Clone)]
pub struct HistoryEntry {
    /// When, local, e.g. `2018-03-12 09:10`.
    pub at: String,
    /// Who; `系统` for the server itself.
    pub who: String,
    /// What, e.g. `受理申请`.
    pub what: String,
    /// Grounds and particulars; may be empty.
    pub detail: String,
}

/// The limit of one step.
#[derive(Debug, Clone)]
pub struct StepLimit {
    /// Its name.
    pub name: String,
    /// The last days of promise and law.
    pub due: String,
    /// E.g. `3/10 个工作日`.
    pub used: String,
    /// How it stands.
    pub state: Status,
}

/// A paper of the case.
#[derive(Debug, Clone)]
pub struct DocumentLink {
    /// Its name.
    pub name: String,
    /// What kind of file and how large, e.g. `PDF · 182 KB`.
    pub kind: String,
    /// Where it is.
    pub href: String,
}

/// What the address says besides the case.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct After {
    /// The step that led here.
    done: Option<String>,
}

/// `GET /cases/{id}`
pub(crate) async fn page(
    State(app): State<App>,
    officer: Officer,
    Path(id): Path<i64>,
    Query(after): Query<After>,
) -> Result<Page<CaseShow>, AppError> {
    Ok(Page(CaseShow {
        shell: shell_after(&app, &officer, after.done.as_deref()),
        live: read(&app, &officer, id).await?,
    }))
}

/// `GET /cases/{id}/live`: what updates itself.
pub(crate) async fn live(
    State(app): State<App>,
    officer: Officer,
    Path(id): Path<i64>,
) -> Result<Page<CaseLive>, AppError> {
    Ok(Page(read(&app, &officer, id).await?))
}

async fn read(app: &App, officer: &Officer, id: i64) -> Result<CaseLive, AppError> {
    let record = open::record(app, officer, id).await?;
    open::fill(app, officer, move |against| fill::live(&record, against)).await
}
