//! Registering an application at the window. Whoever registers it stays responsible (首问负责制).

use std::collections::BTreeSet;

use serde_json::json;

use super::application::Application;
use super::desk::{self, Desk};
use super::refusal::Refusal;
use super::state::State;
use crate::app::App;
use crate::auth::{Officer, Permission};
use crate::error::AppError;
use crate::store::cases::{self, Case};
use crate::store::serials;

/// An application with its materials.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCase {
    /// Id of the matter, such as `repair-permit`.
    pub matter: String,
    /// What is applied for.
    pub application: Application,
    /// Ids of the materials that were handed in.
    pub received: Vec<String>,
}

/// Registers an application; the case gets its number.
///
/// # Errors
/// Not a clerk, the matter is not open, a field or a material is wrong.
pub async fn register(app: &App, by: &Officer, new: NewCase) -> Result<Case, AppError> {
    by.require(Permission::Register)?;
    let desk = Desk::of(app);
    let matter = desk.matter(&new.matter)?;
    if !matter.covers(desk.today) {
        return Err(Refusal::MatterNotOpen {
            matter: new.matter,
            day: desk.today,
        }
        .into());
    }
    let profile = new.application.check(matter)?;
    let demanded: BTreeSet<String> = matter
        .materials_for(&profile)
        .map(|material| material.id.clone())
        .collect();
    if let Some(id) = new.received.iter().find(|id| !demanded.contains(*id)) {
        return Err(Refusal::UnknownMaterial { id: id.clone() }.into());
    }
    let actor = by.actor(None);
    let case = Case {
        id: 0,
        number: String::new(),
        matter: matter.id.clone(),
        class: profile.class,
        application: new.application,
        state: State::Submitted,
        responsible: Some(by.id.clone()),
        ruleset: None,
        submitted_on: desk.today,
        accepted_on: None,
        promised_until: None,
        statutory_until: None,
        revision: 0,
    };
    let received = new.received;
    let case = app
        .store
        .transact(move |tx| {
            let number = number(&desk, |kind| serials::take(tx, kind))?;
            let case = Case { number, ..case };
            let id = cases::insert(tx, &case)?;
            for material in &demanded {
                let on = received.contains(material).then_some(desk.today);
                cases::set_material(tx, id, material, on)?;
            }
            let detail = json!({
                "to": State::Submitted.word(), "visit": true,
                "number": case.number, "received": received,
            });
            desk.record(tx, id, &actor, "register", detail)?;
            Ok::<_, AppError>(Case { id, ..case })
        })
        .await?;
    desk::moved(app, &case);
    Ok(case)
}

/// Division, year, serial of that year: 330784-2018-0001.
fn number<E>(desk: &Desk, take: impl FnOnce(&str) -> Result<u32, E>) -> Result<String, E> {
    let (division, year) = (&desk.division, desk.today.year());
    let serial = take(&format!("case/{division}/{year}"))?;
    Ok(format!("{division}-{year}-{serial:04}"))
}
