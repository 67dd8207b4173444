//! Identifiers that tablets and the server hand to each other: 16 random bytes each, told apart
//! by type, written as 32 hexadecimal digits. Nothing here says what an identifier refers to.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use rand::Rng;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// 16 bytes that name one thing of the kind `K`.
pub struct Id<K> {
    bytes: [u8; 16],
    kind: PhantomData<fn() -> K>,
}

/// Marks the identifier of an inspection document.
pub enum Doc {}
/// Marks the identifier of an enrolled tablet.
pub enum Device {}
/// Marks an Automerge actor.
pub enum Writer {}

/// One inspection document.
pub type DocId = Id<Doc>;
/// One enrolled tablet.
pub type DeviceId = Id<Device>;
/// An Automerge actor: one officer on one tablet in one document, until it must be given up.
pub type Actor = Id<Writer>;

/// What was offered as an identifier is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an identifier is 32 hexadecimal digits or 16 bytes")]
pub struct NotAnId;

impl<K> Id<K> {
    /// A new identifier from `rng`.
    #[must_use]
    pub fn random(rng: &mut impl Rng) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self::from_bytes(bytes)
    }

    /// An identifier made elsewhere.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self {
            bytes,
            kind: PhantomData,
        }
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.bytes
    }
}

impl Actor {
    /// The same actor as Automerge's type.
    #[must_use]
    pub fn to_automerge(self) -> automerge::ActorId {
        automerge::ActorId::from(self.bytes)
    }

    /// Fails for an actor that is not 16 bytes long, which none of ours is.
    pub fn from_automerge(actor: &automerge::ActorId) -> Result<Self, NotAnId> {
        Self::try_from(actor.to_bytes())
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bytes.cmp(&other.bytes)
    }
}
impl<K> std::hash::Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&HEXLOWER.encode(&self.bytes))
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({self})")
    }
}
impl<K> AsRef<[u8]> for Id<K> {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}
impl<K> TryFrom<&[u8]> for Id<K> {
    type Error = NotAnId;

    fn try_from(bytes: &[u8]) -> Result<Self, NotAnId> {
        bytes.try_into().map(Self::from_bytes).map_err(|_| NotAnId)
    }
}
impl<K> FromStr for Id<K> {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let bytes = HEXLOWER_PERMISSIVE
            .decode(text.as_bytes())
            .map_err(|_| NotAnId)?;
        Self::try_from(bytes.as_slice())
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}
impl<C, K> minicbor::Encode<C> for Id<K> {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.bytes)?.ok()
    }
}
impl<'b, C, K> minicbor::Decode<'b, C> for Id<K> {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let position = d.position();
        Self::try_from(d.bytes()?)
            .map_err(|error| minicbor::decode::Error::message(error.to_string()).at(position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_come_back() {
        let id = DocId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string(), "ab".repeat(16));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(
            minicbor::decode::<DocId>(&minicbor::to_vec(id).unwrap()).unwrap(),
            id
        );
        assert_eq!("ab".parse::<DocId>(), Err(NotAnId));
        assert_eq!("zz".repeat(16).parse::<DocId>(), Err(NotAnId));
    }

    #[test]
    fn an_actor_is_the_same_for_automerge() {
        let actor = Actor::from_bytes([7; 16]);
        assert_eq!(Actor::from_automerge(&actor.to_automerge()), Ok(actor));
        assert!(Actor::from_automerge(&automerge::ActorId::from([1u8; 4])).is_err());
    }
}
