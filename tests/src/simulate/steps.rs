//! What can happen: people work, tablets talk, the office decides, things break. A history is a
//! list of steps; each has its own randomness, so that leaving one out changes no other.

use field_core::identity::{Confirmation, VisitFailure};
use field_core::ids::DocId;
use field_core::inspection::Visit;
use field_core::rules::{Answer, Instrument, Outcome};
use field_core::tablet::{Tablet, TabletError};
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};

use super::world::{Stop, World};
use super::{hostile, office, pictures};

/// What kind of thing happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An officer answers, notes, photographs or speaks on a tablet.
    Work,
    /// A tablet sends or takes in one message.
    Message,
    /// A tablet syncs to the end, over a bad network.
    Sync,
    /// A request that its tablet gave up arrives after all.
    Late,
    /// The officers of a case meet, complete the record and sign.
    Finish,
    /// The office takes a step in a case.
    Office,
    /// An inspector is replaced, or gets a stand-in.
    Assign,
    /// The server ends without a word.
    ServerDies,
    /// The server's power will go after some more operations of its disk.
    ServerWillDie,
    /// A tablet ends without a word.
    TabletDies,
    /// A tablet's power will go after some more operations of its disk.
    TabletWillDie,
    /// A tablet is copied whole; both go on.
    Copy,
    /// The server is backed up.
    Backup,
    /// The server is set back to its last backup.
    Restore,
    /// A clock is set wrong.
    Skew,
    /// Time passes.
    Time,
    /// A disk gets full, or is made room on.
    Full,
    /// A tablet is revoked.
    Revoke,
    /// Somebody sends what no tablet would.
    Hostile,
}

/// How often each happens, in thousandths.
const WEIGHTS: [(Kind, u32); 19] = [
    (Kind::Work, 400),
    (Kind::Message, 200),
    (Kind::Sync, 110),
    (Kind::Late, 25),
    (Kind::Finish, 30),
    (Kind::Office, 55),
    (Kind::Assign, 8),
    (Kind::ServerDies, 10),
    (Kind::ServerWillDie, 14),
    (Kind::TabletDies, 18),
    (Kind::TabletWillDie, 20),
    (Kind::Copy, 4),
    (Kind::Backup, 14),
    (Kind::Restore, 5),
    (Kind::Skew, 10),
    (Kind::Time, 35),
    (Kind::Full, 14),
    (Kind::Revoke, 2),
    (Kind::Hostile, 26),
];

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub kind: Kind,
    /// Everything else about it.
    pub pick: u64,
}

/// The steps of a history.
#[must_use]
pub fn plan(seed: u64, length: usize) -> Vec<Step> {
    let mut rng = StdRng::seed_from_u64(seed);
    let total: u32 = WEIGHTS.iter().map(|(_, weight)| weight).sum();
    let mut draw = || {
        let mut at = rng.random_range(0..total);
        let kind = WEIGHTS.iter().find_map(|(kind, weight)| {
            let found = at < *weight;
            at = at.saturating_sub(*weight);
            found.then_some(*kind)
        });
        Step {
            kind: kind.unwrap_or(Kind::Work),
            pick: rng.next_u64(),
        }
    };
    (0..length).map(|_| draw()).collect()
}

/// Takes one step.
pub(super) fn take(world: &mut World, step: Step) -> Result<(), Stop> {
    let mut rng = StdRng::seed_from_u64(step.pick);
    let tablet = rng.random_range(0..world.devices.len());
    // People's clocks go on with whatever they do.
    world.server.clock.advance(rng.random_range(1..5_000));
    for device in &world.devices {
        device.clock.advance(rng.random_range(1..5_000));
    }
    match step.kind {
        Kind::Work => work(world, tablet, &mut rng),
        Kind::Message => world.message(tablet, step.pick, false).map(|_| ()),
        Kind::Sync => world.sync(tablet, &mut rng, false),
        Kind::Late => late(world, &mut rng),
        Kind::Finish => office::finish(world, &mut rng),
        Kind::Office => office::step(world, &mut rng),
        Kind::Assign => office::assign(world, &mut rng),
        Kind::Hostile => hostile::step(world, tablet, &mut rng),
        Kind::Time => {
            let hours = rng.random_range(1..60);
            world.server.clock.advance(hours * 3_600_000);
            for device in &world.devices {
                device.clock.advance(hours * 3_600_000);
            }
            Ok(())
        }
        _ => disturb(world, step.kind, tablet, &mut rng),
    }
}

