//! Which changes are vouched for. A device signs the newest change of its actor; the chain of the
//! actor's own changes covers the earlier ones of the same exchange, since each names the one
//! before it among the changes it builds on.

use std::collections::{BTreeMap, HashMap, HashSet};

use field_core::digest::Sha256;
use field_core::gate::Header;
use field_core::identity::change_signature_message;
use field_core::ids::{Actor, DocId};
use field_core::protocol::HeadSignature;

use super::standing::Writer;

/// The changes among `headers` that a valid signature covers, and the signatures that are valid.
///
/// A signature over a change that must wait or is refused still covers the changes before it.
pub(super) fn vouched(
    doc: DocId,
    headers: &HashMap<Sha256, Header>,
    signatures: &[HeadSignature],
    writers: &BTreeMap<Actor, Writer>,
) -> (HashSet<Sha256>, Vec<HeadSignature>) {
    let mut covered = HashSet::new();
    let mut valid = Vec::new();
    for signature in signatures.iter().filter(|one| one.doc == doc) {
        let (Some(writer), Some(header)) = (
            writers.get(&signature.actor),
            headers.get(&signature.change),
        ) else {
            continue;
        };
        if header.actor != *signature.actor.as_bytes() {
            continue;
        }
        let message = change_signature_message(doc, signature.actor, signature.change);
        if writer
            .device_key
            .verify(&message, &signature.signature)
            .is_err()
        {
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

/// The change just before this one in its actor's chain, if it came in the same exchange.
fn before<'a>(header: &Header, headers: &'a HashMap<Sha256, Header>) -> Option<&'a Header> {
    header
        .dependencies
        .iter()
        .filter_map(|name| headers.get(name))
        .find(|one| one.actor == header.actor && one.seq + 1 == header.seq)
}
