//! When something is due: the limits of the matter counted in working days. What cannot be
//! counted, since the table of a year is missing, stays an error and is shown as one.

use std::collections::BTreeMap;

use field_core::rules::matter::{Limit, Matter, Step};
use field_core::rules::{CalendarError, Date, Text, WorkingDays};

/// When a whole case is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What the office promises.
    pub promised: Result<Date, CalendarError>,
    /// What the law allows.
    pub statutory: Result<Date, CalendarError>,
}

/// How a limit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Met.
    Done,
    /// Time is left.
    Running,
    /// The share of the matter's `warn_at_percent` is used up (4/5).
    Warning,
    /// The promised day has passed, the law's has not.
    PromiseBroken,
    /// The law's day has passed.
    Overdue,
}

/// One limit of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// Id of the limit.
    pub limit: String,
    /// Its name.
    pub name: Text,
    /// The day after which it counts.
    pub from: Date,
    /// The last day of the promise, or of the law where nothing is promised.
    pub promised: Date,
    /// The last day of the law.
    pub statutory: Date,
    /// From this day on somebody is warned.
    pub warn_on: Date,
    /// When it was met.
    pub met_on: Option<Date>,
    /// How it stands today.
    pub urgency: Urgency,
    /// Working days used up of the promise.
    pub used: u32,
    /// Working days of the promise.
    pub days: u32,
}

/// When a case accepted on `day` is due as a whole: to the last step the matter limits.
#[must_use]
pub fn of_acceptance(matter: &Matter, day: Date, workdays: &WorkingDays) -> Due {
    let statutory = total(matter, |limit| limit.statutory_days);
    let promised = total(matter, |limit| {
        limit.promised_days.unwrap_or(limit.statutory_days)
    });
    Due {
        promised: workdays.add(day, promised.min(statutory)),
        statutory: workdays.add(day, statutory),
    }
}

/// Days from acceptance to the end: along the limits that follow each other, or by one that
/// spans them all, whichever is shorter.
fn total(matter: &Matter, days: impl Fn(&Limit) -> u32) -> u32 {
    let mut reached = BTreeMap::from([(Step::Accepted, 0)]);
    for step in Step::ALL {
        let Some(&so_far) = reached.get(&step) else {
            continue;
        };
        for limit in matter.limits.iter().filter(|limit| limit.from == step) {
            let then = so_far + days(limit);
            reached
                .entry(limit.to)
                .and_modify(|known| *known = then.min(*known))
                .or_insert(then);
        }
    }
    reached.last_key_value().map_or(0, |(_, days)| *days)
}

/// Working days that do not count: the clock stood still, or a head added them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// Business day it began.
    pub on: Date,
    /// How many.
    pub days: u32,
}

/// Every limit of the matter whose beginning was reached, in the matter's order. What was added
/// while a limit ran moves its end.
pub fn of_case(
    matter: &Matter,
    reached: &BTreeMap<Step, Date>,
    added: &[Added],
    today: Date,
    workdays: &WorkingDays,
) -> Vec<Result<Deadline, CalendarError>> {
    matter
        .limits
        .iter()
        .filter_map(|limit| {
            let from = *reached.get(&limit.from)?;
            let met_on = reached.get(&limit.to).copied();
            let counts = |one: &&Added| one.on >= from && met_on.is_none_or(|met| one.on <= met);
            let added = added.iter().filter(counts).map(|one| one.days).sum();
            let span = (from, met_on);
            Some(deadline(matter, limit, span, added, today, workdays))
        })
        .collect()
}

fn deadline(
    matter: &Matter,
    limit: &Limit,
    (from, met_on): (Date, Option<Date>),
    added: u32,
    today: Date,
    workdays: &WorkingDays,
) -> Result<Deadline, CalendarError> {
    let days = limit.promised_days.unwrap_or(limit.statutory_days) + added;
    let promised = workdays.add(from, days)?;
    let statutory = workdays.add(from, limit.statutory_days + added)?;
    let warn_after = (u64::from(days) * u64::from(matter.warn_at_percent)).div_ceil(100);
    let warn_on = workdays.add(from, u32::try_from(warn_after).unwrap_or(days))?;
    let until = met_on.unwrap_or(today);
    let urgency = match met_on {
        Some(_) => Urgency::Done,
        None if today > statutory => Urgency::Overdue,
        None if today > promised => Urgency::PromiseBroken,
        None if today >= warn_on => Urgency::Warning,
        None => Urgency::Running,
    };
    Ok(Deadline {
        limit: limit.id.clone(),
        name: limit.text.clone(),
        from,
        promised,
        statutory,
        warn_on,
        met_on,
        urgency,
        used: workdays.between(from, until)?,
        days,
    })
}
