//! Reading a document back as plain structs at given heads: answers with who and when, open
//! conflicts with every side, how closed ones were resolved, notes, photos, the visit.

use std::collections::BTreeMap;

use automerge::{AutoCommit, ChangeHash, ObjId as ExId, ReadDoc, Value};

use super::containers::{Container, Containers};
use super::edit::{Photo, PhotoKey, Stroke, Visit, split_owner};
use super::{Facts, Heads, InspectionError};
use crate::digest::Sha256;
use crate::ids::Actor;
use crate::moment::Moment;
use crate::rules::Answer;

/// Who wrote a value. The actor's officer is in the actor certificate beside the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By {
    /// The actor.
    pub actor: Actor,
    /// What the tablet's clocks said; absent only for what the server wrote.
    pub at: Option<Moment>,
    /// The change it came with.
    pub change: Sha256,
}

/// One of several answers to an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// What was answered.
    pub answer: Answer,
    /// By whom, when.
    pub by: By,
}

/// How a conflict was closed: the answer that carries this has a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// Why this answer.
    pub reason: String,
    /// What stood there before, each with who and when.
    pub former: Vec<Side>,
}

/// The answer to one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerView {
    /// The one that shows; while a conflict is open that says nothing about which is right.
    pub answer: Answer,
    /// By whom, when.
    pub by: By,
    /// Every side of an open conflict, this one included; empty when there is none. Equal
    /// findings at the same time are no conflict.
    pub conflict: Vec<Side>,
    /// How an earlier conflict was closed.
    pub resolution: Option<Resolution>,
}

/// An officer's note on an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteView {
    /// The item.
    pub item: String,
    /// The officer's user id.
    pub officer: String,
    /// The text, never empty.
    pub text: String,
    /// By whom, when.
    pub by: By,
}

/// A photo in the document.
#[derive(Debug, Clone, PartialEq)]
pub struct PhotoView {
    /// Its key.
    pub key: PhotoKey,
    /// What is listed of it.
    pub photo: Photo,
    /// By whom, when.
    pub by: By,
    /// Why it was taken out, if it was.
    pub removed: Option<(String, By)>,
    /// What was drawn on it.
    pub strokes: Vec<Stroke>,
}

/// The course of the visit as one officer recorded it.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitView {
    /// The officer's user id.
    pub officer: String,
    /// What happened.
    pub visit: Visit,
    /// By whom, when.
    pub by: By,
}

/// A document at given heads.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Of exactly this state.
    pub heads: Heads,
    /// What the server wrote.
    pub facts: Facts,
    /// By item.
    pub answers: BTreeMap<String, AnswerView>,
    /// In order of item and officer.
    pub notes: Vec<NoteView>,
    /// In order of actor and counter, those taken out included.
    pub photos: Vec<PhotoView>,
    /// In order of officer.
    pub visit: Vec<VisitView>,
}

impl View {
    /// Items with an open conflict.
    pub fn conflicts(&self) -> impl Iterator<Item = (&str, &[Side])> {
        self.answers
            .iter()
            .filter(|(_, answer)| !answer.conflict.is_empty())
            .map(|(item, answer)| (item.as_str(), answer.conflict.as_slice()))
    }

    /// Photos that were not taken out.
    pub fn present_photos(&self) -> impl Iterator<Item = &PhotoView> {
        self.photos.iter().filter(|photo| photo.removed.is_none())
    }

    /// SHA-256 of every evidence file that counts, sorted, each once.
    #[must_use]
    pub fn evidence(&self) -> Vec<Sha256> {
        let mut evidence: Vec<_> = self.present_photos().map(|one| one.photo.sha256).collect();
        evidence.sort_unstable();
        evidence.dedup();
        evidence
    }

    /// The answers alone, for judging.
    #[must_use]
    pub fn answers_only(&self) -> BTreeMap<String, Answer> {
        self.answers
            .iter()
            .map(|(item, view)| (item.clone(), view.answer.clone()))
            .collect()
    }

