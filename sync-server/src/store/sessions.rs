//! Sessions of browsers, and how often somebody guessed a password. Tokens are known by their
//! SHA-256 only.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::StoreError;

/// How far a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The password was enough.
    Open,
    /// Password and code were given.
    Proven,
    /// The password was given, the code is awaited.
    Code,
    /// The password was given; an authenticator must be set up first.
    Enrol,
}

impl Stage {
    /// The word in the database.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Proven => "proven",
            Self::Code => "code",
            Self::Enrol => "enrol",
        }
    }

    fn from_word(word: &str) -> Result<Self, StoreError> {
        [Self::Open, Self::Proven, Self::Code, Self::Enrol]
            .into_iter()
            .find(|stage| stage.word() == word)
            .ok_or_else(|| StoreError::unreadable("sessions.stage", word))
    }
}

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
    /// How far it is; only an open or proven one lets anybody in.
    pub stage: Stage,
}

/// Begins a session.
///
/// # Errors
/// The database cannot be written.
pub fn insert(transaction: &Transaction<'_>, session: &Session) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO sessions (token_hash, user_id, csrf, created_at, seen_at, stage)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            session.token_hash,
            session.user_id,
            session.csrf,
            session.created_at,
            session.seen_at,
            session.stage.word()
        ])?;
    Ok(())
}

/// The session with this hash, whether it has ended or not.
///
/// # Errors
/// The database cannot be read.
pub fn get(connection: &Connection, token_hash: &[u8; 32]) -> Result<Option<Session>, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT token_hash, user_id, csrf, created_at, seen_at, stage
             FROM sessions WHERE token_hash = ?1",
        )?
        .query_row([token_hash], |row| {
            let session = Session {
                token_hash: row.get(0)?,
                user_id: row.get(1)?,
                csrf: row.get(2)?,
                created_at: row.get(3)?,
                seen_at: row.get(4)?,
                stage: Stage::Code,
            };
            Ok((session, row.get::<_, String>(5)?))
        })
        .optional()?;
    found
        .map(|(session, word)| {
            let stage = Stage::from_word(&word)?;
            Ok(Session { stage, ..session })
        })
        .transpose()
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

/// By whom wrong passwords are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// By login, whether it exists or not.
    Login,
    /// By address.
    Address,
}

impl Counted {
    /// Table and key; constants, so that they may stand in SQL.
    const fn table(self) -> (&'static str, &'static str) {
        match self {
            Self::Login => ("login_attempts", "login"),
            Self::Address => ("address_attempts", "address"),
        }
    }
}

/// Wrong passwords or codes in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attempts {
    /// How many.
    pub failures: u32,
    /// Until when none is tried, Unix milliseconds.
    pub locked_until: i64,
    /// When the last was counted, Unix milliseconds.
    pub last_at: i64,
}

/// How often this one was wrong in a row.
///
/// # Errors
/// The database cannot be read.
pub fn attempts(
    connection: &Connection,
    counted: Counted,
    who: &str,
) -> Result<Attempts, StoreError> {
    let (table, key) = counted.table();
    Ok(connection
        .prepare_cached(&format!(
            "SELECT failures, locked_until, last_at FROM {table} WHERE {key} = ?1"
        ))?
        .query_row([who], |row| {
            Ok(Attempts {
                failures: row.get(0)?,
                locked_until: row.get(1)?,
                last_at: row.get(2)?,
            })
        })
        .optional()?
        .unwrap_or_default())
}

/// Remembers it; forgets of everybody what is older than `forget_before`.
///
/// # Errors
/// The database cannot be written.
pub fn set_attempts(
    transaction: &Transaction<'_>,
    counted: Counted,
    who: &str,
    attempts: Attempts,
    forget_before: i64,
) -> Result<(), StoreError> {
    let (table, key) = counted.table();
    transaction
        .prepare_cached(&format!("DELETE FROM {table} WHERE last_at < ?1"))?
        .execute([forget_before])?;
    transaction
        .prepare_cached(&format!(
            "INSERT INTO {table} ({key}, failures, locked_until, last_at)
             VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT ({key}) DO UPDATE SET failures = excluded.failures,
                 locked_until = excluded.locked_until, last_at = excluded.last_at"
        ))?
        .execute(params![
            who,
            attempts.failures,
            attempts.locked_until,
            attempts.last_at
        ])?;
    Ok(())
}

/// The count begins anew: a right password, or one set by an administrator.
///
/// # Errors
/// The database cannot be written.
pub fn clear_attempts(
    transaction: &Transaction<'_>,
    counted: Counted,
    who: &str,
) -> Result<(), StoreError> {
    let (table, key) = counted.table();
    transaction
        .prepare_cached(&format!("DELETE FROM {table} WHERE {key} = ?1"))?
        .execute([who])?;
    Ok(())
}
