//! Assigning the officers of an inspection.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::open;
use crate::app::App;
use crate::auth::{Officer, Permission};
use crate::cases::{self, Assigned};
use crate::error::AppError;
use crate::locale::{phrase, say};
use crate::office::page::{Fields, Page, done, on_page, shell, wrong};
use crate::office::view::{Errors, Place, Shell, filters};
use crate::store::cases::Case;
use crate::store::users::User;
use crate::store::{overview, users};

/// The form that assigns two inspectors and their stand-ins.
#[derive(Debug, Clone, Template)]
#[template(path = "case/assign.html")]
pub struct CaseAssign {
    /// The frame.
    pub shell: Shell,
    /// What is wrong.
    pub errors: Errors,
    /// The case.
    pub id: i64,
    /// The case number.
    pub number: String,
    /// Who applies.
    pub applicant: String,
    /// Where to go.
    pub address: String,
    /// Which revision of the case the page shows; a step on an older one is refused.
    pub revision: u32,
    /// Who may be sent.
    pub inspectors: Vec<InspectorChoice>,
    /// Replaces an assignment that exists already.
    pub replaces: bool,
}

/// Someone who may be sent.
#[derive(Debug, Clone)]
pub struct InspectorChoice {
    /// What the form sends.
    pub user_id: String,
    /// Their name.
    pub name: String,
    /// Enforcement card number.
    pub card: String,
    /// Open inspections, e.g. `在办 2 件`.
    pub workload: String,
    /// Chosen.
    pub chosen: bool,
    /// Their stand-in, by user id; empty for none.
    pub standin: String,
}

/// `GET /cases/{id}/assign`
pub(crate) async fn page(
    State(app): State<App>,
    officer: Officer,
    Path(id): Path<i64>,
) -> Result<Page<CaseAssign>, AppError> {
    officer.require(Permission::Assign)?;
    let case = open::row(&app, &officer, id).await?;
    let chosen = app
        .store
        .read(move |c| crate::store::cases::assignment(c, id))
        .await?;
    // A round that ended is no reason to choose the same officers again, but the usual one.
    let chosen = chosen.map(|one| one.officers).unwrap_or_default();
    form(&app, &officer, &case, &chosen, Errors::default())
        .await
        .map(Page)
}

/// `POST /cases/{id}/assign`
pub(crate) async fn assign(
    State(app): State<App>,
    officer: Officer,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, AppError> {
    let case = open::row(&app, &officer, id).await?;
    let seen = fields.revision()?;
    let chosen: Vec<Assigned> = fields
        .all("officers")
        .into_iter()
        .map(|user| Assigned {
            standin: Some(fields.text(&format!("standin-{user}"))).filter(|id| !id.is_empty()),
            officer: user,
        })
        .collect();
    match cases::assign(&app, &officer, &case.number, Some(seen), chosen.clone()).await {
        Ok(_) => Ok(done(id, "assign")),
        Err(error) => {
            let errors = on_page(error, "officers")?;
            Ok(wrong(form(&app, &officer, &case, &chosen, errors).await?))
        }
    }
}

async fn form(
    app: &App,
    officer: &Officer,
    case: &Case,
    chosen: &[Assigned],
    errors: Errors,
) -> Result<CaseAssign, AppError> {
    let (users, open) = app
        .store
        .read(|c| Ok((users::all(c)?, overview::open_inspections(c)?)))
        .await?;
    Ok(CaseAssign {
        shell: shell(app, Some(officer), Place::Cases),
        errors,
        id: case.id,
        number: case.number.clone(),
        applicant: case.application.applicant.clone(),
        address: case.application.address.clone(),
        revision: case.revision,
        inspectors: inspectors(users, &open, chosen),
        replaces: case.state == cases::State::Scheduled,
    })
}

fn inspectors(
    users: Vec<User>,
    open: &BTreeMap<String, u64>,
    chosen: &[Assigned],
) -> Vec<InspectorChoice> {
    users
        .into_iter()
        .filter(|user| user.active && Permission::Inspect.is_given_to(&user.roles))
        .map(|user| {
            let choice = chosen.iter().find(|one| one.officer == user.id);
            InspectorChoice {
                name: user.name,
                card: user.card_number.unwrap_or_default(),
                workload: match open.get(&user.id) {
                    Some(count) => phrase("assign-open").with("count", count).to_string(),
                    None => say("assign-none-open"),
                },
                chosen: choice.is_some(),
                standin: choice
                    .and_then(|one| one.standin.clone())
                    .unwrap_or_default(),
                user_id: user.id,
            }
        })
        .collect()
}
