//! From TOML text to checked rules. A wrong file is refused with file, line and reason, in words
//! that an administrator can act on; nothing is skipped, defaulted or guessed.
//!
//! [`reader`] knows TOML and lines and nothing of rules; the others know rules and nothing of TOML.

mod matter;
mod reader;
mod ruleset;
mod workdays;

pub(super) use matter::read_matter;
pub(super) use ruleset::{read_ruleset, read_ruleset_placed};
pub(super) use workdays::read_workdays;

/// A file that is not what it must be: `rulesets/x.toml:41: unknown unit …`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}", place = self.place())]
pub struct RuleError {
    /// The file, as it was named when loading.
    pub file: String,
    /// The line, from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// What is wrong and what would be right.
    pub reason: String,
}

impl RuleError {
    fn place(&self) -> String {
        match self.line {
            0 => self.file.clone(),
            line => format!("{}:{line}", self.file),
        }
    }

    /// An error about a whole file.
    pub(super) fn whole(file: &str, reason: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: 0,
            reason: reason.into(),
        }
    }
}

#[cfg(test)]
mod tests;
