//! Writing the rescue file, and the device's word for the newest change of each of its actors.

use minicbor::bytes::ByteArray;

use super::store::{blobs, changes, statements};
use super::{Tablet, TabletError};
use crate::digest::Sha256;
use crate::protocol::{ChangeRow, HeadSignature, RESCUE_MAGIC, Rescue, RescueBlob, StatementRow};

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
            magic: RESCUE_MAGIC.to_owned(),
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
