//! Sealing bytes at rest: evidence files and officers' keys. XChaCha20-Poly1305 (RFC 8439 with
//! the extended nonce) with a random nonce in front; the name of the thing is authenticated, so
//! that no sealed file can stand in for another.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::Rng;
use zeroize::Zeroizing;

use super::TabletError;
use crate::digest::Sha256;

const NONCE_BYTES: usize = 24;

/// Encrypted files, named by the hash of what is in them.
pub(super) struct Vault {
    folder: PathBuf,
    key: Zeroizing<[u8; 32]>,
}

impl Vault {
    pub(super) const fn new(folder: PathBuf, key: Zeroizing<[u8; 32]>) -> Self {
        Self { folder, key }
    }

    fn path(&self, sha256: &Sha256) -> PathBuf {
        self.folder.join(sha256.to_string())
    }

    /// Writes a file so that it is whole or not there: a temporary one, flushed, then renamed.
    pub(super) fn write(
        &self,
        rng: &mut impl Rng,
        sha256: &Sha256,
        content: &[u8],
    ) -> Result<(), TabletError> {
        let path = self.path(sha256);
        if path.exists() {
            return Ok(());
        }
        let sealed = seal(rng, &self.key, sha256.as_bytes(), content)?;
        let partial = path.with_extension("partial");
        let written = File::create(&partial)
            .and_then(|mut file| {
                file.write_all(&sealed)?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&partial, &path))
            .and_then(|()| File::open(&self.folder)?.sync_all());
        if written.is_err() {
            let _ = fs::remove_file(&partial);
        }
        Ok(written?)
    }

    pub(super) fn read(&self, sha256: &Sha256) -> Result<Vec<u8>, TabletError> {
        let sealed = fs::read(self.path(sha256))?;
        open(&self.key, sha256.as_bytes(), &sealed, "an evidence file")
    }

    pub(super) fn remove(&self, sha256: &Sha256) {
        // A file without a row is only wasted space, and the next removal finds it again.
        let _ = fs::remove_file(self.path(sha256));
    }
}

/// A key from an officer's password: argon2id, 19 MiB, two passes (OWASP's minimum), which a
/// tablet does in well under a second.
pub(super) fn key_from_password(
    password: &str,
    salt: &[u8],
) -> Result<Zeroizing<[u8; 32]>, TabletError> {
    let mut key = Zeroizing::new([0; 32]);
    let params = Params::new(19 * 1024, 2, 1, Some(32)).map_err(|_| TabletError::WrongPassword)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, key.as_mut())
        .map_err(|_| TabletError::WrongPassword)?;
    Ok(key)
}

pub(super) fn seal(
    rng: &mut impl Rng,
    key: &[u8; 32],
    name: &[u8],
    content: &[u8],
) -> Result<Vec<u8>, TabletError> {
    let mut nonce = [0; NONCE_BYTES];
    rng.fill_bytes(&mut nonce);
    let payload = Payload {
        msg: content,
        aad: name,
    };
    let sealed = XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| TabletError::Sealed("what was to be written"))?;
    Ok([&nonce[..], &sealed].concat())
}

pub(super) fn open(
    key: &[u8; 32],
    name: &[u8],
    sealed: &[u8],
    what: &'static str,
) -> Result<Vec<u8>, TabletError> {
    let (nonce, sealed) = sealed
        .split_first_chunk::<NONCE_BYTES>()
        .ok_or(TabletError::Sealed(what))?;
    let payload = Payload {
        msg: sealed,
        aad: name,
    };
    XChaCha20Poly1305::new(key.into())
        .decrypt(&XNonce::from(*nonce), payload)
        .map_err(|_| TabletError::Sealed(what))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn a_file_is_unreadable_on_disk_and_cannot_stand_in_for_another() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::new(folder.path().to_path_buf(), Zeroizing::new([7; 32]));
        let content = b"the same words the same words".repeat(9);
        let (name, other) = (Sha256::of(&content), Sha256::of(b"other"));
        let mut rng = StdRng::seed_from_u64(1);
        vault.write(&mut rng, &name, &content).unwrap();
        assert_eq!(vault.read(&name).unwrap(), content);
        let on_disk = fs::read(vault.path(&name)).unwrap();
        assert!(!on_disk.windows(9).any(|part| part == b"the same "));
        fs::copy(vault.path(&name), vault.path(&other)).unwrap();
        assert!(matches!(vault.read(&other), Err(TabletError::Sealed(_))));
        fs::write(vault.path(&name), &on_disk[..on_disk.len() - 1]).unwrap();
        assert!(matches!(vault.read(&name), Err(TabletError::Sealed(_))));
    }
}
