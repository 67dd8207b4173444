//! A ruleset: the dated conditions behind a checklist, as the files say it, already checked.
//! What applies to one case is picked in [`super::checklist()`]; judging is in [`super::judge()`].

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use super::{Date, Language, Measure, RuleError, RulesetHash, Text, Unit};

/// How sure we are that the text is what the official source says. Everything but
/// [`Confidence::Found`] is shown to people as "to be confirmed by the agency".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// A guess that an agency has to check.
    Low,
    /// Probably right.
    Medium,
    /// Known well, but not read in a source.
    High,
    /// Read in a source.
    Found,
}

impl Confidence {
    /// Whether an agency still has to confirm it.
    pub fn to_be_confirmed(self) -> bool {
        self != Confidence::Found
    }
}

/// Whether a ruleset may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Cases are judged by it.
    Active,
    /// Its items must be confirmed by an agency first.
    Inactive,
    /// Its thresholds are unknown: an administrator must fill them in first.
    NumbersMissing,
}

/// Something the ruleset names and its items refer to: a class, a scope, a feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Term {
    /// Stable name in files and documents, such as `class-2`.
    pub id: String,
    /// What people read.
    pub text: Text,
}

/// A part of the checklist, in the order in which it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Stable name, such as `facility`.
    pub id: String,
    /// What people read.
    pub text: Text,
}

/// The dated conditions behind a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ruleset {
    /// Stable name, such as `gbt-16739.1-2014`.
    pub id: String,
    /// The line of rules that it is one edition of; editions of a part never overlap in time.
    pub parts: Vec<String>,
    /// Whether it may be used.
    pub status: Status,
    /// First day on which it applies.
    #[serde(serialize_with = "date_text")]
    pub from: Date,
    /// First day on which it no longer applies; open where absent.
    #[serde(serialize_with = "optional_date_text")]
    pub until: Option<Date>,
    /// Its title.
    pub text: Text,
    /// Where its content comes from.
    pub source: String,
    /// Classes of business, such as class 1 and 2.
    pub classes: Vec<Term>,
    /// What a shop may work on: vehicle types, or the specialities of class 3.
    pub scopes: Vec<Term>,
    /// What adds conditions, such as gas vehicles.
    pub features: Vec<Term>,
    /// Sections in the order of the checklist.
    pub sections: Vec<Section>,
    /// Items in the order of their sections.
    pub items: Vec<Item>,
}

/// One condition, one row of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Stable name, such as `F1`. Answers and photos refer to it; it never changes its meaning.
    pub id: String,
    /// Id of its section.
    pub section: String,
    /// Clause of the standard, such as `8.1` or `表2-14`.
    pub clause: String,
    /// What is looked at.
    pub text: Text,
    /// A shorter name for messages; [`Item::short`] falls back to `text`.
    pub short: Option<Text>,
    /// What exactly is demanded, beyond the number.
    pub detail: Option<Text>,
    /// What an answer must show.
    pub requirement: Requirement,
    /// To whom it applies.
    pub applies: Applies,
    /// When "not applicable" may be answered; never, where absent.
    pub not_applicable: Option<Text>,
    /// Whether another firm may do this work.
    pub outsourcing: OutsourcingRule,
    /// Whether a photo belongs to the answer.
    pub photo: PhotoRule,
    /// Keys of the sources in which it was read.
    pub source: String,
    /// How sure we are. A bound may say otherwise: see [`Item::confidence`].
    pub confidence: Confidence,
}

/// To whom an item applies. An empty set means everyone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Applies {
    /// Classes.
    pub classes: BTreeSet<String>,
    /// Scopes: at least one of them is asked for.
    pub scopes: BTreeSet<String>,
    /// Features: at least one of them is asked for.
    pub features: BTreeSet<String>,
}

/// What an answer must show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Requirement {
    /// It is there and in order.
    Confirm,
    /// A measured value within bounds.
    Measure {
        /// Unit of value and bounds.
        unit: Unit,
        /// Bounds per class.
        bounds: Bounds,
    },
    /// A whole number within bounds.
    Count {
        /// Unit of value and bounds.
        unit: Unit,
        /// Bounds per class.
        bounds: Bounds,
    },
    /// A certificate of verification (检定) that has not expired on the day.
    Certificate,
    /// Photos; no tap is needed beside them.
    Photo {
        /// How many at least.
        at_least: u32,
    },
}

