//! The record of an inspection on paper, taken from the document at its sealed heads.

use field_core::identity::{Confirmation, Statement};
use field_core::inspection::Visit;
use field_core::rules::{Language, Outcome as Found, Verdict};
use jiff::Timestamp;
use jiff::civil::DateTime;

use super::draft::Office;
use crate::clock::CHINA;
use crate::office::case::fill::Against;
use crate::office::case::findings;
use crate::office::case::record::{CaseRecord, Round};
use crate::permit::{
    ApplicantStatement, Finding, RecordEvidence, RecordOfficer, RecordPaper, RecordRow,
};
use crate::store::history::Entry;

/// The record of the round that `entry` sealed.
pub(super) fn paper(
    record: &CaseRecord,
    against: &Against<'_>,
    office: &Office,
    entry: &Entry,
) -> RecordPaper {
    let number = entry.event.detail.get("round").and_then(|one| one.as_u64());
    let wanted = |round: &&Round| Some(u64::from(round.inspection.round)) == number;
    let case = &record.case;
    let matter = against.matter(case);
    let mut paper = RecordPaper {
        case_number: case.number.clone(),
        matter: matter.map_or_else(|| case.matter.clone(), |one| one.text.zh.clone()),
        round: 1,
        applicant: case.application.applicant.clone(),
        credit_code: case.application.credit_code.clone(),
        class: matter
            .and_then(|matter| matter.class(&case.class))
            .map_or_else(|| case.class.clone(), |class| class.text.zh.clone()),
        place: case.application.address.clone(),
        position: String::new(),
        contact: case.application.contact.clone(),
        telephone: case.application.phone.clone(),
        started_at: moment(against, entry.event.at),
        ended_at: moment(against, entry.event.at),
        ruleset: String::new(),
        officers: Vec::new(),
        rows: Vec::new(),
        conclusion: String::new(),
        statement: None,
        evidence: Vec::new(),
        heads: Vec::new(),
        agency: office.agency.clone(),
        specimen: office.specimen,
    };
    if let Some(round) = record.rounds.iter().find(wanted) {
        fill(&mut paper, record, round, against);
    }
    paper
}

fn fill(paper: &mut RecordPaper, record: &CaseRecord, round: &Round, against: &Against<'_>) {
    let view = &round.view;
    paper.round = round.inspection.round;
    paper.heads = view.heads.iter().map(ToString::to_string).collect();
    paper.position = view
        .facts
        .place
        .map(|place| format!("{:.4}°N {:.4}°E", place.latitude, place.longitude))
        .unwrap_or_default();
    let times = |wanted: fn(&Visit) -> Option<i64>| {
        let times = view.visit.iter().filter_map(move |one| wanted(&one.visit));
        times.collect::<Vec<_>>()
    };
    let begun = times(|visit| match visit {
        Visit::Begin { at_ms, .. } => Some(*at_ms),
        _ => None,
    });
    let ended = times(|visit| match visit {
        Visit::End { at_ms } => Some(*at_ms),
        _ => None,
    });
    if let Some(at) = begun.into_iter().min() {
        paper.started_at = moment(against, at);
    }
    if let Some(at) = ended.into_iter().max() {
        paper.ended_at = moment(against, at);
    }
    paper.officers = officers(record, round, against);
    paper.statement = statement(round, against);
    paper.evidence = evidence(record, round, against);
    let (Some(ruleset), Some(judged)) = (against.ruleset(round), against.judge(round)) else {
        return;
    };
    paper.ruleset = ruleset.text.zh.clone();
    for (item, one) in judged.items.iter().zip(&judged.assessment.items) {
        let answer = view.answers.get(&item.id);
        let section = ruleset.section(&item.section);
        let mut notes: Vec<String> = view
            .notes
            .iter()
            .filter(|note| note.item == item.id)
            .map(|note| format!("{}：{}", record.name(&note.officer), note.text))
            .collect();
        if one.verdict == Verdict::Fail || one.verdict == Verdict::Missing {
            notes.insert(0, one.reason.render(Language::Zh));
        }
        paper.rows.push(RecordRow {
            section: section.map_or_else(|| item.section.clone(), |one| one.text.zh.clone()),
            clause: item.clause.clone(),
            item: item.text.zh.clone(),
            condition: item.threshold(&view.facts.class, Language::Zh),
            measured: answer
                .and_then(|one| one.answer.value.zip(one.answer.unit))
                .map(|(value, unit)| format!("{value} {}", unit.zh()))
                .unwrap_or_default(),
            finding: match (one.verdict, answer.map(|one| &one.answer.result)) {
                (Verdict::Pass, _) => Finding::Met,
                (Verdict::NotApplicable, _) | (_, Some(Found::NotApplicable)) => {
                    Finding::NotApplicable
                }
                (Verdict::Missing, _) => Finding::Open,
                _ => Finding::NotMet,
            },
            note: notes.join("；"),
            evidence: numbers(paper, round, &item.id),
            rectification: if round.inspection.round > 1 {
                "复查".to_owned()
            } else {
                String::new()
            },
        });
    }
    let counts = judged.assessment.counts;
    paper.conclusion = format!(
        "经现场核查，共 {} 项，符合 {} 项，不符合 {} 项，未完成 {} 项，不适用 {} 项。",
        counts.total(),
        counts.pass,
        counts.fail,
        counts.missing,
        counts.not_applicable
    );
}

