//! What is there of an inspection, what is missing, and on which tablet: the conditions of the
//! seal, as people can check them.

use std::collections::BTreeMap;

use field_core::identity::{Confirmation, Statement};
use field_core::rules::Verdict;

use super::findings::Judged;
use super::record::{CaseRecord, Round};
use super::show::{Check, Completeness, SetAside, SignOff, TabletPhotos};
use crate::locale::{phrase, pick, say};
use crate::office::format;
use crate::office::view::{Progress, Status, Tone};

/// How many items are named where some are missing; the table shows the rest.
const NAMED: usize = 4;

/// The conditions, and in the second place what still stands against a decision.
pub(crate) fn of(
    record: &CaseRecord,
    round: &Round,
    judged: &Judged<'_>,
    now_ms: i64,
) -> (Completeness, Vec<String>) {
    let mut blocks = Vec::new();
    let evidence = round.view.evidence();
    let held = evidence
        .iter()
        .filter(|hash| round.around.held.contains(*hash))
        .count();
    let missing = evidence.len() - held;
    let tablets = tablets(record, round, now_ms);
    let place = where_missing(&tablets);
    if missing > 0 {
        blocks.push(
            phrase("block-photos")
                .with("missing", missing)
                .with("place", &place)
                .to_string(),
        );
    }
    let mut checks = vec![
        answered(judged, &mut blocks),
        conflicts(round, judged, &mut blocks),
    ];
    checks.push(applicant(round, &mut blocks));
    let sign_offs = sign_offs(record, round, now_ms, &mut blocks);
    let sealed = round.inspection.sealed.is_some();
    let overall = if sealed {
        Status::new(Tone::Good, say("case-sealed"))
    } else if missing > 0 {
        Status::new(Tone::Busy, say("complete-arriving"))
    } else if blocks.is_empty() {
        Status::new(Tone::Busy, say("complete-waiting"))
    } else {
        Status::new(Tone::Busy, say("complete-not"))
    };
    let completeness = Completeness {
        overall,
        photos: Progress {
            label: say("photos"),
            done: held as u64,
            total: evidence.len() as u64,
        },
        photos_where: if missing > 0 { place } else { String::new() },
        tablets: if tablets.len() > 1 {
            tablets
        } else {
            Vec::new()
        },
        checks,
        sign_offs,
        set_aside: set_aside(record, round, now_ms),
        sealed: round
            .inspection
            .sealed
            .as_ref()
            .map(heads)
            .unwrap_or_default(),
    };
    if !sealed && blocks.is_empty() {
        blocks.push(say("block-sealing"));
    }
    (completeness, blocks)
}

/// Heads, shortened.
pub(crate) fn heads(heads: &field_core::inspection::Heads) -> String {
    heads
        .iter()
        .map(format::short_hash)
        .collect::<Vec<_>>()
        .join("+")
}

/// Photos by the tablet that took them: whose it is, how many arrived, when it was heard of.
fn tablets(record: &CaseRecord, round: &Round, now_ms: i64) -> Vec<TabletPhotos> {
    let mut tablets: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
    for one in round.view.present_photos() {
        let author = crate::store::overview::author(&round.around, &one.by.actor);
        let key = author.map_or_else(
            || (say("unknown-tablet"), String::new()),
            |(user, device)| {
                let tablet = record.tablets.get(&device.to_string());
                let seen = tablet.and_then(|(_, seen)| *seen);
                let seen = seen.map(|at| {
                    phrase("tablet-seen")
                        .with("at", format::near(at, now_ms))
                        .to_string()
                });
                let name = tablet.map_or_else(String::new, |(name, _)| {
                    phrase("in-brackets").with("text", name).to_string()
                });
                let whose = phrase("tablet-of")
                    .with("who", record.name(user))
                    .with("tablet", name)
                    .to_string();
                (whose, seen.unwrap_or_default())
            },
        );
        let (held, all) = tablets.entry(key).or_default();
        *held += u64::from(round.around.held.contains(&one.photo.sha256));
        *all += 1;
    }
    let rows = tablets.into_iter();
    rows.map(|((tablet, seen), (done, total))| TabletPhotos {
        photos: Progress {
            label: tablet.clone(),
            done,
            total,
        },
        tablet,
        seen,
    })
    .collect()
}

