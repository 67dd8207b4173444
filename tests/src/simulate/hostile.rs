//! What no honest tablet sends: damaged, forged, doubled, out of order, or made by somebody who
//! took a tablet's own key out of it. It must cost the sender, and nobody else.

use field_core::digest::Sha256;
use field_core::identity::{SigningKey, change_signature_message};
use field_core::ids::{Actor, DocId};
use field_core::inspection::{Author, Edit, Inspection};
use field_core::moment::Moment;
use field_core::protocol::limits::MAX_CHANGE_BYTES;
use field_core::protocol::{
    ChangeRow, ExchangeRequest, HeadSignature, Heartbeat, decode, encode, version,
};
use field_core::tablet::sync::{Action, Session};
use rand::rngs::StdRng;
use rand::{Rng, RngExt};
use rusqlite::OptionalExtension;

use super::network::Call;
use super::world::{Stop, World};

/// Somebody sends something under the name of tablet `number`.
pub(super) fn step(world: &mut World, number: usize, rng: &mut StdRng) -> Result<(), Stop> {
    if world.devices[number].host.is_full() {
        return Ok(());
    }
    world.fault("hostile exchange");
    let request = match rng.random_bool(0.5) {
        true => tampered(world, number, rng)?,
        false => crafted(world, number, rng)?,
    };
    let Some(request) = request else {
        return Ok(());
    };
    let token = world.devices[number].token.clone();
    let call = Call::exchange(encode(&request), &token);
    world.carry(&call).map(|_| ())
}

/// What the tablet would send now, with something about it changed.
fn tampered(
    world: &mut World,
    number: usize,
    rng: &mut StdRng,
) -> Result<Option<ExchangeRequest>, Stop> {
    let done = world.devices[number].act(|tablet| Session::new().next(tablet));
    let Some(Action::Exchange(body)) = world.settle(number, done)? else {
        return Ok(None);
    };
    let mut request: ExchangeRequest = decode(&body)?;
    match rng.next_u32() % 8 {
        0 => request.signatures.clear(),
        1 => request.changes.reverse(),
        2 => request.changes.truncate(request.changes.len() / 2),
        3 if !request.changes.is_empty() => {
            request.changes.remove(0);
        }
        4 => {
            let again = request.changes.clone();
            request.changes.extend(again);
        }
        5 => flip(request.changes.first_mut().map(|one| &mut one.bytes), rng),
        6 => flip(
            request.statements.first_mut().map(|one| &mut one.bytes),
            rng,
        ),
        _ => {
            for one in &mut request.changes {
                one.doc = DocId::random(rng);
            }
        }
    }
    Ok(Some(request))
}

fn flip(bytes: Option<&mut minicbor::bytes::ByteVec>, rng: &mut StdRng) {
    if let Some(bytes) = bytes
        && !bytes.is_empty()
    {
        let at = rng.random_range(0..bytes.len());
        bytes[at] ^= 1 << (rng.next_u32() % 8);
    }
}

/// An actor of a tablet in a document of the server.
struct Place {
    doc: DocId,
    actor: Actor,
    officer: String,
    snapshot: Vec<u8>,
}

