//! What is measured on: a server with inspections assigned, tablets that hold them, answers made
//! offline. Making it is never part of a measurement.

use std::path::{Path, PathBuf};

use field_core::ids::DocId;
use field_core::inspection::Inspection;
use field_core::rules::{Answer, Outcome};

use super::Options;
use crate::Failure;
use crate::desk;
use crate::office::Browser;
use crate::officer::Officer;
use crate::process::Server;
use crate::seed::{self, PASSWORD};

/// A server's data directory and the folder that its tablets are in.
pub(super) struct World {
    pub(super) folder: PathBuf,
    pub(super) data: PathBuf,
}

impl World {
    /// A new one, with `inspections` assigned to the two inspectors.
    pub(super) fn new(options: &Options, name: &str, inspections: usize) -> Result<Self, Failure> {
        let folder = options.folder.join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        let data = folder.join("server");
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(seed::seed(&seed::config(&data, "127.0.0.1:0")))?;
        let world = Self { folder, data };
        let server = world.serve()?;
        let mut clerk = Browser::log_in(&server.url(), "clerk", PASSWORD)?;
        for _ in 0..inspections {
            let case = desk::register(&mut clerk)?;
            desk::step(&mut clerk, &case.path, "accept", &[])?;
            desk::assign(&mut clerk, &case.path)?;
        }
        Ok(world)
    }

    pub(super) fn serve(&self) -> Result<Server, Failure> {
        Server::start(&self.data)
    }

    /// The first inspector at a tablet that may be new.
    pub(super) fn officer(&self, server: &Server, name: &str) -> Result<Officer, Failure> {
        Officer::at(&server.url(), &self.folder, "inspector-1", name)
    }

    /// Every document as one Automerge file in `to`, as the peers take them.
    pub(super) fn export(&self, to: &Path) -> Result<(), Failure> {
        std::fs::create_dir_all(to)?;
        let database = rusqlite::Connection::open(self.data.join("kanyan.sqlite3"))?;
        let mut rows = database.prepare("SELECT doc, snapshot FROM inspections")?;
        let documents = rows.query_map([], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?))
        })?;
        let mut changes = database.prepare("SELECT bytes FROM changes WHERE doc = ?1")?;
        for (n, document) in documents.enumerate() {
            let (doc, snapshot) = document?;
            let mut inspection = Inspection::load(&snapshot)?;
            let all = changes
                .query_map([&doc], |row| row.get::<_, Vec<u8>>(0))?
                .collect::<Result<Vec<_>, _>>()?;
            inspection.apply_bytes(all.iter().map(Vec::as_slice))?;
            std::fs::write(to.join(format!("{n:06}.automerge")), inspection.save())?;
        }
        Ok(())
    }
}

/// Answers the first `answers` items of every inspection on the tablet. Returns the inspections.
pub(super) fn answer_all(officer: &Officer, answers: usize) -> Result<Vec<DocId>, Failure> {
    let mut tablet = officer.hold();
    let docs: Vec<DocId> = tablet.cases()?.iter().map(|case| case.doc).collect();
    let answer = Answer::new(Outcome::Pass);
    for doc in &docs {
        let items = tablet.view(*doc)?.facts.items;
        for item in items.iter().take(answers) {
            tablet.answer(*doc, &officer.id, item, &answer)?;
        }
    }
    Ok(docs)
}

/// A folder with everything in it, so that a measurement can be taken again from the same state.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    if to.exists() {
        std::fs::remove_dir_all(to)?;
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
