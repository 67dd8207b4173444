//! Notes: one per officer and item, so that two officers never write over each other.

use field_core::inspection::NoteView;

use crate::tablet::doc_id;
use crate::{Tablet, TabletError};

/// An officer's note on an item.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Note {
    /// The officer's user id.
    pub officer: String,
    /// The text, never empty.
    pub text: String,
}

impl From<&NoteView> for Note {
    fn from(view: &NoteView) -> Self {
        Self {
            officer: view.officer.clone(),
            text: view.text.clone(),
        }
    }
}

#[uniffi::export]
impl Tablet {
    /// Sets the officer's own note on an item, at most 1,000 characters; empty takes it back. It
    /// is on the disk when this returns.
    pub fn note(
        &self,
        doc: &str,
        officer: &str,
        item: &str,
        text: &str,
    ) -> Result<(), TabletError> {
        let doc = doc_id(doc)?;
        self.with(|core| core.note(doc, officer, item, text))
    }
}
