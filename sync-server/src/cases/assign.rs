//! Assigning the inspectors. The first assignment of a round makes its document, with the case's
//! facts and every container in it; it enters the tablets of those assigned.

use std::collections::BTreeSet;

use field_core::digest::Sha256;
use field_core::ids::DocId;
use field_core::inspection::{Earlier, Facts, Inspection, Place, genesis_actor};
use field_core::rules::{RulesetHash, checklist};
use rusqlite::{Connection, Transaction};
use serde_json::json;

use super::desk::{self, Desk};
use super::record::{self, Record};
use super::refusal::Refusal;
use super::state::{Action, Assigned};
use super::step::Effect;
use crate::app::App;
use crate::auth::{Officer, Permission};
use crate::error::AppError;
use crate::store::cases::{self, Assignment, Case};
use crate::store::inspections::{self, Genesis};
use crate::store::{StoreError, history, scopes, users};

/// Assigns the inspectors of the next round, or replaces those of this one.
///
/// # Errors
/// Refused by the state machine, or somebody chosen is no active inspector.
pub async fn assign(
    app: &App,
    by: &Officer,
    number: &str,
    seen: Option<u32>,
    officers: Vec<Assigned>,
) -> Result<Case, AppError> {
    let (_, record) = record::of_case(app, number).await?;
    let doc = DocId::random(&mut app.random.rng());
    desk::on_case(app, by, number, seen, move |desk, tx, case, by| {
        check_inspectors(tx, &officers)?;
        let action = Action::AssignInspectors {
            officers: officers.clone(),
        };
        let taken = desk.take(tx, case, &action, by, record.findings.clone(), json!({}))?;
        let Effect::Assigned {
            round,
            revision,
            begins,
        } = taken.effect
        else {
            return Err(AppError::Internal(
                "assignment without its effect".to_owned(),
            ));
        };
        let assignment = Assignment {
            round,
            revision,
            officers,
        };
        cases::assign(tx, taken.case.id, &assignment)?;
        if begins {
            let facts = facts(tx, desk, &taken.case, doc, round, &record)?;
            begin(tx, &taken.case, &facts, desk.now_ms)?;
        }
        let current = inspections::of_case(tx, taken.case.id)?
            .pop()
            .ok_or_else(|| AppError::Internal("a round without its document".to_owned()))?;
        let holders: BTreeSet<&str> = assignment
            .officers
            .iter()
            .flat_map(|one| [Some(one.officer.as_str()), one.standin.as_deref()])
            .flatten()
            .collect();
        scopes::set_officers(tx, current.doc, &holders)?;
        Ok(taken.case)
    })
    .await
}

fn check_inspectors(connection: &Connection, officers: &[Assigned]) -> Result<(), AppError> {
    for one in officers {
        for id in [Some(&one.officer), one.standin.as_ref()]
            .into_iter()
            .flatten()
        {
            let user = users::by_id(connection, id)?;
            let fits = user
                .as_ref()
                .is_some_and(|user| user.active && Permission::Inspect.is_given_to(&user.roles));
            if !fits {
                let name = user.map_or_else(|| id.clone(), |user| user.name);
                return Err(Refusal::NotAnInspector { name }.into());
            }
        }
    }
    Ok(())
}

/// What the server writes into the document of a round.
fn facts(
    transaction: &Transaction<'_>,
    desk: &Desk,
    case: &Case,
    doc: DocId,
    round: u32,
    record: &Record,
) -> Result<Facts, AppError> {
    let hash = case.ruleset.ok_or_else(|| Refusal::NoConditions {
        class: case.class.clone(),
    })?;
    let ruleset = record::ruleset(&desk.library, hash)?;
    let application = &case.application;
    let profile = application.check(desk.matter(&case.matter)?)?;
    profile.check(ruleset).map_err(Refusal::from)?;
    let items: Vec<String> = if round == 1 {
        let items = checklist(ruleset, &profile);
        items.into_iter().map(|item| item.id.clone()).collect()
    } else {
        returned_items(transaction, case.id)?
    };
    Ok(Facts {
        doc,
        case_number: case.number.clone(),
        matter: case.matter.clone(),
        round,
        ruleset: ruleset.id.clone(),
        ruleset_hash: Sha256::from_bytes(hash.0),
        class: profile.class.clone(),
        scopes: profile.scopes.into_iter().collect(),
        features: profile.features.into_iter().collect(),
        applicant: application.applicant.clone(),
        address: application.address.clone(),
        place: application.place.map(|place| Place {
            latitude: place.latitude,
            longitude: place.longitude,
            accuracy_m: None,
        }),
        earlier: items
            .iter()
            .filter_map(|item| earlier(record, item))
            .collect(),
        items,
    })
}

/// The items that the last return named.
fn returned_items(connection: &Connection, case_id: i64) -> Result<Vec<String>, StoreError> {
    let history = history::of_case(connection, case_id)?;
    let returned = history.iter().rfind(|entry| entry.event.action == "return");
    let items = returned.and_then(|entry| entry.event.detail.get("items"));
    let items = items.ok_or(StoreError::Missing {
        what: "the return in the history",
    })?;
    Ok(serde_json::from_value(items.clone())?)
}

/// What the latest round says of an item.
fn earlier(record: &Record, item: &str) -> Option<Earlier> {
    let mut rounds = record.rounds.iter().rev();
    let round = rounds.find(|round| round.view.facts.has_item(item))?;
    let answer = round.view.answers.get(item);
    let photos = round.view.present_photos();
    Some(Earlier {
        item: item.to_owned(),
        doc: round.doc,
        answer: answer.map(|one| one.answer.to_canonical_json()),
        photos: photos
            .filter(|one| one.photo.item == item)
            .map(|one| one.photo.clone())
            .collect(),
    })
}

/// Makes the document and stores it.
fn begin(
    transaction: &Transaction<'_>,
    case: &Case,
    facts: &Facts,
    now: i64,
) -> Result<(), AppError> {
    let failed = |e: &dyn std::fmt::Display| AppError::Internal(format!("genesis: {e}"));
    let (mut document, change) = Inspection::genesis(facts).map_err(|e| failed(&e))?;
    let max_op = automerge::Change::try_from(change.bytes.as_slice())
        .map_err(|e| failed(&e))?
        .max_op();
    let genesis = Genesis {
        doc: facts.doc,
        case_id: case.id,
        round: facts.round,
        ruleset: RulesetHash(*facts.ruleset_hash.as_bytes()),
        snapshot: document.save(),
        heads: document.heads(),
        max_op,
        change: change.hash,
        actor: genesis_actor(facts.doc),
        seq: change.seq,
        bytes: change.bytes,
    };
    inspections::begin(transaction, &genesis, now)?;
    Ok(())
}
