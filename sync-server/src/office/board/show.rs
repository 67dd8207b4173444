//! The procedure board of the matters open today: how it goes, what to bring, how long it takes.

use askama::Template;
use axum::extract::State;
use field_core::rules::{Library, Matter, matter};

use crate::app::App;
use crate::locale::{phrase, pick, say};
use crate::office::page::{Page, shell};
use crate::office::view::{Place, Shell, filters};
use crate::office::words;

/// The board.
#[derive(Debug, Clone, Template)]
#[template(path = "board/show.html")]
pub struct BoardShow {
    /// The frame; nobody is logged in.
    pub shell: Shell,
    /// The matters open today.
    pub matters: Vec<BoardMatter>,
    /// Telephone of the window; may be empty.
    pub telephone: String,
    /// Where the window is; may be empty.
    pub address: String,
}

/// One matter.
#[derive(Debug, Clone)]
pub struct BoardMatter {
    /// Its id, for addresses.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Classes with their validity.
    pub classes: Vec<String>,
    /// Materials everybody brings.
    pub materials: Vec<String>,
    /// Materials of special cases.
    pub special: Vec<String>,
    /// Steps in order: name and who does it.
    pub steps: Vec<(String, String)>,
    /// Limits: name, promise and law in words.
    pub limits: Vec<(String, String)>,
    /// What stops the clock.
    pub stops: Vec<String>,
}

/// `GET /board`
pub(crate) async fn page(State(app): State<App>) -> Page<BoardShow> {
    let library = app.library();
    Page(BoardShow {
        shell: shell(&app, None, Place::Nowhere),
        matters: open_matters(&app, &library).map(board).collect(),
        telephone: app.config.office.telephone.clone(),
        address: app.config.office.address.clone(),
    })
}

/// The matters that take applications today, as this agency handles them.
pub(super) fn open_matters<'a>(
    app: &App,
    library: &'a Library,
) -> impl Iterator<Item = &'a Matter> {
    let (today, division) = (app.clock.today(), app.agency.division.clone());
    let ids: std::collections::BTreeSet<&str> = library
        .matters()
        .iter()
        .map(|one| one.id.as_str())
        .collect();
    ids.into_iter()
        .filter_map(move |id| library.matter_in(id, &division))
        .filter(move |matter| matter.covers(today))
}

fn board(matter: &Matter) -> BoardMatter {
    let materials = |special: bool| {
        let some = matter.materials.iter();
        some.filter(|one| one.features.is_empty() != special)
            .map(|one| pick(&one.text).to_owned())
            .collect()
    };
    BoardMatter {
        id: matter.id.clone(),
        name: pick(&matter.text).to_owned(),
        classes: matter.classes.iter().map(class).collect(),
        materials: materials(false),
        special: materials(true),
        steps: matter
            .steps
            .iter()
            .map(|step| (pick(&step.text).to_owned(), words::matter_role(step.role)))
            .collect(),
        limits: matter
            .limits
            .iter()
            .map(|limit| (pick(&limit.text).to_owned(), days(limit)))
            .collect(),
        stops: matter
            .stops
            .iter()
            .map(|stop| pick(&stop.text).to_owned())
            .collect(),
    }
}

fn class(class: &matter::MatterClass) -> String {
    let name = pick(&class.text);
    match class.validity_years {
        Some(years) => phrase("board-class")
            .with("name", name)
            .with("years", years)
            .to_string(),
        None => name.to_owned(),
    }
}

fn days(limit: &matter::Limit) -> String {
    let law = phrase("board-statutory").with("days", limit.statutory_days);
    match limit.promised_days {
        Some(days) => format!(
            "{}{}{law}",
            phrase("board-promised").with("days", days),
            say("list-comma")
        ),
        None => law.to_string(),
    }
}
