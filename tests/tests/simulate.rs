//! The simulator on enough seeds to notice a loss, and the same seed twice.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails where something is not there"
)]

use std::process::{Child, Command, Stdio};

use kanyan_tests::process::program;

/// Seeds in every run of the tests, in this many processes at once.
const SEEDS: u64 = 500;
const PROCESSES: u64 = 2;

fn start(arguments: &[&str]) -> Child {
    Command::new(program("simulate").unwrap())
        .args(arguments)
        .stdout(Stdio::piped())
        // SQLCipher says there what it thinks of torn pages.
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn finish(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn no_seed_loses_anything() {
    let each = SEEDS / PROCESSES;
    let running: Vec<_> = (0..PROCESSES)
        .map(|n| {
            let first = (1 + n * each).to_string();
            start(&["--seeds", &each.to_string(), "--seed", &first])
        })
        .collect();
    for child in running {
        let said = finish(child);
        assert!(said.contains("nothing lost"), "{said}");
    }
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    let traces = || {
        let said = finish(start(&["--seeds", "8", "--twice", "--verbose"]));
        let lines = said.lines().filter(|line| line.starts_with("seed "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let first = traces();
    assert_eq!(first.len(), 8);
    assert_eq!(first, traces(), "in another process");
}
