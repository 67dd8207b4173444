//! Everything an officer can do to an inspection, as data: each edit is one value put under one
//! key of one container. The same table is read in both directions: the tablet turns an edit
//! into a put, the gate turns a stranger's put back into an edit or refuses it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::containers::Container;
use super::facts::Facts;
use crate::digest::Sha256;
use crate::ids::Actor;
use crate::rules::Answer;

/// No value in a document is longer, in bytes.
pub const MAX_VALUE_BYTES: usize = 8 * 1024;
const MAX_NOTE_CHARS: usize = 1_000;
const MAX_REASON_CHARS: usize = 500;
const MAX_POINTS: usize = 400;
const MAX_TEXT_CHARS: usize = 200;

/// Who edits: an officer under an actor that is theirs in this document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The actor.
    pub actor: Actor,
    /// The officer's user id.
    pub officer: String,
}

/// A place on earth (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Degrees, north positive.
    pub latitude: f64,
    /// Degrees, east positive.
    pub longitude: f64,
    /// Radius in metres within which the true place lies, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_m: Option<f64>,
}

/// An evidence file as the document lists it. The upright rendition is the evidence; the
/// original's hash is the tablet's claim until the original itself arrives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Photo {
    /// The item it shows.
    pub item: String,
    /// Of the rendition.
    pub sha256: Sha256,
    /// Length of the rendition.
    pub bytes: u64,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Of the thumbnail, which is derived and can be made again.
    pub thumbnail: Sha256,
    /// Length of the thumbnail.
    pub thumbnail_bytes: u64,
    /// Of the file as the camera gave it.
    pub original: Sha256,
    /// Its length.
    pub original_bytes: u64,
    /// Local time as the camera wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<String>,
    /// Make and model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub camera: Option<String>,
    /// Where the camera says it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A mark drawn over a photo; the picture itself stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stroke {
    /// On which photo.
    pub photo: PhotoKey,
    /// `arrow`, `circle`, `line` or `text`.
    pub shape: String,
    /// Points in thousandths of the picture's width and height.
    pub points: Vec<(u16, u16)>,
    /// What a text says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// The course of the visit, per officer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Visit {
    /// Arrived.
    Begin {
        /// Wall clock, Unix milliseconds.
        at_ms: i64,
        /// Where the tablet says it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
    },
    /// Who of the applicant's side was present.
    Present {
        /// Name and role.
        who: String,
    },
    /// The notice of rights was read out.
    RightsRead {
        /// Wall clock, Unix milliseconds.
        at_ms: i64,
    },
    /// Left.
    End {
        /// Wall clock, Unix milliseconds.
        at_ms: i64,
    },
}

/// The name of a photo or stroke: who put it there, and which of theirs it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhotoKey {
    /// The actor that added it.
    pub actor: Actor,
    /// Counts from 0.
    pub counter: u32,
}

/// One edit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "kebab-case")]
pub enum Edit {
    /// Answers an item; with a reason, resolves a conflict.
    Answer {
        /// The item.
        item: String,
        /// Canonical JSON of an [`Answer`]; empty takes the answer back, as undoing the first one
        /// does.
        answer: String,
    },
    /// Sets the officer's own note on an item; empty takes it back.
    Note {
        /// The item.
        item: String,
        /// The text.
        text: String,
    },
    /// Adds a photo.
    AddPhoto {
        /// A key of the author's own actor that is still free.
        key: PhotoKey,
        /// The photo.
        photo: Photo,
    },
    /// Takes a photo out; it stays in the history.
    RemovePhoto {
        /// Which.
        key: PhotoKey,
        /// Why.
        reason: String,
    },
    /// Draws on a photo.
    AddStroke {
        /// A key of the author's own actor that is still free.
        key: PhotoKey,
        /// The mark.
        stroke: Stroke,
    },
    /// Records the course of the visit.
    Visit {
        /// What happened.
        visit: Visit,
    },
}

