//! Proof that the simulation can fail: faults of the product that it does not have, put in from
//! outside, at the seams to disk, network and store. Each must be found.

use field_core::identity::Receipt;
use field_core::protocol::{ExchangeReply, FeedItem, decode, encode};
use rand::SeedableRng;
use rand::rngs::StdRng;
use sync_server::store::log::{self, Entry};
use sync_server::store::{StoreError, changes, inspections};

use super::disk::Image;
use super::network::Call;
use super::server::Reply;
use super::steps::{Kind, Step};
use super::world::{Stop, World, broken};

/// What is wrong with the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// A sync of the disk is left out.
    DroppedSync,
    /// The answer goes out before the commit.
    AnswerBeforeCommit,
    /// The cursor passes something that was not sent.
    SkippingCursor,
    /// The receipt names what waits for its ancestors.
    ReceiptNamesDeferred,
    /// The receipt names what was set aside.
    ReceiptNamesRefused,
    /// What is set aside is thrown away.
    NoQuarantine,
    /// A tablet forgets its files when a receipt names them, without waiting for a backup.
    ForgetsBeforeBackup,
    /// A restored server goes on with the numbers of its backup.
    NumbersAgain,
    /// A step of the gate is missing: the one that refuses with this code.
    Gate(&'static str),
}

impl Mutant {
    /// Every one.
    pub const ALL: [Self; 18] = [
        Self::DroppedSync,
        Self::AnswerBeforeCommit,
        Self::SkippingCursor,
        Self::ReceiptNamesDeferred,
        Self::ReceiptNamesRefused,
        Self::NoQuarantine,
        Self::ForgetsBeforeBackup,
        Self::NumbersAgain,
        Self::Gate("too-large"),
        Self::Gate("not-a-change"),
        Self::Gate("checksum"),
        Self::Gate("unknown-actor"),
        Self::Gate("sequence"),
        Self::Gate("counter"),
        Self::Gate("forbidden"),
        Self::Gate("unsigned"),
        Self::Gate("unreadable"),
        Self::Gate("not-canonical"),
    ];

    /// What must happen more often than in other histories, so that the fault has its occasion.
    const fn occasions(self) -> &'static [Kind] {
        match self {
            Self::DroppedSync => &[Kind::ServerDies, Kind::TabletDies],
            Self::NumbersAgain => &[Kind::Backup, Kind::Office, Kind::Office, Kind::Restore],
            Self::ForgetsBeforeBackup => &[Kind::Backup, Kind::Sync, Kind::Sync, Kind::Restore],
            Self::ReceiptNamesDeferred | Self::ReceiptNamesRefused => {
                &[Kind::Copy, Kind::Finish, Kind::Sync]
            }
            Self::NoQuarantine | Self::Gate(_) => &[Kind::Hostile],
            Self::AnswerBeforeCommit | Self::SkippingCursor => &[Kind::Sync],
        }
    }

    /// The plan with occasions for the fault in the place of every third piece of work.
    #[must_use]
    pub fn tempt(self, mut plan: Vec<Step>) -> Vec<Step> {
        let occasions = self.occasions().iter().cycle();
        let work = plan.iter_mut().filter(|step| step.kind == Kind::Work);
        for (step, kind) in work.step_by(3).zip(occasions) {
            step.kind = *kind;
        }
        plan
    }
}

/// The server's disk before a request, where that is needed.
pub(super) fn before(world: &mut World) -> Option<Image> {
    let wanted = world.mutant == Some(Mutant::AnswerBeforeCommit);
    wanted.then(|| world.server.host.image())
}

/// What the faulty server does to an exchange that was just answered.
pub(super) fn after(
    world: &mut World,
    before: Option<Image>,
    call: &Call,
    reply: &mut Reply,
) -> Result<(), Stop> {
    let Some(mutant) = world.mutant else {
        return Ok(());
    };
    // Not every time: a fault that always shows is no test.
    let now = call.body.len().is_multiple_of(3);
    match (mutant, before) {
        (Mutant::AnswerBeforeCommit, Some(image)) if now => {
            world.server.host.kill();
            world.server.stop();
            world.server.host.put(&image);
            world
                .server
                .host
                .restart(false, &mut StdRng::seed_from_u64(0));
            Ok(())
        }
        (Mutant::SkippingCursor, _) if now => edit(reply, |reply| {
            if let Some(FeedItem::Change(_) | FeedItem::Statement(_)) = reply.feed.last() {
                reply.feed.pop();
            }
            Ok(())
        }),
        (Mutant::ReceiptNamesDeferred, _) => name(world, reply, |reply| reply.deferred.clone()),
        (Mutant::ReceiptNamesRefused, _) => name(world, reply, |reply| {
            reply.refused.iter().map(|one| one.hash).collect()
        }),
        (Mutant::NoQuarantine, _) => {
            let app = world.server.app()?;
            world.server.run(|_| async move {
                app.store
                    .write(|tx| Ok(tx.execute("DELETE FROM quarantine", [])?))
                    .await
            })?;
            Ok(())
        }
        (Mutant::Gate(code), _) => let_in(world, code),
        _ => Ok(()),
    }
}

