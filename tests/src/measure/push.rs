//! Inspections that were edited offline are brought to a server that has none of it, until
//! everything is acknowledged as durable. Ours go through the whole gate.

use std::time::Instant;

use super::peers::{Peer, text};
use super::world::{World, answer_all, copy};
use super::{Line, Options, Series, peers};
use crate::Failure;
use crate::officer::Officer;

/// Measures it against both peers.
///
/// # Errors
/// A process does not do what it should.
pub fn run(options: &Options) -> Result<Vec<Line>, Failure> {
    let world = World::new(options, "push", options.pushed)?;
    {
        let server = world.serve()?;
        let author = world.officer(&server, "author")?;
        author.sync(&server.url(), |_| {})?;
        answer_all(&author, options.answers)?;
    }
    let fresh = options.folder.join("push-fresh");
    copy(&world.folder, &fresh)?;

    let mut ours = Series::default();
    let mut rate = Series::default();
    for _ in 0..options.rounds {
        copy(&fresh, &world.folder)?;
        let server = world.serve()?;
        let author: Officer = world.officer(&server, "author")?;
        let begun = Instant::now();
        let summary = author.sync(&server.url(), |_| {})?;
        let seconds = begun.elapsed().as_secs_f64();
        if author.hold().status()?.unsent_changes != 0 || !summary.refused.is_empty() {
            return Err("not everything was taken".into());
        }
        ours.add(seconds);
        #[expect(clippy::cast_precision_loss, reason = "far below 2⁵²")]
        rate.add(options.pushed as f64 / seconds);
    }
    let documents = options.folder.join("push-documents");
    world.export(&documents)?;
    let changes = options.pushed * options.answers;
    let work = format!(
        "{} inspections edited offline ({changes} changes) pushed",
        options.pushed
    );
    let mut lines = vec![];
    for (peer, goal) in peers(options).iter().zip(["reported", "≥ 8×"]) {
        let mut theirs = Series::default();
        let made = options.folder.join(format!("push-{}", peer.name));
        let ids = peer.import(&made, &documents)?;
        for round in 0..options.rounds {
            theirs.add(foreign(peer, text(&made)?, text(&ids)?, round)?);
        }
        lines.push(Line {
            work: work.clone(),
            unit: "s",
            ours: ours.clone(),
            peer: Some((peer.name.to_owned(), theirs)),
            goal,
            less: true,
        });
    }
    lines.push(Line {
        work: "the same as a rate, one tablet".into(),
        unit: "inspections/s",
        ours: rate,
        peer: None,
        goal: "≥ 400",
        less: false,
    });
    Ok(lines)
}

/// From connecting until the server holds every document at the heads it was made with.
fn foreign(peer: &Peer, made: &str, ids: &str, round: usize) -> Result<f64, Failure> {
    let empty = format!("{made}-server-{round}");
    let mut server = peer.start(&["serve", &empty, ids])?;
    let port = server.wait_for("ready ")?;
    let mut client = peer.start(&["push", made, ids, &port])?;
    client.wait_for("connecting")?;
    let begun = Instant::now();
    server.wait_for("done")?;
    Ok(begun.elapsed().as_secs_f64())
}
