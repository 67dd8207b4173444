//! How fast one address or one account may come. The counts live in this process: they protect it,
//! and a second server protects itself. What must hold over all servers and restarts, the lock after
//! wrong passwords, is in the store.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::Peer;
use crate::config::Limits;
use crate::error::AppError;

/// Addresses or accounts remembered before those that have calmed down are forgotten.
const REMEMBERED: usize = 10_000;

/// The two counts.
#[derive(Debug)]
pub struct Pace {
    strangers: DefaultKeyedRateLimiter<IpAddr>,
    accounts: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
}

impl Pace {
    /// Counts by the limits that are configured.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            strangers: RateLimiter::keyed(per_minute(limits.door_per_minute)),
            accounts: RateLimiter::keyed(per_minute(limits.account_per_minute)),
            clock: DefaultClock::default(),
        }
    }

    /// One attempt from outside: a login, an enrolment, a tablet that proves itself.
    ///
    /// # Errors
    /// [`AppError::TooMany`], with the time to wait.
    pub fn stranger(&self, peer: Peer) -> Result<(), AppError> {
        check(&self.strangers, &peer.key(), &self.clock)
    }

    /// One request of an officer or a tablet; `account` tells them apart.
    ///
    /// # Errors
    /// [`AppError::TooMany`], with the time to wait.
    pub fn account(&self, account: &str) -> Result<(), AppError> {
        check(&self.accounts, &account.to_owned(), &self.clock)
    }
}

/// A whole minute's worth may come at once.
fn per_minute(most: u32) -> Quota {
    Quota::per_minute(NonZeroU32::new(most).unwrap_or(NonZeroU32::MIN))
}

fn check<K: Hash + Eq + Clone>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
    clock: &DefaultClock,
) -> Result<(), AppError> {
    if limiter.len() > REMEMBERED {
        limiter.retain_recent();
    }
    limiter.check_key(key).map_err(|until| {
        let wait: Duration = until.wait_time_from(clock.now());
        AppError::TooMany {
            seconds: u32::try_from(wait.as_secs() + 1).unwrap_or(u32::MAX),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_or_account_does_not_slow_another() {
        let pace = Pace::new(&Limits {
            door_per_minute: 3,
            account_per_minute: 2,
            ..Limits::default()
        });
        let peer = |last| Peer(IpAddr::from([192, 0, 2, last]));
        for _ in 0..3 {
            pace.stranger(peer(1)).unwrap();
        }
        let refused = pace.stranger(peer(1));
        assert!(matches!(
            refused,
            Err(AppError::TooMany { seconds: 1..=21 })
        ));
        pace.stranger(peer(2)).unwrap();
        pace.account("a").unwrap();
        pace.account("a").unwrap();
        assert!(pace.account("a").is_err());
        pace.account("b").unwrap();
    }
}
