//! The limits of each step of a case, as its matter sets them, with what was added to them.

use std::collections::BTreeMap;

use field_core::rules::{Date, Step};
use serde_json::Value;

use super::fill::Against;
use super::record::CaseRecord;
use super::show::StepLimit;
use crate::cases::State;
use crate::cases::deadlines::{self, Added, Deadline, Urgency};
use crate::locale::{phrase, pick, say};
use crate::office::view::{Status, Tone};

/// One row a limit whose beginning was reached.
pub(crate) fn of(record: &CaseRecord, against: &Against<'_>) -> Vec<StepLimit> {
    let Some(matter) = against.matter(&record.case) else {
        return Vec::new();
    };
    let workdays = against.library.workdays();
    let added = added(record, against);
    let limits = deadlines::of_case(matter, &reached(record), &added, against.today, workdays);
    let rows = limits.into_iter().zip(&matter.limits);
    rows.map(|(limit, rule)| match limit {
        Ok(limit) => row(&limit),
        Err(_) => StepLimit {
            name: pick(&rule.text).to_owned(),
            due: say("deadline-unknown"),
            used: String::new(),
            state: Status::new(Tone::Bad, say("limit-overdue")),
        },
    })
    .collect()
}

fn row(limit: &Deadline) -> StepLimit {
    let state = match limit.urgency {
        Urgency::Done => Status::new(Tone::Good, say("limit-met")),
        Urgency::Running => Status::new(Tone::Muted, say("limit-running")),
        Urgency::Warning => Status::new(Tone::Warn, say("limit-warning")),
        Urgency::PromiseBroken => Status::new(Tone::Bad, say("limit-broken")),
        Urgency::Overdue => Status::new(Tone::Bad, say("limit-overdue")),
    };
    StepLimit {
        name: pick(&limit.name).to_owned(),
        due: if limit.promised == limit.statutory {
            limit.statutory.to_string()
        } else {
            format!("{} / {}", limit.promised, limit.statutory)
        },
        used: phrase("limit-used-of")
            .with("used", limit.used)
            .with("days", limit.days)
            .to_string(),
        state,
    }
}

/// The day each step was reached first.
fn reached(record: &CaseRecord) -> BTreeMap<Step, Date> {
    let mut reached = BTreeMap::new();
    for entry in &record.history {
        let to = entry.event.detail.get("to").and_then(Value::as_str);
        let step = to.and_then(State::from_word).and_then(State::reaches);
        if let (Some(step), Ok(day)) = (step, entry.event.on_date.parse()) {
            reached.entry(step).or_insert(day);
        }
    }
    reached
}

/// What does not count: closed stops, the open one so far, and what a head added.
fn added(record: &CaseRecord, against: &Against<'_>) -> Vec<Added> {
    let workdays = against.library.workdays();
    let stops = record.stops.iter().filter_map(|stop| {
        let so_far = || workdays.between(stop.from_on, against.today).ok();
        Some(Added {
            on: stop.from_on,
            days: stop.days.or_else(so_far)?,
        })
    });
    let extended = record.history.iter().filter_map(|entry| {
        let given = entry.event.action == "extend";
        let days = entry.event.detail.get("days").and_then(Value::as_u64);
        Some(Added {
            on: entry.event.on_date.parse().ok()?,
            days: u32::try_from(days.filter(|_| given)?).ok()?,
        })
    });
    stops.chain(extended).collect()
}