/// A sentence on what was found, for the decision.
pub(super) fn sentence(record: &CaseRecord, against: &Against<'_>) -> String {
    let Some(round) = record.round() else {
        return String::new();
    };
    let officers = record.assignment.iter().flat_map(|one| &one.officers);
    let names: Vec<_> = officers.map(|one| record.name(&one.officer)).collect();
    let latest = against.latest(record);
    let failed = latest
        .iter()
        .filter(|(_, one)| one.verdict == Verdict::Fail)
        .count();
    format!(
        "本机关指派{}对经营场所进行了现场核查（第 {} 轮），按{}逐项核查 {} 项，不符合 {failed} 项。",
        names.join("、"),
        round.inspection.round,
        against.ruleset(round).map_or_else(
            || "规定的条件".to_owned(),
            |one| format!("《{}》", one.text.zh)
        ),
        latest.len()
    )
}

/// Local time on the business day: a training installation's days are not the real ones.
fn moment(against: &Against<'_>, at_ms: i64) -> DateTime {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    against
        .clock
        .business_day(at)
        .to_datetime(CHINA.to_datetime(at).time())
}

fn officers(record: &CaseRecord, round: &Round, against: &Against<'_>) -> Vec<RecordOfficer> {
    let officers = record.assignment.iter().flat_map(|one| &one.officers);
    officers
        .map(|one| {
            let signed = round.sign_off(&one.officer);
            RecordOfficer {
                name: record.name(&one.officer),
                licence: record
                    .users
                    .get(&one.officer)
                    .map(|(_, card)| card.clone())
                    .unwrap_or_default(),
                signed_at: signed.map(|said| moment(against, said.statement.at().corrected_ms())),
                signature: None,
            }
        })
        .collect()
}

fn statement(round: &Round, against: &Against<'_>) -> Option<ApplicantStatement> {
    let Statement::ApplicantConfirmation(said) = &round.applicant()?.statement else {
        return None;
    };
    let at = moment(against, said.at.corrected_ms());
    Some(match &said.confirmation {
        Confirmation::Signed { name, strokes } => ApplicantStatement::Confirmed {
            name: name.clone(),
            role: "申请人或者代理人".to_owned(),
            at,
            drawing: crate::permit::Drawing::new(strokes),
            remarks: String::new(),
        },
        Confirmation::Refused { reason, witness } => ApplicantStatement::Refused {
            reason: reason.clone(),
            witness: witness.clone(),
            at,
        },
        Confirmation::Absent { reason, witness } => ApplicantStatement::Absent {
            reason: format!("{reason}；见证人 {witness}"),
            at,
        },
    })
}

fn evidence(record: &CaseRecord, round: &Round, against: &Against<'_>) -> Vec<RecordEvidence> {
    let mut number = 0;
    let photos = in_order(round).into_iter();
    photos
        .map(|one| {
            number += 1;
            let at = one.by.at.map_or(0, |at| at.corrected_ms());
            RecordEvidence {
                number,
                caption: format!(
                    "{} {}",
                    one.photo.item,
                    findings::author(record, round, &one.by.actor)
                ),
                taken_at: moment(against, at),
                sha256: one.photo.sha256.to_string(),
            }
        })
        .collect()
}

fn in_order(round: &Round) -> Vec<&field_core::inspection::PhotoView> {
    let items = &round.view.facts.items;
    let mut photos: Vec<_> = round.view.present_photos().collect();
    photos.sort_by_key(|one| items.iter().position(|item| *item == one.photo.item));
    photos
}

/// The numbers of an item's evidence files.
fn numbers(paper: &RecordPaper, round: &Round, item: &str) -> Vec<u32> {
    let photos = in_order(round).into_iter().zip(&paper.evidence);
    photos
        .filter(|(one, _)| one.photo.item == item)
        .map(|(_, evidence)| evidence.number)
        .collect()
}
