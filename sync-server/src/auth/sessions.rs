//! Logging in and out. A session is a random cookie, known to the database by its hash; it is new
//! with every login, ends when unused and in any case after some hours. Wrong passwords lock a
//! login for longer and longer, whether it exists or not.

use super::extract::Officer;
use super::{password, token};
use crate::app::App;
use crate::error::AppError;
use crate::store::sessions::{self, Attempts, Session};
use crate::store::users::{self, User};

/// Wrong passwords that cost nothing.
const FREE_ATTEMPTS: u32 = 5;
/// The first lock; every further wrong password doubles it.
const FIRST_LOCK_MS: i64 = 30_000;
/// The longest lock.
const LONGEST_LOCK_MS: i64 = 15 * 60 * 1000;
/// Wrong passwords are forgotten after a day.
const FORGET_MS: i64 = 24 * 60 * 60 * 1000;
/// A session's last use is written no more often, so that reading pages does not write.
const TOUCH_MS: i64 = 60_000;
/// The most characters of a login.
pub const LOGIN_CHARS: usize = 64;

/// A session that was just begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedIn {
    /// The cookie's value; nobody can read it again.
    pub token: String,
    /// Who.
    pub officer: Officer,
}

/// Begins a session. `old` is the cookie the browser came with: that session ends, so that a
/// cookie somebody planted is worth nothing.
///
/// # Errors
/// [`AppError::WrongLogin`], or [`AppError::LockedOut`] after too many of them.
pub async fn log_in(
    app: &App,
    login: &str,
    password: String,
    old: Option<&str>,
) -> Result<LoggedIn, AppError> {
    let user = check_password(app, login, password).await?;
    let fresh = token::fresh(&mut rand::rng());
    let session = Session {
        token_hash: token::hash(&fresh).ok_or(AppError::LoginRequired)?,
        user_id: user.id.clone(),
        csrf: token::fresh(&mut rand::rng()),
        created_at: app.clock.now_ms(),
        seen_at: app.clock.now_ms(),
    };
    let officer = Officer::new(&user, session.csrf.clone());
    let old = old.and_then(token::hash);
    let (begun, seen) = oldest(app);
    app.store
        .write(move |tx| {
            if let Some(old) = old {
                sessions::delete(tx, &old)?;
            }
            sessions::purge(tx, begun, seen)?;
            sessions::insert(tx, &session)
        })
        .await?;
    Ok(LoggedIn {
        token: fresh,
        officer,
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
    let Some((session, user)) = found.filter(|(session, user)| {
        user.active && session.created_at >= begun && session.seen_at >= seen
    }) else {
        return Ok(None);
    };
    let now = app.clock.now_ms();
    if now - session.seen_at >= TOUCH_MS {
        app.store
            .write(move |tx| sessions::touch(tx, &hash, now))
            .await?;
    }
    Ok(Some(Officer::new(&user, session.csrf)))
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

/// The active officer with this login and password; counts the wrong ones.
///
/// # Errors
/// [`AppError::WrongLogin`], [`AppError::LockedOut`].
pub(super) async fn check_password(
    app: &App,
    login: &str,
    password: String,
) -> Result<User, AppError> {
    let login = login.trim().to_owned();
    if login.is_empty() || login.chars().count() > LOGIN_CHARS {
        return Err(AppError::WrongLogin);
    }
    let asked = login.clone();
    let now = app.clock.now_ms();
    // Counted before the password is looked at, in one transaction: guesses sent side by side
    // cannot slip past the lock together. A right password clears the count.
    let user = app
        .store
        .transact(move |tx| {
            let attempts = sessions::attempts(tx, &asked)?;
            if attempts.locked_until > now {
                return Err(locked(attempts, now));
            }
            let failures = attempts.failures.saturating_add(1);
            let attempts = Attempts {
                failures,
                locked_until: now + lock_ms(failures),
            };
            sessions::set_attempts(tx, &asked, attempts, now, now - FORGET_MS)?;
            Ok(users::by_login(tx, &asked)?.filter(|user| user.active))
        })
        .await?;
    let known = user.as_ref().map(|user| user.password_hash.clone());
    let fits = password::verify(password, known).await?;
    let Some(user) = user.filter(|_| fits) else {
        return Err(AppError::WrongLogin);
    };
    app.store
        .write(move |tx| sessions::clear_attempts(tx, &login))
        .await?;
    Ok(user)
}

fn locked(attempts: Attempts, now: i64) -> AppError {
    let left = (attempts.locked_until - now).max(0);
    AppError::LockedOut {
        seconds: u32::try_from(left / 1000 + 1).unwrap_or(u32::MAX),
    }
}

/// How long nothing is tried after so many wrong passwords in a row.
fn lock_ms(failures: u32) -> i64 {
    if failures < FREE_ATTEMPTS {
        return 0;
    }
    // 2^20 half-minutes are a year: far beyond the longest lock, far from overflowing.
    let doublings = (failures - FREE_ATTEMPTS).min(20);
    (FIRST_LOCK_MS << doublings).min(LONGEST_LOCK_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing;
    use crate::auth::Role;

    const MINUTE: i64 = 60_000;

    #[test]
    fn locks_grow_to_a_quarter_of_an_hour() {
        let locks: Vec<_> = [1, 4, 5, 6, 7, 10, u32::MAX].map(lock_ms).into();
        assert_eq!(locks, [0, 0, 30_000, 60_000, 120_000, 900_000, 900_000]);
    }

    #[tokio::test]
    async fn a_session_ends_when_unused_and_after_its_hours() {
        let (_dir, app) = testing::app().await;
        testing::user(&app, "jia", &[Role::Clerk]).await;
        let session = log_in(&app, "jia", testing::PASSWORD.to_owned(), None)
            .await
            .unwrap();
        for _ in 0..3 {
            app.clock.advance(29 * MINUTE);
            assert!(resume(&app, &session.token).await.unwrap().is_some());
        }
        app.clock.advance(31 * MINUTE);
        assert!(resume(&app, &session.token).await.unwrap().is_none());

        let session = log_in(&app, "jia", testing::PASSWORD.to_owned(), None)
            .await
            .unwrap();
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
                log_in(&app, " jia ", testing::PASSWORD.to_owned(), old.as_deref())
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
                log_in(&app, login, password.to_owned(), None)
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
