//! The result table: what was found beside what is required, as the rules judge it.

use std::collections::BTreeMap;

use field_core::inspection::{AnswerView, PhotoView, View};
use field_core::rules::{
    Answer, Assessment, Date, Item, ItemAssessment, Language, Outcome, Profile, Ruleset, Verdict,
    judge_items,
};

use super::record::{CaseRecord, Round};
use super::result::{
    Conflict, Counts, InspectionResult, Note, PhotoThumb, Resolution, ResultItem, ResultSection,
    Side,
};
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
                    .map_or_else(|| item.section.clone(), |one| one.text.zh.clone()),
                status: Status::new(Tone::Muted, ""),
                items: vec![row],
            }),
        }
    }
    for section in &mut sections {
        section.status = section_status(section);
    }
    InspectionResult {
        title: format!("第 {} 轮 · {}", round.inspection.round, ruleset.text.zh),
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
    let mut word = format!("{}/{total} 符合", of(Tone::Good));
    for (tone, name) in [(Tone::Bad, "不符合"), (Tone::Warn, "未完成")] {
        if of(tone) > 0 {
            word.push_str(&format!(" · {} {name}", of(tone)));
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
            "照片都没有定位，无法与登记地址核对".to_owned()
        };
    };
    let range = if format::distance(near) == format::distance(far) {
        format::distance(far)
    } else {
        format!("{}–{}", format::distance(near), format::distance(far))
    };
    format!(
        "照片距登记地址 {range}（{all} 张中 {} 张有定位）",
        metres.len()
    )
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
            text: item.text.zh.clone(),
            requirement: item.threshold(&view.facts.class, Language::Zh),
            value: answer.map(|one| value(&one.answer)).unwrap_or_default(),
            verdict: verdict(assessed, answer.is_some(), open),
            reason: reason(item, assessed, answer.is_some()),
            unconfirmed: item.confidence(&view.facts.class).to_be_confirmed(),
            particulars: self.particulars(item, answer),
            photos: self.thumbs(item),
            notes: self.notes(item),
            conflict: answer.and_then(|one| self.conflict(one)),
        }
    }

    fn particulars(&self, item: &Item, answer: Option<&AnswerView>) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(used) = answer.and_then(|one| one.answer.instrument.as_ref()) {
            let mut line = format!("仪器：{}", used.name);
            if let Some(serial) = &used.serial {
                line.push_str(&format!(" {serial}"));
            }
            if let Some(until) = used.calibrated_until {
                line.push_str(&format!("，检定至 {until}"));
            }
            lines.push(line);
        }
        if let Some(other) = answer.and_then(|one| one.answer.outsourcing.as_ref()) {
            let mut line = format!("外协：{}", other.contractor);
            if let Some(contract) = &other.contract {
                line.push_str(&format!("，合同 {contract}"));
            }
            if let Some(until) = other.until {
                line.push_str(&format!("，至 {until}"));
            }
            lines.push(line);
        }
        let facts = &self.round.view.facts;
        if let Some(earlier) = facts.earlier.iter().find(|one| one.item == item.id) {
            let found = earlier.answer.as_deref().map(Answer::parse);
            let found = found.and_then(Result::ok).map(|one| value(&one));
            lines.push(format!(
                "上一轮：{}，照片 {} 张",
                found.unwrap_or_else(|| "未填".to_owned()),
                earlier.photos.len()
            ));
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
                        item.short().zh,
                        self.author(&one.by.actor),
                        at.unwrap_or_default()
                    ),
                }
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

/// The name of who wrote under an actor.
pub(crate) fn author(record: &CaseRecord, round: &Round, actor: &field_core::ids::Actor) -> String {
    crate::store::overview::author(&round.around, actor)
        .map_or_else(|| "未知人员".to_owned(), |(user, _)| record.name(user))
}

/// What was answered, in a few characters.
pub(crate) fn value(answer: &Answer) -> String {
    if answer.result == Outcome::NotApplicable {
        return "不适用".to_owned();
    }
    if let (Some(value), Some(unit)) = (answer.value, answer.unit) {
        return format!("{value} {}", unit.zh());
    }
    if answer.outsourcing.is_some() {
        return "外协".to_owned();
    }
    match answer.result {
        Outcome::Fail => "不符合".to_owned(),
        _ => "符合".to_owned(),
    }
}

/// The verdict on an item; an open conflict stands above it, since nobody knows yet what holds.
pub(crate) fn verdict(assessed: &ItemAssessment, answered: bool, conflict: bool) -> Status {
    if conflict {
        return Status::new(Tone::Warn, "有分歧");
    }
    match assessed.verdict {
        Verdict::Pass => Status::new(Tone::Good, "符合"),
        Verdict::Fail => Status::new(Tone::Bad, "不符合"),
        Verdict::NotApplicable => Status::new(Tone::Muted, "不适用"),
        Verdict::Missing if answered => Status::new(Tone::Warn, "不完整"),
        Verdict::Missing => Status::new(Tone::Warn, "未填"),
    }
}

/// The reason without the item's name, which stands beside it.
pub(crate) fn bare_reason(item: &Item, assessed: &ItemAssessment) -> String {
    let reason = assessed.reason.zh();
    let bare = reason.strip_prefix(item.short().zh.as_str());
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
    if reason == "不符合" {
        reason.clear();
    }
    if assessed.photo_missing && assessed.verdict == Verdict::Fail {
        if !reason.is_empty() {
            reason.push('，');
        }
        reason.push_str("缺照片");
    }
    reason
}
