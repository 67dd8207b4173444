//! Measures the product beside its peers and prints a table of ratios; see `tests/compare`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a table for the person at the terminal"
)]

use std::path::PathBuf;

use clap::Parser;
use kanyan_tests::Failure;
use kanyan_tests::measure::{HEAD, Line, Options, photos, picture, pull, push, tap};

/// Everything, or the works named: pull, push, photos, picture, tap.
#[derive(Parser)]
struct Arguments {
    works: Vec<String>,
    /// Inspections that a fresh tablet pulls.
    #[arg(long, default_value_t = 1000)]
    documents: usize,
    /// Inspections that are pushed.
    #[arg(long, default_value_t = 200)]
    pushed: usize,
    /// Answers in each.
    #[arg(long, default_value_t = 80)]
    answers: usize,
    /// How often each measurement is taken.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Where stores are put, on the disk that is to be measured; emptied by whoever calls.
    #[arg(long)]
    folder: PathBuf,
    /// Folder of the JavaScript peers.
    #[arg(long)]
    js: PathBuf,
    /// The samod peer's binary.
    #[arg(long)]
    samod: PathBuf,
}

type Work = (&'static str, fn(&Options) -> Result<Vec<Line>, Failure>);

const WORKS: [Work; 5] = [
    ("pull", pull::run),
    ("push", push::run),
    ("photos", photos::run),
    ("picture", picture::run),
    ("tap", tap::run),
];

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    if let Some(unknown) = arguments
        .works
        .iter()
        .find(|name| WORKS.iter().all(|(known, _)| known != name))
    {
        return Err(format!("{unknown} is not measured here: see --help").into());
    }
    let options = Options {
        documents: arguments.documents,
        pushed: arguments.pushed,
        answers: arguments.answers,
        rounds: arguments.rounds,
        folder: arguments.folder,
        js: arguments.js,
        samod: arguments.samod,
    };
    println!("{HEAD}");
    for (name, work) in WORKS {
        if !arguments.works.is_empty() && !arguments.works.iter().any(|one| one == name) {
            continue;
        }
        eprintln!("measuring {name} …");
        for line in work(&options)? {
            println!("{line}");
        }
    }
    Ok(())
}
