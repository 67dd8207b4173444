//! What is there of an inspection, what is missing, and on which tablet: the conditions of the
//! seal, as people can check them.

use std::collections::BTreeMap;

use field_core::identity::{Confirmation, Statement};
use field_core::rules::Verdict;

use super::findings::Judged;
use super::record::{CaseRecord, Round};
use super::show::{Check, Completeness, SignOff};
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
    let place = where_missing(record, round, now_ms);
    if missing > 0 {
        blocks.push(format!("照片还差 {missing} 张（{place}）"));
    }
    let mut checks = vec![
        answered(judged, &mut blocks),
        conflicts(round, judged, &mut blocks),
    ];
    checks.push(applicant(round, &mut blocks));
    let sign_offs = sign_offs(record, round, now_ms, &mut blocks);
    let sealed = round.inspection.sealed.is_some();
    let overall = if sealed {
        Status::new(Tone::Good, "已封存")
    } else if missing > 0 {
        Status::new(Tone::Busy, "正在到达")
    } else if blocks.is_empty() {
        Status::new(Tone::Busy, "等待封存")
    } else {
        Status::new(Tone::Busy, "未完成")
    };
    let completeness = Completeness {
        overall,
        photos: Progress {
            label: "照片".to_owned(),
            done: held as u64,
            total: evidence.len() as u64,
        },
        photos_where: if missing > 0 { place } else { String::new() },
        checks,
        sign_offs,
        set_aside: set_aside(round),
        sealed: round
            .inspection
            .sealed
            .as_ref()
            .map(heads)
            .unwrap_or_default(),
    };
    if !sealed && blocks.is_empty() {
        blocks.push("条件已齐，系统正在封存".to_owned());
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

/// Which tablets hold what has not arrived, and when they were last heard of.
fn where_missing(record: &CaseRecord, round: &Round, now_ms: i64) -> String {
    let mut places: BTreeMap<(String, String), usize> = BTreeMap::new();
    for one in round.view.present_photos() {
        if round.around.held.contains(&one.photo.sha256) {
            continue;
        }
        let author = crate::store::overview::author(&round.around, &one.by.actor);
        let key = author.map_or_else(
            || ("未知平板".to_owned(), String::new()),
            |(user, device)| {
                let tablet = record.tablets.get(&device.to_string());
                let seen = tablet.and_then(|(_, seen)| *seen);
                let seen = seen.map(|at| format!("，{} 联系", format::near(at, now_ms)));
                let tablet = tablet.map_or_else(String::new, |(name, _)| format!("（{name}）"));
                (
                    format!("{}的平板{tablet}", record.name(user)),
                    seen.unwrap_or_default(),
                )
            },
        );
        *places.entry(key).or_default() += 1;
    }
    let alone = places.len() == 1;
    let places: Vec<_> = places
        .into_iter()
        .map(|((tablet, seen), count)| {
            if alone {
                format!("{tablet}{seen}")
            } else {
                format!("{tablet} {count} 张{seen}")
            }
        })
        .collect();
    places.join("；")
}

fn answered(judged: &Judged<'_>, blocks: &mut Vec<String>) -> Check {
    let open: Vec<_> = judged
        .items
        .iter()
        .zip(&judged.assessment.items)
        .filter(|(_, one)| one.verdict == Verdict::Missing || one.photo_missing)
        .map(|(item, _)| format!("{} {}", item.clause, item.short().zh))
        .collect();
    if open.is_empty() {
        return Check {
            status: Status::new(Tone::Good, format!("{} 项全部填写", judged.items.len())),
            detail: String::new(),
        };
    }
    blocks.push(format!("{} 项未完成", open.len()));
    Check {
        status: Status::new(Tone::Warn, format!("{} 项未完成", open.len())),
        detail: named(&open),
    }
}

fn conflicts(round: &Round, judged: &Judged<'_>, blocks: &mut Vec<String>) -> Check {
    let title = |id: &str| {
        let item = judged.items.iter().find(|item| item.id == id);
        item.map_or_else(
            || id.to_owned(),
            |item| format!("{} {}", item.clause, item.short().zh),
        )
    };
    let open: Vec<_> = round.view.conflicts().map(|(id, _)| title(id)).collect();
    if !open.is_empty() {
        blocks.push(format!("{} 处分歧未处理", open.len()));
        return Check {
            status: Status::new(Tone::Warn, format!("{} 处分歧未处理", open.len())),
            detail: named(&open),
        };
    }
    let answers = round.view.answers.values();
    let resolved = answers.filter(|one| one.resolution.is_some()).count();
    let word = if resolved == 0 {
        "没有分歧".to_owned()
    } else {
        format!("分歧 {resolved} 处，都已处理")
    };
    Check {
        status: Status::new(Tone::Good, word),
        detail: String::new(),
    }
}

fn named(items: &[String]) -> String {
    let more = items.len().saturating_sub(NAMED);
    let shown = items[..items.len().min(NAMED)].join("；");
    if more > 0 {
        format!("{shown}；另 {more} 项")
    } else {
        shown
    }
}

fn applicant(round: &Round, blocks: &mut Vec<String>) -> Check {
    let check = |tone, word: &str, detail: String| Check {
        status: Status::new(tone, word),
        detail,
    };
    let Some(said) = round.applicant() else {
        blocks.push("申请人还没有确认勘验记录".to_owned());
        return check(Tone::Muted, "申请人尚未确认勘验记录", String::new());
    };
    let Statement::ApplicantConfirmation(it) = &said.statement else {
        return check(Tone::Muted, "申请人尚未确认勘验记录", String::new());
    };
    if it.heads != round.view.heads {
        blocks.push("申请人确认的不是最新状态".to_owned());
        return check(
            Tone::Warn,
            "申请人确认的是旧状态",
            format!("状态 {}，之后又有更改", heads(&it.heads)),
        );
    }
    let at = format::clock(it.at.corrected_ms());
    match &it.confirmation {
        Confirmation::Signed { name, .. } => check(
            Tone::Good,
            "申请人已确认勘验记录",
            format!("{name} {at} 签名"),
        ),
        Confirmation::Refused { reason, witness } => check(
            Tone::Good,
            "申请人拒绝签名，已注明",
            format!("{reason}；见证人 {witness}"),
        ),
        Confirmation::Absent { reason, witness } => check(
            Tone::Good,
            "申请人不在场，已注明",
            format!("{reason}；见证人 {witness}"),
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
                    blocks.push(format!("{name}还没有签署"));
                    (Status::new(Tone::Muted, "未签署"), String::new())
                }
                Some(said) => {
                    let signed = super::record::heads_of(&said.statement);
                    let at = format::near(said.statement.at().corrected_ms(), now_ms);
                    let state = signed.map(heads).unwrap_or_default();
                    if signed == Some(&round.view.heads) {
                        (
                            Status::new(Tone::Good, "已签署"),
                            format!("{at} · 状态 {state}"),
                        )
                    } else if said.arrived {
                        blocks.push(format!("{name}签署的不是最新状态"));
                        (
                            Status::new(Tone::Warn, "签署的是旧状态"),
                            format!("{at} · 状态 {state}，之后又有更改"),
                        )
                    } else {
                        blocks.push(format!("{name}签署的更改还没有到齐"));
                        (
                            Status::new(Tone::Busy, "已签署，更改未到齐"),
                            format!("{at} · 状态 {state}"),
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

fn set_aside(round: &Round) -> Vec<String> {
    let mut lines = Vec::new();
    if round.around.late > 0 {
        lines.push(format!(
            "封存以后又到达 {} 项更改，已留存，不改变封存的内容",
            round.around.late
        ));
    }
    for (reason, count) in &round.around.quarantined {
        lines.push(format!("{count} 项被拒收，已另存：{reason}"));
    }
    lines
}
