//! The inbox: my work first, then everybody's, filtered, searched and paged.

use askama::Template;

use crate::office::view::{Deadline, Paging, Progress, Shell, Status, filters};

/// The inbox.
#[derive(Debug, Clone, Template)]
#[template(path = "inbox/show.html")]
pub struct InboxShow {
    /// The frame.
    pub shell: Shell,
    /// Filters by state with their counts.
    pub tabs: Vec<InboxTab>,
    /// What was searched for, as typed.
    pub query: String,
    /// The list.
    pub list: InboxList,
}

/// The part of the inbox that updates itself.
#[derive(Debug, Clone, Template)]
#[template(path = "inbox/list.html")]
pub struct InboxList {
    /// Cases, my work first.
    pub rows: Vec<InboxRow>,
    /// Where in the list this page is.
    pub paging: Paging,
    /// Address of this list without the frame, for updates.
    pub live_href: String,
    /// What an empty list says, and what to do about it.
    pub empty: EmptyList,
}

impl askama::filters::HtmlSafe for InboxList {}

/// What an empty list says.
#[derive(Debug, Clone, Default)]
pub struct EmptyList {
    /// What there is not, e.g. `没有待您办理的业务件`.
    pub title: String,
    /// What to do, e.g. `可以查看全部业务件，或登记一件新申请。`
    pub advice: String,
    /// Where that leads.
    pub href: Option<String>,
    /// How the link reads.
    pub link: String,
}

/// One filter of the inbox.
#[derive(Debug, Clone)]
pub struct InboxTab {
    /// What it shows, e.g. `待决定`.
    pub label: String,
    /// How many there are.
    pub count: u64,
    /// Its address.
    pub href: String,
    /// This is the one shown.
    pub active: bool,
    /// It warns (overdue) when its count is above zero.
    pub warns: bool,
}

/// One case in the list.
#[derive(Debug, Clone)]
pub struct InboxRow {
    /// The case, for its address and for the row's identity in updates.
    pub id: i64,
    /// The case number.
    pub number: String,
    /// Who applies.
    pub applicant: String,
    /// Where the shop is.
    pub address: String,
    /// Class and scope, e.g. `二类 · 小型车辆`.
    pub class_scope: String,
    /// The state in words.
    pub state: Status,
    /// What this officer has to do, e.g. `待您决定`; `None` when it is somebody else's turn.
    pub mine: Option<String>,
    /// Photos that arrived, while an inspection is coming in.
    pub photos: Option<Progress>,
    /// Who is responsible now.
    pub responsible: String,
    /// The limit that comes first; `None` before acceptance and after the end.
    pub deadline: Option<Deadline>,
    /// E.g. `第 3/10 个工作日`; empty before acceptance.
    pub working_day: String,
    /// The day of submission, ISO.
    pub submitted: String,
}
