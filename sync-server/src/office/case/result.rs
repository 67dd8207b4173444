//! What the inspection found, item by item, beside what is required.

use crate::office::view::{Status, Tone};

/// The result of an inspection.
#[derive(Debug, Clone)]
pub struct InspectionResult {
    /// Which round and ruleset, e.g. `第 1 轮 · GB/T 16739.1-2014`.
    pub title: String,
    /// Counts, which are also the filters.
    pub counts: Counts,
    /// Distance between photos and the registered place, in words; may be empty.
    pub distance: String,
    /// Items by section.
    pub sections: Vec<ResultSection>,
}

/// How many items there are of each kind.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// All items that apply.
    pub all: u64,
    /// Fulfilled.
    pub pass: u64,
    /// Not fulfilled.
    pub fail: u64,
    /// Not answered.
    pub missing: u64,
    /// With photos.
    pub photos: u64,
    /// With a conflict, open or resolved.
    pub conflicts: u64,
}

/// The items of one section.
#[derive(Debug, Clone)]
pub struct ResultSection {
    /// Identifies the section in the page, letters and digits.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How it stands, e.g. `17/17 符合`.
    pub status: Status,
    /// Its items.
    pub items: Vec<ResultItem>,
}

/// One item.
#[derive(Debug, Clone)]
pub struct ResultItem {
    /// Identifies the item in the page and the ruleset.
    pub id: String,
    /// The clause, e.g. `8.1`.
    pub clause: String,
    /// What it asks, in words.
    pub text: String,
    /// What it requires, e.g. `≥ 20 m²`; empty when the words say it all.
    pub requirement: String,
    /// What was found, e.g. `21.0 m²`.
    pub value: String,
    /// How it was judged.
    pub verdict: Status,
    /// Why, e.g. `18.5 m² < 20 m²`; may be empty.
    pub reason: String,
    /// The requirement comes from memory and is to be confirmed by the agency.
    pub unconfirmed: bool,
    /// Instrument, outsourcing contract and the like: label and value in one text.
    pub particulars: Vec<String>,
    /// Photos that were used before, in words; usually empty.
    pub reused: Vec<String>,
    /// Photos of the round before, where the item came back.
    pub earlier: Vec<PhotoThumb>,
    /// Its photos.
    pub photos: Vec<PhotoThumb>,
    /// Remarks, one per officer.
    pub notes: Vec<Note>,
    /// Two answers that did not know of each other.
    pub conflict: Option<Conflict>,
}

impl ResultItem {
    /// The filters this item answers to, separated by blanks.
    #[must_use]
    pub fn kinds(&self) -> String {
        let mut kinds = Vec::new();
        if self.verdict.tone == Tone::Bad {
            kinds.push("fail");
        }
        if self.verdict.tone == Tone::Warn {
            kinds.push("missing");
        }
        if !self.photos.is_empty() {
            kinds.push("photos");
        }
        if self.conflict.is_some() {
            kinds.push("conflict");
        }
        kinds.join(" ")
    }
}

/// A photo beside its clause.
#[derive(Debug, Clone)]
pub struct PhotoThumb {
    /// The page that shows it large.
    pub href: String,
    /// The small picture; `None` while it is still on the tablet.
    pub src: Option<String>,
    /// What it shows, e.g. `8.1 接待室，甲，14:02`.
    pub alt: String,
}

/// An officer's remark.
#[derive(Debug, Clone)]
pub struct Note {
    /// Who.
    pub officer: String,
    /// What.
    pub text: String,
}

/// Two answers that did not know of each other.
#[derive(Debug, Clone)]
pub struct Conflict {
    /// The answers, all of them.
    pub sides: Vec<Side>,
    /// How it ended; `None` while it is open.
    pub resolution: Option<Resolution>,
}

/// One of the answers.
#[derive(Debug, Clone)]
pub struct Side {
    /// What was answered.
    pub value: String,
    /// By whom.
    pub officer: String,
    /// When, local.
    pub at: String,
}

/// How a conflict ended.
#[derive(Debug, Clone)]
pub struct Resolution {
    /// What holds now.
    pub value: String,
    /// Who decided that.
    pub officer: String,
    /// When, local.
    pub at: String,
    /// Why.
    pub reason: String,
}
