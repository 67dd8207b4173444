//! The server's own signing keys: made by `init`, read at start.

use field_core::identity::SigningKey;
use rusqlite::{Connection, Transaction};

use crate::error::AppError;
use crate::store::StoreError;
use crate::store::keys::{self, SERVER, ServerKey};

/// Makes what is missing.
///
/// # Errors
/// The database cannot be written.
pub fn make(transaction: &Transaction<'_>, now: i64) -> Result<(), AppError> {
    if keys::current(transaction, SERVER)?.is_none() {
        let key = SigningKey::generate(&mut rand::rng());
        let public = key.public().as_bytes().to_vec();
        let row = ServerKey {
            key_id: public[..8].to_vec(),
            secret: key.secret().to_vec(),
            public,
            created_at: now,
            retired_at: None,
        };
        keys::insert(transaction, SERVER, &row)?;
    }
    Ok(())
}

/// The key that signs receipts and officers' certificates.
///
/// # Errors
/// [`AppError::NotInitialised`] when there is none.
pub fn server(connection: &Connection) -> Result<SigningKey, AppError> {
    let row = keys::current(connection, SERVER)?.ok_or(AppError::NotInitialised)?;
    let secret: [u8; 32] = row
        .secret
        .try_into()
        .map_err(|_| StoreError::unreadable("server_keys.secret", "not 32 bytes"))?;
    Ok(SigningKey::from_secret(&secret))
}
