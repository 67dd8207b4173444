//! The result table: what was found beside what is required, as the rules judge it.

use std::collections::BTreeMap;

use field_core::digest::Sha256;
use field_core::inspection::{AnswerView, PhotoView, View};
use field_core::rules::{
    Answer, Assessment, Date, Item, ItemAssessment, Outcome, Profile, Reason, Ruleset, Verdict,
    judge_items,
};

use super::record::{CaseRecord, Round};
use super::result::{
    Conflict, Counts, InspectionResult, Note, PhotoThumb, Resolution, ResultItem, ResultSection,
    Side,
};
use crate::locale::{current, phrase, pick, say};
use crate::office::format;
use crate::office::photo::href;
use crate::office::view::{Status, Tone};

/// An inspection as the rules judge it.
pub(crate) struct Judged<'a> {
    /// The items of this round's checklist, in order.
    pub(crate) items: Vec<&'a Item>,
    /// The verdicts.
    pub(crate) assessment: Assessment,
}

/// Judges a round by its ruleset on `day`.
pub(crate) fn judge<'a>(view: &View, ruleset: &'a Ruleset, day: Date) -> Judged<'a> {
    let facts = &view.facts;
    let profile = Profile::new(
        &facts.class,
        facts.scopes.iter().map(String::as_str),
        facts.features.iter().map(String::as_str),
    );
    let items: Vec<&Item> = facts
        .items
        .iter()
        .filter_map(|id| ruleset.item(id))
        .collect();
    let assessment = judge_items(
        &items,
        &profile,
        &view.answers_only(),
        &view.photo_counts(),
        day,
    );
    Judged { items, assessment }
}

/// The table.
pub(crate) fn result(
    record: &CaseRecord,
    round: &Round,
    ruleset: &Ruleset,
    judged: &Judged<'_>,
) -> InspectionResult {
    let filler = Filler {
        record,
        round,
        photos: by_item(&round.view),
    };
    let mut sections: Vec<ResultSection> = Vec::new();
    let mut counts = Counts::default();
    for (item, assessed) in judged.items.iter().zip(&judged.assessment.items) {
        let row = filler.item(item, assessed);
        count(&mut counts, &row, assessed.verdict);
        match sections.last_mut().filter(|last| last.id == item.section) {
            Some(section) => section.items.push(row),
            None => sections.push(ResultSection {
                id: item.section.clone(),
                title: ruleset
                    .section(&item.section)
                    .map_or_else(|| item.section.clone(), |one| pick(&one.text).to_owned()),
                status: Status::new(Tone::Muted, ""),
                items: vec![row],
            }),
        }
    }
    for section in &mut sections {
        section.status = section_status(section);
    }
    InspectionResult {
        title: phrase("round-and-ruleset")
            .with("round", round.inspection.round)
            .with("ruleset", pick(&ruleset.text))
            .to_string(),
        counts,
        distance: distance(&round.view),
        sections,
    }
}

fn count(counts: &mut Counts, row: &ResultItem, verdict: Verdict) {
    counts.all += 1;
    match verdict {
        Verdict::Pass => counts.pass += 1,
        Verdict::Fail => counts.fail += 1,
        _ => {}
    }
    let kinds = row.kinds();
    let has = |kind| kinds.split(' ').any(|one| one == kind);
    counts.missing += u64::from(has("missing"));
    counts.photos += u64::from(has("photos"));
    counts.conflicts += u64::from(has("conflict"));
}

fn section_status(section: &ResultSection) -> Status {
    let of = |tone| {
        section
            .items
            .iter()
            .filter(|item| item.verdict.tone == tone)
            .count()
    };
    let total = section.items.len() - of(Tone::Muted);
    let mut word = phrase("section-passed")
        .with("passed", of(Tone::Good))
        .with("total", total)
        .to_string();
    for (tone, name) in [(Tone::Bad, "section-failed"), (Tone::Warn, "section-open")] {
        if of(tone) > 0 {
            word.push_str(" · ");
            word.push_str(&phrase(name).with("count", of(tone)).to_string());
        }
    }
    let tone = if of(Tone::Bad) > 0 {
        Tone::Bad
    } else if of(Tone::Warn) > 0 {
        Tone::Warn
    } else {
        Tone::Good
    };
    Status::new(tone, word)
}

fn by_item(view: &View) -> BTreeMap<&str, Vec<&PhotoView>> {
    let mut photos: BTreeMap<&str, Vec<&PhotoView>> = BTreeMap::new();
    for one in view.present_photos() {
        photos.entry(&one.photo.item).or_default().push(one);
    }
    photos
}

/// How far the photos were taken from the registered place.
fn distance(view: &View) -> String {
    let Some(shop) = view.facts.place else {
        return String::new();
    };
    let metres: Vec<f64> = view
        .present_photos()
        .filter_map(|one| one.photo.place)
        .map(|place| {
            format::metres_between(
                (shop.latitude, shop.longitude),
                (place.latitude, place.longitude),
            )
        })
        .collect();
    let all = view.present_photos().count();
    let (Some(near), Some(far)) = (
        metres.iter().copied().reduce(f64::min),
        metres.iter().copied().reduce(f64::max),
    ) else {
        return if all == 0 {
            String::new()
        } else {
            say("photos-no-place")
        };
    };
    let range = if format::distance(near) == format::distance(far) {
        format::distance(far)
    } else {
        format!("{}–{}", format::distance(near), format::distance(far))
    };
    phrase("photos-distance")
        .with("range", &range)
        .with("all", all)
        .with("placed", metres.len())
        .to_string()
}

