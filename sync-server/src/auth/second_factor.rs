//! The second factor of those whose word has consequences: approvers and administrators prove with
//! a code of their authenticator (TOTP, RFC 6238) that they have more than a password. A code works
//! once. A session that has only seen the password lets nobody in; with the code it is replaced by
//! a new one. A lost authenticator is taken away by another administrator, which the history keeps.

use std::collections::BTreeSet;

use rand::Rng;
use rusqlite::Transaction;
use serde_json::json;
use totp_rs::{Builder, Secret, Totp};

use super::extract::Officer;
use super::sessions::{LoggedIn, PENDING_MS, Pending};
use super::{Permission, Role, attempts, token, users};
use crate::app::App;
use crate::door::Peer;
use crate::error::AppError;
use crate::store::second_factors::{self, SecondFactor};
use crate::store::sessions::{self, Session, Stage};
use crate::store::users::User;
use crate::store::{StoreError, history};

/// Who needs one.
const REQUIRED_OF: [Role; 2] = [Role::Approver, Role::Administrator];
/// RFC 4226 recommends 160 bits.
const SECRET_BYTES: usize = 20;
const STEP_SECONDS: u64 = 30;
const ISSUER: &str = "Kanyan";

/// Whether somebody with these roles needs a second factor.
#[must_use]
pub fn is_required(roles: &BTreeSet<Role>) -> bool {
    REQUIRED_OF.iter().any(|role| roles.contains(role))
}

/// What the page shows to somebody who sets up an authenticator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The secret in base32, to be typed where no camera is at hand.
    pub secret: String,
    /// `otpauth://…`, for the QR code.
    pub url: String,
}

/// The code that a training installation shows, so that nobody needs an authenticator for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrainingCode {
    /// It works now, once.
    Code(String),
    /// All codes of this minute were used.
    Wait {
        /// Seconds until the next.
        seconds: u64,
    },
}

pub(super) fn fresh_secret() -> [u8; SECRET_BYTES] {
    let mut secret = [0; SECRET_BYTES];
    rand::rng().fill_bytes(&mut secret);
    secret
}

/// The authenticator that awaits its first code.
///
/// # Errors
/// It is not awaited, or was set up in the meantime.
pub async fn proposal(app: &App, pending: &Pending) -> Result<Proposal, AppError> {
    let factor = read(app, pending).await?;
    if factor.confirmed_at.is_some() {
        return Err(AppError::LoginRequired);
    }
    let totp = totp(&factor.secret, &pending.officer.login)?;
    Ok(Proposal {
        secret: totp.secret().to_base32(),
        url: totp.to_url().map_err(broken)?,
    })
}

/// The next code that would be accepted; none outside a training installation.
///
/// # Errors
/// The database cannot be read.
pub async fn training_code(app: &App, pending: &Pending) -> Result<Option<TrainingCode>, AppError> {
    if !app.clock.is_training() {
        return Ok(None);
    }
    let factor = read(app, pending).await?;
    let totp = totp(&factor.secret, &pending.officer.login)?;
    let now = seconds(app.clock.now_ms());
    let step = now / STEP_SECONDS;
    let next = (step - 1).max(factor.last_step + 1);
    Ok(Some(if next <= step + 1 {
        TrainingCode::Code(totp.generate(next * STEP_SECONDS).to_string())
    } else {
        TrainingCode::Wait {
            seconds: (next - 1) * STEP_SECONDS - now,
        }
    }))
}

async fn read(app: &App, pending: &Pending) -> Result<SecondFactor, AppError> {
    let id = pending.officer.id.clone();
    app.store
        .read(move |c| second_factors::of_user(c, &id))
        .await?
        .ok_or(AppError::LoginRequired)
}