/// Which tablets hold what has not arrived, and when they were last heard of.
fn where_missing(tablets: &[TabletPhotos]) -> String {
    let waiting: Vec<_> = tablets
        .iter()
        .filter(|one| one.photos.done < one.photos.total)
        .collect();
    let places: Vec<_> = waiting
        .iter()
        .map(|one| {
            if waiting.len() == 1 {
                format!("{}{}", one.tablet, one.seen)
            } else {
                phrase("photos-at")
                    .with("tablet", &one.tablet)
                    .with("count", one.photos.total - one.photos.done)
                    .with("seen", &one.seen)
                    .to_string()
            }
        })
        .collect();
    places.join(&say("list-semicolon"))
}

fn answered(judged: &Judged<'_>, blocks: &mut Vec<String>) -> Check {
    let open: Vec<_> = judged
        .items
        .iter()
        .zip(&judged.assessment.items)
        .filter(|(_, one)| one.verdict == Verdict::Missing || one.photo_missing)
        .map(|(item, _)| format!("{} {}", item.clause, pick(item.short())))
        .collect();
    if open.is_empty() {
        return Check {
            status: Status::new(
                Tone::Good,
                phrase("check-answered")
                    .with("count", judged.items.len())
                    .to_string(),
            ),
            detail: String::new(),
        };
    }
    blocks.push(phrase("check-open").with("count", open.len()).to_string());
    Check {
        status: Status::new(
            Tone::Warn,
            phrase("check-open").with("count", open.len()).to_string(),
        ),
        detail: named(&open),
    }
}

fn conflicts(round: &Round, judged: &Judged<'_>, blocks: &mut Vec<String>) -> Check {
    let title = |id: &str| {
        let item = judged.items.iter().find(|item| item.id == id);
        item.map_or_else(
            || id.to_owned(),
            |item| format!("{} {}", item.clause, pick(item.short())),
        )
    };
    let open: Vec<_> = round.view.conflicts().map(|(id, _)| title(id)).collect();
    if !open.is_empty() {
        blocks.push(
            phrase("check-conflicts")
                .with("count", open.len())
                .to_string(),
        );
        return Check {
            status: Status::new(
                Tone::Warn,
                phrase("check-conflicts")
                    .with("count", open.len())
                    .to_string(),
            ),
            detail: named(&open),
        };
    }
    let answers = round.view.answers.values();
    let resolved = answers.filter(|one| one.resolution.is_some()).count();
    let word = if resolved == 0 {
        say("check-no-conflicts")
    } else {
        phrase("check-conflicts-resolved")
            .with("resolved", resolved)
            .to_string()
    };
    Check {
        status: Status::new(Tone::Good, word),
        detail: String::new(),
    }
}

fn named(items: &[String]) -> String {
    let more = items.len().saturating_sub(NAMED);
    let shown = items[..items.len().min(NAMED)].join(&say("list-semicolon"));
    if more > 0 {
        phrase("list-and-more")
            .with("shown", &shown)
            .with("more", more)
            .to_string()
    } else {
        shown
    }
}

