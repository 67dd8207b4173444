//! A short code that unlocks an officer on this tablet alone, and the growing delay after wrong
//! secrets. The code is never the key: it opens the officer's key only together with the key of
//! the evidence files, which lies in the encrypted store.

use rand::Rng;

use super::store::officers;
use super::vault::{key_from_password, open, seal};
use super::{Tablet, TabletError};
use crate::digest::Sha256;
use crate::identity::SigningKey;

const SALT_BYTES: usize = 16;
const DIGITS: std::ops::RangeInclusive<usize> = 4..=12;
/// A code guessed so often is taken away; the password still unlocks.
const PIN_DROPPED_AFTER: u32 = 8;

/// How long to wait after so many wrong secrets in a row, milliseconds.
const fn delay_ms(wrong: u32) -> i64 {
    match wrong {
        0..=2 => 0,
        3 => 5_000,
        4 => 15_000,
        5 => 60_000,
        6 => 300_000,
        _ => 900_000,
    }
}

impl Tablet {
    /// Gives an unlocked officer a code of 4 to 12 digits, or another one.
    pub fn set_pin(&mut self, officer: &str, pin: &str) -> Result<(), TabletError> {
        if !DIGITS.contains(&pin.len()) || !pin.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TabletError::BadPin);
        }
        let key = self.officer_key(officer)?;
        let mut salt = [0; SALT_BYTES];
        self.rng.fill_bytes(&mut salt);
        let sealing = self.pin_key(pin, &salt)?;
        let sealed_key = seal(
            &mut self.rng,
            &sealing,
            officer.as_bytes(),
            key.secret().as_ref(),
        )?;
        let row = officers::Pin {
            salt: salt.to_vec(),
            sealed_key,
        };
        self.store
            .write(|transaction| officers::put_pin(transaction, officer, &row))
    }

    /// Unlocks an officer's key with the code, offline. Returns the user id.
    pub fn unlock_with_pin(&mut self, who: &str, pin: &str) -> Result<String, TabletError> {
        let officer = officers::get(self.store.reader(), who)?
            .ok_or_else(|| TabletError::UnknownOfficer(who.to_owned()))?
            .id;
        let row =
            officers::pin(self.store.reader(), &officer)?.ok_or(TabletError::WrongPassword)?;
        self.count_attempt(&officer)?;
        let sealing = self.pin_key(pin, &row.salt)?;
        let opened = open(
            &sealing,
            officer.as_bytes(),
            &row.sealed_key,
            "the officer's key",
        );
        let Ok(secret) = opened else {
            let (wrong, _) = officers::attempts(self.store.reader(), &officer)?;
            if wrong >= PIN_DROPPED_AFTER {
                self.store
                    .write(|transaction| officers::drop_pin(transaction, &officer))?;
            }
            return Err(TabletError::WrongPassword);
        };
        let secret: [u8; 32] = secret
            .try_into()
            .map_err(|_| TabletError::Sealed("the officer's key"))?;
        self.forget_attempts(&officer)?;
        self.unlocked
            .insert(officer.clone(), SigningKey::from_secret(&secret));
        self.make_again()?;
        Ok(officer)
    }

    /// Whether an officer has a code on this tablet.
    pub fn has_pin(&self, officer: &str) -> Result<bool, TabletError> {
        Ok(officers::pin(self.store.reader(), officer)?.is_some())
    }

    /// Counts a try before it is made; refuses it while the delay after the last ones runs.
    pub(super) fn count_attempt(&mut self, officer: &str) -> Result<(), TabletError> {
        let (wrong, at) = officers::attempts(self.store.reader(), officer)?;
        let (now, delay) = (self.clock.wall_ms(), delay_ms(wrong));
        if now < at {
            // Somebody set the clock back: the delay begins anew from here.
            self.store
                .write(|transaction| officers::set_attempts(transaction, officer, wrong, now))?;
        }
        let left = delay - now.saturating_sub(at).max(0);
        if left > 0 {
            return Err(TabletError::TooSoon {
                seconds: u64::try_from(left).unwrap_or(0).div_ceil(1_000),
            });
        }
        self.store.write(|transaction| {
            officers::set_attempts(transaction, officer, wrong.saturating_add(1), now)
        })
    }

    pub(super) fn forget_attempts(&mut self, officer: &str) -> Result<(), TabletError> {
        self.store
            .write(|transaction| officers::set_attempts(transaction, officer, 0, 0))
    }

    /// The code alone opens nothing: the store's own file key is half of it.
    fn pin_key(&self, pin: &str, salt: &[u8]) -> Result<zeroize::Zeroizing<[u8; 32]>, TabletError> {
        let stretched = key_from_password(pin, salt)?;
        let file_key = self.store.file_key()?;
        let key = Sha256::of_parts([
            &b"kanyan.pin.1\0"[..],
            file_key.as_ref(),
            stretched.as_ref(),
        ]);
        Ok(zeroize::Zeroizing::new(*key.as_bytes()))
    }
}
