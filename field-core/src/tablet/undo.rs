//! Taking back the officer's own last answer to an item: what stood there before stands there
//! again, as a new edit, so that the history shows both.

use super::store::documents;
use super::{Tablet, TabletError};
use crate::ids::DocId;
use crate::inspection::{Edit, EditError, Side};

impl Tablet {
    /// Puts back what stood under `item` before the officer's newest answer. Undoing twice brings
    /// the answer back. [`TabletError::NothingToUndo`] when the answer that shows is somebody
    /// else's, or when it closed a conflict: that is answered anew, with a reason.
    pub fn undo_answer(
        &mut self,
        doc: DocId,
        officer: &str,
        item: &str,
    ) -> Result<(), TabletError> {
        let author = self.author(doc, officer)?;
        let shown = self
            .document(doc)?
            .view()?
            .answers
            .remove(item)
            .ok_or(TabletError::NothingToUndo)?;
        let own = documents::officer_of(self.store.reader(), doc, shown.by.actor)?;
        if own.as_deref() != Some(author.officer.as_str()) || !shown.conflict.is_empty() {
            return Err(TabletError::NothingToUndo);
        }
        let before = self.document(doc)?.answers_before(item, &shown.by.change)?;
        let answer = match before.as_slice() {
            [] => String::new(),
            [one] => one.answer.to_canonical_json(),
            [first, rest @ ..] if rest.iter().all(|one| same(one, first)) => {
                first.answer.to_canonical_json()
            }
            _ => return Err(TabletError::NothingToUndo),
        };
        let edit = Edit::Answer {
            item: item.to_owned(),
            answer,
        };
        self.edit(doc, officer, &edit)
    }

    /// Draws on a photo: shape, points in thousandths of its width and height, a text.
    pub fn annotate(
        &mut self,
        doc: DocId,
        officer: &str,
        stroke: crate::inspection::Stroke,
    ) -> Result<(), TabletError> {
        let known = self
            .view(doc)?
            .present_photos()
            .any(|one| one.key == stroke.photo);
        if !known {
            return Err(EditError::ForeignKey(stroke.photo.to_string()).into());
        }
        let key = self.next_key(doc, officer, crate::inspection::Container::Strokes)?;
        self.edit(doc, officer, &Edit::AddStroke { key, stroke })
    }
}

fn same(one: &Side, other: &Side) -> bool {
    one.answer.same_finding(&other.answer)
}
