//! Judging: answers and photos against the checklist, on a given day.
//!
//! The inspector's tap is a finding, not the verdict: a pass beside 18.5 m² where 20 are demanded
//! is a fail, with the numbers as its reason. What is incomplete is [`Verdict::Missing`], never
//! silently passed, and never held against the shop: an officer's own expired tape measure asks for
//! another measurement.

use std::collections::BTreeMap;

use super::reason::Compared;
use super::{
    Answer, Bounds, Date, Item, Outcome, Outsourcing, PhotoRule, Profile, Reason, Requirement,
    Ruleset, Unit, checklist,
};

/// How an item, or the whole, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// The verdict on one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemAssessment {
    /// Id of the item.
    pub item: String,
    /// Id of its section.
    pub section: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// A note (备注说明) must be written: the record demands one for every failed item.
    pub note_required: bool,
    /// The item's photo rule is not met yet; the verdict may be a fail all the same.
    pub photo_missing: bool,
}

/// How many items have which verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Fulfilled.
    pub pass: u32,
    /// Not fulfilled.
    pub fail: u32,
    /// Not answered, or not completely.
    pub missing: u32,
    /// Does not apply.
    pub not_applicable: u32,
}

/// The counts of one section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionCounts {
    /// Id of the section.
    pub section: String,
    /// Its counts.
    pub counts: Counts,
}

/// The whole checklist, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// One entry per item, in the order of the checklist.
    pub items: Vec<ItemAssessment>,
    /// Fail with one failed item; else missing with one missing item or an empty checklist; else
    /// pass.
    pub verdict: Verdict,
    /// All items together.
    pub counts: Counts,
    /// Sections that have items, in the order of the checklist.
    pub sections: Vec<SectionCounts>,
}

impl Counts {
    /// Items altogether.
    pub const fn total(&self) -> u32 {
        self.pass + self.fail + self.missing + self.not_applicable
    }

    /// Items that need nothing more, "9" in "9/9".
    pub const fn answered(&self) -> u32 {
        self.total() - self.missing
    }

    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Pass => self.pass += 1,
            Verdict::Fail => self.fail += 1,
            Verdict::Missing => self.missing += 1,
            Verdict::NotApplicable => self.not_applicable += 1,
        }
    }
}

impl Assessment {
    /// Whether every item is answered with all its demanded photos, so that it can be signed.
    pub fn is_complete(&self) -> bool {
        self.counts.total() > 0
            && self.counts.missing == 0
            && !self.items.iter().any(|item| item.photo_missing)
    }

    /// The entry of one item.
    pub fn item(&self, id: &str) -> Option<&ItemAssessment> {
        self.items.iter().find(|item| item.item == id)
    }

    /// Ids of the failed items: what a re-inspection is about.
    pub fn failed(&self) -> impl Iterator<Item = &str> {
        let failed = self
            .items
            .iter()
            .filter(|item| item.verdict == Verdict::Fail);
        failed.map(|item| item.item.as_str())
    }
}

/// Judges the whole checklist of `profile` as of the day `on`. `photos` holds the number of photos
/// per item. Answers to items outside the checklist have no effect.
pub fn judge(
    ruleset: &Ruleset,
    profile: &Profile,
    answers: &BTreeMap<String, Answer>,
    photos: &BTreeMap<String, u32>,
    on: Date,
) -> Assessment {
    judge_items(&checklist(ruleset, profile), profile, answers, photos, on)
}

/// Judges `items` alone, such as the failed ones of an earlier round.
pub fn judge_items(
    items: &[&Item],
    profile: &Profile,
    answers: &BTreeMap<String, Answer>,
    photos: &BTreeMap<String, u32>,
    on: Date,
) -> Assessment {
    let mut counts = Counts::default();
    let mut sections: Vec<SectionCounts> = Vec::new();
    let items: Vec<ItemAssessment> = items
        .iter()
        .map(|item| {
            let photos = photos.get(&item.id).copied().unwrap_or(0);
            let assessed = assess(item, profile, answers.get(&item.id), photos, on);
            counts.add(assessed.verdict);
            if sections
                .last()
                .is_none_or(|last| last.section != item.section)
            {
                let section = item.section.clone();
                sections.push(SectionCounts {
                    section,
                    counts: Counts::default(),
                });
            }
            if let Some(last) = sections.last_mut() {
                last.counts.add(assessed.verdict);
            }
            assessed
        })
        .collect();
    let verdict = match counts {
        Counts { fail: 1.., .. } => Verdict::Fail,
        Counts { missing: 1.., .. } => Verdict::Missing,
        // An empty checklist proves nothing: its ruleset has no numbers yet.
        counts if counts.total() == 0 => Verdict::Missing,
        _ => Verdict::Pass,
    };
    Assessment {
        items,
        verdict,
        counts,
        sections,
    }
}

/// What a value says about an item of `class` by itself: a fail when it is out of its bound. An
/// item without a bound for the class passes, and judging says that its number is missing.
#[must_use]
pub fn found(item: &Item, class: &str, value: super::Measure) -> Outcome {
    let bound = item
        .requirement
        .measured()
        .and_then(|(_, bounds)| Some((bounds.direction, bounds.per_class.get(class)?)));
    match bound {
        Some((direction, bound)) if !direction.holds(value, bound.value) => Outcome::Fail,
        _ => Outcome::Pass,
    }
}