fn applicant(round: &Round, blocks: &mut Vec<String>) -> Check {
    let check = |tone, word: String, detail: String| Check {
        status: Status::new(tone, word),
        detail,
    };
    let Some(said) = round.applicant() else {
        blocks.push(say("block-applicant"));
        return check(Tone::Muted, say("check-applicant-not"), String::new());
    };
    let Statement::ApplicantConfirmation(it) = &said.statement else {
        return check(Tone::Muted, say("check-applicant-not"), String::new());
    };
    if it.heads != round.view.heads {
        blocks.push(say("block-applicant-old"));
        return check(
            Tone::Warn,
            say("check-applicant-old"),
            phrase("state-then-changed")
                .with("state", heads(&it.heads))
                .to_string(),
        );
    }
    let at = format::clock(it.at.corrected_ms());
    match &it.confirmation {
        Confirmation::Signed { name, .. } => check(
            Tone::Good,
            say("check-applicant"),
            phrase("signed-by-at")
                .with("name", name)
                .with("at", &at)
                .to_string(),
        ),
        Confirmation::Refused { reason, witness } => check(
            Tone::Good,
            say("check-applicant-refused"),
            phrase("reason-and-witness")
                .with("reason", reason)
                .with("witness", witness)
                .to_string(),
        ),
        Confirmation::Absent { reason, witness } => check(
            Tone::Good,
            say("check-applicant-absent"),
            phrase("reason-and-witness")
                .with("reason", reason)
                .with("witness", witness)
                .to_string(),
        ),
    }
}

fn sign_offs(
    record: &CaseRecord,
    round: &Round,
    now_ms: i64,
    blocks: &mut Vec<String>,
) -> Vec<SignOff> {
    let officers = record.assignment.iter().flat_map(|one| &one.officers);
    officers
        .map(|one| {
            let name = record.name(&one.officer);
            let card = record.users.get(&one.officer).map(|(_, card)| card.clone());
            let (status, detail) = match round.sign_off(&one.officer) {
                None => {
                    blocks.push(phrase("block-sign").with("name", &name).to_string());
                    (Status::new(Tone::Muted, say("sign-not")), String::new())
                }
                Some(said) => {
                    let signed = super::record::heads_of(&said.statement);
                    let at = format::near(said.statement.at().corrected_ms(), now_ms);
                    let state = signed.map(heads).unwrap_or_default();
                    if signed == Some(&round.view.heads) {
                        (
                            Status::new(Tone::Good, say("sign-done")),
                            phrase("at-and-state")
                                .with("at", &at)
                                .with("state", &state)
                                .to_string(),
                        )
                    } else if said.arrived {
                        blocks.push(phrase("block-sign-old").with("name", &name).to_string());
                        (
                            Status::new(Tone::Warn, say("sign-old")),
                            phrase("at-and-state-changed")
                                .with("at", &at)
                                .with("state", &state)
                                .to_string(),
                        )
                    } else {
                        blocks.push(
                            phrase("block-sign-arriving")
                                .with("name", &name)
                                .to_string(),
                        );
                        (
                            Status::new(Tone::Busy, say("sign-arriving")),
                            phrase("at-and-state")
                                .with("at", &at)
                                .with("state", &state)
                                .to_string(),
                        )
                    }
                }
            };
            SignOff {
                officer: name,
                card: card.unwrap_or_default(),
                status,
                detail,
            }
        })
        .collect()
}

fn set_aside(record: &CaseRecord, round: &Round, now_ms: i64) -> Vec<SetAside> {
    let kept = round.aside.iter();
    kept.map(|one| {
        let carrier = one.carrier.map(|device| device.to_string());
        let tablet = carrier.and_then(|device| record.tablets.get(&device));
        let tablet = tablet.map_or_else(|| say("unknown-tablet"), |(name, _)| name.clone());
        let at = format::near(one.received_at, now_ms);
        let said = match &one.refused {
            None => phrase("aside-late"),
            Some(reason) => phrase("aside-refused").with("reason", reason),
        };
        SetAside {
            text: said
                .with("tablet", tablet)
                .with("at", at)
                .with("size", format::bytes(one.bytes))
                .to_string(),
            href: format!("/cases/{}/aside/{}", record.case.id, one.hash),
        }
    })
    .collect()
}
