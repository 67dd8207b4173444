//! The invariants. Some are looked at after every step that could break them, all of them when the
//! network is whole again and everybody has synced.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use field_core::digest::Sha256;
use field_core::identity::{Signed, Statement};
use field_core::ids::DocId;
use field_core::inspection::{Heads, Inspection};
use field_core::protocol::{ExchangeReply, ExchangeRequest, decode};
use rusqlite::{Connection, OptionalExtension};
use sync_server::store::decisions::InspectionAt;

use super::world::{Stop, World, broken};

fn exists(connection: &Connection, sql: &str, name: &Sha256) -> Result<bool, Stop> {
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([name.as_ref()], |row| row.get(0))?)
}

const ADMITTED: &str = "SELECT EXISTS (SELECT 1 FROM changes WHERE hash = ?1)";
const SAID: &str = "SELECT EXISTS (SELECT 1 FROM statements WHERE hash = ?1)";
const HELD: &str = "SELECT EXISTS (SELECT 1 FROM blobs WHERE sha256 = ?1 AND held_at IS NOT NULL)";
const ASIDE: &str = "SELECT EXISTS (SELECT 1 FROM quarantine WHERE hash = ?1)";

/// Everything that a receipt named is on the server. Looked at whenever it was started again.
pub(super) fn acknowledged(world: &mut World) -> Result<(), Stop> {
    let names = world.model.acknowledged.clone();
    let look = world.server.look()?;
    let kinds = [
        ("change", ADMITTED, &names.changes),
        ("statement", SAID, &names.statements),
        ("file", HELD, &names.blobs),
    ];
    for (what, sql, names) in kinds {
        for name in names {
            if !exists(look, sql, name)? {
                let detail = format!("the {what} {name} is gone from the server");
                return broken("nothing acknowledged is lost", detail);
            }
        }
    }
    for name in &names.blobs {
        file(world, name)?;
    }
    Ok(())
}

/// A held file is there and is what its name says.
fn file(world: &World, name: &Sha256) -> Result<(), Stop> {
    let path = world.server.blob_path(&name.to_string());
    match std::fs::read(&path) {
        Ok(bytes) if Sha256::of(&bytes) == *name => Ok(()),
        Ok(_) => broken(
            "a held file is whole",
            format!("the file {name} is another"),
        ),
        Err(error) => broken("a held file is whole", format!("the file {name}: {error}")),
    }
}

/// What a reply says was set aside is in quarantine, as it came in the request.
pub(super) fn reply(world: &mut World, request: &[u8], body: &[u8]) -> Result<(), Stop> {
    let reply: ExchangeReply = decode(body)?;
    if reply.refused.is_empty() {
        return Ok(());
    }
    let request: ExchangeRequest = decode(request)?;
    let changes = request.changes.iter().map(|row| {
        let header = field_core::gate::inspect(&row.bytes);
        let name = header.map_or_else(|_| Sha256::of(&row.bytes), |header| header.hash);
        (name, &row.bytes)
    });
    let statements = request.statements.iter().map(|row| {
        let signed = minicbor::decode::<Signed>(&row.bytes);
        let name = signed.map_or_else(|_| Sha256::of(&row.bytes), |signed| signed.hash());
        (name, &row.bytes)
    });
    let sent: Vec<_> = changes.chain(statements).collect();
    for refused in &reply.refused {
        let look = world.server.look()?;
        let bytes = sent.iter().filter(|(name, _)| *name == refused.hash);
        for (name, bytes) in bytes {
            let aside = exists(look, ASIDE, &Sha256::of(bytes))?;
            if !aside && !exists(look, ADMITTED, name)? && !exists(look, SAID, name)? {
                let detail = format!("{name} ({}) is nowhere", refused.code);
                return broken("what is refused is kept aside", detail);
            }
        }
    }
    Ok(())
}