fn assess(
    item: &Item,
    profile: &Profile,
    answer: Option<&Answer>,
    photos: u32,
    on: Date,
) -> ItemAssessment {
    let (mut verdict, mut reason) = find(item, profile, answer, photos, on);
    let demanded = match item.photo {
        PhotoRule::Optional => false,
        PhotoRule::OnFail => verdict == Verdict::Fail,
        PhotoRule::Required => matches!(verdict, Verdict::Pass | Verdict::Fail),
    };
    let photo_missing = demanded && photos == 0;
    if photo_missing && verdict == Verdict::Pass {
        (verdict, reason) = (
            Verdict::Missing,
            Reason::PhotoMissing {
                photos: 0,
                needed: 1,
            },
        );
    }
    ItemAssessment {
        item: item.id.clone(),
        section: item.section.clone(),
        verdict,
        reason,
        note_required: verdict == Verdict::Fail,
        photo_missing,
    }
}

fn find(
    item: &Item,
    profile: &Profile,
    answer: Option<&Answer>,
    photos: u32,
    on: Date,
) -> (Verdict, Reason) {
    let Some(answer) = answer else {
        return match item.requirement {
            Requirement::Photo { at_least } => find_photos(photos, at_least),
            _ => (Verdict::Missing, Reason::NotAnswered),
        };
    };
    if answer.result == Outcome::NotApplicable {
        return match &item.not_applicable {
            Some(condition) => {
                let condition = condition.clone();
                (Verdict::NotApplicable, Reason::NotApplicable { condition })
            }
            None => (Verdict::Missing, Reason::MustApply),
        };
    }
    if let Some(outsourcing) = &answer.outsourcing {
        return find_outsourced(item, profile, answer, outsourcing, on);
    }
    match &item.requirement {
        Requirement::Confirm => find_tap(answer, Reason::InOrder),
        Requirement::Photo { at_least } => match answer.result {
            Outcome::Fail => (Verdict::Fail, Reason::NotInOrder),
            _ => find_photos(photos, *at_least),
        },
        Requirement::Certificate => find_certificate(answer, on),
        Requirement::Measure { unit, bounds } => {
            find_value(item, profile, answer, *unit, bounds, on)
        }
        Requirement::Count { unit, bounds } => match answer.value {
            Some(value) if !value.is_whole() => (Verdict::Missing, Reason::NotWhole { value }),
            _ => find_value(item, profile, answer, *unit, bounds, on),
        },
    }
}

/// What the inspector tapped, once nothing speaks against a pass.
fn find_tap(answer: &Answer, in_order: Reason) -> (Verdict, Reason) {
    match answer.result {
        Outcome::Fail => (Verdict::Fail, Reason::NotInOrder),
        Outcome::Pass | Outcome::NotApplicable => (Verdict::Pass, in_order),
    }
}

fn find_photos(photos: u32, needed: u32) -> (Verdict, Reason) {
    if photos < needed {
        (Verdict::Missing, Reason::PhotoMissing { photos, needed })
    } else {
        (Verdict::Pass, Reason::Photographed { photos })
    }
}

fn find_outsourced(
    item: &Item,
    profile: &Profile,
    answer: &Answer,
    outsourcing: &Outsourcing,
    on: Date,
) -> (Verdict, Reason) {
    if !profile.may_outsource(item) {
        return (Verdict::Fail, Reason::OutsourcingNotAllowed);
    }
    if let Some(until) = outsourcing.until.filter(|until| *until < on) {
        return (Verdict::Fail, Reason::ContractExpired { until });
    }
    if answer.result == Outcome::Fail {
        return (Verdict::Fail, Reason::NotInOrder);
    }
    if outsourcing.contract.is_none() {
        return (Verdict::Missing, Reason::ContractMissing);
    }
    let contractor = outsourcing.contractor.clone();
    (Verdict::Pass, Reason::Outsourced { contractor })
}

fn find_certificate(answer: &Answer, on: Date) -> (Verdict, Reason) {
    let until = answer
        .instrument
        .as_ref()
        .and_then(|shown| shown.calibrated_until);
    match until {
        Some(until) if until < on => (Verdict::Fail, Reason::CertificateExpired { until }),
        Some(until) => find_tap(answer, Reason::CertificateValid { until }),
        // A failed certificate may be one that does not exist, so it needs no date.
        None if answer.result == Outcome::Fail => (Verdict::Fail, Reason::NotInOrder),
        None => (Verdict::Missing, Reason::CertificateDateMissing),
    }
}

/// A number is always needed, also for a fail: the record must show what was measured.
fn find_value(
    item: &Item,
    profile: &Profile,
    answer: &Answer,
    unit: Unit,
    bounds: &Bounds,
    on: Date,
) -> (Verdict, Reason) {
    let (Some(value), Some(given)) = (answer.value, answer.unit) else {
        return (Verdict::Missing, Reason::ValueMissing { unit });
    };
    if given != unit {
        return (Verdict::Missing, Reason::WrongUnit { expected: unit });
    }
    let calibrated_until = answer
        .instrument
        .as_ref()
        .and_then(|used| used.calibrated_until);
    if let Some(until) = calibrated_until.filter(|until| *until < on) {
        return (Verdict::Missing, Reason::InstrumentExpired { until });
    }
    let Some(bound) = bounds.per_class.get(&profile.class) else {
        return (Verdict::Missing, Reason::NoThreshold);
    };
    let (direction, what) = (bounds.direction, item.short().clone());
    let compared = Compared {
        what,
        value,
        bound: bound.value,
        unit,
        direction,
    };
    if !direction.holds(value, bound.value) {
        return (Verdict::Fail, Reason::OutOfBound(compared));
    }
    find_tap(answer, Reason::WithinBound(compared))
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
