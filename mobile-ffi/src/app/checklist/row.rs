//! One item as the page shows it.

use std::collections::{BTreeMap, HashMap};

use field_core::digest::Sha256;
use field_core::ids::DocId;
use field_core::inspection::PhotoView;
use field_core::rules::Answer as CoreAnswer;
use field_core::tablet::FileState;

use crate::app::format;
use crate::app::materials::Head;
use crate::app::page::Frame;
use crate::app::problem::Problem;
use crate::app::state::{App, now_ms};
use crate::app::words::Said;
use crate::{Answer, ChecklistItem, GivenAnswer, ItemKind, Outcome, Verdict};

/// A photo beside an item.
pub(in crate::app) struct Thumb {
    pub(in crate::app) key: String,
    pub(in crate::app) sha256: String,
    /// `here`, `sending`, `safe` or `elsewhere`.
    pub(in crate::app) state: &'static str,
}

impl Thumb {
    pub(in crate::app) fn new(key: String, thumbnail: &Sha256, state: FileState) -> Self {
        Self {
            key,
            sha256: thumbnail.to_string(),
            state: match state {
                FileState::Here => "here",
                FileState::Sending => "sending",
                FileState::Safe => "safe",
                FileState::Elsewhere => "elsewhere",
            },
        }
    }

    pub(in crate::app) fn is_shown(&self) -> bool {
        self.state != "elsewhere"
    }
}

/// Somebody's answer.
pub(in crate::app) struct Given {
    /// "18.5 m²" or "符合".
    pub(in crate::app) finding: String,
    pub(in crate::app) name: String,
    pub(in crate::app) at: String,
    pub(in crate::app) own: bool,
    pub(in crate::app) reason: String,
}

/// A note.
pub(in crate::app) struct Noted {
    pub(in crate::app) text: String,
    pub(in crate::app) name: String,
    pub(in crate::app) own: bool,
}

/// One item.
pub(in crate::app) struct Row {
    pub(in crate::app) doc: String,
    pub(in crate::app) id: String,
    pub(in crate::app) clause: String,
    pub(in crate::app) text: String,
    pub(in crate::app) detail: String,
    pub(in crate::app) threshold: String,
    pub(in crate::app) unit: String,
    /// `confirm`, `measure`, `count`, `certificate` or `photo`.
    pub(in crate::app) kind: &'static str,
    /// `pass`, `fail`, `missing` or `na`.
    pub(in crate::app) verdict: &'static str,
    pub(in crate::app) reason: String,
    /// What was tapped: `pass`, `fail`, `na` or nothing.
    pub(in crate::app) tapped: &'static str,
    pub(in crate::app) value: String,
    pub(in crate::app) given: Option<Given>,
    pub(in crate::app) conflict: Vec<Given>,
    pub(in crate::app) notes: Vec<Noted>,
    pub(in crate::app) own_note: String,
    pub(in crate::app) note_missing: bool,
    pub(in crate::app) photo_missing: bool,
    pub(in crate::app) photos: Vec<Thumb>,
    /// In which case "not applicable" may be tapped; never, when empty.
    pub(in crate::app) not_applicable: String,
    pub(in crate::app) may_outsource: bool,
    pub(in crate::app) to_be_confirmed: bool,
    pub(in crate::app) instrument: [String; 3],
    pub(in crate::app) outsourcing: [String; 3],
    pub(in crate::app) earlier: String,
    pub(in crate::app) open: bool,
    pub(in crate::app) undo: bool,
    pub(in crate::app) writable: bool,
}

impl Row {
    pub(in crate::app) fn has_number(&self) -> bool {
        matches!(self.kind, "measure" | "count")
    }

    /// Whether something beyond a tap was recorded, so that the fold is shown open to the eye.
    pub(in crate::app) fn has_more(&self) -> bool {
        !self.instrument[0].is_empty() || !self.outsourcing[0].is_empty()
    }
}

/// Makes the rows of one document.
pub(super) struct Maker<'a> {
    f: &'a Frame,
    doc: String,
    writable: bool,
    officer: String,
    names: HashMap<String, String>,
    photos: BTreeMap<String, Vec<Thumb>>,
    earlier: BTreeMap<String, String>,
    now_ms: i64,
}

impl<'a> Maker<'a> {
    pub(super) fn new(app: &App, f: &'a Frame, head: &Head, doc: DocId) -> Result<Self, Problem> {
        let (case, facts, view) =
            app.core(|core| Ok((core.case(doc)?, core.facts(doc)?, core.view(doc)?)))?;
        let names = case.officers.into_iter().map(|one| (one.id, one.name));
        let mut photos: BTreeMap<String, Vec<Thumb>> = BTreeMap::new();
        for one in view.present_photos() {
            photos
                .entry(one.photo.item.clone())
                .or_default()
                .push(thumb(app, one)?);
        }
        let earlier = facts.earlier.iter().filter_map(|one| {
            let answer = CoreAnswer::parse(one.answer.as_deref()?).ok()?;
            Some((
                one.item.clone(),
                finding(f.said, &Answer::from(&answer), None),
            ))
        });
        Ok(Self {
            f,
            doc: doc.to_string(),
            writable: head.writable,
            officer: app.officer(),
            names: names.collect(),
            photos,
            earlier: earlier.collect(),
            now_ms: now_ms(),
        })
    }

