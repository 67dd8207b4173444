//! Which changes are vouched for. A tablet signs the newest change of its actor; the chain of the
//! actor's own changes covers the earlier ones that came with it, since each names the one before
//! it among the changes it builds on. For what an officer of the authority admitted although the
//! tablet was no longer trusted, the server's own signature stands instead.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Header;
use crate::digest::Sha256;
use crate::identity::{PublicKey, admission_message, change_signature_message};
use crate::ids::{Actor, DocId};
use crate::protocol::HeadSignature;

/// Whose signatures count in one document.
#[derive(Debug, Clone, Default)]
pub struct Vouchers {
    /// The key of the tablet on which an actor lives, from its certificate.
    pub tablets: BTreeMap<Actor, PublicKey>,
    /// The server's keys, those retired included.
    pub server: Vec<PublicKey>,
}

impl Vouchers {
    fn accept(&self, doc: DocId, one: &HeadSignature) -> bool {
        let Some(tablet) = self.tablets.get(&one.actor) else {
            return false;
        };
        let message = change_signature_message(doc, one.actor, one.change);
        if tablet.verify(&message, &one.signature).is_ok() {
            return true;
        }
        let message = admission_message(doc, one.actor, one.change);
        let mut server = self.server.iter();
        server.any(|key| key.verify(&message, &one.signature).is_ok())
    }
}

/// The changes among `headers` that a valid signature covers, and the signatures that are valid.
///
/// A signature over a change that must wait or is refused still covers the changes before it.
#[must_use]
pub fn vouched(
    doc: DocId,
    headers: &HashMap<Sha256, Header>,
    signatures: &[HeadSignature],
    vouchers: &Vouchers,
) -> (HashSet<Sha256>, Vec<HeadSignature>) {
    let mut covered = HashSet::new();
    let mut valid = Vec::new();
    for signature in signatures.iter().filter(|one| one.doc == doc) {
        let Some(header) = headers.get(&signature.change) else {
            continue;
        };
        if header.actor != *signature.actor.as_bytes() || !vouchers.accept(doc, signature) {
            continue;
        }
        valid.push(signature.clone());
        let mut next = Some(header);
        while let Some(header) = next {
            if !covered.insert(header.hash) {
                break;
            }
            next = before(header, headers);
        }
    }
    (covered, valid)
}

/// The change just before this one in its actor's chain, if it came along.
fn before<'a>(header: &Header, headers: &'a HashMap<Sha256, Header>) -> Option<&'a Header> {
    header
        .dependencies
        .iter()
        .filter_map(|name| headers.get(name))
        .find(|one| one.actor == header.actor && one.seq + 1 == header.seq)
}
