//! Server and tablets as real processes, killed under load; and disks that are full.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails where something is not there"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use kanyan_tests::crash::process::{self, Heard, Processes};
use kanyan_tests::crash::{Kill, Killer, Told, prepare, verify};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Process numbers: the server, then the tablets.
const SERVER: usize = 0;
const TABLETS: [usize; 2] = [1, 2];
/// Kills in every run of the tests, and in a thorough one.
const KILLS: u32 = 20;
const KILLS_THOROUGH: u32 = 500;
/// Lines heard before a process that nothing has killed yet is killed from outside.
const LINES: u32 = 120;

struct Rig {
    folder: PathBuf,
    port: u16,
    codes: [String; 2],
    processes: Processes,
    told: Told,
    inside: u32,
    outside: u32,
}

impl Rig {
    async fn new(folder: &Path, data: &Path) -> Self {
        let codes = prepare(data, 4).await.unwrap();
        Self {
            folder: folder.to_path_buf(),
            port: process::free_port().unwrap(),
            codes,
            processes: Processes::default(),
            told: Told {
                kept: vec![BTreeSet::new(); 3],
                ..Told::default()
            },
            inside: 0,
            outside: 0,
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.join("server")
    }

    fn tablet_folder(&self, number: usize) -> PathBuf {
        self.folder.join(format!("tablet-{number}"))
    }

    fn command(&self, number: usize) -> Command {
        if number == SERVER {
            return process::server(&self.data(), self.port).unwrap();
        }
        let folder = self.tablet_folder(number);
        process::tablet(&folder, self.port, number, &self.codes[number - 1]).unwrap()
    }

    fn start(&mut self, number: usize, killer: Option<(&Killer, Kill)>) {
        let mut command = self.command(number);
        if let Some((killer, kill)) = killer {
            killer.arm(&mut command, kill);
        }
        self.processes.start(number, command).unwrap();
    }

    fn take(&mut self, heard: Heard) -> Option<usize> {
        match heard {
            Heard::Line(number, line) => {
                assert!(!line.contains("panicked"), "process {number}: {line}");
                self.told.hear(number, &line);
                None
            }
            Heard::End(number) => Some(number),
        }
    }

    /// Listens until `victim` has ended, by itself or, after `lines`, by us.
    fn until_dead(&mut self, victim: usize, lines: u32) {
        let mut left = lines;
        loop {
            let heard = self.processes.hear().unwrap();
            left = left.saturating_sub(1);
            if left == 0 {
                self.processes.kill(victim);
            }
            let Some(ended) = self.take(heard) else {
                continue;
            };
            let signal = self.processes.reap(ended);
            assert_eq!(signal, Some(9), "process {ended} ended by itself");
            self.verify(ended);
            if ended == victim {
                match left {
                    0 => self.outside += 1,
                    _ => self.inside += 1,
                }
                return;
            }
        }
    }

    fn verify(&self, number: usize) {
        let outcome = match number {
            SERVER => verify::server(&self.data(), &self.told),
            _ => verify::tablet(&self.tablet_folder(number), &self.told.kept[number]),
        };
        let kills = self.inside + self.outside;
        outcome.unwrap_or_else(|error| panic!("process {number}, kill {kills}: {error}"));
    }

    /// Ends everything and looks at everything.
    fn finish(&mut self) {
        for number in [SERVER, 1, 2] {
            self.processes.kill(number);
        }
        while [SERVER, 1, 2]
            .iter()
            .any(|number| self.processes.runs(*number))
        {
            let heard = self.processes.hear().unwrap();
            if let Some(ended) = self.take(heard) {
                self.processes.reap(ended);
            }
        }
        for number in [SERVER, 1, 2] {
            self.verify(number);
        }
    }

    /// One tablet sends all it has.
    fn sync_to_the_end(&mut self, number: usize) {
        let mut command = self.command(number);
        command.arg("--only-sync");
        self.processes.start(number, command).unwrap();
        loop {
            let heard = self.processes.hear().unwrap();
            if self.take(heard) == Some(number) {
                assert_eq!(self.processes.reap(number), None, "it ended by itself");
                return;
            }
        }
    }
}

fn in_memory() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

#[tokio::test]
async fn processes_killed_at_any_moment_lose_nothing() {
    let folder = in_memory();
    let killer = match Killer::build(folder.path()) {
        Ok(killer) => killer,
        Err(error) => {
            eprintln!("skipped: no C compiler to build the killer with ({error})");
            return;
        }
    };
    let thorough = std::env::var("TESTS_THOROUGH").is_ok_and(|value| value == "1");
    let kills = if thorough { KILLS_THOROUGH } else { KILLS };
    let mut rig = Rig::new(folder.path(), &folder.path().join("server")).await;
    let mut rng = StdRng::seed_from_u64(u64::from(kills));
    while rig.inside + rig.outside < kills {
        let victim = [SERVER, TABLETS[0], TABLETS[1]][rng.random_range(0..3)];
        for number in [SERVER, 1, 2] {
            if number != victim && !rig.processes.runs(number) {
                rig.start(number, None);
            }
        }
        if rig.processes.runs(victim) {
            // At any moment, from outside.
            rig.until_dead(victim, rng.random_range(1..LINES));
        }
        let kill = Kill::draw(&mut rng);
        rig.start(victim, Some((&killer, kill)));
        rig.until_dead(victim, LINES);
    }
    rig.finish();
    let told = &rig.told;
    assert!(!told.changes.is_empty() && !told.files.is_empty());
    eprintln!(
        "{} kills at chosen calls, {} at any moment; acknowledged: {} changes, {} statements, {} files; kept: {}",
        rig.inside,
        rig.outside,
        told.changes.len(),
        told.statements.len(),
        told.files.len(),
        told.kept.iter().map(BTreeSet::len).sum::<usize>(),
    );
    // Everything goes on from there.
    rig.start(SERVER, None);
    for number in TABLETS {
        rig.sync_to_the_end(number);
    }
    rig.finish();
}

/// A small disk of its own, taken away when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(folder: &Path, megabytes: u32) -> Result<Self, String> {
        std::fs::create_dir_all(folder).unwrap();
        Self::run(Command::new("mount").args([
            "-t",
            "tmpfs",
            "-o",
            &format!("size={megabytes}m"),
            "kanyan-small-disk",
            &folder.to_string_lossy(),
        ]))?;
        Ok(Self(folder.to_path_buf()))
    }

    fn resize(&self, megabytes: u32) {
        let size = format!("remount,size={megabytes}m");
        Self::run(Command::new("mount").args(["-o", &size]).arg(&self.0)).unwrap();
    }

    fn run(command: &mut Command) -> Result<(), String> {
        let output = command.output().map_err(|error| error.to_string())?;
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily, since a process may be about to end.
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

#[tokio::test]
async fn a_full_disk_loses_nothing_that_was_told() {
    let folder = in_memory();
    let server = SmallDisk::mount(&folder.path().join("server"), 64);
    let server = match server {
        Ok(disk) => disk,
        Err(error) => {
            eprintln!("skipped: no small disk can be mounted here ({error})");
            return;
        }
    };
    let mut rig = Rig::new(folder.path(), &folder.path().join("server")).await;
    let free_mb = 2;
    let used = used_mb(&server.0);
    server.resize(used + free_mb);
    rig.start(SERVER, None);
    for number in TABLETS {
        rig.start(number, None);
    }
    // Load until the server has said that its disk is full, and a while longer.
    let mut full = 0;
    while full < 20 {
        let heard = rig.processes.hear().unwrap();
        if let Heard::Line(_, line) = &heard
            && line.starts_with("trouble")
            && (line.contains('满') || line.contains("full") || line.contains("507"))
        {
            full += 1;
        }
        if let Heard::Line(number, line) = &heard
            && line.starts_with("synced")
            && *number != SERVER
        {
            // Everything fitted: ask for more work.
            rig.processes.kill(*number);
        }
        if let Some(ended) = rig.take(heard) {
            rig.processes.reap(ended);
            assert_ne!(ended, SERVER, "a full disk does not end the server");
            rig.start(ended, None);
        }
    }
    rig.finish();
    server.resize(256);
    rig.start(SERVER, None);
    for number in TABLETS {
        rig.sync_to_the_end(number);
    }
    let kept: usize = rig.told.kept.iter().map(BTreeSet::len).sum();
    assert!(kept > 0 && !rig.told.changes.is_empty());
    rig.finish();
    eprintln!(
        "{kept} things kept, {} changes acknowledged",
        rig.told.changes.len()
    );
}

fn used_mb(folder: &Path) -> u32 {
    let output = Command::new("du").arg("-sm").arg(folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.split_whitespace().next().unwrap().parse().unwrap()
}
