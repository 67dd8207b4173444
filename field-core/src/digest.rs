//! The one digest of the project: SHA-256, what courts, object stores and `sha256sum` speak.
//! It names evidence files, rulesets, statements and permits. People and JSON see 64 lowercase
//! hexadecimal digits, the wire carries 32 bytes. No other hash belongs here.

use std::fmt;
use std::str::FromStr;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Digest;

/// A SHA-256 digest.
///
/// Displayed, and in JSON, as 64 lowercase hexadecimal digits; in CBOR a byte string of 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256([u8; 32]);

/// What was offered as a digest is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 digest is 64 hexadecimal digits or 32 bytes")]
pub struct NotADigest;

impl Sha256 {
    /// Length of a digest in bytes.
    pub const LEN: usize = 32;

    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// The digest of `parts` laid end to end, without joining them in memory.
    #[must_use]
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = sha2::Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// A digest that was computed or stored elsewhere.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl AsRef<[u8]> for Sha256 {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<[u8; 32]> for Sha256 {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl TryFrom<&[u8]> for Sha256 {
    type Error = NotADigest;

    fn try_from(bytes: &[u8]) -> Result<Self, NotADigest> {
        bytes.try_into().map(Self).map_err(|_| NotADigest)
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}

impl FromStr for Sha256 {
    type Err = NotADigest;

    /// Reads 64 hexadecimal digits of either case; nothing around them.
    fn from_str(text: &str) -> Result<Self, NotADigest> {
        if text.len() != 2 * Self::LEN {
            return Err(NotADigest);
        }
        let bytes = HEXLOWER_PERMISSIVE
            .decode(text.as_bytes())
            .map_err(|_| NotADigest)?;
        Self::try_from(bytes.as_slice())
    }
}

impl Serialize for Sha256 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Hex;

        impl serde::de::Visitor<'_> for Hex {
            type Value = Sha256;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("64 hexadecimal digits of a SHA-256")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Sha256, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Hex)
    }
}

impl<C> minicbor::Encode<C> for Sha256 {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Sha256 {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let position = d.position();
        Self::try_from(d.bytes()?)
            .map_err(|error| minicbor::decode::Error::message(error.to_string()).at(position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-2, appendix B.1.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn digest_of_the_published_example() {
        assert_eq!(Sha256::of(b"abc").to_string(), ABC);
        assert_eq!(
            Sha256::of_parts([&b"a"[..], b"", b"bc"]),
            Sha256::of(b"abc")
        );
    }

    #[test]
    fn text_comes_back_in_either_case_and_nothing_else_does() {
        let digest = Sha256::of(b"abc");
        assert_eq!(ABC.parse(), Ok(digest));
        assert_eq!(ABC.to_uppercase().parse(), Ok(digest));
        for bad in [
            "",
            "ba78",
            &ABC[1..],
            &format!("{ABC}0"),
            &ABC.replace('b', "g"),
        ] {
            assert_eq!(bad.parse::<Sha256>(), Err(NotADigest), "{bad:?}");
        }
        let wide = "中".repeat(22);
        assert_eq!(wide[..63].len() + 3, wide.len());
        assert_eq!(wide.parse::<Sha256>(), Err(NotADigest));
    }

    #[test]
    fn json_is_the_hexadecimal_text() {
        let digest = Sha256::of(b"abc");
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(json, format!("\"{ABC}\""));
        assert_eq!(serde_json::from_str::<Sha256>(&json).unwrap(), digest);
        assert_eq!(
            serde_json::from_reader::<_, Sha256>(json.as_bytes()).unwrap(),
            digest
        );
        assert!(serde_json::from_str::<Sha256>("\"abc\"").is_err());
        assert!(serde_json::from_str::<Sha256>("[1,2]").is_err());
    }

    #[test]
    fn cbor_is_a_byte_string_of_thirty_two() {
        let digest = Sha256::of(b"abc");
        let cbor = minicbor::to_vec(digest).unwrap();
        assert_eq!(cbor[..2], [0x58, 32]);
        assert_eq!(cbor[2..], digest.as_bytes()[..]);
        assert_eq!(minicbor::decode::<Sha256>(&cbor).unwrap(), digest);
        let short = minicbor::to_vec(minicbor::bytes::ByteVec::from(vec![7; 31])).unwrap();
        assert!(minicbor::decode::<Sha256>(&short).is_err());
    }
}
