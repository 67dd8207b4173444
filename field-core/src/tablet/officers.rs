//! Officers on this tablet: each has a signing key here, sealed with the officer's own password
//! and certified by the server. Unlocking works without a network.

use std::collections::HashMap;

use rand::Rng;

use super::store::officers;
use super::vault::{key_from_password, open, seal};
use super::{Tablet, TabletError};
use crate::identity::{OfficerCertificate, SigningKey};

const SALT_BYTES: usize = 16;

/// Officers' keys that are unlocked, to be kept in memory while the store is closed and opened
/// again. It shows nothing and writes nothing.
#[derive(Clone, Default)]
pub struct Unlocked(pub(super) HashMap<String, SigningKey>);

impl std::fmt::Debug for Unlocked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unlocked").finish_non_exhaustive()
    }
}

/// An officer who may work on this tablet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownOfficer {
    /// User id.
    pub id: String,
    /// Login.
    pub login: String,
    /// Name.
    pub name: String,
    /// 执法证号
    pub card_number: Option<String>,
    /// Whether the key is unlocked now.
    pub unlocked: bool,
}

impl Tablet {
    /// Everybody who signed in on this tablet once.
    pub fn officers(&self) -> Result<Vec<KnownOfficer>, TabletError> {
        let rows = officers::all(self.store.reader())?;
        Ok(rows
            .into_iter()
            .map(|row| KnownOfficer {
                unlocked: self.unlocked.contains_key(&row.id),
                id: row.id,
                login: row.login,
                name: row.name,
                card_number: row.card_number,
            })
            .collect())
    }

    /// Unlocks an officer's key with the password, offline. Returns the user id. After three
    /// wrong ones the next must wait, longer each time.
    pub fn unlock(&mut self, login: &str, password: &str) -> Result<String, TabletError> {
        let row = officers::get(self.store.reader(), login)?
            .ok_or_else(|| TabletError::UnknownOfficer(login.to_owned()))?;
        self.count_attempt(&row.id)?;
        let key = key_from_password(password, &row.salt)?;
        let secret = open(
            &key,
            row.id.as_bytes(),
            &row.sealed_key,
            "the officer's key",
        )
        .map_err(|_| TabletError::WrongPassword)?;
        let secret: [u8; 32] = secret
            .try_into()
            .map_err(|_| TabletError::Sealed("the officer's key"))?;
        self.forget_attempts(&row.id)?;
        self.unlocked
            .insert(row.id.clone(), SigningKey::from_secret(&secret));
        self.make_again()?;
        Ok(row.id)
    }

    /// The keys that are unlocked now.
    #[must_use]
    pub fn unlocked(&self) -> Unlocked {
        Unlocked(self.unlocked.clone())
    }

    /// Unlocks what was unlocked before the store was opened again. Keys that are not, or no
    /// longer, those of an officer on this tablet stay locked.
    pub fn resume(&mut self, unlocked: &Unlocked) -> Result<(), TabletError> {
        let server = self.enrolled()?.server_public_key()?;
        for row in officers::all(self.store.reader())? {
            let Some(key) = unlocked.0.get(&row.id) else {
                continue;
            };
            let who = OfficerCertificate::open(&row.certificate, &server)?;
            if who.officer_key == key.public() {
                self.unlocked.insert(row.id, key.clone());
            }
        }
        self.make_again()
    }

    /// Locks the keys of all officers.
    pub fn lock(&mut self) {
        self.unlocked.clear();
    }

    pub(super) fn officer_key(&self, officer: &str) -> Result<SigningKey, TabletError> {
        self.unlocked
            .get(officer)
            .cloned()
            .ok_or_else(|| TabletError::Locked(officer.to_owned()))
    }

    /// Stores an officer whose new key the server certified, and unlocks it.
    pub(super) fn add_officer(
        &mut self,
        login: &str,
        password: &str,
        key: &SigningKey,
        certificate: &[u8],
    ) -> Result<String, TabletError> {
        let server = self.enrolled()?.server_public_key()?;
        let who = OfficerCertificate::open(certificate, &server)?;
        if who.officer_key != key.public() {
            return Err(TabletError::Answer(
                "the certificate is for another key".into(),
            ));
        }
        let mut salt = [0; SALT_BYTES];
        self.rng.fill_bytes(&mut salt);
        let sealing = key_from_password(password, &salt)?;
        let row = officers::Row {
            sealed_key: seal(
                &mut self.rng,
                &sealing,
                who.officer.as_bytes(),
                key.secret().as_ref(),
            )?,
            id: who.officer.clone(),
            login: login.to_owned(),
            name: who.name,
            card_number: who.card_number,
            certificate: certificate.to_vec(),
            salt: salt.to_vec(),
        };
        self.store.write(|transaction| {
            officers::put(transaction, &row)?;
            // Whoever signed in anew has another key: the code opens the former one.
            officers::drop_pin(transaction, &row.id)?;
            officers::set_attempts(transaction, &row.id, 0, 0)
        })?;
        self.unlocked.insert(who.officer.clone(), key.clone());
        Ok(who.officer)
    }
}
