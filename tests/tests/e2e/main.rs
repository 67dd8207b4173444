//! End to end on real processes: a server of its own for each test, tablets over real HTTP, the
//! office by its pages, the rest by the command line.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails where something is not there, and says what it does"
)]

mod bad_input;
mod foreign;
mod main_job;
mod rescue;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use jiff::civil::date;
use kanyan_tests::pictures::Pictures;
use kanyan_tests::process::program;
use kanyan_tests::scenario::Scenario;
use kanyan_tests::seed;
use tempfile::TempDir;

/// A data directory with an agency and its users; the folder around it goes with the test.
async fn seeded() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("server");
    let config = seed::config(&data, "127.0.0.1:0");
    assert!(seed::seed(&config).await.unwrap());
    assert!(
        !seed::seed(&config).await.unwrap(),
        "seeding again changes nothing"
    );
    (folder, data)
}

/// Small photographs, since unoptimised pixels are slow.
fn pictures() -> Pictures {
    Pictures::small(date(2018, 3, 12).at(9, 30, 0, 0))
}

/// The main job against `server`, told on standard error.
fn scenario<'a>(
    server: std::net::SocketAddr,
    folder: &'a Path,
    pictures: &'a Pictures,
) -> Scenario<'a> {
    Scenario {
        server,
        folder,
        pictures,
        photos_each: 13,
        say: &|line| eprintln!("{line}"),
    }
}

/// The server's command line on a data directory.
fn sync_server(arguments: &[&str], data: &Path) -> Output {
    Command::new(program("sync-server").unwrap())
        .args(arguments)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap()
}
