//! Sessions of browsers, and how often somebody guessed a password. Tokens are known by their
//! SHA-256 only.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::StoreError;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie's value.
    pub token_hash: [u8; 32],
    /// Whose.
    pub user_id: String,
    /// What a form must carry.
    pub csrf: String,
    /// Real time, Unix milliseconds.
    pub created_at: i64,
    /// Real time of the last request, coarse, Unix milliseconds.
    pub seen_at: i64,
}

/// Begins a session.
///
/// # Errors
/// The database cannot be written.
pub fn insert(transaction: &Transaction<'_>, session: &Session) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO sessions (token_hash, user_id, csrf, created_at, seen_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            session.token_hash,
            session.user_id,
            session.csrf,
            session.created_at,
            session.seen_at
        ])?;
    Ok(())
}

/// The session with this hash, whether it has ended or not.
///
/// # Errors
/// The database cannot be read.
pub fn get(connection: &Connection, token_hash: &[u8; 32]) -> Result<Option<Session>, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT token_hash, user_id, csrf, created_at, seen_at
             FROM sessions WHERE token_hash = ?1",
        )?
        .query_row([token_hash], |row| {
            Ok(Session {
                token_hash: row.get(0)?,
                user_id: row.get(1)?,
                csrf: row.get(2)?,
                created_at: row.get(3)?,
                seen_at: row.get(4)?,
            })
        })
        .optional()?)
}

/// Notes that it was used.
///
/// # Errors
/// The database cannot be written.
pub fn touch(
    transaction: &Transaction<'_>,
    token_hash: &[u8; 32],
    now: i64,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE sessions SET seen_at = ?2 WHERE token_hash = ?1")?
        .execute(params![token_hash, now])?;
    Ok(())
}

/// Ends it.
///
/// # Errors
/// The database cannot be written.
pub fn delete(transaction: &Transaction<'_>, token_hash: &[u8; 32]) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM sessions WHERE token_hash = ?1")?
        .execute([token_hash])?;
    Ok(())
}

/// Ends every session of one officer: password changed, officer gone.
///
/// # Errors
/// The database cannot be written.
pub fn delete_of_user(transaction: &Transaction<'_>, user_id: &str) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM sessions WHERE user_id = ?1")?
        .execute([user_id])?;
    Ok(())
}

/// Removes what ended: begun before `begun`, or unused since `seen`.
///
/// # Errors
/// The database cannot be written.
pub fn purge(transaction: &Transaction<'_>, begun: i64, seen: i64) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM sessions WHERE created_at < ?1 OR seen_at < ?2")?
        .execute([begun, seen])?;
    Ok(())
}

/// Wrong passwords in a row for one login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attempts {
    /// How many.
    pub failures: u32,
    /// Until when none is tried, Unix milliseconds.
    pub locked_until: i64,
}

/// How often this login was got wrong in a row.
///
/// # Errors
/// The database cannot be read.
pub fn attempts(connection: &Connection, login: &str) -> Result<Attempts, StoreError> {
    Ok(connection
        .prepare_cached("SELECT failures, locked_until FROM login_attempts WHERE login = ?1")?
        .query_row([login], |row| {
            Ok(Attempts {
                failures: row.get(0)?,
                locked_until: row.get(1)?,
            })
        })
        .optional()?
        .unwrap_or_default())
}

/// Remembers it; forgets what is older than `forget_before`.
///
/// # Errors
/// The database cannot be written.
pub fn set_attempts(
    transaction: &Transaction<'_>,
    login: &str,
    attempts: Attempts,
    now: i64,
    forget_before: i64,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM login_attempts WHERE last_at < ?1")?
        .execute([forget_before])?;
    transaction
        .prepare_cached(
            "INSERT INTO login_attempts (login, failures, locked_until, last_at)
             VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (login) DO UPDATE SET failures = excluded.failures,
                 locked_until = excluded.locked_until, last_at = excluded.last_at",
        )?
        .execute(params![
            login,
            attempts.failures,
            attempts.locked_until,
            now
        ])?;
    Ok(())
}

/// A right password: the count begins anew.
///
/// # Errors
/// The database cannot be written.
pub fn clear_attempts(transaction: &Transaction<'_>, login: &str) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM login_attempts WHERE login = ?1")?
        .execute([login])?;
    Ok(())
}
