//! `sync-server import-rescue`: takes in everything a tablet could not send. It goes the same way
//! as an exchange, through the same gate. The server must not run meanwhile.

use std::path::PathBuf;

use field_core::identity::PublicKey;
use field_core::protocol::Rescue;

use super::say;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::AppError;
use crate::store::devices;
use crate::sync;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The rescue file.
    file: PathBuf,
}

pub(super) async fn run(config: Config, options: &Options) -> Result<(), AppError> {
    let refuse = |why: String| AppError::Invalid {
        zh: format!("抢救文件 {} 未导入：{why}", options.file.display()),
        en: format!("{} was not taken in: {why}", options.file.display()),
    };
    let file = tokio::fs::read(&options.file)
        .await
        .map_err(|error| refuse(error.to_string()))?;
    let bound = config.listen;
    let app = App::open(config, Clock::system(), bound).await?;
    let known = app.store.read(devices::all).await?;
    let rescue = Rescue::read(&file, |id| {
        let device = known.iter().find(|device| device.id == id)?;
        Some(PublicKey::from_bytes(device.public_key))
    })
    .map_err(|error| refuse(error.to_string()))?;
    let rescued = sync::import(&app, rescue).await?;
    app.store.close().await;
    say(&format!(
        "safe now: {} changes, {} statements, {} files; waiting for another tablet: {}; set aside: {}",
        rescued.changes,
        rescued.statements,
        rescued.files,
        rescued.deferred,
        rescued.refused.len() + rescued.files_refused.len()
    ))?;
    for one in &rescued.refused {
        say(&format!("set aside {}: {}", one.hash, one.reason))?;
    }
    for (sha256, reason) in &rescued.files_refused {
        say(&format!("file {sha256}: {reason}"))?;
    }
    Ok(())
}