/// Bounds of a value per class; every class of the item has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bounds {
    /// Which side is bounded.
    pub direction: Direction,
    /// Class to bound.
    pub per_class: BTreeMap<String, Bound>,
}

/// Which side of a value is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// ≥
    AtLeast,
    /// ≤
    AtMost,
}

/// One threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Bound {
    /// The number; it fulfils the condition itself.
    pub value: Measure,
    /// How sure we are of this number, where it differs from the item.
    pub confidence: Option<Confidence>,
}

/// Whether another firm may do the work of an item (外协).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum OutsourcingRule {
    /// The shop must have it itself.
    Never,
    /// With a written contract, for these classes and scopes; an empty set means all of them.
    Allowed {
        /// Classes that may.
        classes: BTreeSet<String>,
        /// Scopes for which they may.
        scopes: BTreeSet<String>,
        /// How sure we are of it.
        confidence: Confidence,
    },
}

/// Whether a photo belongs to the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PhotoRule {
    /// As the inspector likes.
    Optional,
    /// When the item fails.
    OnFail,
    /// Always.
    Required,
}

impl Ruleset {
    /// Reads the text of one ruleset file; `name` is what errors call it. This is how a ruleset
    /// travels: as its file, checked against its hash on arrival.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn parse(name: &str, text: &str) -> Result<Ruleset, RuleError> {
        super::load::read_ruleset(name, text)
    }

    /// What an inspection is pinned to: SHA-256 over the content. Comments, spaces and the order of
    /// keys in the file do not matter; the order of items does.
    pub fn hash(&self) -> RulesetHash {
        RulesetHash::of(self)
    }

    /// The item named `id`.
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }

    /// The section named `id`.
    pub fn section(&self, id: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.id == id)
    }

    /// Whether it applies on `day`, usable or not.
    pub fn covers(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}

impl Item {
    /// The name for messages.
    pub fn short(&self) -> &Text {
        self.short.as_ref().unwrap_or(&self.text)
    }

    /// How sure we are of what is demanded of `class`.
    pub fn confidence(&self, class: &str) -> Confidence {
        let bound = self
            .requirement
            .bounds()
            .and_then(|bounds| bounds.per_class.get(class));
        bound
            .and_then(|bound| bound.confidence)
            .unwrap_or(self.confidence)
    }

    /// What is demanded of `class`, such as "≥ 20 m²"; empty where there is no number.
    pub fn threshold(&self, class: &str, language: Language) -> String {
        let Some((unit, bounds)) = self.requirement.measured() else {
            return String::new();
        };
        let Some(bound) = bounds.per_class.get(class) else {
            return String::new();
        };
        let sign = match bounds.direction {
            Direction::AtLeast => '≥',
            Direction::AtMost => '≤',
        };
        format!("{sign} {} {}", bound.value, unit.symbol(language))
    }
}

impl Requirement {
    /// Unit and bounds of a measured or counted value.
    pub fn measured(&self) -> Option<(Unit, &Bounds)> {
        match self {
            Requirement::Measure { unit, bounds } | Requirement::Count { unit, bounds } => {
                Some((*unit, bounds))
            }
            Requirement::Confirm | Requirement::Certificate | Requirement::Photo { .. } => None,
        }
    }

    fn bounds(&self) -> Option<&Bounds> {
        self.measured().map(|(_, bounds)| bounds)
    }
}

impl Direction {
    /// Whether `value` fulfils `bound`.
    pub fn holds(self, value: Measure, bound: Measure) -> bool {
        match self {
            Direction::AtLeast => value >= bound,
            Direction::AtMost => value <= bound,
        }
    }
}

pub(super) fn date_text<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

pub(super) fn optional_date_text<S: Serializer>(
    date: &Option<Date>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => serializer.collect_str(date),
        None => serializer.serialize_none(),
    }
}
