//! Reading the inbox: which cases, in which order, as which rows.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use rusqlite::Connection;
use serde::Deserialize;

use super::empty::empty;
use super::show::{InboxList, InboxRow, InboxShow, InboxTab};
use crate::app::App;
use crate::auth::{Officer, Permission};
use crate::cases::State as CaseState;
use crate::error::AppError;
use crate::locale::say;
use crate::office::case::{fill, way};
use crate::office::page::{Page, shell};
use crate::office::view::{Paging, Place, Progress};
use crate::office::words;
use crate::store::StoreError;
use crate::store::cases::{self, Case};
use crate::store::overview::{self, Filter};
use crate::store::stops;

/// Cases of one page.
const ROWS: u32 = 25;
/// Beyond this nobody pages; they search.
const LAST_PAGE: u64 = 10_000;
const QUERY_CHARS: usize = 60;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    state: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: u64,
}

/// `GET /inbox`
pub(crate) async fn page(
    State(app): State<App>,
    officer: Officer,
    Query(asked): Query<Asked>,
) -> Result<Page<InboxShow>, AppError> {
    let read = read(&app, &officer, &asked).await?;
    Ok(Page(InboxShow {
        shell: shell(&app, Some(&officer), Place::Cases),
        tabs: tabs(&read, &officer, &asked),
        query: clean(&asked.q),
        list: list(&app, &officer, &asked, read),
    }))
}

/// `GET /inbox/live`: the list alone.
pub(crate) async fn live(
    State(app): State<App>,
    officer: Officer,
    Query(asked): Query<Asked>,
) -> Result<Page<InboxList>, AppError> {
    let read = read(&app, &officer, &asked).await?;
    Ok(Page(list(&app, &officer, &asked, read)))
}

/// The filters: word in the address, key of its name, states.
const TABS: [(&str, &str, &[CaseState]); 7] = [
    (
        "submitted",
        "state-submitted",
        &[CaseState::Submitted, CaseState::Correction],
    ),
    (
        "accepted",
        "state-accepted",
        &[CaseState::Accepted, CaseState::Rectification],
    ),
    ("scheduled", "state-scheduled", &[CaseState::Scheduled]),
    ("inspected", "state-inspected", &[CaseState::Inspected]),
    ("granted", "state-granted", &[CaseState::DecidedGranted]),
    ("issued", "state-issued", &[CaseState::Issued]),
    (
        "ended",
        "state-ended",
        &[
            CaseState::Delivered,
            CaseState::NotAccepted,
            CaseState::DecidedRefused,
        ],
    ),
];

struct Read {
    rows: Vec<Row>,
    total: u64,
    counts: Vec<(CaseState, u32)>,
    overdue: u64,
    users: BTreeMap<String, (String, String)>,
}

struct Row {
    case: Case,
    officers: Vec<String>,
    photos: Option<(u64, u64)>,
    stopped: bool,
}

async fn read(app: &App, officer: &Officer, asked: &Asked) -> Result<Read, AppError> {
    let today = app.clock.today().to_string();
    let mine = mine(officer);
    let text = clean(&asked.q);
    let overdue = Filter {
        overdue_before: Some(today),
        ..Filter::default()
    };
    let filter = match asked.state.as_str() {
        "mine" => Filter {
            states: mine.clone(),
            text,
            ..Filter::default()
        },
        "overdue" => Filter {
            text,
            ..overdue.clone()
        },
        word => Filter {
            states: TABS
                .iter()
                .find(|(tab, ..)| *tab == word)
                .map(|(.., states)| states.to_vec())
                .unwrap_or_default(),
            text,
            ..Filter::default()
        },
    };
    let offset = page_number(asked) * u64::from(ROWS);
    // Someone without work of their own has an empty list of it, not everybody's.
    let nothing = asked.state == "mine" && mine.is_empty();
    Ok(app
        .store
        .read(move |c| {
            let cases = if nothing {
                Vec::new()
            } else {
                overview::page(c, &filter, &mine, ROWS, offset)?
            };
            let total = if nothing {
                0
            } else {
                overview::count(c, &filter)?
            };
            Ok(Read {
                rows: cases
                    .into_iter()
                    .map(|case| row(c, case))
                    .collect::<Result<_, _>>()?,
                total,
                counts: cases::counts(c)?,
                overdue: overview::count(c, &overdue)?,
                users: overview::user_names(c)?,
            })
        })
        .await?)
}

fn row(connection: &Connection, case: Case) -> Result<Row, StoreError> {
    let inspecting = case.state == CaseState::Scheduled;
    let assignment = if inspecting {
        cases::assignment(connection, case.id)?
    } else {
        None
    };
    Ok(Row {
        officers: assignment
            .map(|one| one.officers.into_iter().map(|one| one.officer).collect())
            .unwrap_or_default(),
        photos: if inspecting {
            overview::photos_of_case(connection, case.id)?
        } else {
            None
        },
        stopped: stops::open(connection, case.id)?.is_some(),
        case,
    })
}

