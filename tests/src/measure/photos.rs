//! Evidence files from eight tablets at once, against eight writers that only write and fsync the
//! same bytes on the same disk, and against another tus server.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;

use field_core::digest::Sha256;
use field_core::rules::{Answer, Outcome};
use jiff::civil::date;

use super::peers::Running;
use super::world::{World, copy};
use super::{Line, Options, Series};
use crate::Failure;
use crate::officer::Officer;
use crate::painter::{Scene, Subject, paint_sized};
use crate::pictures::SHOP;

const TABLETS: usize = 8;
const PHOTOS_EACH: usize = 25;
/// Width and height that give an evidence file of about 400 KB.
const SIZE_PX: (u32, u32) = (2048, 1536);

/// Measures it.
///
/// # Errors
/// A process does not do what it should.
pub fn run(options: &Options) -> Result<Vec<Line>, Failure> {
    let world = World::new(options, "photos", 1)?;
    let files = capture(&world)?;
    let total: usize = files.iter().flatten().map(Vec::len).sum();
    let fresh = options.folder.join("photos-fresh");
    copy(&world.folder, &fresh)?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2⁵²")]
    let megabytes = total as f64 / 1e6;
    let mut ours = Series::default();
    let mut writers = Series::default();
    let mut tus = Series::default();
    for round in 0..options.rounds {
        copy(&fresh, &world.folder)?;
        ours.add(megabytes / tablets(&world)?);
        let folder = options.folder.join(format!("photos-written-{round}"));
        writers.add(megabytes / write(&files, &folder)?);
        let folder = options.folder.join(format!("photos-tus-{round}"));
        tus.add(megabytes / foreign(options, &files, &folder)?);
    }
    let photos = TABLETS * PHOTOS_EACH;
    let work =
        format!("{photos} photos and thumbnails ({megabytes:.0} MB) over {TABLETS} connections");
    let line = |name: &str, theirs: Series, goal| Line {
        work: work.clone(),
        unit: "MB/s",
        ours: ours.clone(),
        peer: Some((name.to_owned(), theirs)),
        goal,
        less: false,
    };
    Ok(vec![
        line("eight writers with fsync", writers, "≥ 0.7×"),
        line("@tus/server", tus, "reported"),
    ])
}

/// Every tablet takes its photos and brings the answers, so that only files are left to be sent.
fn capture(world: &World) -> Result<Vec<Vec<Vec<u8>>>, Failure> {
    let server = world.serve()?;
    let mut all = vec![];
    for tablet in 0..TABLETS {
        let officer = world.officer(&server, &name(tablet))?;
        officer.sync(&server.url(), |_| {})?;
        let mut files = vec![];
        let mut held = officer.hold();
        let doc = held.cases()?.first().ok_or("nothing was assigned")?.doc;
        let item = held.view(doc)?.facts.items[0].clone();
        held.answer(doc, &officer.id, &item, &Answer::new(Outcome::Pass))?;
        for photo in 0..PHOTOS_EACH {
            let picture = picture(tablet * PHOTOS_EACH + photo)?;
            let added = held.add_photo(doc, &officer.id, &item, &picture, None)?;
            let hashes: [Sha256; 2] = [added.photo.thumbnail, added.photo.sha256];
            for sha256 in hashes {
                files.push(held.read_blob(&sha256)?);
            }
        }
        all.push(files);
    }
    Ok(all)
}

fn name(tablet: usize) -> String {
    format!("photographer-{tablet}")
}

fn picture(seed: usize) -> Result<Vec<u8>, Failure> {
    let scene = Scene {
        subject: Subject::ALL[seed % Subject::ALL.len()],
        seed: seed as u64,
        orientation: 1,
        taken: date(2018, 3, 12).at(9, 30, 0, 0),
        latitude: SHOP.0,
        longitude: SHOP.1,
    };
    Ok(paint_sized(&scene, SIZE_PX)?)
}

/// Seconds until eight tablets, syncing at once, have brought everything.
fn tablets(world: &World) -> Result<f64, Failure> {
    let server = world.serve()?;
    let officers: Vec<Officer> = (0..TABLETS)
        .map(|tablet| world.officer(&server, &name(tablet)))
        .collect::<Result<_, _>>()?;
    let url = server.url();
    let begun = Instant::now();
    at_once(&officers, |officer| {
        officer.sync(&url, |_| {})?;
        let left = officer.hold().status()?;
        if (left.unsent_changes, left.unsent_photos) == (0, 0) {
            Ok(())
        } else {
            Err(format!("not everything was taken: {left:?}").into())
        }
    })?;
    Ok(begun.elapsed().as_secs_f64())
}

/// Seconds until eight writers have written and fsynced the same files and their folder.
fn write(files: &[Vec<Vec<u8>>], folder: &Path) -> Result<f64, Failure> {
    std::fs::create_dir_all(folder)?;
    let begun = Instant::now();
    at_once(files, |files| {
        for content in files {
            let mut file = std::fs::File::create(folder.join(Sha256::of(content).to_string()))?;
            file.write_all(content)?;
            file.sync_all()?;
            std::fs::File::open(folder)?.sync_all()?;
        }
        Ok(())
    })?;
    Ok(begun.elapsed().as_secs_f64())
}

/// Seconds until the other server has taken the same files, each in one request.
fn foreign(options: &Options, files: &[Vec<Vec<u8>>], folder: &Path) -> Result<f64, Failure> {
    std::fs::create_dir_all(folder)?;
    let program = options.js.join("tus.mjs");
    let mut server = Running::start(Command::new("node").arg(program).arg(folder))?;
    let url = format!("http://127.0.0.1:{}/files", server.wait_for("ready ")?);
    let begun = Instant::now();
    at_once(files, |files| {
        let agent = ureq::Agent::new_with_defaults();
        for content in files {
            agent
                .post(&url)
                .header("tus-resumable", "1.0.0")
                .header("upload-length", content.len().to_string())
                .content_type("application/offset+octet-stream")
                .send(&content[..])?;
        }
        Ok(())
    })?;
    Ok(begun.elapsed().as_secs_f64())
}

/// Does the same with each of them, all at once.
fn at_once<T: Sync>(
    many: &[T],
    work: impl Fn(&T) -> Result<(), Failure> + Sync,
) -> Result<(), Failure> {
    let work = &work;
    thread::scope(|scope| {
        let running: Vec<_> = many
            .iter()
            .map(|one| scope.spawn(move || work(one)))
            .collect();
        running
            .into_iter()
            .try_for_each(|one| one.join().map_err(|_| "a thread failed")?)
    })
}