    /// How many photos each item has, for judging.
    #[must_use]
    pub fn photo_counts(&self) -> BTreeMap<String, u32> {
        let mut counts = BTreeMap::new();
        for one in self.present_photos() {
            *counts.entry(one.photo.item.clone()).or_insert(0) += 1;
        }
        counts
    }
}

/// What stood under an item before the change `change`, in the order of [`AnswerView::conflict`].
pub(super) fn before(
    doc: &mut AutoCommit,
    containers: &Containers,
    item: &str,
    change: &Sha256,
) -> Result<Vec<Side>, InspectionError> {
    let mut reader = Reader {
        at: vec![],
        now: doc.get_heads(),
        doc,
        containers,
    };
    reader.before(item, change)
}

pub(super) fn view(
    doc: &mut AutoCommit,
    containers: &Containers,
    facts: &Facts,
    heads: &Heads,
) -> Result<View, InspectionError> {
    let mut reader = Reader {
        at: heads.to_automerge(),
        now: doc.get_heads(),
        doc,
        containers,
    };
    let mut view = View {
        heads: heads.clone(),
        facts: facts.clone(),
        answers: reader.answers()?,
        notes: reader.notes()?,
        photos: reader.photos()?,
        visit: reader.visit()?,
    };
    view.photos.sort_by_key(|photo| photo.key);
    Ok(view)
}

struct Reader<'a> {
    doc: &'a mut AutoCommit,
    containers: &'a Containers,
    at: Vec<ChangeHash>,
    /// Everything there is. Reading at other heads walks the history for each value.
    now: Vec<ChangeHash>,
}

