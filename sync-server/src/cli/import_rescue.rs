//! `sync-server import-rescue`: takes in everything a tablet could not send. It goes the same way
//! as an exchange, through the same gate.

use std::path::PathBuf;

use crate::config::Config;
use crate::error::AppError;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The rescue file.
    file: PathBuf,
}

pub(super) async fn run(_config: Config, options: &Options) -> Result<(), AppError> {
    Err(AppError::Internal(format!(
        "{} was not read: taking in rescue files is not built in yet",
        options.file.display()
    )))
}