fn place(world: &mut World, number: usize) -> Result<Option<Place>, Stop> {
    let id = world.devices[number].id()?;
    let look = world.server.look()?;
    type Row = (Vec<u8>, Vec<u8>, String, Vec<u8>);
    let row: Option<Row> = look
        .query_row(
            "SELECT a.doc, a.actor, a.user_id, i.snapshot FROM actors a
             JOIN inspections i ON i.doc = a.doc WHERE a.device_id = ?1
             ORDER BY a.actor LIMIT 1",
            [id.as_ref()],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .optional()?;
    let Some((doc, actor, officer, snapshot)) = row else {
        return Ok(None);
    };
    Ok(Some(Place {
        doc: DocId::try_from(doc.as_slice())?,
        actor: Actor::try_from(actor.as_slice())?,
        officer,
        snapshot,
    }))
}

/// A change made with the tablet's own key, which breaks a rule of the gate.
fn crafted(
    world: &mut World,
    number: usize,
    rng: &mut StdRng,
) -> Result<Option<ExchangeRequest>, Stop> {
    let Some(place) = place(world, number)? else {
        return Ok(None);
    };
    let secret: Vec<u8> = world.devices[number].look()?.query_row(
        "SELECT value FROM meta WHERE key = 'device-key'",
        [],
        |row| row.get(0),
    )?;
    let Ok(secret) = <[u8; 32]>::try_from(secret) else {
        return Ok(None);
    };
    let bytes = change(&place, rng)?;
    let mut signatures = Vec::new();
    if let Ok(header) = field_core::gate::inspect(&bytes)
        && rng.random_bool(0.9)
    {
        let actor = Actor::from_bytes(header.actor);
        let message = change_signature_message(place.doc, actor, header.hash);
        signatures.push(HeadSignature {
            doc: place.doc,
            actor,
            change: header.hash,
            signature: SigningKey::from_secret(&secret).sign(&message).into(),
        });
    }
    Ok(Some(ExchangeRequest {
        protocol: version::CURRENT,
        cursor: None,
        changes: vec![ChangeRow::new(place.doc, bytes)],
        signatures,
        statements: vec![],
        heartbeat: Heartbeat::default(),
        limit: 0,
        holding: vec![],
    }))
}

fn change(place: &Place, rng: &mut StdRng) -> Result<Vec<u8>, Stop> {
    let mut document = Inspection::load(&place.snapshot)?;
    let kind = rng.next_u32() % 10;
    let mut author = Author {
        actor: place.actor,
        officer: place.officer.clone(),
    };
    match kind {
        // Somebody else's note.
        0 => author.officer = "nobody".to_owned(),
        // An actor that nobody certified.
        1 => author.actor = Actor::random(rng),
        _ => {}
    }
    let at = Moment {
        wall_ms: 1,
        monotonic_ms: 1,
        server_offset_ms: None,
    };
    let edit = Edit::Note {
        item: "A1".to_owned(),
        text: format!("hostile-{}", rng.next_u32()),
    };
    let Some(made) = document.edit(&author, &at, &edit)? else {
        return Ok(b"nothing".to_vec());
    };
    let mut bytes = made.bytes;
    match kind {
        0 | 1 => {}
        2 => bytes = expanded(&bytes, |one| one.seq += 1)?,
        3 => {
            bytes = expanded(&bytes, |one| {
                one.start_op = one.start_op.saturating_add(5);
            })?;
        }
        4 => {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        }
        5 => bytes = vec![7; MAX_CHANGE_BYTES + 1],
        // Damaged inside, with a checksum that fits again.
        6..9 => damage(&mut bytes, rng),
        _ => bytes.truncate(bytes.len() / 2),
    }
    Ok(bytes)
}

/// Changes a byte of the content of a chunk and writes its checksum anew: the first four bytes of
/// the SHA-256 of everything behind it.
fn damage(bytes: &mut [u8], rng: &mut StdRng) {
    const CHECKSUM: std::ops::Range<usize> = 4..8;
    const CONTENT: usize = 12;
    if bytes.len() > CONTENT {
        let at = rng.random_range(CONTENT..bytes.len());
        bytes[at] ^= 1 << (rng.next_u32() % 8);
        let digest = Sha256::of(&bytes[CHECKSUM.end..]);
        bytes[CHECKSUM].copy_from_slice(&digest.as_bytes()[..4]);
    }
}

fn expanded(
    bytes: &[u8],
    alter: impl FnOnce(&mut automerge::ExpandedChange),
) -> Result<Vec<u8>, Stop> {
    let mut change = automerge::Change::try_from(bytes)?.decode();
    alter(&mut change);
    Ok(automerge::Change::from(change).raw_bytes().to_vec())
}
