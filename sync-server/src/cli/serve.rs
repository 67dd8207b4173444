//! `sync-server serve`: runs until told to stop.

use crate::clock::Clock;
use crate::config::Config;
use crate::error::AppError;
use crate::serve::{serve, stop_signal};

pub(super) async fn run(config: Config) -> Result<(), AppError> {
    serve(config, Clock::system(), stop_signal())
        .await?
        .stopped()
        .await
}
