//! The storage key on a machine without a key store of its own: from a passphrase, by argon2id.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use rand::Rng;

use super::{StorageKey, TabletError};

const SALT_FILE: &str = "passphrase-salt";
const SALT_BYTES: usize = 16;
/// Shorter ones are guessed too soon, whatever they are stretched with.
const SHORTEST_CHARS: usize = 8;
/// 64 MiB, three passes: the second recommended choice of RFC 9106, for machines with little
/// memory. About a third of a second on a tablet, once at the start.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;

/// The storage key that `passphrase` gives with the salt in `folder`, which is made when it is
/// missing. The salt is no secret; without it the passphrase gives another key.
pub fn storage_key(folder: &Path, passphrase: &str) -> Result<StorageKey, TabletError> {
    if passphrase.chars().count() < SHORTEST_CHARS {
        return Err(TabletError::ShortPassphrase(SHORTEST_CHARS));
    }
    let salt = salt(folder)?;
    let mut key = StorageKey::new([0; 32]);
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(|_| TabletError::WrongKey)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), &salt, key.as_mut())
        .map_err(|_| TabletError::WrongKey)?;
    Ok(key)
}

fn salt(folder: &Path) -> Result<Vec<u8>, TabletError> {
    let path = folder.join(SALT_FILE);
    match fs::read(&path) {
        Ok(salt) if salt.len() == SALT_BYTES => return Ok(salt),
        Ok(_) => return Err(TabletError::Sealed("the file passphrase-salt")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    fs::create_dir_all(folder)?;
    if folder.join("tablet.db").exists() {
        // Another salt would give another key, and the store would look damaged.
        return Err(TabletError::Sealed("the file passphrase-salt"));
    }
    let mut salt = [0; SALT_BYTES];
    rand::rng().fill_bytes(&mut salt);
    let partial = path.with_extension("partial");
    let mut file = File::create(&partial)?;
    file.write_all(&salt)?;
    file.sync_all()?;
    fs::rename(&partial, &path)?;
    Ok(salt.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_passphrase_gives_the_same_key_and_another_another() {
        let folder = tempfile::tempdir().unwrap();
        let key = storage_key(folder.path(), "eight chars").unwrap();
        assert_eq!(*key, *storage_key(folder.path(), "eight chars").unwrap());
        assert_ne!(*key, *storage_key(folder.path(), "eight charz").unwrap());
        assert!(matches!(
            storage_key(folder.path(), "short"),
            Err(TabletError::ShortPassphrase(8))
        ));
    }

    #[test]
    fn a_lost_salt_is_said_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("tablet.db"), b"x").unwrap();
        assert!(storage_key(folder.path(), "eight chars").is_err());
        assert!(!folder.path().join(SALT_FILE).exists());
    }
}
