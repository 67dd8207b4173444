//! The checklist of an inspection: every item with what was answered and how it is judged, from
//! the ruleset the inspection is pinned to.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use field_core::ids::{Actor, DocId};
use field_core::inspection::{Facts, View};
use field_core::rules::{
    self, Assessment, Date, Item, ItemAssessment, Language, Library, Profile, Requirement,
    RuleError, Ruleset, RulesetHash, judge_items,
};
use field_core::tablet::Tablet as Core;

use crate::answer::parse_day;
use crate::tablet::doc_id;
use crate::{GivenAnswer, Note, Tablet, TabletError, Words};

/// The rules built into this app, read once.
static RULES: LazyLock<Result<Library, RuleError>> = LazyLock::new(Library::embedded);

/// How an item, or the whole, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Verdict {
    /// Fulfilled.
    Pass,
    /// Not fulfilled.
    Fail,
    /// Not answered, or not completely.
    Missing,
    /// Does not apply to this shop.
    NotApplicable,
}

/// What an answer must show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ItemKind {
    /// It is there and in order: a tap.
    Confirm,
    /// A measured value.
    Measure,
    /// A whole number.
    Count,
    /// A certificate with its last day: `instrument.calibrated_until`.
    Certificate,
    /// Photos; no tap is needed beside them.
    Photo,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ChecklistItem {
    /// Its id: what the other methods take as `item`.
    pub id: String,
    /// Title of its section.
    pub section: Words,
    /// Clause of the standard.
    pub clause: String,
    /// What is looked at.
    pub text: Words,
    /// What exactly is demanded, beyond the number.
    pub detail: Option<Words>,
    /// What is demanded of this class, such as "≥ 20 m²"; empty where there is no number.
    pub threshold: Words,
    /// Unit of the value, where one is asked for.
    pub unit: Option<Words>,
    /// What an answer must show.
    pub kind: ItemKind,
    /// In which case "not applicable" may be answered; never, where absent.
    pub not_applicable: Option<Words>,
    /// Whether this shop may give the work to another firm.
    pub may_outsource: bool,
    /// The agency has not yet confirmed that the text is what the standard says.
    pub to_be_confirmed: bool,
    /// The answer that shows.
    pub answer: Option<GivenAnswer>,
    /// Every side of an open conflict; empty when there is none.
    pub conflict: Vec<GivenAnswer>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: Words,
    /// A note must be written.
    pub note_required: bool,
    /// A photo must be taken.
    pub photo_missing: bool,
    /// Notes of all officers.
    pub notes: Vec<Note>,
    /// How many photos it has.
    pub photos: u32,
}

/// An inspection's checklist with everything filled in so far.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Checklist {
    /// The inspection.
    pub doc: String,
    /// Number of the case.
    pub case_number: String,
    /// From 1; above 1 only the failed items of the round before are there.
    pub round: u32,
    /// Name of the shop.
    pub applicant: String,
    /// Its registered address.
    pub address: String,
    /// Class applied for.
    pub class: String,
    /// Title of the ruleset.
    pub ruleset: Words,
    /// In the order of the checklist.
    pub items: Vec<ChecklistItem>,
    /// The verdict on the whole.
    pub verdict: Verdict,
    /// Items fulfilled.
    pub passed: u32,
    /// Items not fulfilled.
    pub failed: u32,
    /// Items not answered, or not completely.
    pub missing: u32,
    /// Items that do not apply.
    pub not_applicable: u32,
    /// Items with an open conflict: nothing can be signed before it is resolved.
    pub conflicts: u32,
    /// Every item is answered with all its demanded photos.
    pub complete: bool,
}

impl From<rules::Verdict> for Verdict {
    fn from(verdict: rules::Verdict) -> Self {
        match verdict {
            rules::Verdict::Pass => Self::Pass,
            rules::Verdict::Fail => Self::Fail,
            rules::Verdict::Missing => Self::Missing,
            rules::Verdict::NotApplicable => Self::NotApplicable,
        }
    }
}

impl From<&Requirement> for ItemKind {
    fn from(requirement: &Requirement) -> Self {
        match requirement {
            Requirement::Confirm => Self::Confirm,
            Requirement::Measure { .. } => Self::Measure,
            Requirement::Count { .. } => Self::Count,
            Requirement::Certificate => Self::Certificate,
            Requirement::Photo { .. } => Self::Photo,
        }
    }
}

#[uniffi::export]
impl Tablet {
    /// The checklist of an inspection, judged as of the day `on` (ISO), or of the legal day of the
    /// installation when that is left out.
    #[uniffi::method(default(on = None))]
    pub fn checklist(&self, doc: &str, on: Option<String>) -> Result<Checklist, TabletError> {
        let doc = doc_id(doc)?;
        let on = on.as_deref().map(parse_day).transpose()?;
        let (view, writers, on) = self.with(|core| {
            let view = core.view(doc)?;
            let on = on.map_or_else(|| core.today(), Ok)?;
            Ok((view, writers(core, doc), on))
        })?;
        let ruleset = ruleset_of(&view.facts)?;
        Ok(Reading::new(&view, ruleset, &writers).checklist(on))
    }
}