/// Why an edit is not made, in words that say what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The checklist of this case does not have the item.
    #[error("the checklist of this case has no item `{0}`")]
    UnknownItem(String),
    /// The answer breaks a rule.
    #[error(transparent)]
    Answer(#[from] crate::rules::AnswerError),
    /// A text is too long.
    #[error("the {what} is longer than {max} characters: shorten it")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// Its limit.
        max: usize,
    },
    /// A text that must say something is empty.
    #[error("the {0} is missing")]
    Missing(&'static str),
    /// A key of somebody else, or not a key.
    #[error("`{0}` is not a key of this author")]
    ForeignKey(String),
    /// A number out of its range.
    #[error("the {0} is out of range")]
    OutOfRange(&'static str),
    /// A container does not hold values of this kind.
    #[error("not a value for {container}: {why}")]
    NotAValue {
        /// Where it was put.
        container: &'static str,
        /// What is wrong.
        why: String,
    },
    /// Automerge refused.
    #[error("the document did not take the edit: {0}")]
    Document(String),
}

/// One value under one key of one container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Put {
    pub(crate) container: Container,
    pub(crate) key: String,
    pub(crate) value: String,
}

impl Edit {
    pub(crate) fn to_put(&self, author: &Author) -> Put {
        let (container, key, value) = match self {
            Self::Answer { item, answer } => (Container::Answers, item.clone(), answer.clone()),
            Self::Note { item, text } => (
                Container::Notes,
                format!("{item}/{}", author.officer),
                text.clone(),
            ),
            Self::AddPhoto { key, photo } => (Container::Photos, key.to_string(), json(photo)),
            Self::RemovePhoto { key, reason } => {
                (Container::Removed, key.to_string(), reason.clone())
            }
            Self::AddStroke { key, stroke } => (Container::Strokes, key.to_string(), json(stroke)),
            Self::Visit { visit } => (
                Container::Visit,
                format!("{}/{}", author.officer, visit.field()),
                json(visit),
            ),
        };
        Put {
            container,
            key,
            value,
        }
    }

    /// Reads a put back. Only what [`Edit::to_put`] could have written for this author comes back.
    pub(crate) fn from_put(put: &Put, author: &Author) -> Result<Self, EditError> {
        let edit = match put.container {
            Container::Answers => Self::Answer {
                item: put.key.clone(),
                answer: put.value.clone(),
            },
            Container::Notes => {
                let (item, officer) = split_owner(&put.key)?;
                if officer != author.officer {
                    return Err(EditError::ForeignKey(put.key.clone()));
                }
                Self::Note {
                    item: item.to_owned(),
                    text: put.value.clone(),
                }
            }
            Container::Photos => Self::AddPhoto {
                key: read_key(&put.key)?,
                photo: read_json(put)?,
            },
            Container::Removed => Self::RemovePhoto {
                key: read_key(&put.key)?,
                reason: put.value.clone(),
            },
            Container::Strokes => Self::AddStroke {
                key: read_key(&put.key)?,
                stroke: read_json(put)?,
            },
            Container::Visit => Self::Visit {
                visit: read_json(put)?,
            },
        };
        if edit.to_put(author) == *put {
            Ok(edit)
        } else {
            Err(EditError::NotAValue {
                container: put.container.key(),
                why: "not in canonical form, or under another's key".into(),
            })
        }
    }

    /// Whether `author` may make this edit in an inspection with these facts.
    pub(crate) fn check(&self, author: &Author, facts: &Facts) -> Result<(), EditError> {
        if let Some(item) = self.item()
            && !facts.has_item(item)
        {
            return Err(EditError::UnknownItem(item.to_owned()));
        }
        match self {
            Self::Answer { answer, .. } if answer.is_empty() => {}
            Self::Answer { answer, .. } => {
                Answer::parse(answer)?;
            }
            Self::Note { text, .. } => limit("note", text, MAX_NOTE_CHARS)?,
            Self::AddPhoto { key, photo } => {
                own(key, author)?;
                photo.check()?;
            }
            Self::RemovePhoto { reason, .. } => {
                limit("reason", reason, MAX_REASON_CHARS)?;
                demand("reason", reason)?;
            }
            Self::AddStroke { key, stroke } => {
                own(key, author)?;
                stroke.check()?;
            }
            Self::Visit { visit } => visit.check()?,
        }
        if self.to_put(author).value.len() > MAX_VALUE_BYTES {
            return Err(EditError::TooLong {
                what: "value",
                max: MAX_VALUE_BYTES,
            });
        }
        Ok(())
    }

    fn item(&self) -> Option<&str> {
        match self {
            Self::Answer { item, .. } | Self::Note { item, .. } => Some(item),
            Self::AddPhoto { photo, .. } => Some(&photo.item),
            Self::RemovePhoto { .. } | Self::AddStroke { .. } | Self::Visit { .. } => None,
        }
    }
}

