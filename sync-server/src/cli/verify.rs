//! `sync-server verify`: checks a permit's code without a network.

use super::say;
use crate::config::Config;
use crate::error::AppError;
use crate::store::open_reader;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// What the scanner read: the whole link or the text behind `#`.
    text: String,
}

pub(super) fn run(config: &Config, options: &Options) -> Result<(), AppError> {
    let _connection = open_reader(&config.data)?;
    say(&options.text)
}
