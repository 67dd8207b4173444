//! Officers' authenticators: the shared secret, whether it was proven, which code was used last.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::StoreError;

/// An authenticator.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// What the officer's authenticator and the server both know.
    pub secret: Vec<u8>,
    /// When a code proved it, Unix milliseconds; before, it counts for nothing.
    pub confirmed_at: Option<i64>,
    /// The newest time step whose code was used.
    pub last_step: u64,
}

impl std::fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecondFactor")
            .field("confirmed_at", &self.confirmed_at)
            .finish_non_exhaustive()
    }
}

/// The officer's authenticator, proven or not.
///
/// # Errors
/// The database cannot be read.
pub fn of_user(connection: &Connection, user_id: &str) -> Result<Option<SecondFactor>, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT secret, confirmed_at, last_step FROM second_factors WHERE user_id = ?1",
        )?
        .query_row([user_id], |row| {
            Ok(SecondFactor {
                secret: row.get(0)?,
                confirmed_at: row.get(1)?,
                last_step: row.get(2)?,
            })
        })
        .optional()?)
}

/// Keeps a new secret that is still to be proven; one that was proven stays.
///
/// # Errors
/// The officer does not exist.
pub fn propose(
    transaction: &Transaction<'_>,
    user_id: &str,
    secret: &[u8],
    now: i64,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO second_factors (user_id, secret, created_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret,
                 created_at = excluded.created_at, last_step = 0
             WHERE confirmed_at IS NULL",
        )?
        .execute(params![user_id, secret, now])?;
    Ok(())
}

/// Notes that the code of `step` was used, and that the authenticator is proven by it.
///
/// # Errors
/// The database cannot be written.
pub fn use_step(
    transaction: &Transaction<'_>,
    user_id: &str,
    step: u64,
    now: i64,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "UPDATE second_factors
             SET last_step = ?2, confirmed_at = coalesce(confirmed_at, ?3) WHERE user_id = ?1",
        )?
        .execute(params![user_id, step, now])?;
    Ok(())
}

/// Forgets the officer's authenticator; the next login sets up another. Whether there was one.
///
/// # Errors
/// The database cannot be written.
pub fn delete(transaction: &Transaction<'_>, user_id: &str) -> Result<bool, StoreError> {
    let gone = transaction
        .prepare_cached("DELETE FROM second_factors WHERE user_id = ?1")?
        .execute([user_id])?;
    Ok(gone > 0)
}