    fn given(&self, one: &GivenAnswer, unit: Option<&str>) -> Given {
        let officer = one.officer.clone().unwrap_or_default();
        Given {
            finding: finding(self.f.said, &one.answer, unit),
            name: self.names.get(&officer).cloned().unwrap_or(officer.clone()),
            at: one
                .at_ms
                .map(|at| format::clock(self.f.said, at, self.now_ms))
                .unwrap_or_default(),
            own: officer == self.officer,
            reason: one.answer.reason.clone().unwrap_or_default(),
        }
    }

    fn photos(&self, item: &str) -> Vec<Thumb> {
        let of = self.photos.get(item).into_iter().flatten();
        of.map(|one| Thumb {
            key: one.key.clone(),
            sha256: one.sha256.clone(),
            state: one.state,
        })
        .collect()
    }

    pub(super) fn row(&self, item: &ChecklistItem) -> Result<Row, Problem> {
        let said = self.f.said;
        let unit = item.unit.as_ref().map(|unit| said.of(unit).to_owned());
        let open = !item.conflict.is_empty();
        // While a conflict is open neither side is the answer.
        let answer = item
            .answer
            .as_ref()
            .filter(|_| !open)
            .map(|given| &given.answer);
        let notes: Vec<Noted> = item
            .notes
            .iter()
            .map(|note| Noted {
                text: note.text.clone(),
                name: self.names.get(&note.officer).cloned().unwrap_or_default(),
                own: note.officer == self.officer,
            })
            .collect();
        let own_note = notes.iter().find(|note| note.own);
        let given = item
            .answer
            .as_ref()
            .map(|one| self.given(one, unit.as_deref()));
        Ok(Row {
            doc: self.doc.clone(),
            clause: item.clause.clone(),
            text: said.of(&item.text).to_owned(),
            detail: item
                .detail
                .as_ref()
                .map(|one| said.of(one).to_owned())
                .unwrap_or_default(),
            threshold: said.of(&item.threshold).to_owned(),
            kind: kind(item.kind),
            verdict: if open {
                "missing"
            } else {
                verdict(item.verdict)
            },
            reason: said.of(&item.reason).to_owned(),
            tapped: answer.map_or("", |answer| tapped(answer.outcome)),
            value: answer.and_then(|one| one.value.clone()).unwrap_or_default(),
            conflict: item
                .conflict
                .iter()
                .map(|side| self.given(side, unit.as_deref()))
                .collect(),
            undo: self.writable && !open && given.as_ref().is_some_and(|given| given.own),
            given,
            own_note: own_note.map(|note| note.text.clone()).unwrap_or_default(),
            note_missing: item.note_required && notes.is_empty(),
            notes,
            photo_missing: item.photo_missing,
            photos: self.photos(&item.id),
            not_applicable: item
                .not_applicable
                .as_ref()
                .map(|one| said.of(one).to_owned())
                .unwrap_or_default(),
            may_outsource: item.may_outsource,
            to_be_confirmed: item.to_be_confirmed,
            instrument: instrument(answer),
            outsourcing: outsourcing(answer),
            earlier: self.earlier.get(&item.id).cloned().unwrap_or_default(),
            open: super::is_open(item),
            writable: self.writable,
            unit: unit.unwrap_or_default(),
            id: item.id.clone(),
        })
    }
}

fn thumb(app: &App, one: &PhotoView) -> Result<Thumb, Problem> {
    let state = app.core(|core| core.file_state(&one.photo.sha256))?;
    Ok(Thumb::new(one.key.to_string(), &one.photo.thumbnail, state))
}

fn instrument(answer: Option<&Answer>) -> [String; 3] {
    let used = answer.and_then(|one| one.instrument.as_ref());
    used.map_or_else(Default::default, |one| {
        [
            one.name.clone(),
            one.serial.clone().unwrap_or_default(),
            one.calibrated_until.clone().unwrap_or_default(),
        ]
    })
}

fn outsourcing(answer: Option<&Answer>) -> [String; 3] {
    let work = answer.and_then(|one| one.outsourcing.as_ref());
    work.map_or_else(Default::default, |one| {
        [
            one.contractor.clone(),
            one.contract.clone().unwrap_or_default(),
            one.until.clone().unwrap_or_default(),
        ]
    })
}

const fn kind(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Confirm => "confirm",
        ItemKind::Measure => "measure",
        ItemKind::Count => "count",
        ItemKind::Certificate => "certificate",
        ItemKind::Photo => "photo",
    }
}

pub(in crate::app) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Missing => "missing",
        Verdict::NotApplicable => "na",
    }
}

const fn tapped(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "pass",
        Outcome::Fail => "fail",
        Outcome::NotApplicable => "na",
    }
}

/// What an answer says in a few words: the value when there is one, else what was tapped.
pub(in crate::app) fn finding(said: Said, answer: &Answer, unit: Option<&str>) -> String {
    let word = match answer.outcome {
        Outcome::Pass => said.t("outcome-pass"),
        Outcome::Fail => said.t("outcome-fail"),
        Outcome::NotApplicable => said.t("outcome-na"),
    };
    match (&answer.value, &answer.outsourcing) {
        (Some(value), _) => {
            let value = format!("{value} {}", unit.unwrap_or_default());
            value.trim_end().to_owned()
        }
        (None, Some(work)) => said.a("outcome-outsourced", &work.contractor),
        (None, None) => word,
    }
}
