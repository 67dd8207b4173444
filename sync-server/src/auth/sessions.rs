//! Logging in and out. A session is a random cookie, known to the database by its hash; it is new
//! with every login and every step of it, ends when unused and in any case after some hours. Who
//! needs a second factor is not in before [`super::second_factor`] has seen it.

use super::extract::Officer;
use super::{attempts, password, second_factor, token};
use crate::app::App;
use crate::door::Peer;
use crate::error::AppError;
use crate::store::second_factors;
use crate::store::sessions::{self, Session, Stage};
use crate::store::users::{self, User};

/// A session's last use is written no more often, so that reading pages does not write.
const TOUCH_MS: i64 = 60_000;
/// After the password the code must follow within ten minutes.
pub(super) const PENDING_MS: i64 = 10 * 60 * 1000;
/// The most characters of a login.
pub const LOGIN_CHARS: usize = 64;

/// A session that was just begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedIn {
    /// The cookie's value; nobody can read it again.
    pub token: String,
    /// Who.
    pub officer: Officer,
    /// What is still to be done before it lets in.
    pub stage: Stage,
}

/// A session that has seen the password and awaits a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Who; the token is that of the form with the code.
    pub officer: Officer,
    /// Whether an authenticator must be set up first.
    pub enrols: bool,
}

/// Begins a session. `old` is the cookie the browser came with: that session ends, so that a
/// cookie somebody planted is worth nothing.
///
/// # Errors
/// [`AppError::WrongLogin`], or [`AppError::LockedOut`] after too many of them.
pub async fn log_in(
    app: &App,
    peer: Peer,
    login: &str,
    password: String,
    old: Option<&str>,
) -> Result<LoggedIn, AppError> {
    let user = check_password(app, peer, login, password).await?;
    let now = app.clock.now_ms();
    let fresh = token::fresh(&mut rand::rng());
    let token_hash = token::hash(&fresh).ok_or(AppError::LoginRequired)?;
    let csrf = token::fresh(&mut rand::rng());
    let officer = Officer::new(&user, csrf.clone());
    let old = old.and_then(token::hash);
    let (begun, seen) = oldest(app);
    let secret = second_factor::fresh_secret();
    let stage = app
        .store
        .transact(move |tx| {
            let known = second_factors::of_user(tx, &user.id)?;
            let stage = if known.is_some_and(|factor| factor.confirmed_at.is_some()) {
                attempts::half_way(tx, &user.login, peer, now)?;
                Stage::Code
            } else if second_factor::is_required(&user.roles) {
                // Always a new secret: one that was shown to somebody else proves nothing.
                second_factors::propose(tx, &user.id, &secret, now)?;
                attempts::half_way(tx, &user.login, peer, now)?;
                Stage::Enrol
            } else {
                attempts::succeeded(tx, &user.login, peer, now)?;
                Stage::Open
            };
            if let Some(old) = old {
                sessions::delete(tx, &old)?;
            }
            sessions::purge(tx, begun, seen)?;
            let session = Session {
                token_hash,
                user_id: user.id,
                csrf,
                created_at: now,
                seen_at: now,
                stage,
            };
            sessions::insert(tx, &session)?;
            Ok::<_, AppError>(stage)
        })
        .await?;
    Ok(LoggedIn {
        token: fresh,
        officer,
        stage,
    })
}

/// Ends a session; one that does not exist is no error.
///
/// # Errors
/// The database cannot be written.
pub async fn log_out(app: &App, cookie: &str) -> Result<(), AppError> {
    let Some(hash) = token::hash(cookie) else {
        return Ok(());
    };
    Ok(app
        .store
        .write(move |tx| sessions::delete(tx, &hash))
        .await?)
}

/// The officer behind a cookie, or nobody.
///
/// # Errors
/// The database cannot be read.
pub async fn resume(app: &App, cookie: &str) -> Result<Option<Officer>, AppError> {
    let Some((session, user)) = find(app, cookie).await? else {
        return Ok(None);
    };
    // Somebody who became an approver in the meantime must bring the code first.
    let lets_in = match session.stage {
        Stage::Proven => true,
        Stage::Open => !second_factor::is_required(&user.roles),
        Stage::Code | Stage::Enrol => false,
    };
    if !lets_in {
        return Ok(None);
    }
    let now = app.clock.now_ms();
    if now - session.seen_at >= TOUCH_MS {
        let hash = session.token_hash;
        app.store
            .write(move |tx| sessions::touch(tx, &hash, now))
            .await?;
    }
    Ok(Some(Officer::new(&user, session.csrf)))
}

/// Who gave the password and still owes the code, or nobody.
///
/// # Errors
/// The database cannot be read.
pub async fn pending(app: &App, cookie: &str) -> Result<Option<Pending>, AppError> {
    let now = app.clock.now_ms();
    let found = find(app, cookie).await?;
    Ok(found
        .filter(|(session, _)| session.created_at > now - PENDING_MS)
        .and_then(|(session, user)| {
            let enrols = match session.stage {
                Stage::Code => false,
                Stage::Enrol => true,
                Stage::Open | Stage::Proven => return None,
            };
            Some(Pending {
                officer: Officer::new(&user, session.csrf),
                enrols,
            })
        }))
}