struct Filler<'a> {
    record: &'a CaseRecord,
    round: &'a Round,
    photos: BTreeMap<&'a str, Vec<&'a PhotoView>>,
}

impl Filler<'_> {
    fn item(&self, item: &Item, assessed: &ItemAssessment) -> ResultItem {
        let view = &self.round.view;
        let answer = view.answers.get(&item.id);
        let open = answer.is_some_and(|one| !one.conflict.is_empty());
        ResultItem {
            id: item.id.clone(),
            clause: item.clause.clone(),
            text: pick(&item.text).to_owned(),
            requirement: item.threshold(&view.facts.class, current().of_rules()),
            value: answer.map(|one| value(&one.answer)).unwrap_or_default(),
            verdict: verdict(assessed, answer.is_some(), open),
            reason: reason(item, assessed, answer.is_some()),
            unconfirmed: item.confidence(&view.facts.class).to_be_confirmed(),
            particulars: self.particulars(item, answer),
            reused: self.reused(item),
            earlier: self.earlier(item),
            photos: self.thumbs(item),
            notes: self.notes(item),
            conflict: answer.and_then(|one| self.conflict(one)),
        }
    }

    fn particulars(&self, item: &Item, answer: Option<&AnswerView>) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(used) = answer.and_then(|one| one.answer.instrument.as_ref()) {
            let mut line = phrase("instrument").with("name", &used.name).to_string();
            if let Some(serial) = &used.serial {
                line.push_str(&format!(" {serial}"));
            }
            if let Some(until) = used.calibrated_until {
                line.push_str(&phrase("instrument-until").with("until", until).to_string());
            }
            lines.push(line);
        }
        if let Some(other) = answer.and_then(|one| one.answer.outsourcing.as_ref()) {
            let mut line = phrase("outsourced")
                .with("name", &other.contractor)
                .to_string();
            if let Some(contract) = &other.contract {
                line.push_str(
                    &phrase("outsourced-contract")
                        .with("contract", contract)
                        .to_string(),
                );
            }
            if let Some(until) = other.until {
                line.push_str(&phrase("outsourced-until").with("until", until).to_string());
            }
            lines.push(line);
        }
        let facts = &self.round.view.facts;
        if let Some(earlier) = facts.earlier.iter().find(|one| one.item == item.id) {
            let found = earlier.answer.as_deref().map(Answer::parse);
            let found = found.and_then(Result::ok).map(|one| value(&one));
            lines.push(
                phrase("earlier-round")
                    .with("found", found.unwrap_or_else(|| say("value-none")))
                    .with("photos", earlier.photos.len())
                    .to_string(),
            );
        }
        lines
    }

    fn thumbs(&self, item: &Item) -> Vec<PhotoThumb> {
        let photos = self.photos.get(item.id.as_str());
        photos
            .into_iter()
            .flatten()
            .map(|one| {
                let held = &self.round.around.held;
                let shown = [one.photo.thumbnail, one.photo.sha256];
                let at = one.by.at.map(|at| format::clock(at.corrected_ms()));
                PhotoThumb {
                    href: href::page(self.record.case.id, self.round.inspection.round, one.key),
                    src: shown
                        .into_iter()
                        .find(|hash| held.contains(hash))
                        .map(href::file),
                    alt: format!(
                        "{} {} {} {}",
                        item.clause,
                        pick(item.short()),
                        self.author(&one.by.actor),
                        at.unwrap_or_default()
                    ),
                }
            })
            .collect()
    }

    /// Which of its photos were used before, here or in another case.
    fn reused(&self, item: &Item) -> Vec<String> {
        let photos = self.photos.get(item.id.as_str()).into_iter().flatten();
        photos.filter_map(|one| reused(self.round, one)).collect()
    }

    /// What the round before photographed of an item that came back.
    fn earlier(&self, item: &Item) -> Vec<PhotoThumb> {
        let facts = &self.round.view.facts;
        let earlier = facts.earlier.iter().find(|one| one.item == item.id);
        let Some(earlier) = earlier else {
            return Vec::new();
        };
        let rounds = &self.record.rounds;
        let before = rounds.iter().find(|one| one.inspection.doc == earlier.doc);
        let held = |hash: Sha256| before.is_some_and(|round| round.around.held.contains(&hash));
        let photos = earlier.photos.iter();
        photos
            .map(|photo| PhotoThumb {
                href: href::file(photo.sha256),
                src: [photo.thumbnail, photo.sha256]
                    .into_iter()
                    .find(|hash| held(*hash))
                    .map(href::file),
                alt: format!(
                    "{} {} {}",
                    say("photos-earlier"),
                    item.clause,
                    pick(item.short())
                ),
            })
            .collect()
    }

    fn notes(&self, item: &Item) -> Vec<Note> {
        let notes = self.round.view.notes.iter();
        notes
            .filter(|note| note.item == item.id)
            .map(|note| Note {
                officer: self.record.name(&note.officer),
                text: note.text.clone(),
            })
            .collect()
    }

    fn conflict(&self, answer: &AnswerView) -> Option<Conflict> {
        if !answer.conflict.is_empty() {
            return Some(Conflict {
                sides: answer.conflict.iter().map(|side| self.side(side)).collect(),
                resolution: None,
            });
        }
        let end = answer.resolution.as_ref()?;
        Some(Conflict {
            sides: end.former.iter().map(|side| self.side(side)).collect(),
            resolution: Some(Resolution {
                value: value(&answer.answer),
                officer: self.author(&answer.by.actor),
                at: answer
                    .by
                    .at
                    .map(|at| format::clock(at.corrected_ms()))
                    .unwrap_or_default(),
                reason: end.reason.clone(),
            }),
        })
    }

    fn side(&self, side: &field_core::inspection::Side) -> Side {
        Side {
            value: value(&side.answer),
            officer: self.author(&side.by.actor),
            at: side
                .by
                .at
                .map(|at| format::clock(at.corrected_ms()))
                .unwrap_or_default(),
        }
    }

    fn author(&self, actor: &field_core::ids::Actor) -> String {
        author(self.record, self.round, actor)
    }
}

