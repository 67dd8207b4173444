//! The rescue file: everything unsent in one file, for the day when a tablet cannot sync any
//! more. The server takes it in through the same gate as an exchange. It is signed by the device
//! and not encrypted: whoever carries it carries photos.

use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};

use super::store::{blobs, changes, statements};
use super::{Tablet, TabletError};
use crate::digest::Sha256;
use crate::identity::{KeyError, PublicKey};
use crate::ids::DeviceId;
use crate::protocol::{ChangeRow, HeadSignature, StatementRow};

/// What a rescue file is called.
pub const RESCUE_MEDIA_TYPE: &str = "application/vnd.kanyan.rescue+cbor";
const MAGIC: &str = "kanyan-rescue-1";

/// An evidence file in a rescue file.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RescueBlob {
    /// Its name.
    #[n(0)]
    pub sha256: Sha256,
    /// Its bytes.
    #[n(1)]
    pub bytes: ByteVec,
}

/// Everything a tablet had not yet been thanked for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Rescue {
    /// Always the same word.
    #[n(0)]
    pub magic: String,
    /// Which tablet wrote it.
    #[n(1)]
    pub device: DeviceId,
    /// When, wall clock, Unix milliseconds.
    #[n(2)]
    pub at_ms: i64,
    /// In causal order within each document.
    #[n(3)]
    pub changes: Vec<ChangeRow>,
    /// One per actor.
    #[n(4)]
    pub signatures: Vec<HeadSignature>,
    /// In the order in which they were made.
    #[n(5)]
    pub statements: Vec<StatementRow>,
    /// Thumbnails, evidence files and originals asked for.
    #[n(6)]
    pub blobs: Vec<RescueBlob>,
}

impl Rescue {
    /// Reads a rescue file and checks that the device it names signed all of it. `key` gives the
    /// public key of a device.
    pub fn read(
        file: &[u8],
        key: impl FnOnce(DeviceId) -> Option<PublicKey>,
    ) -> Result<Self, TabletError> {
        let (content, signature) = file
            .split_last_chunk::<64>()
            .ok_or_else(|| TabletError::Answer("the rescue file is too short".into()))?;
        let rescue: Self = crate::protocol::decode(content)
            .map_err(|error| TabletError::Answer(format!("not a rescue file: {error}")))?;
        if rescue.magic != MAGIC {
            return Err(TabletError::Answer(
                "not a rescue file of this version".into(),
            ));
        }
        key(rescue.device)
            .ok_or(TabletError::Key(KeyError::NotAKey))?
            .verify(Sha256::of(content).as_bytes(), signature)?;
        Ok(rescue)
    }
}

impl Tablet {
    /// Writes everything unsent as one file. Nothing here changes its state by that.
    pub fn rescue(&mut self) -> Result<Vec<u8>, TabletError> {
        let rows = changes::unsent(self.store.reader(), 0, usize::MAX >> 2)?;
        let signatures = self.sign_heads(&rows)?;
        let statements = statements::unsent(self.store.reader(), 0, usize::MAX >> 2)?;
        let mut blobs = vec![];
        for row in blobs::unsent(self.store.reader(), usize::MAX >> 2)? {
            blobs.push(RescueBlob {
                sha256: row.sha256,
                bytes: self.vault.read(&row.sha256)?.into(),
            });
        }
        let rescue = Rescue {
            magic: MAGIC.to_owned(),
            device: self.enrolled()?.device,
            at_ms: self.clock.wall_ms(),
            changes: rows.iter().map(changes::Row::to_wire).collect(),
            signatures,
            statements: statements.iter().map(statements::Row::to_wire).collect(),
            blobs,
        };
        let content = crate::protocol::encode(&rescue);
        let signature = self.device_key()?.sign(Sha256::of(&content).as_bytes());
        Ok([content.as_slice(), &signature].concat())
    }

    /// The device vouches for the newest change of each of its actors among `rows`.
    pub(super) fn sign_heads(
        &mut self,
        rows: &[changes::Row],
    ) -> Result<Vec<HeadSignature>, TabletError> {
        let mut newest = std::collections::BTreeMap::new();
        for row in rows.iter().filter(|row| row.edit.is_some()) {
            newest.insert((row.doc, row.actor), (row.seq, row.hash));
        }
        let key = self.device_key()?;
        Ok(newest
            .into_iter()
            .map(|((doc, actor), (_, change))| HeadSignature {
                doc,
                actor,
                change,
                signature: ByteArray::from(key.sign(&crate::identity::change_signature_message(
                    doc, actor, change,
                ))),
            })
            .collect())
    }
}

impl changes::Row {
    pub(super) fn to_wire(&self) -> ChangeRow {
        ChangeRow {
            doc: self.doc,
            bytes: self.bytes.clone().into(),
            late: false,
        }
    }
}

impl statements::Row {
    pub(super) fn to_wire(&self) -> StatementRow {
        StatementRow {
            doc: self.doc,
            bytes: self.bytes.clone().into(),
        }
    }
}