/// A session that has not ended, and its active officer.
async fn find(app: &App, cookie: &str) -> Result<Option<(Session, User)>, AppError> {
    let Some(hash) = token::hash(cookie) else {
        return Ok(None);
    };
    let found = app
        .store
        .read(move |c| {
            let Some(session) = sessions::get(c, &hash)? else {
                return Ok(None);
            };
            Ok(users::by_id(c, &session.user_id)?.map(|user| (session, user)))
        })
        .await?;
    let (begun, seen) = oldest(app);
    Ok(found.filter(|(session, user)| {
        user.active && session.created_at >= begun && session.seen_at >= seen
    }))
}

/// Before when a session must not have begun, and not been used last.
fn oldest(app: &App) -> (i64, i64) {
    let limits = &app.config.limits;
    let now = app.clock.now_ms();
    (
        now - i64::from(limits.session_hours) * 60 * 60 * 1000,
        now - i64::from(limits.session_idle_minutes) * 60 * 1000,
    )
}

/// The active officer with this login and password. The attempt stays counted until the caller
/// says that it [`attempts::succeeded`].
///
/// # Errors
/// [`AppError::WrongLogin`], [`AppError::LockedOut`].
pub(super) async fn check_password(
    app: &App,
    peer: Peer,
    login: &str,
    password: String,
) -> Result<User, AppError> {
    let login = login.trim().to_owned();
    if login.is_empty() || login.chars().count() > LOGIN_CHARS {
        return Err(AppError::WrongLogin);
    }
    let now = app.clock.now_ms();
    let user = app
        .store
        .transact(move |tx| {
            attempts::count(tx, &login, peer, now)?;
            Ok::<_, AppError>(users::by_login(tx, &login)?.filter(|user| user.active))
        })
        .await?;
    let known = user.as_ref().map(|user| user.password_hash.clone());
    let fits = password::verify(password, known).await?;
    user.filter(|_| fits).ok_or(AppError::WrongLogin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing;
    use crate::auth::Role;

    const MINUTE: i64 = 60_000;

    #[tokio::test]
    async fn a_session_ends_when_unused_and_after_its_hours() {
        let (_dir, app) = testing::app().await;
        testing::user(&app, "jia", &[Role::Clerk]).await;
        let session = testing::log_in(&app, "jia").await;
        for _ in 0..3 {
            app.clock.advance(29 * MINUTE);
            assert!(resume(&app, &session.token).await.unwrap().is_some());
        }
        app.clock.advance(31 * MINUTE);
        assert!(resume(&app, &session.token).await.unwrap().is_none());

        let session = testing::log_in(&app, "jia").await;
        for _ in 0..24 {
            app.clock.advance(29 * MINUTE);
            assert!(resume(&app, &session.token).await.unwrap().is_some());
        }
        app.clock.advance(25 * MINUTE);
        assert!(resume(&app, &session.token).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_login_ends_the_session_the_browser_came_with() {
        let (_dir, app) = testing::app().await;
        testing::user(&app, "jia", &[Role::Clerk]).await;
        let log_in = |old: Option<String>| {
            let app = app.clone();
            async move {
                let password = testing::PASSWORD.to_owned();
                log_in(&app, Peer::default(), " jia ", password, old.as_deref())
                    .await
                    .unwrap()
                    .token
            }
        };
        let first = log_in(None).await;
        let second = log_in(Some(first.clone())).await;
        assert_ne!(first, second);
        assert!(resume(&app, &first).await.unwrap().is_none());
        assert!(resume(&app, &second).await.unwrap().is_some());
        log_out(&app, &second).await.unwrap();
        assert!(resume(&app, &second).await.unwrap().is_none());
        assert!(resume(&app, "nonsense").await.unwrap().is_none());
    }

    #[tokio::test]
    async fn wrong_passwords_lock_a_login_and_the_right_one_clears_it() {
        let (_dir, app) = testing::app().await;
        testing::user(&app, "jia", &[Role::Clerk]).await;
        let try_with = |login: &'static str, password: &'static str| {
            let app = app.clone();
            async move {
                log_in(&app, Peer::default(), login, password.to_owned(), None)
                    .await
                    .map(|_| ())
            }
        };
        for login in ["jia", "nobody"] {
            for _ in 0..5 {
                let wrong = try_with(login, "wrong password").await;
                assert_eq!(wrong, Err(AppError::WrongLogin));
            }
            let locked = try_with(login, "wrong password").await;
            assert!(matches!(
                locked,
                Err(AppError::LockedOut { seconds: 1..=31 })
            ));
        }
        let locked = try_with("jia", testing::PASSWORD).await;
        assert!(
            matches!(locked, Err(AppError::LockedOut { .. })),
            "even the right one"
        );
        app.clock.advance(31_000);
        assert_eq!(try_with("jia", testing::PASSWORD).await, Ok(()));
        assert_eq!(
            try_with("jia", "wrong password").await,
            Err(AppError::WrongLogin)
        );
    }
}
