//! The name of a ruleset's exact content. An inspection is pinned to it, and officers sign it.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::Ruleset;

/// Set before the content, so that this hash can never be taken for the hash of anything else; its
/// number rises when the serialised form changes.
const DOMAIN: &[u8] = b"kanyan ruleset 1\n";

/// SHA-256 over a ruleset's content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RulesetHash(pub [u8; 32]);

/// A text that is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a ruleset hash: 64 lower-case hexadecimal digits are expected")]
pub struct RulesetHashError;

impl RulesetHash {
    pub(super) fn of(ruleset: &Ruleset) -> Self {
        // Structs serialise their fields in order and all maps and sets are sorted, so equal
        // rulesets give equal bytes.
        let content = serde_json::to_vec(ruleset)
            .expect("rulesets hold only strings, numbers and maps keyed by strings");
        Self(
            Sha256::new()
                .chain_update(DOMAIN)
                .chain_update(content)
                .finalize()
                .into(),
        )
    }
}

impl fmt::Display for RulesetHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for RulesetHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RulesetHash({self})")
    }
}

impl FromStr for RulesetHash {
    type Err = RulesetHashError;

    fn from_str(text: &str) -> Result<Self, RulesetHashError> {
        let bytes = data_encoding::HEXLOWER
            .decode(text.as_bytes())
            .map_err(|_| RulesetHashError)?;
        bytes.try_into().map(Self).map_err(|_| RulesetHashError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_writes() {
        let hash = RulesetHash([0xab; 32]);
        assert_eq!(hash.to_string(), "ab".repeat(32));
        assert_eq!(hash.to_string().parse(), Ok(hash));
        for text in [
            "",
            "ab",
            &"AB".repeat(32),
            &"ab".repeat(33),
            &"zz".repeat(32),
        ] {
            assert_eq!(text.parse::<RulesetHash>(), Err(RulesetHashError), "{text}");
        }
    }
}
