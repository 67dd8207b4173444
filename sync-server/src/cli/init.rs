//! `sync-server init`: sets up a data directory.

use super::say;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::AppError;
use crate::setup::{self, Administrator, Setup};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Login of the first administrator.
    #[arg(long, default_value = "admin")]
    login: String,
    /// Name of the first administrator.
    #[arg(long, default_value = "管理员")]
    name: String,
    /// The administrator's password; one is made and shown when this is absent.
    #[arg(long, env = "KANYAN_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    /// Name of the agency, as it stands on permits.
    #[arg(long)]
    agency: Option<String>,
    /// The agency's division, six digits of GB/T 2260.
    #[arg(long)]
    division: Option<String>,
}

pub(super) async fn run(config: &Config, options: Options) -> Result<(), AppError> {
    let mut config = config.clone();
    if let Some(name) = options.agency {
        config.agency.name = name;
    }
    if let Some(division) = options.division {
        config.agency.division = division;
    }
    config.check()?;
    let given = options.password.is_some();
    let administrator = Administrator {
        login: options.login,
        name: options.name,
        password: options.password,
    };
    match setup::init(&config, &Clock::system(), administrator).await? {
        Setup::Done { login, password } => {
            say(&format!("data directory: {}", config.data.display()))?;
            say(&format!("administrator: {login}"))?;
            if !given {
                say(&format!("password, shown once: {password}"))?;
            }
            say("next: sync-server serve")
        }
        Setup::AlreadyDone => say(&format!(
            "{} was set up before; nothing was changed",
            config.data.display()
        )),
    }
}
