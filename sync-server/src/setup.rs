//! Setting up a data directory: the agency, the keys, the first administrator. Done once; doing
//! it again changes nothing and says so.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::Connection;
use serde_json::json;

use crate::auth::users::{self, NewUser};
use crate::auth::{Role, keys};
use crate::clock::Clock;
use crate::config::{Agency, Config};
use crate::error::AppError;
use crate::store::history::{self, Event};
use crate::store::{DATABASE_FILE, Store, StoreError, meta};

const AGENCY_KEY: &str = "agency";

/// The first administrator.
#[derive(Debug, Clone)]
pub struct Administrator {
    /// What is typed to log in.
    pub login: String,
    /// What people read.
    pub name: String,
    /// Made when absent.
    pub password: Option<String>,
}

impl Default for Administrator {
    fn default() -> Self {
        Self {
            login: "admin".to_owned(),
            name: "管理员".to_owned(),
            password: None,
        }
    }
}

/// What `init` did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setup {
    /// A new installation.
    Done {
        /// The administrator's login.
        login: String,
        /// The password, to be told once.
        password: String,
    },
    /// The directory was set up before; nothing was changed.
    AlreadyDone,
}

/// Makes the data directory with everything that `serve` needs.
///
/// # Errors
/// The directory is in use or cannot be written, or the password is too short.
pub async fn init(
    config: &Config,
    clock: &Clock,
    administrator: Administrator,
) -> Result<Setup, AppError> {
    let store = Store::open(&config.data)?;
    protect(&config.data)?;
    let known = store.read(|c| meta::get(c, AGENCY_KEY)).await?;
    if known.is_some() {
        store.close().await;
        return Ok(Setup::AlreadyDone);
    }
    let password = administrator
        .password
        .unwrap_or_else(users::generate_password);
    let user = users::prepare(
        NewUser {
            login: administrator.login.clone(),
            name: administrator.name,
            card_number: None,
            password: password.clone(),
            roles: BTreeSet::from([Role::Administrator]),
        },
        clock.now_ms(),
    )
    .await?;
    let (agency, clock, date) = (config.agency.clone(), clock.clone(), config.business_date);
    store
        .transact(move |tx| {
            let clock = clock.fix_business_day(tx, date)?;
            let text = serde_json::to_vec(&agency).map_err(StoreError::from)?;
            meta::set(tx, AGENCY_KEY, &text)?;
            keys::make(tx, clock.now_ms())?;
            crate::store::users::insert(tx, &user)?;
            let event = Event {
                case_id: None,
                at: clock.now_ms(),
                on_date: clock.today().to_string(),
                user_id: None,
                action: "init".to_owned(),
                detail: json!({ "agency": agency, "administrator": user.id }),
            };
            history::append(tx, &event)?;
            Ok::<_, AppError>(())
        })
        .await?;
    store.close().await;
    Ok(Setup::Done {
        login: administrator.login,
        password,
    })
}

/// The agency this data directory belongs to.
///
/// # Errors
/// [`AppError::NotInitialised`].
pub fn agency(connection: &Connection) -> Result<Agency, AppError> {
    let text = meta::get(connection, AGENCY_KEY)?.ok_or(AppError::NotInitialised)?;
    Ok(serde_json::from_slice(&text).map_err(StoreError::from)?)
}

/// Refuses a directory in which `serve` would otherwise make an empty database.
///
/// # Errors
/// [`StoreError::NoDatabase`].
pub fn require_database(directory: &Path) -> Result<(), AppError> {
    if directory.join(DATABASE_FILE).is_file() {
        return Ok(());
    }
    Err(StoreError::NoDatabase {
        dir: directory.to_owned(),
    }
    .into())
}

/// The directory holds keys and personal data: nobody else on the machine may look into it.
fn protect(directory: &Path) -> Result<(), AppError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o700)).map_err(
            |e| StoreError::File {
                path: directory.to_owned(),
                detail: e.to_string(),
            },
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::App;

    #[tokio::test]
    async fn a_second_init_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config {
            data: dir.path().join("data"),
            ..Config::default()
        };
        let clock = Clock::system();
        let first = init(&config, &clock, Administrator::default())
            .await
            .unwrap();
        assert!(matches!(first, Setup::Done { .. }));
        let again = init(&config, &clock, Administrator::default())
            .await
            .unwrap();
        assert_eq!(again, Setup::AlreadyDone);
    }

    #[tokio::test]
    async fn serving_an_empty_directory_says_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config {
            data: dir.path().join("data"),
            ..Config::default()
        };
        let bound = config.listen;
        let opened = App::open(config.clone(), Clock::system(), bound).await;
        let error = opened.map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("sync-server init"), "{error}");
        assert!(!config.data.exists(), "nothing was made");
    }
}