impl Reader<'_> {
    fn keys(&self, container: Container) -> Vec<String> {
        let object = self.containers.object(container);
        if self.at == self.now {
            self.doc.keys(object).collect()
        } else {
            self.doc.keys_at(object, &self.at).collect()
        }
    }

    /// Every value that stands under `key` at `at`, the one that shows last.
    fn values(
        &mut self,
        container: Container,
        key: &str,
        at: &[ChangeHash],
    ) -> Result<Vec<(String, By)>, InspectionError> {
        let object = self.containers.object(container);
        let all = if at == self.now {
            self.doc.get_all(object, key)?
        } else {
            self.doc.get_all_at(object, key, at)?
        };
        let found: Vec<(String, ExId)> = all
            .into_iter()
            .filter_map(|(value, id)| match value {
                Value::Scalar(scalar) => scalar.as_str().map(|text| (text.to_owned(), id)),
                Value::Object(_) => None,
            })
            .collect();
        found
            .into_iter()
            .map(|(text, id)| Ok((text, self.by(&id)?)))
            .collect()
    }

    /// The value that shows.
    fn value(
        &mut self,
        container: Container,
        key: &str,
    ) -> Result<Option<(String, By)>, InspectionError> {
        let at = self.at.clone();
        Ok(self.values(container, key, &at)?.pop())
    }

    fn by(&mut self, id: &ExId) -> Result<By, InspectionError> {
        let unknown = || InspectionError::NotAnInspection("author of a value");
        let hash = self.doc.hash_for_opid(id).ok_or_else(unknown)?;
        let meta = self
            .doc
            .get_change_meta_by_hash(&hash)
            .ok_or_else(unknown)?;
        Ok(By {
            actor: Actor::from_automerge(&meta.actor).map_err(|_| unknown())?,
            at: meta.message.as_deref().and_then(Moment::from_line),
            change: Sha256::from(hash.0),
        })
    }

    fn sides(&mut self, item: &str, at: &[ChangeHash]) -> Result<Vec<Side>, InspectionError> {
        let values = self.values(Container::Answers, item, at)?;
        // The gate lets nothing else in; should it ever, the rest of the document stays readable.
        Ok(values
            .into_iter()
            .filter_map(|(text, by)| Answer::parse(&text).ok().map(|answer| Side { answer, by }))
            .collect())
    }

    fn answers(&mut self) -> Result<BTreeMap<String, AnswerView>, InspectionError> {
        let mut answers = BTreeMap::new();
        for item in self.keys(Container::Answers) {
            let at = self.at.clone();
            let sides = self.sides(&item, &at)?;
            let Some(shown) = sides.last().cloned() else {
                continue;
            };
            let open = sides
                .iter()
                .any(|side| !side.answer.same_finding(&shown.answer));
            let resolution = match &shown.answer.reason {
                Some(reason) if !open => self.resolution(&item, reason, &shown.by)?,
                _ => None,
            };
            let view = AnswerView {
                answer: shown.answer,
                by: shown.by,
                conflict: if open { sides } else { vec![] },
                resolution,
            };
            answers.insert(item, view);
        }
        Ok(answers)
    }

    fn resolution(
        &mut self,
        item: &str,
        reason: &str,
        by: &By,
    ) -> Result<Option<Resolution>, InspectionError> {
        let former = self.before(item, &by.change)?;
        Ok((!former.is_empty()).then(|| Resolution {
            reason: reason.to_owned(),
            former,
        }))
    }

    fn before(&mut self, item: &str, change: &Sha256) -> Result<Vec<Side>, InspectionError> {
        let before = self
            .doc
            .get_change_meta_by_hash(&ChangeHash(*change.as_bytes()))
            .map(|meta| meta.deps.clone())
            .unwrap_or_default();
        self.sides(item, &before)
    }

    fn notes(&mut self) -> Result<Vec<NoteView>, InspectionError> {
        let mut notes = vec![];
        for key in self.keys(Container::Notes) {
            let Ok((item, officer)) = split_owner(&key) else {
                continue;
            };
            // Two tablets of one officer may both have written: nothing of it is hidden.
            let at = self.at.clone();
            for (text, by) in self.values(Container::Notes, &key, &at)? {
                if !text.is_empty() {
                    notes.push(NoteView {
                        item: item.to_owned(),
                        officer: officer.to_owned(),
                        text,
                        by,
                    });
                }
            }
        }
        Ok(notes)
    }

    fn photos(&mut self) -> Result<Vec<PhotoView>, InspectionError> {
        let mut strokes = self.strokes()?;
        let mut photos = vec![];
        for name in self.keys(Container::Photos) {
            let Ok(key) = name.parse::<PhotoKey>() else {
                continue;
            };
            let Some((text, by)) = self.value(Container::Photos, &name)? else {
                continue;
            };
            let Ok(photo) = serde_json::from_str(&text) else {
                continue;
            };
            photos.push(PhotoView {
                key,
                photo,
                by,
                removed: self.value(Container::Removed, &name)?,
                strokes: strokes.remove(&key).unwrap_or_default(),
            });
        }
        Ok(photos)
    }

    fn strokes(&mut self) -> Result<BTreeMap<PhotoKey, Vec<Stroke>>, InspectionError> {
        let mut strokes: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for name in self.keys(Container::Strokes) {
            if let Some((text, _)) = self.value(Container::Strokes, &name)?
                && let Ok(stroke) = serde_json::from_str::<Stroke>(&text)
            {
                strokes.entry(stroke.photo).or_default().push(stroke);
            }
        }
        Ok(strokes)
    }

    fn visit(&mut self) -> Result<Vec<VisitView>, InspectionError> {
        let mut visits = vec![];
        for key in self.keys(Container::Visit) {
            let Ok((officer, _)) = split_owner(&key) else {
                continue;
            };
            if let Some((text, by)) = self.value(Container::Visit, &key)?
                && let Ok(visit) = serde_json::from_str(&text)
            {
                visits.push(VisitView {
                    officer: officer.to_owned(),
                    visit,
                    by,
                });
            }
        }
        Ok(visits)
    }
}
