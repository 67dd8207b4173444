//! The server's own keys. Secrets lie in the database, which only the server's user may read.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::StoreError;

/// Receipts and officers' certificates (Ed25519, 32 bytes each half).
pub const SERVER: &str = "server";
/// The permits' codes (P-256; PKCS#8 PEM and JSON Web Key).
pub const PERMIT: &str = "permit";

/// One key.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerKey {
    /// Short name, derived from the public half.
    pub key_id: Vec<u8>,
    /// The private half; its form is the purpose's.
    pub secret: Vec<u8>,
    /// The public half.
    pub public: Vec<u8>,
    /// Real time, Unix milliseconds.
    pub created_at: i64,
    /// Since when it signs no more; it goes on verifying.
    pub retired_at: Option<i64>,
}

impl std::fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerKey")
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

/// Adds a key for `purpose`.
///
/// # Errors
/// The key exists already.
pub fn insert(
    transaction: &Transaction<'_>,
    purpose: &str,
    key: &ServerKey,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO server_keys (key_id, purpose, secret, public, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            key.key_id,
            purpose,
            key.secret,
            key.public,
            key.created_at
        ])?;
    Ok(())
}

/// The key that signs for `purpose` now.
///
/// # Errors
/// The database cannot be read.
pub fn current(connection: &Connection, purpose: &str) -> Result<Option<ServerKey>, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT key_id, secret, public, created_at, retired_at FROM server_keys
             WHERE purpose = ?1 AND retired_at IS NULL ORDER BY created_at DESC LIMIT 1",
        )?
        .query_row([purpose], read)
        .optional()?)
}

/// Every key that ever signed for `purpose`, newest first.
///
/// # Errors
/// The database cannot be read.
pub fn all(connection: &Connection, purpose: &str) -> Result<Vec<ServerKey>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT key_id, secret, public, created_at, retired_at FROM server_keys
         WHERE purpose = ?1 ORDER BY created_at DESC",
    )?;
    let rows = statement.query_map([purpose], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<ServerKey> {
    Ok(ServerKey {
        key_id: row.get(0)?,
        secret: row.get(1)?,
        public: row.get(2)?,
        created_at: row.get(3)?,
        retired_at: row.get(4)?,
    })
}
