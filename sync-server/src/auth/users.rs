//! Officers: creating them, giving roles, new passwords. Every change is a row of the history.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use rand::Rng;
use serde_json::json;

use super::extract::Officer;
use super::sessions::LOGIN_CHARS;
use super::{Permission, Role, password, token};
use crate::app::App;
use crate::error::AppError;
use crate::store::history::{self, Event};
use crate::store::users::{self, User};
use crate::store::{StoreError, sessions};

const NAME_CHARS: usize = 40;

/// An officer to be.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// What is typed to log in.
    pub login: String,
    /// What people read.
    pub name: String,
    /// 执法证号, which inspectors have.
    pub card_number: Option<String>,
    /// At least ten characters.
    pub password: String,
    /// What the officer is appointed for.
    pub roles: BTreeSet<Role>,
}

/// A password nobody guesses, easy to type once.
#[must_use]
pub fn generate_password() -> String {
    token::fresh_code(&mut rand::rng())
}

/// Creates an officer; `by` is absent where a command line or a demonstration does it.
///
/// # Errors
/// Not an administrator, the login is taken, a field is no good.
pub async fn create(app: &App, by: Option<&Officer>, new: NewUser) -> Result<Officer, AppError> {
    if let Some(by) = by {
        by.require(Permission::ManageUsers)?;
    }
    let user = prepare(new, app.clock.now_ms()).await?;
    let officer = Officer::new(&user, String::new());
    let roles: Vec<_> = user.roles.iter().map(|role| role.word()).collect();
    let detail = json!({ "user": user.id, "login": user.login, "roles": roles });
    let event = event(app, by, "create-user", detail);
    app.store
        .transact(move |tx| {
            users::insert(tx, &user).map_err(|error| taken(error, &user.login))?;
            history::append(tx, &event)?;
            Ok::<_, AppError>(())
        })
        .await?;
    Ok(officer)
}

/// Sets a new password and ends the officer's sessions.
///
/// # Errors
/// Neither the officer nor an administrator, or the password is too short.
pub async fn set_password(
    app: &App,
    by: &Officer,
    user_id: &str,
    new: String,
) -> Result<(), AppError> {
    if by.id != user_id {
        by.require(Permission::ManageUsers)?;
    }
    password::check(&new)?;
    let hash = password::hash(new).await?;
    let id = user_id.to_owned();
    let event = event(app, Some(by), "set-password", json!({ "user": user_id }));
    app.store
        .transact(move |tx| {
            let user = users::by_id(tx, &id)?.ok_or(AppError::NotFound { what: "用户" })?;
            users::set_password(tx, &user.id, &hash)?;
            sessions::delete_of_user(tx, &user.id)?;
            sessions::clear_attempts(tx, sessions::Counted::Login, &user.login)?;
            history::append(tx, &event)?;
            Ok(())
        })
        .await
}

/// The active officer with this login, to act without a browser: demonstration, command line.
///
/// # Errors
/// There is none.
pub async fn officer(app: &App, login: &str) -> Result<Officer, AppError> {
    let login = login.to_owned();
    app.store
        .read(move |c| users::by_login(c, &login))
        .await?
        .filter(|user| user.active)
        .map(|user| Officer::new(&user, String::new()))
        .ok_or(AppError::NotFound { what: "用户" })
}

/// Checks the fields and hashes the password.
pub(crate) async fn prepare(new: NewUser, now: i64) -> Result<User, AppError> {
    let refuse = |zh: &str, en: &str| {
        Err(AppError::Invalid {
            zh: zh.to_owned(),
            en: en.to_owned(),
        })
    };
    let login_fits = (2..=LOGIN_CHARS).contains(&new.login.len())
        && new
            .login
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if !login_fits {
        return refuse(
            "用户名应为 2 至 64 个字母、数字、点、横线或下划线",
            "a login is 2 to 64 letters, digits, dots, hyphens or underscores",
        );
    }
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS || name.chars().any(char::is_control) {
        return refuse(
            "姓名不能为空，且不超过 40 字",
            "a name has 1 to 40 characters",
        );
    }
    if new.roles.is_empty() {
        return refuse("请至少选择一个角色", "give at least one role");
    }
    password::check(&new.password)?;
    let mut id = [0; 8];
    rand::rng().fill_bytes(&mut id);
    Ok(User {
        id: HEXLOWER.encode(&id),
        name: name.to_owned(),
        login: new.login,
        card_number: new.card_number.filter(|number| !number.is_empty()),
        password_hash: password::hash(new.password).await?,
        active: true,
        created_at: now,
        roles: new.roles,
    })
}

fn taken(error: StoreError, login: &str) -> AppError {
    if error.is_duplicate() {
        return AppError::Invalid {
            zh: format!("用户名“{login}”已被使用：请另选"),
            en: format!("the login `{login}` is taken: choose another"),
        };
    }
    error.into()
}

pub(super) fn event(
    app: &App,
    by: Option<&Officer>,
    action: &str,
    detail: serde_json::Value,
) -> Event {
    Event {
        case_id: None,
        at: app.clock.now_ms(),
        on_date: app.clock.today().to_string(),
        user_id: by.map(|officer| officer.id.clone()),
        action: action.to_owned(),
        detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing;
    use crate::auth::sessions as browser;
    use crate::door::Peer;

    #[tokio::test]
    async fn a_login_is_taken_once() {
        let (_dir, app) = testing::app().await;
        let first = testing::user(&app, "jia", &[Role::Clerk]).await;
        assert_eq!(officer(&app, "jia").await.unwrap(), first);
        let new = NewUser {
            login: "jia".to_owned(),
            name: "甲".to_owned(),
            card_number: None,
            password: testing::PASSWORD.to_owned(),
            roles: BTreeSet::from([Role::Clerk]),
        };
        let again = create(&app, None, new.clone()).await;
        assert!(matches!(again, Err(AppError::Invalid { .. })), "{again:?}");
        let other = NewUser {
            login: "yi".to_owned(),
            ..new
        };
        let refused = create(&app, Some(&first), other).await;
        assert_eq!(refused, Err(AppError::Forbidden(Permission::ManageUsers)));
    }

    #[tokio::test]
    async fn a_new_password_ends_the_sessions() {
        let (_dir, app) = testing::app().await;
        let jia = testing::user(&app, "jia", &[Role::Clerk]).await;
        let password = testing::PASSWORD.to_owned();
        let session = browser::log_in(&app, Peer::default(), "jia", password, None)
            .await
            .unwrap();
        set_password(&app, &jia, &jia.id, "another password".to_owned())
            .await
            .unwrap();
        assert_eq!(browser::resume(&app, &session.token).await, Ok(None));
        let yi = testing::user(&app, "yi", &[Role::Clerk]).await;
        let refused = set_password(&app, &yi, &jia.id, "another password".to_owned()).await;
        assert_eq!(refused, Err(AppError::Forbidden(Permission::ManageUsers)));
    }
}
