//! Writing the rescue file, and the device's word for the newest change of each of its actors.

use std::collections::BTreeMap;

use minicbor::bytes::ByteArray;

use super::store::{blobs, changes, statements};
use super::{Tablet, TabletError};
use crate::digest::Sha256;
use crate::identity::change_signature_message;
use crate::protocol::{ChangeRow, HeadSignature, RESCUE_MAGIC, Rescue, RescueBlob, StatementRow};

/// Changes of one actor that one signature covers at most.
const SIGNED_EVERY: usize = 200;

impl Tablet {
    /// Writes everything unsent as one file. Nothing here changes its state by that.
    pub fn rescue(&mut self) -> Result<Vec<u8>, TabletError> {
        let rows = changes::unsent(self.store.reader(), 0, usize::MAX >> 2)?;
        let signatures = super::sync::signatures_over(self, &rows)?;
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

    /// The device vouches for the newest change of each of its actors among `rows`, and for one
    /// in every [`SIGNED_EVERY`], so that whoever carries part of a long chain has a signature.
    pub(super) fn sign_heads(
        &mut self,
        rows: &[changes::Row],
    ) -> Result<Vec<HeadSignature>, TabletError> {
        let mut chains: BTreeMap<_, Vec<Sha256>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.edit.is_some()) {
            chains
                .entry((row.doc, row.actor))
                .or_default()
                .push(row.hash);
        }
        let key = self.device_key()?;
        let mut signatures = vec![];
        for ((doc, actor), chain) in chains {
            for part in chain.chunks(SIGNED_EVERY) {
                let Some(&change) = part.last() else { continue };
                let message = change_signature_message(doc, actor, change);
                signatures.push(HeadSignature {
                    doc,
                    actor,
                    change,
                    signature: ByteArray::from(key.sign(&message)),
                });
            }
        }
        Ok(signatures)
    }
}

impl changes::Row {
    pub(super) fn to_wire(&self) -> ChangeRow {
        ChangeRow::new(self.doc, self.bytes.clone())
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
