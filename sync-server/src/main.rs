//! The server's binary. Everything is in the library; here is only the way out with a status.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use sync_server::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    match sync_server::cli::run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be done where even the error cannot be written.
            let _ = writeln!(std::io::stderr(), "sync-server: {error}");
            ExitCode::FAILURE
        }
    }
}
