//! The simulator: whole histories of tablets, server, office and everything that can go wrong, in
//! one thread and from one seed, over the real session, gate and stores. After a history the
//! network heals, everybody syncs, and every invariant must hold.
//!
//! [`run`] plays one history, [`shrink`] finds the shortest one that still fails. What is real:
//! the tablet (store, session, vault), the server's routes and everything behind them, SQLite. What
//! is not: the disk under SQLite ([`disk`]), the clocks, the randomness and the network.

pub mod disk;
pub mod vfs;

mod check;
mod device;
mod hostile;
mod model;
mod mutant;
mod network;
mod office;
mod pictures;
mod replay;
mod server;
mod shrink;
mod steps;
mod template;
mod world;

use std::collections::BTreeMap;

use field_core::digest::Sha256;
use rand::SeedableRng;
use rand::rngs::StdRng;

pub use mutant::Mutant;
pub use shrink::shrink;
pub use steps::{Kind, Step, plan};
pub use template::application;
pub use world::Broken;

use crate::Failure;
use world::{Stop, World, broken};

/// Steps of a history when nobody asks for another number.
pub const STEPS: usize = 80;
/// Rounds of syncing after which everything must be everywhere.
const ROUNDS: usize = 4;

/// What became of a history.
#[derive(Debug, Clone)]
pub struct History {
    /// From this seed.
    pub seed: u64,
    /// Steps taken before the end or the failure.
    pub steps: usize,
    /// The first invariant that did not hold.
    pub broken: Option<Broken>,
    /// Hash of everything observed: the same seed gives the same.
    pub trace: Sha256,
    /// Faults by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// What people did, by kind.
    pub deeds: BTreeMap<&'static str, u64>,
}

/// Plays the history of a seed.
///
/// # Errors
/// The simulation itself failed, which says nothing of the product.
pub fn run(seed: u64, length: usize, mutant: Option<Mutant>) -> Result<History, Failure> {
    play(seed, &plan(seed, length), mutant)
}

/// Plays these steps in the world of a seed.
///
/// # Errors
/// As [`run`].
pub fn play(seed: u64, steps: &[Step], mutant: Option<Mutant>) -> Result<History, Failure> {
    let mut world = World::new(seed, mutant)?;
    let mut taken = 0;
    let mut outcome = Ok(());
    for step in steps {
        outcome = steps::take(&mut world, *step);
        taken += 1;
        if outcome.is_err() {
            break;
        }
    }
    if outcome.is_ok() {
        outcome = heal(&mut world).and_then(|()| check::all(&mut world));
    }
    let broken = match outcome {
        Ok(()) => None,
        Err(Stop::Broken(broken)) => Some(broken),
        Err(Stop::Harness(failure)) => {
            return Err(format!("seed {seed}, step {taken}: {failure}").into());
        }
    };
    Ok(History {
        seed,
        steps: taken,
        broken,
        trace: world.trace,
        faults: std::mem::take(&mut world.faults),
        deeds: std::mem::take(&mut world.deeds),
    })
}

/// Room on every disk, power everywhere, a whole network, and time for everybody to sync.
fn heal(world: &mut World) -> Result<(), Stop> {
    let mut rng = StdRng::seed_from_u64(world.seed);
    world.crash_server(false, &mut rng)?;
    for number in 0..world.devices.len() {
        world.devices[number].host.set_full(false);
        world.crash_tablet(number, false, &mut rng)?;
        world.devices[number].host.set_full(false);
    }
    for call in std::mem::take(&mut world.late) {
        world.carry(&call)?;
    }
    rescue(world)?;
    for _ in 0..ROUNDS {
        world.server.clock.advance(60_000);
        office::assign_again(world)?;
        for number in 0..world.devices.len() {
            if !world.revoked.contains(&world.devices[number].original) {
                world.sync(number, &mut rng, true)?;
            }
        }
    }
    Ok(())
}

/// What a revoked tablet still has is carried to the office in a file.
fn rescue(world: &mut World) -> Result<(), Stop> {
    for number in 0..world.devices.len() {
        if !world.revoked.contains(&world.devices[number].original) {
            continue;
        }
        let file = world.act(number, "rescue files", field_core::tablet::Tablet::rescue)?;
        let Some(file) = file else {
            return broken("a rescue file can be written", format!("tablet {number}"));
        };
        let taken = world.server.run(|app| async move {
            let key = app.store.read(sync_server::store::devices::all).await?;
            let read = field_core::protocol::Rescue::read(&file, |id| {
                let device = key.iter().find(|one| one.id == id)?;
                Some(field_core::identity::PublicKey::from_bytes(
                    device.public_key,
                ))
            });
            match read {
                Ok(rescue) => sync_server::sync::import(&app, rescue).await.map(|_| ()),
                Err(error) => Err(sync_server::AppError::Internal(error.to_string())),
            }
        })?;
        if let Some(Err(error)) = taken {
            return broken(
                "a rescue file is taken in",
                format!("tablet {number}: {error}"),
            );
        }
    }
    Ok(())
}
