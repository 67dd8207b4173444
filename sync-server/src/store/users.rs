//! Officers and their roles.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::StoreError;
use crate::auth::Role;

/// An officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Never changes; what documents and history refer to.
    pub id: String,
    /// What is typed to log in.
    pub login: String,
    /// What people read.
    pub name: String,
    /// 执法证号, which inspectors have.
    pub card_number: Option<String>,
    /// PHC string.
    pub password_hash: String,
    /// Whether the officer may act.
    pub active: bool,
    /// Real time, Unix milliseconds.
    pub created_at: i64,
    /// What the officer was appointed for.
    pub roles: BTreeSet<Role>,
}

const COLUMNS: &str = "id, login, name, card_number, password_hash, active, created_at";

/// Adds an officer.
///
/// # Errors
/// The login is taken.
pub fn insert(transaction: &Transaction<'_>, user: &User) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO users (id, login, name, card_number, password_hash, active, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            user.id,
            user.login,
            user.name,
            user.card_number,
            user.password_hash,
            user.active,
            user.created_at
        ])?;
    set_roles(transaction, &user.id, &user.roles)
}

/// Gives exactly these roles.
///
/// # Errors
/// The user does not exist.
pub fn set_roles(
    transaction: &Transaction<'_>,
    id: &str,
    roles: &BTreeSet<Role>,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM user_roles WHERE user_id = ?1")?
        .execute([id])?;
    let mut insert =
        transaction.prepare_cached("INSERT INTO user_roles (user_id, role) VALUES (?1, ?2)")?;
    for role in roles {
        insert.execute([id, role.word()])?;
    }
    Ok(())
}

/// Sets the password's hash.
///
/// # Errors
/// The database cannot be written.
pub fn set_password(
    transaction: &Transaction<'_>,
    id: &str,
    password_hash: &str,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE users SET password_hash = ?2 WHERE id = ?1")?
        .execute([id, password_hash])?;
    Ok(())
}

/// The officer with this login.
///
/// # Errors
/// The database cannot be read.
pub fn by_login(connection: &Connection, login: &str) -> Result<Option<User>, StoreError> {
    one(connection, "login", login)
}

/// The officer with this id.
///
/// # Errors
/// The database cannot be read.
pub fn by_id(connection: &Connection, id: &str) -> Result<Option<User>, StoreError> {
    one(connection, "id", id)
}

fn one(connection: &Connection, column: &str, value: &str) -> Result<Option<User>, StoreError> {
    let user = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE {column} = ?1"))?
        .query_row([value], read)
        .optional()?;
    user.map(|user| with_roles(connection, user)).transpose()
}

/// Every officer, by login.
///
/// # Errors
/// The database cannot be read.
pub fn all(connection: &Connection) -> Result<Vec<User>, StoreError> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM users ORDER BY login"))?;
    let users = statement
        .query_map([], read)?
        .collect::<Result<Vec<_>, _>>()?;
    users
        .into_iter()
        .map(|user| with_roles(connection, user))
        .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get(0)?,
        login: row.get(1)?,
        name: row.get(2)?,
        card_number: row.get(3)?,
        password_hash: row.get(4)?,
        active: row.get(5)?,
        created_at: row.get(6)?,
        roles: BTreeSet::new(),
    })
}

fn with_roles(connection: &Connection, mut user: User) -> Result<User, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT role FROM user_roles WHERE user_id = ?1")?;
    let words = statement.query_map([&user.id], |row| row.get::<_, String>(0))?;
    for word in words {
        let word = word?;
        let role = Role::from_word(&word)
            .ok_or_else(|| StoreError::unreadable("user_roles.role", word))?;
        user.roles.insert(role);
    }
    Ok(user)
}
