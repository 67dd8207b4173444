//! Real processes that are killed: a server and tablets, under load and with uploads under way,
//! end without a word at a chosen call of the operating system or at any moment. What each had
//! told somebody before is looked for afterwards.

pub mod process;
pub mod tablet;
pub mod verify;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use rand::rngs::StdRng;
use rand::{Rng, RngExt};
use sync_server::App;
use sync_server::auth::{devices, users};
use sync_server::cases::{self, Assigned, NewCase};
use sync_server::clock::Clock;

use crate::Failure;
use crate::seed::{self, config};
use crate::simulate::application;

/// The library that kills a program from inside.
pub struct Killer(PathBuf);

/// At which call.
#[derive(Debug, Clone, Copy)]
pub struct Kill {
    /// From 1.
    pub call: u64,
    /// `before`, `after`, or `middle` of a write.
    pub when: &'static str,
    /// `sync`, `rename`, `write` or `all`.
    pub kind: &'static str,
}

impl Kill {
    /// Any.
    pub fn draw(rng: &mut StdRng) -> Self {
        let (kind, most) = match rng.next_u32() % 4 {
            0 => ("sync", 40),
            1 => ("rename", 12),
            2 => ("write", 150),
            _ => ("all", 200),
        };
        let when = ["before", "after", "middle"][rng.random_range(0..3)];
        Self {
            call: rng.random_range(1..=most),
            when,
            kind,
        }
    }
}

impl Killer {
    /// Compiles it into `folder`.
    ///
    /// # Errors
    /// There is no C compiler.
    pub fn build(folder: &Path) -> Result<Self, Failure> {
        let source = folder.join("killer.c");
        std::fs::write(&source, include_str!("killer.c"))?;
        let library = folder.join("killer.so");
        let output = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .args([&library, &source])
            .arg("-ldl")
            .output()?;
        if output.status.success() {
            Ok(Self(library))
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
        }
    }

    /// Lets it kill the program of `command`.
    pub fn arm(&self, command: &mut Command, kill: Kill) {
        command
            .env("LD_PRELOAD", &self.0)
            .env("KILL_CALL", kill.call.to_string())
            .env("KILL_WHEN", kill.when)
            .env("KILL_KIND", kill.kind);
    }
}

/// What somebody was told, so that it must be there.
#[derive(Debug, Default, Clone)]
pub struct Told {
    /// Named in receipts that reached a tablet.
    pub changes: BTreeSet<String>,
    /// Likewise.
    pub statements: BTreeSet<String>,
    /// Likewise, evidence files.
    pub files: BTreeSet<String>,
    /// Texts that a tablet said it kept, by tablet.
    pub kept: Vec<BTreeSet<String>>,
}

impl Told {
    /// Takes note of a line that tablet `number` printed.
    pub fn hear(&mut self, number: usize, line: &str) {
        let mut words = line.split(' ');
        let (first, second, third) = (words.next(), words.next(), words.next());
        match (first, second, third) {
            (Some("acknowledged"), Some(kind), Some(name)) => {
                let names = match kind {
                    "change" => &mut self.changes,
                    "statement" => &mut self.statements,
                    _ => &mut self.files,
                };
                names.insert(name.to_owned());
            }
            (Some("kept"), Some(text), None) => {
                if self.kept.len() <= number {
                    self.kept.resize_with(number + 1, BTreeSet::new);
                }
                self.kept[number].insert(text.to_owned());
            }
            _ => {}
        }
    }
}

/// A data directory with `count` cases that both inspectors are to look at, and a code for each of
/// two tablets.
///
/// # Errors
/// It cannot be made.
pub async fn prepare(data: &Path, count: usize) -> Result<[String; 2], Failure> {
    let config = config(data, "127.0.0.1:0");
    seed::seed(&config).await?;
    let bound = config.listen;
    let app = App::open(config, Clock::system(), bound).await?;
    let clerk = users::officer(&app, "clerk").await?;
    let mut inspectors = Vec::new();
    for login in ["inspector-1", "inspector-2"] {
        inspectors.push(users::officer(&app, login).await?.id);
    }
    for _ in 0..count {
        let (application, received) = application(&app)?;
        let new = NewCase {
            matter: "repair-permit".to_owned(),
            application,
            received,
        };
        let case = cases::register(&app, &clerk, new).await?;
        cases::accept(&app, &clerk, &case.number, None).await?;
        let officers = inspectors.iter().map(|one| Assigned {
            officer: one.clone(),
            standin: None,
        });
        cases::assign(&app, &clerk, &case.number, None, officers.collect()).await?;
    }
    let admin = users::officer(&app, "admin").await?;
    let codes = [
        devices::new_code(&app, &admin, "平板-1").await?,
        devices::new_code(&app, &admin, "平板-2").await?,
    ];
    app.store.close().await;
    Ok(codes)
}
