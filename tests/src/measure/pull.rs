//! A fresh tablet gets everything that is its officer's, durably; then it comes again and nothing
//! is new.

use std::time::Instant;

use serde_json::Value;

use super::peers::{Peer, text};
use super::world::{World, answer_all};
use super::{Line, Options, Series, peak_mb, peers};
use crate::Failure;
use crate::process::Server;

#[derive(Default)]
struct Figures {
    fresh: Series,
    again: Series,
    memory: Series,
}

/// Measures both against both peers.
///
/// # Errors
/// A process does not do what it should.
pub fn run(options: &Options) -> Result<Vec<Line>, Failure> {
    let world = World::new(options, "pull", options.documents)?;
    fill(&world, options)?;
    let documents = world.folder.join("documents");
    world.export(&documents)?;
    let peers = peers(options);
    let stores: Vec<_> = peers
        .iter()
        .map(|peer| {
            let store = world.folder.join(peer.name);
            let ids = peer.import(&store, &documents)?;
            Ok((store, ids))
        })
        .collect::<Result<_, Failure>>()?;

    let mut ours = Figures::default();
    let (mut bytes, mut opened) = (Series::default(), Series::default());
    let mut theirs = [Figures::default(), Figures::default()];
    for round in 0..options.rounds {
        own(&world, round, options, &mut ours, &mut bytes, &mut opened)?;
        for ((peer, (store, ids)), figures) in peers.iter().zip(&stores).zip(&mut theirs) {
            foreign(peer, text(store)?, text(ids)?, round, figures)?;
        }
    }
    let mut lines = vec![];
    let line = |work: String, unit, ours: &Series, peer: Option<(&Peer, Series)>, goal| Line {
        work,
        unit,
        ours: ours.clone(),
        peer: peer.map(|(peer, series)| (peer.name.to_owned(), series)),
        goal,
        less: true,
    };
    let work = format!(
        "fresh tablet pulls {} inspections of {} answers, durably",
        options.documents, options.answers
    );
    for (n, goal) in [(0, "≥ 40×"), (1, "≥ 200×")] {
        let peer = Some((&peers[n], theirs[n].fresh.clone()));
        lines.push(line(work.clone(), "s", &ours.fresh, peer, goal));
    }
    lines.push(line(
        "all of them opened and read".into(),
        "s",
        &opened,
        None,
        "reported",
    ));
    for (n, goal) in [(0, "≥ 100×"), (1, "reported")] {
        let peer = Some((&peers[n], theirs[n].again.clone()));
        let work = "the same tablet again, nothing new".to_owned();
        lines.push(line(work, "s", &ours.again, peer, goal));
    }
    lines.push(line(
        "bytes of that, both ways".into(),
        "B",
        &bytes,
        None,
        "≤ 1,024",
    ));
    for n in [0, 1] {
        let peer = Some((&peers[n], theirs[n].memory.clone()));
        lines.push(line(
            "server's peak memory meanwhile".into(),
            "MB",
            &ours.memory,
            peer,
            "≤ 150",
        ));
    }
    Ok(lines)
}

/// The documents get their answers by the ordinary way.
fn fill(world: &World, options: &Options) -> Result<(), Failure> {
    let server = world.serve()?;
    let author = world.officer(&server, "author")?;
    author.sync(&server.url(), |_| {})?;
    answer_all(&author, options.answers)?;
    author.sync(&server.url(), |_| {})?;
    Ok(())
}

fn own(
    world: &World,
    round: usize,
    options: &Options,
    figures: &mut Figures,
    bytes: &mut Series,
    opened: &mut Series,
) -> Result<(), Failure> {
    let server: Server = world.serve()?;
    let officer = world.officer(&server, &format!("reader-{round}"))?;
    let begun = Instant::now();
    officer.sync(&server.url(), |_| {})?;
    figures.fresh.add(begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let summary = officer.sync(&server.url(), |_| {})?;
    figures.again.add(begun.elapsed().as_secs_f64());
    #[expect(clippy::cast_precision_loss, reason = "far below 2⁵²")]
    bytes.add((summary.bytes_sent + summary.bytes_received) as f64);
    figures.memory.add(peak_mb(server.id())?);

    let mut tablet = officer.hold();
    let begun = Instant::now();
    let mut answers = 0;
    for case in tablet.cases()? {
        answers += tablet.view(case.doc)?.answers.len();
    }
    opened.add(begun.elapsed().as_secs_f64());
    let wanted = options.documents * options.answers;
    if answers == wanted {
        Ok(())
    } else {
        Err(format!("{answers} answers arrived, {wanted} were made").into())
    }
}

fn foreign(
    peer: &Peer,
    store: &str,
    ids: &str,
    round: usize,
    figures: &mut Figures,
) -> Result<(), Failure> {
    let mut server = peer.start(&["serve", store])?;
    let port = server.wait_for("ready ")?;
    let client = format!("{store}-client-{round}");
    for series in [&mut figures.fresh, &mut figures.again] {
        let said = peer.run(&["pull", &client, ids, &port])?;
        let said: Value = serde_json::from_str(&said)?;
        series.add(said["seconds"].as_f64().ok_or("no seconds")?);
    }
    figures.memory.add(peak_mb(server.id())?);
    Ok(())
}