/// The steps that break something.
fn disturb(world: &mut World, kind: Kind, tablet: usize, rng: &mut StdRng) -> Result<(), Stop> {
    match kind {
        Kind::ServerDies => {
            world.fault("server dies");
            world.crash_server(rng.random_bool(0.6), rng)
        }
        Kind::ServerWillDie => {
            world.fault("server dies at a disk operation");
            world.server.host.fail_after(rng.random_range(0..60));
            Ok(())
        }
        Kind::TabletDies => {
            world.fault("tablet dies");
            world.crash_tablet(tablet, rng.random_bool(0.6), rng)
        }
        Kind::TabletWillDie => {
            world.fault("tablet dies at a disk operation");
            world.devices[tablet]
                .host
                .fail_after(rng.random_range(0..40));
            Ok(())
        }
        Kind::Copy => {
            if world.copy_tablet(tablet)? {
                world.fault("tablet copied");
            }
            Ok(())
        }
        Kind::Backup => {
            world.deed("backups");
            world.back_up()
        }
        Kind::Restore => office::restore(world),
        Kind::Skew => {
            world.fault("clock set wrong");
            let by = rng.random_range(-86_400_000..86_400_000);
            match rng.random_bool(0.2) {
                true => world.server.clock.advance(by / 24),
                false => world.devices[tablet].clock.skew(by),
            }
            Ok(())
        }
        Kind::Full => {
            world.fault("disk full");
            let host = match rng.random_bool(0.5) {
                true => &world.server.host,
                false => &world.devices[tablet].host,
            };
            host.set_full(!host.is_full());
            Ok(())
        }
        Kind::Revoke => office::revoke(world, tablet),
        _ => Ok(()),
    }
}

fn late(world: &mut World, rng: &mut StdRng) -> Result<(), Stop> {
    if world.late.is_empty() {
        return Ok(());
    }
    let which = rng.random_range(0..world.late.len());
    let call = world.late.swap_remove(which);
    world.carry(&call).map(|_| ())
}

/// An answer that can be told from every other.
fn answer(text: String, outcome: Outcome, reason: bool) -> Answer {
    let mut answer = Answer::new(outcome);
    if reason {
        answer.reason = Some(text);
    } else {
        answer.instrument = Some(Instrument {
            name: "尺".to_owned(),
            serial: Some(text),
            calibrated_until: None,
        });
    }
    answer
}