/// Takes the code that a session awaits, and replaces the session by a new one that lets in.
///
/// # Errors
/// [`AppError::WrongCode`] also for a code that was used before, [`AppError::LockedOut`] after too
/// many of them, [`AppError::Csrf`], [`AppError::LoginRequired`] when the password is too long ago.
pub async fn prove(
    app: &App,
    peer: Peer,
    cookie: &str,
    csrf: &str,
    code: &str,
) -> Result<LoggedIn, AppError> {
    let hash = token::hash(cookie).ok_or(AppError::LoginRequired)?;
    let now = app.clock.now_ms();
    let fresh = token::fresh(&mut rand::rng());
    let session = Session {
        token_hash: token::hash(&fresh).ok_or(AppError::LoginRequired)?,
        user_id: String::new(),
        csrf: token::fresh(&mut rand::rng()),
        created_at: now,
        seen_at: now,
        stage: Stage::Proven,
    };
    let begun = session.csrf.clone();
    let (csrf, code) = (csrf.to_owned(), code.trim().to_owned());
    let event = users::event(app, None, "set-up-second-factor", json!({}));
    // A wrong code must stay counted, so the refusal is a value here and the transaction is kept.
    let proven = app
        .store
        .transact(move |tx| {
            let pending = sessions::get(tx, &hash)?
                .filter(|one| matches!(one.stage, Stage::Code | Stage::Enrol))
                .filter(|one| one.created_at > now - PENDING_MS);
            let Some(pending) = pending else {
                return Ok::<_, AppError>(Err(AppError::LoginRequired));
            };
            if !token::equal(&csrf, &pending.csrf) {
                return Ok(Err(AppError::Csrf));
            }
            let user = crate::store::users::by_id(tx, &pending.user_id)?;
            let Some(user) = user.filter(|user| user.active) else {
                return Ok(Err(AppError::LoginRequired));
            };
            attempts::count(tx, &user.login, peer, now)?;
            let Some(first) = use_code(tx, &user, &code, now)? else {
                return Ok(Err(AppError::WrongCode));
            };
            if first {
                let event = history::Event {
                    user_id: Some(user.id.clone()),
                    ..event
                };
                history::append(tx, &event)?;
            }
            attempts::succeeded(tx, &user.login, peer, now)?;
            sessions::delete(tx, &hash)?;
            let session = Session {
                user_id: user.id.clone(),
                ..session
            };
            sessions::insert(tx, &session)?;
            Ok(Ok(user))
        })
        .await?;
    let user = proven?;
    Ok(LoggedIn {
        token: fresh,
        officer: Officer::new(&user, begun),
        stage: Stage::Proven,
    })
}

/// Uses up the code. Whether it was the authenticator's first; none for a code that is wrong or was
/// used.
fn use_code(
    tx: &Transaction<'_>,
    user: &User,
    code: &str,
    now: i64,
) -> Result<Option<bool>, AppError> {
    let Some(factor) = second_factors::of_user(tx, &user.id)? else {
        return Ok(None);
    };
    let step = totp(&factor.secret, &user.login)?
        .check(code, seconds(now))
        .filter(|step| *step > factor.last_step);
    let Some(step) = step else {
        return Ok(None);
    };
    second_factors::use_step(tx, &user.id, step, now)?;
    Ok(Some(factor.confirmed_at.is_none()))
}

/// Takes away a lost authenticator and ends the officer's sessions; the next login sets up
/// another. `by` is absent where the command line does it.
///
/// # Errors
/// Not an administrator, the own one, or there is no such officer.
pub async fn reset(app: &App, by: Option<&Officer>, user_id: &str) -> Result<(), AppError> {
    if let Some(by) = by {
        by.require(Permission::ManageUsers)?;
        if by.id == user_id {
            return Err(AppError::Invalid {
                zh: "不能重置自己的验证器：请另一名管理员办理".to_owned(),
                en: "nobody resets the own authenticator: ask another administrator".to_owned(),
            });
        }
    }
    let id = user_id.to_owned();
    let detail = json!({ "user": user_id });
    let event = users::event(app, by, "reset-second-factor", detail);
    app.store
        .transact(move |tx| {
            let user = crate::store::users::by_id(tx, &id)?;
            let user = user.ok_or(AppError::NotFound { what: "用户" })?;
            second_factors::delete(tx, &user.id)?;
            sessions::delete_of_user(tx, &user.id)?;
            sessions::clear_attempts(tx, sessions::Counted::Login, &user.login)?;
            history::append(tx, &event)?;
            Ok(())
        })
        .await
}

fn totp(secret: &[u8], login: &str) -> Result<Totp, AppError> {
    Builder::new()
        .with_secret(Secret::new(secret.into()))
        .with_account_name(login)
        .with_issuer(Some(ISSUER))
        .build()
        .map_err(broken)
}

fn broken(error: impl std::fmt::Display) -> AppError {
    StoreError::unreadable("second_factors.secret", error).into()
}

fn seconds(now_ms: i64) -> u64 {
    u64::try_from(now_ms / 1000).unwrap_or(0)
}

#[cfg(test)]
#[path = "second_factor_tests.rs"]
mod tests;
