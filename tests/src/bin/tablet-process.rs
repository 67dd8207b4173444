//! A tablet as a process, for the tests that kill it.

use std::path::PathBuf;

use clap::Parser;
use kanyan_tests::Failure;
use kanyan_tests::crash::tablet;

#[derive(Parser)]
struct Options {
    #[arg(long)]
    folder: PathBuf,
    #[arg(long)]
    server: String,
    #[arg(long)]
    login: String,
    #[arg(long)]
    code: String,
    /// Syncs once, to the end.
    #[arg(long)]
    only_sync: bool,
}

fn main() -> Result<(), Failure> {
    let options = Options::parse();
    tablet::work(&tablet::Options {
        folder: &options.folder,
        server: &options.server,
        login: &options.login,
        code: &options.code,
        only_sync: options.only_sync,
    })
}