impl Photo {
    fn check(&self) -> Result<(), EditError> {
        const MAX_PIXELS: u32 = 2048;
        const MAX_BYTES: u64 = 16 << 20;
        const MAX_ORIGINAL_BYTES: u64 = 256 << 20;
        let sides = 1..=MAX_PIXELS;
        if !sides.contains(&self.width) || !sides.contains(&self.height) {
            return Err(EditError::OutOfRange("size of the picture"));
        }
        if !(1..=MAX_BYTES).contains(&self.bytes)
            || !(1..=MAX_BYTES).contains(&self.thumbnail_bytes)
            || !(1..=MAX_ORIGINAL_BYTES).contains(&self.original_bytes)
        {
            return Err(EditError::OutOfRange("length of the picture"));
        }
        for text in [&self.taken, &self.camera].into_iter().flatten() {
            limit("camera's text", text, MAX_TEXT_CHARS)?;
        }
        self.place.as_ref().map_or(Ok(()), Place::check)
    }
}

impl Place {
    fn check(&self) -> Result<(), EditError> {
        let plausible = (-90.0..=90.0).contains(&self.latitude)
            && (-180.0..=180.0).contains(&self.longitude)
            && self.accuracy_m.is_none_or(|m| (0.0..=1e6).contains(&m));
        if plausible {
            Ok(())
        } else {
            Err(EditError::OutOfRange("place"))
        }
    }
}

impl Stroke {
    fn check(&self) -> Result<(), EditError> {
        if !matches!(self.shape.as_str(), "arrow" | "circle" | "line" | "text") {
            return Err(EditError::OutOfRange("shape"));
        }
        if self.points.is_empty()
            || self.points.len() > MAX_POINTS
            || self.points.iter().any(|(x, y)| *x > 1000 || *y > 1000)
        {
            return Err(EditError::OutOfRange("points of the stroke"));
        }
        self.text
            .as_ref()
            .map_or(Ok(()), |text| limit("text", text, MAX_TEXT_CHARS))
    }
}

impl Visit {
    const fn field(&self) -> &'static str {
        match self {
            Self::Begin { .. } => "begin",
            Self::Present { .. } => "present",
            Self::RightsRead { .. } => "rights-read",
            Self::End { .. } => "end",
        }
    }

    fn check(&self) -> Result<(), EditError> {
        match self {
            Self::Begin { place, .. } => place.as_ref().map_or(Ok(()), Place::check),
            Self::Present { who } => {
                limit("person present", who, MAX_TEXT_CHARS)?;
                demand("person present", who)
            }
            Self::RightsRead { .. } | Self::End { .. } => Ok(()),
        }
    }
}

impl fmt::Display for PhotoKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.actor, self.counter)
    }
}

impl FromStr for PhotoKey {
    type Err = EditError;

    fn from_str(text: &str) -> Result<Self, EditError> {
        let foreign = || EditError::ForeignKey(text.chars().take(64).collect());
        let (actor, counter) = text.split_once(':').ok_or_else(foreign)?;
        let key = Self {
            actor: actor.parse().map_err(|_| foreign())?,
            counter: counter.parse().map_err(|_| foreign())?,
        };
        // One spelling for each key.
        if key.to_string() == text {
            Ok(key)
        } else {
            Err(foreign())
        }
    }
}

impl Serialize for PhotoKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PhotoKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

pub(super) fn split_owner(key: &str) -> Result<(&str, &str), EditError> {
    key.split_once('/')
        .ok_or_else(|| EditError::ForeignKey(key.chars().take(64).collect()))
}

fn read_key(key: &str) -> Result<PhotoKey, EditError> {
    key.parse()
}

fn read_json<T: for<'de> Deserialize<'de>>(put: &Put) -> Result<T, EditError> {
    serde_json::from_str(&put.value).map_err(|error| EditError::NotAValue {
        container: put.container.key(),
        why: error.to_string(),
    })
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain structs with string keys are always JSON")
}

fn own(key: &PhotoKey, author: &Author) -> Result<(), EditError> {
    if key.actor == author.actor {
        Ok(())
    } else {
        Err(EditError::ForeignKey(key.to_string()))
    }
}

fn limit(what: &'static str, text: &str, max: usize) -> Result<(), EditError> {
    if text.chars().count() > max {
        return Err(EditError::TooLong { what, max });
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(EditError::OutOfRange(what));
    }
    Ok(())
}

fn demand(what: &'static str, text: &str) -> Result<(), EditError> {
    if text.trim().is_empty() {
        Err(EditError::Missing(what))
    } else {
        Ok(())
    }
}
