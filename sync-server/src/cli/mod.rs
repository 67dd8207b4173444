//! The command line: one verb a file. Settings come from a file, the environment and flags, see
//! [`crate::config`].

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::config::{Config, Flags};
use crate::error::AppError;

mod import_rescue;
mod init;
mod serve;
mod verify;

/// What is logged unless `KANYAN_LOG` says otherwise (`debug`, `sync_server=trace,info` …).
const DEFAULT_LOG: &str = "info,rusqlite_migration=warn";

/// Kanyan's server: takes in inspections, lets the office decide, issues permits.
#[derive(Debug, Parser)]
#[command(name = "sync-server", version, about)]
pub struct Cli {
    /// Configuration file (TOML).
    #[arg(long, global = true, env = "KANYAN_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Set up a data directory: agency, keys, first administrator.
    Init(init::Options),
    /// Run the server until Ctrl-C or SIGTERM.
    Serve,
    /// Take in the rescue file of a tablet that cannot send any more.
    ImportRescue(import_rescue::Options),
    /// Check a permit's code (link or text) with the keys of the data directory.
    Verify(verify::Options),
}

/// Runs what the command line asks for.
///
/// # Errors
/// Whatever kept it from being done, in words for a terminal.
pub async fn run(cli: Cli) -> Result<(), AppError> {
    let filter = std::env::var("KANYAN_LOG").unwrap_or_else(|_| DEFAULT_LOG.to_owned());
    // A second call in one process keeps the first subscriber.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .try_init();
    let config = Config::load(cli.config.as_deref(), &cli.flags)?;
    match cli.verb {
        Verb::Init(options) => init::run(&config, options).await,
        Verb::Serve => serve::run(config).await,
        Verb::ImportRescue(options) => import_rescue::run(config, &options).await,
        Verb::Verify(options) => verify::run(&config, &options),
    }
}

/// Writes a line of the answer, which programs may read.
fn say(line: &str) -> Result<(), AppError> {
    writeln!(std::io::stdout(), "{line}")
        .map_err(|e| AppError::Internal(format!("the answer cannot be written: {e}")))
}
