//! What the office does: assigns, replaces, decides, issues, returns, backs up, revokes.

use std::collections::BTreeSet;

use field_core::ids::DocId;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};
use sync_server::auth::{Officer, devices, users};
use sync_server::cases::{self, Action, Assigned, Desk, Findings, Outcome};
use sync_server::store::decisions::Permit;
use sync_server::store::{decisions, serials};
use sync_server::{App, AppError};

use super::mutant::Mutant;
use super::template::{INSPECTORS, OFFICE, new_case};
use super::world::{Stop, World, broken};
use super::{check, steps};
use crate::Failure;

/// More cases would only slow a history down.
const CASES_MAX: usize = 5;

struct Row {
    id: i64,
    number: String,
    state: String,
}

fn rows(world: &mut World) -> Result<Vec<Row>, Stop> {
    let look = world.server.look()?;
    let mut statement = look.prepare_cached("SELECT id, number, state FROM cases ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        Ok(Row {
            id: row.get(0)?,
            number: row.get(1)?,
            state: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Runs a piece of the office's work. A server that dies over it comes up again; a refusal in
/// words is an answer; anything else is not.
fn office<T, F>(
    world: &mut World,
    kind: &'static str,
    work: impl FnOnce(App, Officer) -> F,
) -> Result<Option<T>, Stop>
where
    F: Future<Output = Result<T, AppError>>,
{
    let outcome = world.server.run(|app| async move {
        let by = users::officer(&app, OFFICE).await?;
        work(app, by).await
    })?;
    let full = world.server.host.is_full();
    match outcome {
        None => {
            let mut rng = rand::SeedableRng::seed_from_u64(world.seed);
            world.crash_server(true, &mut rng)?;
            world.note(kind, &[2]);
            Ok(None)
        }
        Some(Ok(done)) => {
            world.deed(kind);
            world.note(kind, &[1]);
            Ok(Some(done))
        }
        Some(Err(error)) => {
            let refused = matches!(error, AppError::Refused(_) | AppError::NotFound { .. });
            if !refused && !full {
                return broken("the office can work", format!("{kind}: {error}"));
            }
            world.note(kind, &[0]);
            Ok(None)
        }
    }
}

/// A step in some case.
pub(super) fn step(world: &mut World, rng: &mut StdRng) -> Result<(), Stop> {
    let rows = rows(world)?;
    if rows.is_empty() || (rows.len() < CASES_MAX && rng.random_bool(0.1)) {
        register(world)?;
        return check::decisions(world);
    }
    let row = &rows[rng.random_range(0..rows.len())];
    let number = row.number.clone();
    match row.state.as_str() {
        "submitted" => {
            office(world, "cases accepted", |app, by| async move {
                cases::accept(&app, &by, &number, None).await
            })?;
        }
        "accepted" | "rectification" => assign_case(world, &number, rng)?,
        "inspected" if rng.random_bool(0.3) => send_back(world, number, rng)?,
        "inspected" => decide(world, number)?,
        "decided-granted" => issue(world, number)?,
        "issued" => {
            office(world, "permits delivered", |app, by| async move {
                cases::deliver(&app, &by, &number, None).await
            })?;
        }
        _ => {}
    }
    check::decisions(world)
}

fn register(world: &mut World) -> Result<(), Stop> {
    let new = new_case(&world.server.app()?)?;
    let case = office(world, "cases registered", |app, by| async move {
        cases::register(&app, &by, new).await
    })?;
    if let Some(case) = case
        && !world.model.numbers.insert(format!("case {}", case.number))
    {
        return broken("no number is given twice", case.number);
    }
    Ok(())
}

fn decide(world: &mut World, number: String) -> Result<(), Stop> {
    let asked = number.clone();
    let granted = office(world, "cases granted", |app, by| async move {
        cases::decide(&app, &by, &asked, None, Outcome::Granted).await
    })?;
    if granted.is_none() {
        let reasons = "现场勘验不合格".to_owned();
        office(world, "cases refused", |app, by| async move {
            cases::decide(&app, &by, &number, None, Outcome::Refused { reasons }).await
        })?;
    }
    Ok(())
}

fn send_back(world: &mut World, number: String, rng: &mut StdRng) -> Result<(), Stop> {
    let items = vec![format!("A{}", rng.random_range(1..=3))];
    office(world, "cases returned", |app, by| async move {
        let reason = "请整改".to_owned();
        cases::return_for_rectification(&app, &by, &number, None, items, reason).await
    })?;
    Ok(())
}

/// Issues without setting the paper, which takes a second: the step, the number and the row.
fn issue(world: &mut World, number: String) -> Result<(), Stop> {
    let issued = office(world, "permits issued", |app, by| async move {
        let desk = Desk::of(&app);
        let (kind, actor) = (format!("permit/{}/03", desk.division), by.actor(None));
        app.store
            .transact(move |tx| {
                let case = sync_server::store::cases::by_number(tx, &number)?
                    .ok_or(AppError::NotFound { what: "业务件" })?;
                let more = serde_json::Value::Null;
                let nothing = Findings::default();
                let taken = desk.take(tx, case, &Action::Issue, &actor, nothing, more)?;
                let serial = serials::take(tx, &kind)?;
                let permit = Permit {
                    number: format!("{kind}/{serial}"),
                    case_id: taken.case.id,
                    holder: taken.case.application.applicant.clone(),
                    valid_from: desk.today,
                    valid_until: None,
                    claims: "{}".to_owned(),
                    qr_text: String::new(),
                    pdf: Vec::new(),
                    issued_by: by.id,
                    issued_at: desk.now_ms,
                    issued_on: desk.today,
                    revoked_on: None,
                    suspended_on: None,
                };
                decisions::insert_permit(tx, &permit)?;
                Ok::<_, AppError>(permit.number)
            })
            .await
    })?;
    if let Some(number) = issued
        && !world.model.numbers.insert(format!("permit {number}"))
    {
        return broken("no number is given twice", number);
    }
    Ok(())
}

fn two(rng: &mut StdRng) -> Vec<Assigned> {
    let chosen: Vec<&str> = INSPECTORS.sample(rng, 2).copied().collect();
    let third = INSPECTORS.iter().find(|one| !chosen.contains(*one));
    let with_standin = rng.random_bool(0.3);
    let slots = chosen.iter().enumerate();
    slots
        .map(|(n, officer)| Assigned {
            officer: (*officer).to_owned(),
            standin: third
                .filter(|_| n == 0 && with_standin)
                .map(|one| (*one).to_owned()),
        })
        .collect()
}

fn assign_case(world: &mut World, number: &str, rng: &mut StdRng) -> Result<(), Stop> {
    let officers = two(rng);
    assign_to(world, number.to_owned(), officers)
}

fn assign_to(world: &mut World, number: String, officers: Vec<Assigned>) -> Result<(), Stop> {
    let (asked, wanted) = (number.clone(), officers.clone());
    let done = office(world, "assignments", |app, by| async move {
        cases::assign(&app, &by, &asked, None, wanted).await
    })?;
    if done.is_some() {
        world.model.assigned.insert(number, officers);
    }
    Ok(())
}

/// What a server that was set back no longer knows: officers replaced since its backup. Until the
/// office assigns them again, their work waits on their tablets.
pub(super) fn assign_again(world: &mut World) -> Result<(), Stop> {
    let rows = rows(world)?;
    for row in rows.iter().filter(|row| row.state == "scheduled") {
        let Some(officers) = world.model.assigned.get(&row.number).cloned() else {
            continue;
        };
        let look = world.server.look()?;
        let assigned = sync_server::store::cases::assignment(look, row.id)?;
        let set = |officers: &[Assigned]| officers.iter().cloned().collect::<BTreeSet<_>>();
        if assigned.is_none_or(|one| set(&one.officers) != set(&officers)) {
            assign_to(world, row.number.clone(), officers)?;
        }
    }
    Ok(())
}

/// Replaces an inspector of a case that is on its way.
pub(super) fn assign(world: &mut World, rng: &mut StdRng) -> Result<(), Stop> {
    let rows = rows(world)?;
    let scheduled: Vec<_> = rows.iter().filter(|row| row.state == "scheduled").collect();
    if let Some(row) = scheduled.choose(rng) {
        world.fault("officers replaced");
        assign_case(world, &row.number, rng)?;
    }
    Ok(())
}

/// The officers of a case meet: everything is exchanged, completed, confirmed and signed.
pub(super) fn finish(world: &mut World, rng: &mut StdRng) -> Result<(), Stop> {
    let rows = rows(world)?;
    let scheduled: Vec<_> = rows.iter().filter(|row| row.state == "scheduled").collect();
    let Some(row) = scheduled.choose(rng) else {
        return Ok(());
    };
    let Some((doc, officers)) = assignment(world, row.id)? else {
        return Ok(());
    };
    let mut tablets: Vec<usize> = (0..world.devices.len())
        .filter(|n| !world.revoked.contains(&world.devices[*n].original))
        .filter(|n| {
            world.devices[*n]
                .officers
                .iter()
                .any(|one| officers.contains(one))
        })
        .collect();
    let count = tablets.len().max(1);
    tablets.rotate_left(rng.next_u32() as usize % count);
    let fair = rng.random_bool(0.7);
    for (n, tablet) in tablets.iter().enumerate() {
        world.sync(*tablet, rng, fair)?;
        // The first to come may have missed what the last one brings.
        if n + 1 == tablets.len() {
            for again in &tablets {
                world.sync(*again, rng, fair)?;
            }
        }
    }
    for (n, tablet) in tablets.iter().enumerate() {
        if world.documents(*tablet)?.contains(&doc) {
            steps::complete(world, *tablet, doc, n == 0)?;
        }
        world.sync(*tablet, rng, fair)?;
        if let Some(next) = tablets.get(n + 1) {
            world.sync(*next, rng, fair)?;
        }
    }
    Ok(())
}

/// The newest document of a case and the officers of its newest assignment.
fn assignment(world: &mut World, case: i64) -> Result<Option<(DocId, BTreeSet<String>)>, Stop> {
    let look = world.server.look()?;
    let doc: Option<Vec<u8>> = look
        .prepare_cached("SELECT doc FROM inspections WHERE case_id = ?1 ORDER BY round DESC")?
        .query_map([case], |row| row.get(0))?
        .next()
        .transpose()?;
    let Some(doc) = doc else {
        return Ok(None);
    };
    let mut statement = look.prepare_cached(
        "SELECT a.user_id FROM assignments a WHERE a.case_id = ?1
         AND (a.round, a.revision) = (SELECT round, revision FROM assignments
             WHERE case_id = ?1 ORDER BY round DESC, revision DESC LIMIT 1)",
    )?;
    let officers = statement.query_map([case], |row| row.get(0))?;
    let officers = officers.collect::<Result<_, _>>()?;
    Ok(Some((DocId::try_from(doc.as_slice())?, officers)))
}

/// The server is set back to its last backup.
pub(super) fn restore(world: &mut World) -> Result<(), Stop> {
    world.server.host.set_full(false);
    let skip = world.mutant != Some(Mutant::NumbersAgain);
    match world.server.restore(skip) {
        Ok(false) => Ok(()),
        Ok(true) => {
            world.fault("server set back to a backup");
            world.model.set_back();
            Ok(())
        }
        Err(error) => broken("a backup can be restored", error.to_string()),
    }
}

/// A tablet is revoked; one at most, so that there is somebody left to work.
pub(super) fn revoke(world: &mut World, number: usize) -> Result<(), Stop> {
    let original = world.devices[number].original;
    if !world.revoked.is_empty() || world.devices[number].host.is_full() {
        return Ok(());
    }
    let id = world.devices[number].id()?;
    let done = office(world, "tablets revoked", |app, by| async move {
        devices::revoke(&app, &by, id).await
    })?;
    if done.is_some() {
        world.fault("tablet revoked");
        world.revoked.insert(original);
    }
    Ok(())
}

impl World {
    /// Takes a backup.
    pub(super) fn back_up(&mut self) -> Result<(), Stop> {
        let done: Result<(), Failure> = self.server.back_up();
        if self.server.host.is_dead() {
            let mut rng = rand::SeedableRng::seed_from_u64(self.seed);
            return self.crash_server(true, &mut rng);
        }
        Ok(done?)
    }
}
