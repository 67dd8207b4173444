//! A data directory with an agency, its users and the embedded rules, on the business day of the
//! demonstrations. Seeding again changes nothing.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::date;
use sync_server::auth::Role;
use sync_server::auth::users::{self, NewUser};
use sync_server::clock::Clock;
use sync_server::config::{Config, Limits};
use sync_server::setup::{self, Administrator, Setup};
use sync_server::{App, AppError};

use crate::Failure;

/// Everybody's password in a demonstration; nobody's anywhere else.
pub const PASSWORD: &str = "demo-only-password";

/// One user of a demonstration.
#[derive(Debug, Clone, Copy)]
pub struct DemoUser {
    /// Login.
    pub login: &'static str,
    /// Name.
    pub name: &'static str,
    /// 执法证号
    pub card_number: Option<&'static str>,
    /// What they do, for people.
    pub role: &'static str,
    roles: &'static [Role],
}

/// The users.
pub const USERS: [DemoUser; 6] = [
    DemoUser {
        login: "admin",
        name: "管理员",
        card_number: None,
        role: "administrator",
        roles: &[Role::Administrator],
    },
    DemoUser {
        login: "clerk",
        name: "窗口甲",
        card_number: None,
        role: "clerk",
        roles: &[Role::Clerk],
    },
    DemoUser {
        login: "inspector-1",
        name: "勘验员甲",
        card_number: Some("33078400001"),
        role: "inspector",
        roles: &[Role::Inspector],
    },
    DemoUser {
        login: "inspector-2",
        name: "勘验员乙",
        card_number: Some("33078400002"),
        role: "inspector",
        roles: &[Role::Inspector],
    },
    DemoUser {
        login: "reviewer",
        name: "审核员丙",
        card_number: None,
        role: "reviewer",
        roles: &[Role::Reviewer],
    },
    DemoUser {
        login: "approver",
        name: "审批人丁",
        card_number: None,
        role: "approver",
        roles: &[Role::Approver],
    },
];

/// The settings of a demonstration in `data`.
#[must_use]
pub fn config(data: &Path, listen: &str) -> Config {
    Config {
        data: data.to_path_buf(),
        listen: listen
            .parse()
            .expect("written in this program as an address"),
        business_date: Some(date(2018, 3, 12)),
        // Every tablet and officer of a demonstration comes from one address.
        limits: Limits {
            door_per_minute: 1_000_000,
            account_per_minute: 1_000_000,
            ..Limits::default()
        },
        ..Config::default()
    }
}

/// Makes the data directory when it is new. `true` when it was.
///
/// # Errors
/// The directory cannot be used.
pub async fn seed(config: &Config) -> Result<bool, Failure> {
    let administrator = Administrator {
        password: Some(PASSWORD.to_owned()),
        ..Administrator::default()
    };
    let made = setup::init(config, &Clock::system(), administrator).await?;
    if made == Setup::AlreadyDone {
        return Ok(false);
    }
    let bound = config.listen;
    let app = App::open(config.clone(), Clock::system(), bound).await?;
    for user in &USERS[1..] {
        create(&app, user).await?;
    }
    app.store.close().await;
    Ok(true)
}

async fn create(app: &App, user: &DemoUser) -> Result<(), AppError> {
    let new = NewUser {
        login: user.login.to_owned(),
        name: user.name.to_owned(),
        card_number: user.card_number.map(str::to_owned),
        password: PASSWORD.to_owned(),
        roles: user.roles.iter().copied().collect::<BTreeSet<_>>(),
    };
    users::create(app, None, new).await.map(|_| ())
}
