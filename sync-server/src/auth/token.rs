//! Secrets that are handed out once and known by their hash afterwards.

use data_encoding::BASE64URL_NOPAD;
use field_core::digest::Sha256;
use rand::CryptoRng;

/// No token is longer, so that nothing large is hashed for a stranger.
const MAX_CHARS: usize = 128;

/// A new token: 32 random bytes as text.
pub(super) fn fresh(rng: &mut impl CryptoRng) -> String {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    BASE64URL_NOPAD.encode(&bytes)
}

/// What the database knows of a token; none for what cannot be one.
pub(super) fn hash(token: &str) -> Option<[u8; 32]> {
    (!token.is_empty() && token.len() <= MAX_CHARS)
        .then(|| *Sha256::of(token.as_bytes()).as_bytes())
}

/// Whether two texts are equal, in a time that does not depend on where they differ.
pub(super) fn equal(a: &str, b: &str) -> bool {
    // Comparing digests leaks nothing of the texts.
    Sha256::of(a.as_bytes()) == Sha256::of(b.as_bytes())
}

/// Characters that are told apart by eye and ear.
const CODE_ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const CODE_GROUPS: usize = 3;
const CODE_GROUP_CHARS: usize = 4;

/// A code that people type, such as `7KQ2-M9PA-XW4D`: 60 random bits.
pub(super) fn fresh_code(rng: &mut impl CryptoRng) -> String {
    let mut groups = Vec::with_capacity(CODE_GROUPS);
    for _ in 0..CODE_GROUPS {
        let mut bytes = [0; CODE_GROUP_CHARS];
        rng.fill_bytes(&mut bytes);
        // 32 divides 256: every character is equally likely.
        let group = bytes.map(|byte| char::from(CODE_ALPHABET[usize::from(byte % 32)]));
        groups.push(group.iter().collect::<String>());
    }
    groups.join("-")
}

/// The code as it was made, however it was typed.
pub(super) fn normal_code(typed: &str) -> String {
    typed
        .chars()
        .take(MAX_CHARS)
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_same_however_typed() {
        let code = fresh_code(&mut rand::rng());
        assert_eq!(code.len(), 14);
        let plain = normal_code(&code);
        assert_eq!(plain.len(), 12);
        assert_eq!(normal_code(&format!(" {} ", code.to_lowercase())), plain);
        assert_ne!(fresh_code(&mut rand::rng()), code);
    }

    #[test]
    fn what_cannot_be_a_token_is_not_hashed() {
        assert!(hash("").is_none());
        assert!(hash(&"a".repeat(MAX_CHARS + 1)).is_none());
        assert!(hash(&fresh(&mut rand::rng())).is_some());
    }
}
