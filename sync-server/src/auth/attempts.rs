//! Wrong passwords and codes lock a login for longer and longer, whether it exists or not, and an
//! address that is wrong too often over all logins. Counted in the store, so that neither a restart
//! nor a second server forgets. Somebody else's wrong guesses can lock an officer out for a
//! quarter of an hour; an administrator's new password ends that.

use rusqlite::Transaction;

use crate::door::Peer;
use crate::error::AppError;
use crate::store::sessions::{Attempts, Counted, attempts, clear_attempts, set_attempts};

/// Wrong passwords of one login that cost nothing.
const FREE_OF_LOGIN: u32 = 5;
/// Wrong passwords from one address that cost nothing: an office comes from one address, and
/// some of its officers mistype every morning.
const FREE_OF_ADDRESS: u32 = 100;
/// The first lock; every further wrong password doubles it.
const FIRST_LOCK_MS: i64 = 30_000;
/// The longest lock.
const LONGEST_LOCK_MS: i64 = 15 * 60 * 1000;
/// A login's wrong passwords are forgotten after a day without another.
const FORGET_LOGIN_MS: i64 = 24 * 60 * 60 * 1000;
/// An address's after an hour.
const FORGET_ADDRESS_MS: i64 = 60 * 60 * 1000;

/// Counts an attempt before anything is looked at, in the caller's transaction: guesses sent side
/// by side cannot slip past the lock together.
///
/// # Errors
/// [`AppError::LockedOut`]; then nothing is to be looked at.
pub(super) fn count(
    transaction: &Transaction<'_>,
    login: &str,
    peer: Peer,
    now: i64,
) -> Result<(), AppError> {
    let address = peer.key().to_string();
    for (counted, who, free, forget) in [
        (Counted::Login, login, FREE_OF_LOGIN, FORGET_LOGIN_MS),
        (
            Counted::Address,
            &address,
            FREE_OF_ADDRESS,
            FORGET_ADDRESS_MS,
        ),
    ] {
        let mut known = attempts(transaction, counted, who)?;
        if known.last_at < now - forget {
            known = Attempts::default();
        }
        if known.locked_until > now {
            return Err(locked(known, now));
        }
        let failures = known.failures.saturating_add(1);
        let counted_now = Attempts {
            failures,
            locked_until: now + lock_ms(failures, free),
            last_at: now,
        };
        set_attempts(transaction, counted, who, counted_now, now - forget)?;
    }
    Ok(())
}

/// The attempt was right after all: the login's count begins anew, the address's takes this one
/// back. It does not begin anew, or whoever has one password could go on guessing others.
///
/// # Errors
/// The database cannot be written.
pub(super) fn succeeded(
    transaction: &Transaction<'_>,
    login: &str,
    peer: Peer,
    now: i64,
) -> Result<(), AppError> {
    clear_attempts(transaction, Counted::Login, login)?;
    take_back(transaction, Counted::Address, &peer.key().to_string(), now)
}

/// The password was right and a code is still to come: this attempt is taken back. The count does
/// not begin anew, or whoever has the password could go on guessing codes.
///
/// # Errors
/// The database cannot be written.
pub(super) fn half_way(
    transaction: &Transaction<'_>,
    login: &str,
    peer: Peer,
    now: i64,
) -> Result<(), AppError> {
    take_back(transaction, Counted::Login, login, now)?;
    take_back(transaction, Counted::Address, &peer.key().to_string(), now)
}

/// When the attempt was counted no lock held, so none holds afterwards.
fn take_back(
    transaction: &Transaction<'_>,
    counted: Counted,
    who: &str,
    now: i64,
) -> Result<(), AppError> {
    let known = attempts(transaction, counted, who)?;
    let fewer = Attempts {
        failures: known.failures.saturating_sub(1),
        locked_until: 0,
        ..known
    };
    set_attempts(transaction, counted, who, fewer, now - FORGET_LOGIN_MS)?;
    Ok(())
}

fn locked(attempts: Attempts, now: i64) -> AppError {
    let left = (attempts.locked_until - now).max(0);
    AppError::LockedOut {
        seconds: u32::try_from(left / 1000 + 1).unwrap_or(u32::MAX),
    }
}

/// How long nothing is tried after so many wrong passwords in a row.
fn lock_ms(failures: u32, free: u32) -> i64 {
    if failures < free {
        return 0;
    }
    // 2^20 half-minutes are a year: far beyond the longest lock, far from overflowing.
    let doublings = (failures - free).min(20);
    (FIRST_LOCK_MS << doublings).min(LONGEST_LOCK_MS)
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;
    use crate::app::testing;

    #[test]
    fn locks_grow_to_a_quarter_of_an_hour() {
        let locks: Vec<_> = [1, 4, 5, 6, 7, 10, u32::MAX]
            .map(|failures| lock_ms(failures, FREE_OF_LOGIN))
            .into();
        assert_eq!(locks, [0, 0, 30_000, 60_000, 120_000, 900_000, 900_000]);
    }

    #[tokio::test]
    async fn an_address_that_guesses_at_many_logins_is_locked() {
        let (_dir, app) = testing::app().await;
        let peer = |last| Peer(IpAddr::from([192, 0, 2, last]));
        let attempt = |n: u32, from: Peer| {
            let (app, login) = (app.clone(), format!("user-{n}"));
            async move {
                let now = app.clock.now_ms();
                let counted = app.store.transact(move |tx| count(tx, &login, from, now));
                counted.await
            }
        };
        for n in 0..FREE_OF_ADDRESS {
            attempt(n, peer(1)).await.unwrap();
        }
        let refused = attempt(1000, peer(1)).await;
        assert!(matches!(
            refused,
            Err(AppError::LockedOut { seconds: 1..=31 })
        ));
        attempt(1001, peer(2)).await.unwrap();
        app.clock.advance(31_000);
        attempt(1002, peer(1)).await.unwrap();
        let longer = attempt(1003, peer(1)).await;
        assert!(matches!(
            longer,
            Err(AppError::LockedOut { seconds: 32..=61 })
        ));
        app.clock.advance(FORGET_ADDRESS_MS + 61_000);
        attempt(1004, peer(1)).await.unwrap();
        attempt(1005, peer(1)).await.unwrap();
    }

    #[tokio::test]
    async fn a_right_password_takes_back_its_own_attempt_only() {
        let (_dir, app) = testing::app().await;
        let peer = Peer::default();
        let now = app.clock.now_ms();
        let left = app
            .store
            .transact(move |tx| {
                for _ in 0..3 {
                    count(tx, "jia", peer, now)?;
                }
                succeeded(tx, "jia", peer, now)?;
                let of = |counted, who: &str| attempts(tx, counted, who);
                let address = of(Counted::Address, &peer.key().to_string())?;
                Ok::<_, AppError>((of(Counted::Login, "jia")?.failures, address.failures))
            })
            .await;
        assert_eq!(left, Ok((0, 2)));
    }
}
