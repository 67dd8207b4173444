//! The checklist: every item with its answer, judged at once, with the colleague's value beside
//! it and both sides of a conflict. What is shown comes from [`crate::Checklist`], which the
//! native apps read as well.

pub(super) mod answer;
mod row;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use field_core::ids::DocId;
use serde::Deserialize;

use super::materials::Head;
use super::page::{Frame, filters, page, show as show_page};
use super::problem::Problem;
use super::state::App;
use super::today::remember;
use crate::{Checklist, ChecklistItem, Verdict};

pub(super) use row::{Row, Thumb, finding};

/// One section with its progress.
pub(super) struct Section {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) answered: usize,
    pub(super) total: usize,
    pub(super) rows: Vec<Row>,
}

impl Section {
    fn is_done(&self) -> bool {
        self.answered == self.total
    }
}

/// Whether something is still to be done for an item.
pub(super) fn is_open(item: &ChecklistItem) -> bool {
    item.verdict == Verdict::Missing
        || !item.conflict.is_empty()
        || item.photo_missing
        || (item.note_required && item.notes.is_empty())
}

/// Which items are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Show {
    /// Every item.
    #[default]
    All,
    /// Those with something left to do.
    Open,
    /// Those that are not fulfilled.
    Failed,
}

impl Show {
    fn takes(self, item: &ChecklistItem) -> bool {
        match self {
            Self::All => true,
            Self::Open => is_open(item),
            Self::Failed => item.verdict == Verdict::Fail,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Open => "open",
            Self::Failed => "failed",
        }
    }
}

/// The filter in the address.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    show: Show,
}

#[derive(Template)]
#[template(path = "checklist/show.html")]
struct ChecklistPage {
    f: Frame,
    head: Head,
    sections: Vec<Section>,
    show: &'static str,
    failed: usize,
    ruleset: String,
    /// The filter takes no item.
    nothing: bool,
}

#[derive(Template)]
#[template(path = "checklist/rows.html")]
struct RowsPiece {
    f: Frame,
    head: Head,
    sections: Vec<Section>,
    show: &'static str,
    nothing: bool,
    swap: bool,
}

/// The checklist as it stands, with the rows that a filter takes.
struct Listing {
    f: Frame,
    head: Head,
    list: Checklist,
    sections: Vec<Section>,
}

impl Listing {
    fn of(app: &App, doc: DocId, show: Show) -> Result<Self, Problem> {
        let f = Frame::of(app)?;
        let list = app.tablet.checklist(&doc.to_string(), None)?;
        remember(app, doc, &list)?;
        let head = Head::of(app, &f, doc, "checklist")?;
        let sections = sections(app, &f, &head, doc, &list, show)?;
        Ok(Self {
            f,
            head,
            list,
            sections,
        })
    }
}

/// `GET cases/{doc}/checklist`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(doc): Path<DocId>,
    Query(filter): Query<Filter>,
) -> Response {
    show_page(app, move |app| {
        let Listing {
            f,
            head,
            list,
            sections,
        } = Listing::of(app, doc, filter.show)?;
        page(&ChecklistPage {
            ruleset: f.said.of(&list.ruleset).to_owned(),
            failed: list.failed as usize,
            show: filter.show.word(),
            nothing: sections.iter().all(|one| one.rows.is_empty()),
            sections,
            head,
            f,
        })
    })
    .await
}

/// `GET cases/{doc}/checklist/rows`: the same without the frame, laid over what is shown.
pub(super) async fn rows(
    State(app): State<Arc<App>>,
    Path(doc): Path<DocId>,
    Query(filter): Query<Filter>,
) -> Response {
    show_page(app, move |app| {
        let Listing {
            f, head, sections, ..
        } = Listing::of(app, doc, filter.show)?;
        page(&RowsPiece {
            show: filter.show.word(),
            nothing: sections.iter().all(|one| one.rows.is_empty()),
            sections,
            head,
            f,
            swap: true,
        })
    })
    .await
}

/// Sections in the order of the checklist, with the rows the filter takes.
pub(super) fn sections(
    app: &App,
    f: &Frame,
    head: &Head,
    doc: DocId,
    list: &Checklist,
    show: Show,
) -> Result<Vec<Section>, Problem> {
    let make = row::Maker::new(app, f, head, doc)?;
    group(f, list, |item| {
        show.takes(item).then(|| make.row(item)).transpose()
    })
}

/// Sections with their progress, and the rows that `row` gives.
fn group(
    f: &Frame,
    list: &Checklist,
    row: impl Fn(&ChecklistItem) -> Result<Option<Row>, Problem>,
) -> Result<Vec<Section>, Problem> {
    let mut sections: Vec<Section> = vec![];
    let mut last = None;
    for item in &list.items {
        if last != Some(&item.section.zh) {
            last = Some(&item.section.zh);
            sections.push(Section {
                id: format!("s{}", sections.len()),
                name: f.said.of(&item.section).to_owned(),
                answered: 0,
                total: 0,
                rows: vec![],
            });
        }
        if let Some(section) = sections.last_mut() {
            section.total += 1;
            section.answered += usize::from(!is_open(item));
            section.rows.extend(row(item)?);
        }
    }
    Ok(sections)
}

/// One row and the sections' progress beside it, in answer to an edit.
#[derive(Template)]
#[template(path = "checklist/changed.html")]
pub(super) struct Changed {
    f: Frame,
    head: Head,
    row: Row,
    sections: Vec<Section>,
    failed: usize,
}

impl Changed {
    pub(super) fn of(app: &App, doc: DocId, item: &str) -> Result<Self, Problem> {
        let f = Frame::of(app)?;
        let list = app.tablet.checklist(&doc.to_string(), None)?;
        remember(app, doc, &list)?;
        let head = Head::of(app, &f, doc, "checklist")?;
        let found = list.items.iter().find(|one| one.id == item);
        let found = found.ok_or_else(Problem::not_found)?;
        let row = row::Maker::new(app, &f, &head, doc)?.row(found)?;
        Ok(Self {
            failed: list.failed as usize,
            sections: group(&f, &list, |_| Ok(None))?,
            row,
            head,
            f,
        })
    }
}