/// Who wrote what. It is shown beside an answer and decides nothing: a certificate that cannot be
/// read must not hide the checklist.
fn writers(core: &Core, doc: DocId) -> BTreeMap<Actor, String> {
    core.writers(doc).unwrap_or_else(|error| {
        tracing::warn!(%doc, %error, "who answered cannot be told");
        BTreeMap::new()
    })
}

/// The ruleset an inspection is pinned to.
pub(crate) fn ruleset_of(facts: &Facts) -> Result<&'static Ruleset, TabletError> {
    let library = RULES.as_ref().map_err(TabletError::broken)?;
    library
        .ruleset(RulesetHash(*facts.ruleset_hash.as_bytes()))
        .ok_or_else(|| TabletError::Update {
            reason: format!(
                "this app does not have the edition of {} that the inspection is judged by: \
                 update the app",
                facts.ruleset
            ),
        })
}

/// A document judged as of the day `on`, by the ruleset it is pinned to.
pub(crate) fn judged(view: &View, on: Date) -> Result<(&'static Ruleset, Assessment), TabletError> {
    let ruleset = ruleset_of(&view.facts)?;
    let reading = Reading::new(view, ruleset, &NOBODY);
    Ok((ruleset, reading.judge(on)))
}

/// For readings in which it does not matter who wrote what.
static NOBODY: BTreeMap<Actor, String> = BTreeMap::new();

/// One reading of one document.
struct Reading<'a> {
    view: &'a View,
    ruleset: &'a Ruleset,
    profile: Profile,
    items: Vec<&'a Item>,
    photos: BTreeMap<String, u32>,
    writers: &'a BTreeMap<Actor, String>,
}

impl<'a> Reading<'a> {
    fn new(view: &'a View, ruleset: &'a Ruleset, writers: &'a BTreeMap<Actor, String>) -> Self {
        let facts = &view.facts;
        let words = |words: &'a [String]| words.iter().map(String::as_str);
        Self {
            view,
            ruleset,
            profile: Profile::new(&facts.class, words(&facts.scopes), words(&facts.features)),
            items: facts
                .items
                .iter()
                .filter_map(|id| ruleset.item(id))
                .collect(),
            photos: view.photo_counts(),
            writers,
        }
    }

    fn judge(&self, on: Date) -> Assessment {
        judge_items(
            &self.items,
            &self.profile,
            &self.view.answers_only(),
            &self.photos,
            on,
        )
    }

    fn checklist(&self, on: Date) -> Checklist {
        let judged = self.judge(on);
        let facts = &self.view.facts;
        Checklist {
            doc: facts.doc.to_string(),
            case_number: facts.case_number.clone(),
            round: facts.round,
            applicant: facts.applicant.clone(),
            address: facts.address.clone(),
            class: facts.class.clone(),
            ruleset: Words::from(&self.ruleset.text),
            items: self.rows(&judged),
            verdict: judged.verdict.into(),
            passed: judged.counts.pass,
            failed: judged.counts.fail,
            missing: judged.counts.missing,
            not_applicable: judged.counts.not_applicable,
            conflicts: u32::try_from(self.view.conflicts().count()).unwrap_or(u32::MAX),
            complete: judged.is_complete(),
        }
    }

    /// The items as they were judged, which is in their own order.
    fn rows(&self, judged: &Assessment) -> Vec<ChecklistItem> {
        let pairs = self.items.iter().zip(&judged.items);
        pairs.map(|(item, judged)| self.row(item, judged)).collect()
    }

    fn row(&self, item: &Item, judged: &ItemAssessment) -> ChecklistItem {
        let class = &self.view.facts.class;
        let answer = self.view.answers.get(&item.id);
        let given = |answer, by| GivenAnswer::new(answer, by, self.writers);
        ChecklistItem {
            id: item.id.clone(),
            section: self
                .ruleset
                .section(&item.section)
                .map(|section| Words::from(&section.text))
                .unwrap_or_else(|| Words {
                    zh: item.section.clone(),
                    en: item.section.clone(),
                }),
            clause: item.clause.clone(),
            text: Words::from(&item.text),
            detail: item.detail.as_ref().map(Words::from),
            threshold: Words {
                zh: item.threshold(class, Language::Zh),
                en: item.threshold(class, Language::En),
            },
            unit: item.requirement.measured().map(|(unit, _)| Words {
                zh: unit.zh().to_owned(),
                en: unit.en().to_owned(),
            }),
            kind: ItemKind::from(&item.requirement),
            not_applicable: item.not_applicable.as_ref().map(Words::from),
            may_outsource: self.profile.may_outsource(item),
            to_be_confirmed: item.confidence(class).to_be_confirmed(),
            answer: answer.map(|one| given(&one.answer, &one.by)),
            conflict: answer
                .iter()
                .flat_map(|one| &one.conflict)
                .map(|side| given(&side.answer, &side.by))
                .collect(),
            verdict: judged.verdict.into(),
            reason: Words {
                zh: judged.reason.zh(),
                en: judged.reason.en(),
            },
            note_required: judged.note_required,
            photo_missing: judged.photo_missing,
            notes: self
                .view
                .notes
                .iter()
                .filter(|note| note.item == item.id)
                .map(Note::from)
                .collect(),
            photos: self.photos.get(&item.id).copied().unwrap_or(0),
        }
    }
}