/// One officer does one thing on one tablet.
pub(super) fn work(world: &mut World, number: usize, rng: &mut StdRng) -> Result<(), Stop> {
    let documents = world.documents(number)?;
    if documents.is_empty() {
        return Ok(());
    }
    let doc = documents[rng.random_range(0..documents.len())];
    let officers = &world.devices[number].officers;
    let officer = officers[rng.random_range(0..officers.len())].clone();
    let text = world.text();
    let item = format!("A{}", rng.random_range(1..=3));
    let roll = rng.next_u32() % 100;
    let (a, b) = (rng.next_u32(), rng.next_u64());
    match roll {
        0..38 => {
            let outcome = if a % 4 == 0 {
                Outcome::Fail
            } else {
                Outcome::Pass
            };
            let answer = answer(text, outcome, a % 3 == 0);
            let work = |t: &mut Tablet| t.answer(doc, &officer, &item, &answer);
            world.act(number, "answers", work)?;
        }
        38..58 => {
            world.act(number, "notes", |t| t.note(doc, &officer, &item, &text))?;
        }
        58..70 => {
            let picture = pictures::picture(b, &text)?;
            let work = |t: &mut Tablet| t.add_photo(doc, &officer, &item, &picture, None);
            world.act(number, "photos", work)?;
        }
        70..74 => {
            world.act(number, "photos removed", |t| {
                remove_photo(t, doc, &officer, b)
            })?;
        }
        74..79 => {
            let visit = Visit::Present { who: text };
            world.act(number, "visits", |t| t.visit(doc, &officer, visit))?;
        }
        79..86 => {
            world.act(number, "confirmations", |t| {
                t.confirm(doc, &officer, confirmation(a))
            })?;
        }
        86..94 => {
            world.act(number, "sign-offs", |t| t.sign_off(doc, &officer))?;
        }
        94..97 => {
            world.act(number, "withdrawals", |t| withdraw(t, doc, &officer, &text))?;
        }
        _ => {
            let work = |t: &mut Tablet| {
                let photo = t
                    .view(doc)?
                    .present_photos()
                    .next()
                    .map(|one| one.photo.sha256);
                let failure = match photo {
                    Some(_) => VisitFailure::Closed,
                    None => VisitFailure::Postponed,
                };
                t.visit_failed(doc, &officer, failure, &text, photo)
            };
            world.act(number, "failed visits", work)?;
        }
    }
    Ok(())
}

fn confirmation(pick: u32) -> Confirmation {
    match pick % 2 {
        0 => Confirmation::Signed {
            name: "某某".to_owned(),
            strokes: "M10 20L30 40".to_owned(),
        },
        _ => Confirmation::Absent {
            reason: "店主外出".to_owned(),
            witness: "乙".to_owned(),
        },
    }
}

fn remove_photo(t: &mut Tablet, doc: DocId, officer: &str, pick: u64) -> Result<(), TabletError> {
    let view = t.view(doc)?;
    let present: Vec<_> = view.present_photos().map(|one| one.key).collect();
    let count = present.len() as u64;
    let which = usize::try_from(pick.checked_rem(count).unwrap_or(0)).unwrap_or(0);
    match present.get(which) {
        Some(key) => t.remove_photo(doc, officer, *key, "重复"),
        None => Ok(()),
    }
}

fn withdraw(t: &mut Tablet, doc: DocId, officer: &str, why: &str) -> Result<(), TabletError> {
    use field_core::identity::Statement;
    let mine =
        t.statements(doc)?.into_iter().rev().find(
            |(_, one)| matches!(one, Statement::SignOff(signed) if signed.officer == officer),
        );
    match mine {
        Some((signed, _)) => t.withdraw(doc, officer, signed.hash(), why).map(|_| ()),
        None => Ok(()),
    }
}

/// Completes and signs a record on one tablet, for all officers whose keys are on it. With
/// `first`, answers what is open or disputed and lets the applicant confirm.
pub(super) fn complete(
    world: &mut World,
    number: usize,
    doc: DocId,
    first: bool,
) -> Result<(), Stop> {
    let Some(view) = world.act(number, "views", |t| t.view(doc))? else {
        return Ok(());
    };
    let officers = world.devices[number].officers.clone();
    let Some(officer) = officers.first() else {
        return Ok(());
    };
    if first {
        for item in &view.facts.items {
            let settled = view
                .answers
                .get(item)
                .is_some_and(|one| one.conflict.is_empty() && one.answer.result == Outcome::Pass);
            if !settled {
                let answer = answer(world.text(), Outcome::Pass, true);
                world.act(number, "answers", |t| t.answer(doc, officer, item, &answer))?;
            }
        }
        world.act(number, "confirmations", |t| {
            t.confirm(doc, officer, confirmation(0))
        })?;
    }
    for officer in &officers {
        world.act(number, "sign-offs", |t| t.sign_off(doc, officer))?;
    }
    Ok(())
}
