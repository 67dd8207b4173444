//! From the tap to durable on the tablet, against a bare commit of as many bytes to the same
//! encrypted SQLite with the same settings.

use std::time::Instant;

use field_core::rules::{Answer, Outcome};
use rusqlite::Connection;

use super::world::World;
use super::{Line, Options, Series};
use crate::Failure;

/// Bytes of a change of one tap, median (docs/SYNC.md).
const CHANGE_BYTES: usize = 157;

/// Measures it.
///
/// # Errors
/// A store does not do what it should.
pub fn run(options: &Options) -> Result<Vec<Line>, Failure> {
    let world = World::new(options, "tap", 1)?;
    let server = world.serve()?;
    let officer = world.officer(&server, "tapped")?;
    officer.sync(&server.url(), |_| {})?;
    let mut tablet = officer.hold();
    let doc = tablet.cases()?.first().ok_or("nothing was assigned")?.doc;
    let items = tablet.view(doc)?.facts.items;
    let bare = bare(&world)?;
    let (mut ours, mut theirs) = (Series::default(), Series::default());
    // Every answer differs from the one before; the first opens the document and is not counted.
    let outcomes = [Outcome::Pass, Outcome::Fail];
    tablet.answer(
        doc,
        &officer.id,
        &items[0],
        &Answer::new(Outcome::NotApplicable),
    )?;
    for round in 0..options.rounds {
        for item in &items {
            let begun = Instant::now();
            tablet.answer(doc, &officer.id, item, &Answer::new(outcomes[round % 2]))?;
            ours.add(begun.elapsed().as_secs_f64() * 1000.0);
            let begun = Instant::now();
            bare.execute(
                "INSERT INTO taps (bytes) VALUES (zeroblob(?1))",
                [CHANGE_BYTES],
            )?;
            theirs.add(begun.elapsed().as_secs_f64() * 1000.0);
        }
    }
    Ok(vec![Line {
        work: "tap to durable on the tablet".into(),
        unit: "ms",
        ours,
        peer: Some(("bare commit".into(), theirs)),
        goal: "≥ 0.67×",
        less: true,
    }])
}

fn bare(world: &World) -> Result<Connection, Failure> {
    let path = world.folder.join("bare.db");
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "key", format!("x'{}'", "5a".repeat(32)))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute("CREATE TABLE taps (id INTEGER PRIMARY KEY, bytes BLOB)", [])?;
    Ok(connection)
}