/// The states in which it is this officer's turn.
fn mine(officer: &Officer) -> Vec<CaseState> {
    [
        (Permission::Accept, CaseState::Submitted),
        (Permission::Assign, CaseState::Accepted),
        (Permission::Decide, CaseState::Inspected),
        (Permission::Issue, CaseState::DecidedGranted),
        (Permission::Deliver, CaseState::Issued),
    ]
    .into_iter()
    .filter(|(permission, _)| officer.may(*permission))
    .map(|(_, state)| state)
    .collect()
}

fn turn(state: CaseState) -> &'static str {
    match state {
        CaseState::Submitted => "turn-accept",
        CaseState::Accepted => "turn-assign",
        CaseState::Inspected => "turn-decide",
        CaseState::DecidedGranted => "turn-issue",
        CaseState::Issued => "turn-deliver",
        _ => "turn-other",
    }
}

fn page_number(asked: &Asked) -> u64 {
    asked.page.saturating_sub(1).min(LAST_PAGE)
}

fn clean(query: &str) -> String {
    query.trim().chars().take(QUERY_CHARS).collect()
}

fn address(path: &str, state: &str, query: &str, page: u64) -> String {
    let mut parts = Vec::new();
    if !state.is_empty() {
        parts.push(format!("state={}", percent(state)));
    }
    if !query.is_empty() {
        parts.push(format!("q={}", percent(query)));
    }
    if page > 1 {
        parts.push(format!("page={page}"));
    }
    if parts.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", parts.join("&"))
    }
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

fn tabs(read: &Read, officer: &Officer, asked: &Asked) -> Vec<InboxTab> {
    let count = |states: &[CaseState]| {
        let counts = read.counts.iter();
        counts
            .filter(|(state, _)| states.contains(state))
            .map(|(_, count)| u64::from(*count))
            .sum()
    };
    let tab = |word: &str, label: &str, count, warns| InboxTab {
        label: label.to_owned(),
        count,
        href: address("/inbox", word, "", 1),
        active: asked.state == word,
        warns,
    };
    let mut tabs = Vec::new();
    let mine = mine(officer);
    if !mine.is_empty() {
        tabs.push(tab("mine", &say("tab-mine"), count(&mine), false));
    }
    tabs.push(tab("", &say("tab-all"), count(&CaseState::ALL), false));
    for (word, label, states) in TABS {
        tabs.push(tab(word, &say(label), count(states), false));
    }
    tabs.push(tab("overdue", &say("tab-overdue"), read.overdue, true));
    tabs
}

fn list(app: &App, officer: &Officer, asked: &Asked, read: Read) -> InboxList {
    let query = clean(&asked.q);
    let page = page_number(asked);
    let first = page * u64::from(ROWS);
    let shown = read.rows.len() as u64;
    let library = app.library();
    let today = app.clock.today();
    let mine = mine(officer);
    let rows = read
        .rows
        .into_iter()
        .map(
            |Row {
                 case,
                 officers,
                 photos,
                 stopped,
             }| {
                let matter = library.matter(&case.matter);
                let name = |id: &String| {
                    let known = read.users.get(id);
                    known.map_or_else(|| id.clone(), |(name, _)| name.clone())
                };
                let responsible = if officers.is_empty() {
                    case.responsible.iter().map(name).collect()
                } else {
                    officers
                        .iter()
                        .map(name)
                        .collect::<Vec<_>>()
                        .join(&say("list-and"))
                };
                InboxRow {
                    id: case.id,
                    number: case.number.clone(),
                    applicant: case.application.applicant.clone(),
                    address: case.application.address.clone(),
                    class_scope: fill::class_scope(&case, matter),
                    state: words::state(case.state),
                    mine: mine.contains(&case.state).then(|| say(turn(case.state))),
                    photos: photos.map(|(done, total)| Progress {
                        label: say("photos"),
                        done,
                        total,
                    }),
                    responsible,
                    deadline: way::nearest(&case, matter, &library, today, stopped),
                    working_day: way::working_day(&case, &library, today),
                    submitted: case.submitted_on.to_string(),
                }
            },
        )
        .collect();
    let more = first + shown < read.total;
    InboxList {
        rows,
        paging: Paging {
            first: if shown == 0 { 0 } else { first + 1 },
            last: first + shown,
            total: read.total,
            previous: (page > 0).then(|| address("/inbox", &asked.state, &query, page)),
            next: more.then(|| address("/inbox", &asked.state, &query, page + 2)),
        },
        live_href: address("/inbox/live", &asked.state, &query, page + 1),
        empty: empty(officer, &asked.state, &query),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_what_was_asked_for() {
        assert_eq!(address("/inbox", "", "", 1), "/inbox");
        assert_eq!(
            address("/inbox", "mine", "某 &", 2),
            "/inbox?state=mine&q=%E6%9F%90%20%26&page=2"
        );
    }

    #[test]
    fn nobody_pages_without_end() {
        let asked = Asked {
            page: u64::MAX,
            ..Asked::default()
        };
        assert_eq!(page_number(&asked), LAST_PAGE);
        assert_eq!(clean(&"字".repeat(100)).chars().count(), QUERY_CHARS);
    }

    #[test]
    fn every_state_is_under_one_tab() {
        for state in CaseState::ALL {
            let tabs = TABS.iter().filter(|(.., states)| states.contains(&state));
            assert_eq!(tabs.count(), 1, "{state:?}");
        }
    }
}
