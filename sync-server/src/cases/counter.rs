//! What a clerk notes at the counter without moving the case: materials that came in, a visit, and
//! who is responsible from now on.

use std::collections::BTreeSet;

use serde_json::json;

use super::desk;
use super::refusal::Refusal;
use super::state::{Action, Findings};
use crate::app::App;
use crate::auth::{Officer, Permission};
use crate::error::AppError;
use crate::store::cases::{self, Case};
use crate::store::materials::{self, MaterialFile};
use crate::store::users;

/// Notes which of the demanded materials are there.
///
/// # Errors
/// Refused by the state machine, or a material the case does not need.
pub async fn record_materials(
    app: &App,
    by: &Officer,
    number: &str,
    seen: Option<u32>,
    received: Vec<String>,
) -> Result<Case, AppError> {
    desk::on_case(app, by, number, seen, move |desk, tx, case, by| {
        let demanded = cases::materials(tx, case.id)?;
        let known: BTreeSet<&str> = demanded.iter().map(|(id, _)| id.as_str()).collect();
        if let Some(id) = received.iter().find(|id| !known.contains(id.as_str())) {
            return Err(Refusal::UnknownMaterial { id: id.clone() }.into());
        }
        for (id, since) in &demanded {
            let here = received.contains(id);
            let day = here.then(|| since.unwrap_or(desk.today));
            if day != *since {
                cases::set_material(tx, case.id, id, day)?;
            }
        }
        let action = Action::RecordMaterials { received };
        let taken = desk.take(tx, case, &action, by, Findings::default(), json!({}))?;
        Ok(taken.case)
    })
    .await
}

/// Makes another clerk responsible, with a note of what to know.
///
/// # Errors
/// Refused by the state machine, or the other is no active clerk.
pub async fn hand_over(
    app: &App,
    by: &Officer,
    number: &str,
    seen: Option<u32>,
    to: String,
    note: String,
) -> Result<Case, AppError> {
    desk::on_case(app, by, number, seen, move |desk, tx, case, by| {
        let user = users::by_id(tx, &to)?;
        let fits = user
            .as_ref()
            .is_some_and(|user| user.active && Permission::Register.is_given_to(&user.roles));
        if !fits || case.responsible.as_ref() == Some(&to) {
            let name = user.map_or_else(|| to.clone(), |user| user.name);
            return Err(Refusal::NotAClerk { name }.into());
        }
        let action = Action::HandOver {
            to: to.clone(),
            note,
        };
        let more = json!({ "before": case.responsible });
        let taken = desk.take(tx, case, &action, by, Findings::default(), more)?;
        cases::set_responsible(tx, taken.case.id, &to)?;
        Ok(Case {
            responsible: Some(to),
            ..taken.case
        })
    })
    .await
}

/// The most scans and photos of one case's materials.
pub const FILES: usize = 60;

/// Adds a scan or photo of a material. The case stays at its revision: nothing anybody looks at
/// becomes wrong by it.
///
/// # Errors
/// Not a clerk, a material the case does not need, or [`FILES`] are there.
pub async fn add_file(
    app: &App,
    by: &Officer,
    number: &str,
    file: MaterialFile,
) -> Result<(), AppError> {
    by.require(Permission::Register)?;
    desk::on_case(app, by, number, None, move |desk, tx, case, by| {
        let demanded = cases::materials(tx, case.id)?;
        if !demanded.iter().any(|(id, _)| *id == file.material) {
            return Err(AppError::from(Refusal::UnknownMaterial {
                id: file.material,
            }));
        }
        if materials::of_case(tx, case.id)?.len() >= FILES {
            return Err(Refusal::TooManyFiles { max: FILES }.into());
        }
        materials::add(tx, case.id, &file)?;
        let detail = json!({
            "material": file.material, "note": file.name, "sha256": file.sha256.to_string(),
        });
        desk.record(tx, case.id, by, "add-file", detail)?;
        Ok(case)
    })
    .await?;
    Ok(())
}

/// Counts a visit of the applicant.
///
/// # Errors
/// Refused by the state machine.
pub async fn record_visit(
    app: &App,
    by: &Officer,
    number: &str,
    seen: Option<u32>,
    purpose: String,
) -> Result<Case, AppError> {
    let action = Action::RecordVisit { purpose };
    desk::simple(app, by, number, seen, action, Findings::default()).await
}
