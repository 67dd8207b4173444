//! Heads: the names of the newest changes of a document, which name its exact state.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::digest::Sha256;

/// Sorted, without duplicates.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<Sha256>")]
pub struct Heads(Vec<Sha256>);

impl Heads {
    pub(super) fn from_automerge(heads: &[automerge::ChangeHash]) -> Self {
        Self::from(
            heads
                .iter()
                .map(|head| Sha256::from(head.0))
                .collect::<Vec<_>>(),
        )
    }

    pub(super) fn to_automerge(&self) -> Vec<automerge::ChangeHash> {
        self.iter()
            .map(|head| automerge::ChangeHash(*head.as_bytes()))
            .collect()
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = &Sha256> {
        self.0.iter()
    }

    /// How many branches there are; one when everything is merged.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For a database column: 32 bytes each.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.iter().flat_map(|head| *head.as_bytes()).collect()
    }

    /// Reads what [`Heads::to_bytes`] wrote; `None` when the length does not fit.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (chunks, rest) = bytes.as_chunks::<32>();
        rest.is_empty().then(|| {
            Self::from(
                chunks
                    .iter()
                    .map(|one| Sha256::from(*one))
                    .collect::<Vec<_>>(),
            )
        })
    }
}

impl From<Vec<Sha256>> for Heads {
    fn from(mut heads: Vec<Sha256>) -> Self {
        heads.sort_unstable();
        heads.dedup();
        Self(heads)
    }
}

/// The first eight digits of each, for people.
impl fmt::Display for Heads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, head) in self.iter().enumerate() {
            let separator = if i == 0 { "" } else { "+" };
            write!(f, "{separator}{}", &head.to_string()[..8])?;
        }
        Ok(())
    }
}

impl<C> minicbor::Encode<C> for Heads {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        self.0.encode(e, ctx)
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Heads {
    fn decode(d: &mut minicbor::Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        Vec::<Sha256>::decode(d, ctx).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_matter() {
        let (a, b) = (Sha256::of(b"a"), Sha256::of(b"b"));
        let heads = Heads::from(vec![a, b, a]);
        assert_eq!(heads, Heads::from(vec![b, a]));
        assert_eq!(Heads::from_bytes(&heads.to_bytes()), Some(heads));
        assert_eq!(Heads::from_bytes(&[0; 33]), None);
    }
}