fn edit(
    reply: &mut Reply,
    change: impl FnOnce(&mut ExchangeReply) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut content: ExchangeReply = decode(&reply.body)?;
    change(&mut content)?;
    reply.body = encode(&content);
    Ok(())
}

/// Adds names to the receipt, with the server's own signature.
fn name(
    world: &mut World,
    reply: &mut Reply,
    names: impl FnOnce(&ExchangeReply) -> Vec<field_core::digest::Sha256>,
) -> Result<(), Stop> {
    let key = world.server.app()?.server_key.clone();
    edit(reply, |reply| {
        let mut receipt = Receipt::open(&reply.receipt, &key.public())?;
        let names = names(reply);
        receipt.changes.extend(&names);
        receipt.statements.extend(&names);
        reply.receipt = receipt.sign(&key).to_bytes().into();
        Ok(())
    })
}

/// Takes changes in that a step of the gate refused, as if there were no such step.
fn let_in(world: &mut World, code: &'static str) -> Result<(), Stop> {
    let outcome = world.server.run(|app| async move {
        let now = app.clock.now_ms();
        app.store
            .write(move |tx| {
                let mut statement = tx.prepare(
                    "SELECT doc, bytes, carrier FROM quarantine
                     WHERE kind = 'change' AND reason LIKE ?1 || ':%'
                     AND doc IN (SELECT doc FROM inspections)",
                )?;
                let rows: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> = statement
                    .query_map([code], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                    .collect::<Result<_, _>>()?;
                drop(statement);
                for (doc, bytes, carrier) in rows {
                    append(tx, &doc, &bytes, &carrier, now)?;
                }
                Ok(())
            })
            .await
    })?;
    match outcome {
        // The store's own constraints would have failed the whole exchange.
        Some(Err(error)) => broken("the server answers", error.to_string()),
        _ => Ok(()),
    }
}

fn append(
    tx: &rusqlite::Transaction<'_>,
    doc: &[u8],
    bytes: &[u8],
    carrier: &[u8],
    now: i64,
) -> Result<(), StoreError> {
    use field_core::digest::Sha256;
    use field_core::ids::{Actor, DeviceId, DocId};
    use field_core::inspection::Inspection;
    let (Ok(doc), Ok(carrier)) = (DocId::try_from(doc), DeviceId::try_from(carrier)) else {
        return Ok(());
    };
    tx.execute(
        "DELETE FROM quarantine WHERE hash = ?1",
        [Sha256::of(bytes).as_ref()],
    )?;
    let header = field_core::gate::inspect(bytes).ok();
    let row = changes::Change {
        hash: header
            .as_ref()
            .map_or_else(|| Sha256::of(bytes), |one| one.hash),
        doc,
        actor: header.as_ref().map_or(Actor::from_bytes([9; 16]), |one| {
            Actor::from_bytes(one.actor)
        }),
        seq: header.as_ref().map_or(now.unsigned_abs(), |one| one.seq),
        bytes,
        carrier,
        received_at: now,
        late: false,
    };
    changes::insert(tx, &row)?;
    log::append(tx, doc, Entry::Change(row.hash))?;
    let snapshot = inspections::snapshot(tx, doc)?.unwrap_or_default();
    // What cannot even be applied stays in the log alone, as it would.
    let applied = std::panic::catch_unwind(|| {
        let mut document = Inspection::load(&snapshot).ok()?;
        document.apply_bytes([bytes]).ok()?;
        Some((document.save(), document.heads()))
    });
    if let Ok(Some((snapshot, heads))) = applied {
        let max_op = changes::max_op(tx, doc)?;
        inspections::set_snapshot(tx, doc, &snapshot, &heads, max_op)?;
    }
    Ok(())
}

/// What the faulty tablet does after it took a reply in.
pub(super) fn taken_in(world: &mut World, number: usize) -> Result<(), Stop> {
    if world.mutant != Some(Mutant::ForgetsBeforeBackup) {
        return Ok(());
    }
    let device = &mut world.devices[number];
    let look = device.look()?;
    let mut statement = look.prepare("SELECT sha256 FROM blobs WHERE state = 'safe'")?;
    let safe: Vec<Vec<u8>> = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    drop(statement);
    look.execute("DELETE FROM blobs WHERE state = 'safe'", [])?;
    for hash in safe {
        let hash = field_core::digest::Sha256::try_from(hash.as_slice())?;
        device.own.blobs.remove(&hash);
        let file = device.folder.join("evidence").join(hash.to_string());
        if file.exists() {
            std::fs::remove_file(file)?;
        }
    }
    Ok(())
}