/// Decisions stand as they were made, on a state that everybody signed.
pub(super) fn decisions(world: &mut World) -> Result<(), Stop> {
    let look = world.server.look()?;
    let mut statement = look.prepare_cached(
        "SELECT case_id, inspections || evidence || outcome, inspections FROM decisions",
    )?;
    let rows: Vec<(i64, String, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    drop(statement);
    for (case, decided, inspections) in rows {
        match world.model.decisions.get(&case) {
            Some(known) if *known == decided => {}
            Some(_) => {
                return broken(
                    "a decision stands",
                    format!("that of case {case} was changed"),
                );
            }
            None => {
                let inspections: Vec<InspectionAt> = serde_json::from_str(&inspections)?;
                for one in inspections {
                    signed(world, case, &one)?;
                }
                world.model.decisions.insert(case, decided);
            }
        }
    }
    Ok(())
}

/// Whether a round was decided on at heads that all of its officers signed, with every file.
fn signed(world: &mut World, case: i64, at: &InspectionAt) -> Result<(), Stop> {
    let heads = Heads::from(at.heads.clone());
    let look = world.server.look()?;
    let (sealed, round): (Option<Vec<u8>>, i64) = look.query_row(
        "SELECT sealed_heads, round FROM inspections WHERE doc = ?1",
        [at.doc.as_ref()],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    if sealed.as_deref().and_then(Heads::from_bytes).as_ref() != Some(&heads) {
        return broken(
            "a decision names sealed heads",
            format!("case {case}, round {round}"),
        );
    }
    let statements = statements(look, at.doc)?;
    let officers: Vec<(String, Option<String>, u32)> = look
        .prepare_cached(
            "SELECT user_id, standin, revision FROM assignments
             WHERE case_id = ?1 AND round = ?2 AND revision =
                 (SELECT max(revision) FROM assignments WHERE case_id = ?1 AND round = ?2)",
        )?
        .query_map([case, round], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<_, _>>()?;
    let mut evidence = BTreeSet::new();
    for (officer, standin, revision) in &officers {
        let by = [Some(officer), standin.as_ref()];
        let found = statements.iter().find_map(|one| match one {
            Statement::SignOff(one)
                if by.contains(&Some(&one.officer))
                    && one.heads == heads
                    && one.assignment == *revision =>
            {
                Some(one)
            }
            _ => None,
        });
        let Some(sign_off) = found else {
            let detail = format!("case {case}, round {round}: {officer} did not sign");
            return broken("a decision names what its officers signed", detail);
        };
        evidence.extend(sign_off.evidence.iter().copied());
    }
    if officers.is_empty() {
        return broken(
            "a decision names what its officers signed",
            format!("case {case}: nobody"),
        );
    }
    evidence.iter().try_for_each(|name| file(world, name))
}

fn statements(look: &Connection, doc: DocId) -> Result<Vec<Statement>, Stop> {
    let mut rows = look.prepare_cached("SELECT bytes FROM statements WHERE doc = ?1")?;
    let rows: Vec<Vec<u8>> = rows
        .query_map([doc.as_ref()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    rows.iter()
        .map(|bytes| {
            let signed = Signed::from_bytes(bytes)?;
            Ok(Statement::open(&signed)?)
        })
        .collect()
}

/// Everything, when all is whole again.
pub(super) fn all(world: &mut World) -> Result<(), Stop> {
    acknowledged(world)?;
    decisions(world)?;
    for number in 0..world.devices.len() {
        let missing = super::model::missing_on_tablet(&mut world.devices[number])?;
        if !missing.is_empty() && world.mutant.is_none() {
            return broken(
                "a tablet keeps its own",
                format!("tablet {number}: {missing:?}"),
            );
        }
    }
    captured(world)?;
    super::replay::log(world)?;
    super::replay::documents(world)?;
    super::replay::feeds(world)?;
    replicas(world)
}

/// Admitted and set aside together hold everything that was ever captured.
fn captured(world: &mut World) -> Result<(), Stop> {
    let changes = world.model.changes.clone();
    let statements = world.model.statements.clone();
    let blobs = world.model.blobs.clone();
    let mut made_again = MadeAgain::default();
    for (name, one) in &changes {
        let look = world.server.look()?;
        if exists(look, ADMITTED, name)? || exists(look, ASIDE, &Sha256::of(&one.bytes))? {
            continue;
        }
        // It built on something refused, so that its tablet made it again under another actor.
        if !made_again.has(world, one.doc, &one.edit)? {
            let detail = format!("the change {name} is nowhere: {}", one.edit);
            return broken("everything captured is on the server", detail);
        }
    }
    for (name, bytes) in &statements {
        let look = world.server.look()?;
        let there = exists(look, SAID, name)? || exists(look, ASIDE, &Sha256::of(bytes))?;
        if !there && !waits(world, name)? {
            let detail = format!("the statement {name} is nowhere");
            return broken("everything captured is on the server", detail);
        }
    }
    for name in &blobs {
        let look = world.server.look()?;
        if exists(look, HELD, name)? {
            file(world, name)?;
        } else if wanted(look, name)? || !kept(world, name) {
            let detail = format!("the file {name} is not on the server");
            return broken("everything captured is on the server", detail);
        }
    }
    Ok(())
}

/// Whether an admitted change names the file, so that it should have come.
fn wanted(look: &Connection, name: &Sha256) -> Result<bool, Stop> {
    let kind: Option<String> = look
        .prepare_cached("SELECT kind FROM blob_refs WHERE sha256 = ?1 LIMIT 1")?
        .query_row([name.as_ref()], |row| row.get(0))
        .optional()?;
    Ok(kind.is_some())
}

/// Whether a tablet still has the file.
fn kept(world: &World, name: &Sha256) -> bool {
    let mut devices = world.devices.iter();
    devices.any(|one| one.folder.join("evidence").join(name.to_string()).exists())
}

/// Whether a tablet still waits to send a statement: it speaks of a state that was set aside.
fn waits(world: &mut World, name: &Sha256) -> Result<bool, Stop> {
    for device in &mut world.devices {
        let look = device.look()?;
        let state: Option<String> = look
            .prepare_cached("SELECT state FROM statements WHERE hash = ?1")?
            .query_row([name.as_ref()], |row| row.get(0))
            .optional()?;
        if state.is_some_and(|state| state == "unsent" || state == "refused") {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The bytes of everything admitted and set aside, by document.
#[derive(Default)]
struct MadeAgain(BTreeMap<DocId, Vec<Vec<u8>>>);

impl MadeAgain {
    /// Whether what an edit says stands in some change of the document.
    fn has(&mut self, world: &mut World, doc: DocId, edit: &str) -> Result<bool, Stop> {
        let Some(text) = told_apart(edit) else {
            return Ok(true);
        };
        if let Entry::Vacant(place) = self.0.entry(doc) {
            let look = world.server.look()?;
            let mut statement = look.prepare_cached(
                "SELECT bytes FROM changes WHERE doc = ?1
                 UNION ALL SELECT bytes FROM quarantine WHERE doc = ?1",
            )?;
            let all = statement.query_map([doc.as_ref()], |row| row.get(0))?;
            place.insert(all.collect::<Result<_, _>>()?);
        }
        let all = self.0.get(&doc).into_iter().flatten();
        let mut found = all.filter(|bytes| {
            bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes())
        });
        Ok(found.next().is_some())
    }
}

/// The part of a recorded edit that no other edit has.
fn told_apart(edit: &str) -> Option<String> {
    if let Some(at) = edit.find("text-") {
        return Some(edit[at..].chars().take("text-000000".len()).collect());
    }
    let original = edit.find("\"original\":\"")? + "\"original\":\"".len();
    Some(edit[original..].chars().take(64).collect())
}

/// Every tablet has every document of its scope as the server has it.
fn replicas(world: &mut World) -> Result<(), Stop> {
    for number in 0..world.devices.len() {
        if world.revoked.contains(&world.devices[number].original) {
            continue;
        }
        let id = world.devices[number].id()?;
        let rows: Vec<(Vec<u8>, Vec<u8>)> = {
            let look = world.server.look()?;
            let mut statement = look.prepare_cached(
                "SELECT i.doc, i.heads FROM scopes s JOIN inspections i ON i.doc = s.doc
                 WHERE s.device_id = ?1 AND s.leave_seq IS NULL",
            )?;
            let rows = statement.query_map([id.as_ref()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        for (doc, heads) in rows {
            let doc = DocId::try_from(doc.as_slice())?;
            let server = Heads::from_bytes(&heads).unwrap_or_default();
            let tablet = world.devices[number].tablet()?.view(doc);
            match tablet {
                Ok(view) if view.heads == server => {}
                Ok(view) => {
                    let detail = format!(
                        "document {doc}: tablet {number} has {} heads {:?}, the server {:?}",
                        view.heads.len(),
                        view.heads.iter().map(short).collect::<Vec<_>>(),
                        server.iter().map(short).collect::<Vec<_>>()
                    );
                    return broken("all replicas are equal", detail);
                }
                Err(error) => {
                    let detail = format!("document {doc} on tablet {number}: {error}");
                    return broken("all replicas are equal", detail);
                }
            }
        }
    }
    Ok(())
}

fn short(name: &Sha256) -> String {
    name.to_string().chars().take(8).collect()
}

/// A document of the server from its snapshot.
pub(super) fn load(look: &Connection, doc: DocId) -> Result<Inspection, Stop> {
    let snapshot: Vec<u8> = look
        .prepare_cached("SELECT snapshot FROM inspections WHERE doc = ?1")?
        .query_row([doc.as_ref()], |row| row.get(0))?;
    Ok(Inspection::load(&snapshot)?)
}
