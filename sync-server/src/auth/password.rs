//! Passwords: argon2id, kept as PHC strings. Hashing is slow on purpose and needs memory, so only
//! a few run at once, off the async threads.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use rand::Rng;
use tokio::sync::Semaphore;

use crate::error::AppError;

/// The fewest characters: length is what makes guessing hopeless.
pub(super) const MIN_CHARS: usize = 10;
/// The most bytes, so that nobody makes the server hash megabytes.
pub(super) const MAX_BYTES: usize = 256;

/// 19 MiB, two passes, one lane: the second choice of RFC 9106 scaled down as OWASP recommends
/// for servers that log people in.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;

/// Hashes at once; bounds the memory and leaves a core for everything else.
static RUNNING: Semaphore = Semaphore::const_new(2);

fn argon2() -> Argon2<'static> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).expect("constants within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The PHC string of `password` with a fresh salt.
pub(super) async fn hash(password: String) -> Result<String, AppError> {
    off_thread(move || {
        let mut salt = [0; SALT_BYTES];
        rand::rng().fill_bytes(&mut salt);
        argon2()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map(|hash| hash.to_string())
            .map_err(|e| AppError::Internal(format!("argon2: {e}")))
    })
    .await?
}

/// Whether `password` fits `known`; an unknown login takes as long as a known one.
pub(super) async fn verify(password: String, known: Option<String>) -> Result<bool, AppError> {
    if password.len() > MAX_BYTES {
        return Ok(false);
    }
    off_thread(move || match known {
        Some(known) => argon2()
            .verify_password(password.as_bytes(), known.as_str())
            .is_ok(),
        None => {
            // The result is nobody's; only the time it takes matters.
            let _ = argon2().hash_password_with_salt(password.as_bytes(), &[0; SALT_BYTES]);
            false
        }
    })
    .await
}

/// Refuses what is too short or too long to be a password.
pub(super) fn check(password: &str) -> Result<(), AppError> {
    if password.chars().count() < MIN_CHARS || password.len() > MAX_BYTES {
        return Err(AppError::Invalid {
            zh: format!("密码至少 {MIN_CHARS} 个字符，不超过 {MAX_BYTES} 字节"),
            en: format!(
                "a password has at least {MIN_CHARS} characters and at most {MAX_BYTES} bytes"
            ),
        });
    }
    Ok(())
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, AppError> {
    let _permit = RUNNING
        .acquire()
        .await
        .map_err(|_| AppError::Internal("the password hasher was closed".to_owned()))?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| AppError::Internal(format!("the password hasher failed: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_fits_its_password_only() {
        let known = hash("correct horse".to_owned()).await.unwrap();
        assert!(known.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let fits = |password: &str| verify(password.to_owned(), Some(known.clone()));
        assert!(fits("correct horse").await.unwrap());
        assert!(!fits("correct hors").await.unwrap());
        assert!(!fits("").await.unwrap());
        assert!(!verify("correct horse".to_owned(), None).await.unwrap());
        assert_ne!(hash("correct horse".to_owned()).await.unwrap(), known);
    }

    #[test]
    fn short_and_endless_passwords_are_refused() {
        assert!(check("123456789").is_err());
        assert!(check("1234567890").is_ok());
        assert!(check("勘验人员的口令一二三").is_ok());
        assert!(check(&"a".repeat(MAX_BYTES + 1)).is_err());
    }
}
