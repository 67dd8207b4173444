//! What happened in syncing, for the inspector to read: as data, so that each page says it in its
//! reader's language.

use serde::{Deserialize, Serialize};

use super::TabletError;
use super::store::log;

/// A line of the sync log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum LogEntry {
    /// One exchange that moved something.
    Exchanged {
        /// Changes the server's receipt names.
        changes: usize,
        /// Statements it names.
        statements: usize,
        /// Evidence files and thumbnails it names for the first time.
        files: usize,
        /// What came: changes, statements, cases.
        received: usize,
        /// What the server set aside.
        set_aside: usize,
    },
    /// Changes were set aside by the server and are made again.
    MadeAgain {
        /// How many.
        changes: usize,
    },
    /// The server went back to a backup, and what it lost is sent again.
    BackupRestored {
        /// How many.
        changes: usize,
    },
    /// Written by an older version.
    Plain {
        /// As it was written.
        text: String,
    },
}

impl LogEntry {
    /// Whether anything moved; the rest is not worth a line.
    const fn says_something(&self) -> bool {
        match self {
            Self::Exchanged {
                changes,
                statements,
                files,
                received,
                set_aside,
            } => *changes + *statements + *files + *received + *set_aside > 0,
            _ => true,
        }
    }

    pub(super) fn write(
        &self,
        connection: &rusqlite::Connection,
        at_ms: i64,
    ) -> Result<(), TabletError> {
        if !self.says_something() {
            return Ok(());
        }
        let json = serde_json::to_string(self).expect("plain structs are always JSON");
        log(connection, at_ms, &json)
    }

    pub(super) fn read(text: String) -> Self {
        serde_json::from_str(&text).unwrap_or(Self::Plain { text })
    }
}

impl std::fmt::Display for LogEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exchanged {
                changes,
                statements,
                files,
                received,
                set_aside,
            } => write!(
                f,
                "sent: {changes} changes, {statements} statements; safe: {files} files; \
                 received: {received}; set aside: {set_aside}"
            ),
            Self::MadeAgain { changes } => write!(
                f,
                "{changes} changes were set aside by the server and are made again"
            ),
            Self::BackupRestored { changes } => write!(
                f,
                "the server went back to a backup: {changes} changes are sent again"
            ),
            Self::Plain { text } => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_comes_back_and_an_old_line_is_kept_as_it_was() {
        let entry = LogEntry::MadeAgain { changes: 3 };
        let json = serde_json::to_string(&entry).unwrap();
        assert_eq!(LogEntry::read(json), entry);
        let old = LogEntry::read("sent: 3 changes".into());
        assert_eq!(old.to_string(), "sent: 3 changes");
    }
}