/// Where a photo was used before, in words; none where it was not.
pub(crate) fn reused(round: &Round, one: &PhotoView) -> Option<String> {
    let photo = &one.photo;
    let places: Vec<_> = [photo.sha256, photo.original]
        .iter()
        .filter_map(|hash| round.reused.get(hash))
        .flatten()
        .map(|(number, round)| {
            phrase("photo-reused-place")
                .with("number", number)
                .with("round", round)
                .to_string()
        })
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    if !places.is_empty() {
        let places = places.join(&say("list-and"));
        return Some(phrase("photo-reused").with("places", places).to_string());
    }
    let same = |other: &&PhotoView| {
        other.key != one.key
            && (other.photo.sha256 == photo.sha256 || other.photo.original == photo.original)
    };
    let twice = round.view.present_photos().any(|other| same(&other));
    twice.then(|| say("photo-twice"))
}

/// The name of who wrote under an actor.
pub(crate) fn author(record: &CaseRecord, round: &Round, actor: &field_core::ids::Actor) -> String {
    crate::store::overview::author(&round.around, actor)
        .map_or_else(|| say("unknown-person"), |(user, _)| record.name(user))
}

/// What was answered, in a few characters.
pub(crate) fn value(answer: &Answer) -> String {
    if answer.result == Outcome::NotApplicable {
        return say("value-not-applicable");
    }
    if let (Some(value), Some(unit)) = (answer.value, answer.unit) {
        return format!("{value} {}", unit.symbol(current().of_rules()));
    }
    if answer.outsourcing.is_some() {
        return say("value-outsourced");
    }
    match answer.result {
        Outcome::Fail => say("value-fail"),
        _ => say("value-pass"),
    }
}

/// The verdict on an item; an open conflict stands above it, since nobody knows yet what holds.
pub(crate) fn verdict(assessed: &ItemAssessment, answered: bool, conflict: bool) -> Status {
    if conflict {
        return Status::new(Tone::Warn, say("item-conflict"));
    }
    match assessed.verdict {
        Verdict::Pass => Status::new(Tone::Good, say("value-pass")),
        Verdict::Fail => Status::new(Tone::Bad, say("value-fail")),
        Verdict::NotApplicable => Status::new(Tone::Muted, say("value-not-applicable")),
        Verdict::Missing if answered => Status::new(Tone::Warn, say("verdict-incomplete")),
        Verdict::Missing => Status::new(Tone::Warn, say("value-none")),
    }
}

/// The reason without the item's name, which stands beside it.
pub(crate) fn bare_reason(item: &Item, assessed: &ItemAssessment) -> String {
    let reason = assessed.reason.render(current().of_rules());
    let bare = reason.strip_prefix(pick(item.short()));
    bare.map_or_else(|| reason.clone(), |bare| bare.trim().to_owned())
}

/// The reason, where the verdict's word does not say it all.
fn reason(item: &Item, assessed: &ItemAssessment, answered: bool) -> String {
    let says = match assessed.verdict {
        Verdict::Fail => true,
        Verdict::Missing => answered || assessed.photo_missing,
        Verdict::Pass | Verdict::NotApplicable => false,
    };
    let mut reason = if says {
        bare_reason(item, assessed)
    } else {
        String::new()
    };
    if assessed.reason == Reason::NotInOrder {
        reason.clear();
    }
    if assessed.photo_missing && assessed.verdict == Verdict::Fail {
        if !reason.is_empty() {
            reason.push_str(&say("list-comma"));
        }
        reason.push_str(&say("photo-lacking"));
    }
    reason
}
