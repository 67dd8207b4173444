//! The way of a case: its legs with their durations, its limits, how often the applicant came.

use field_core::rules::{CalendarError, Date, Library, Matter, WorkingDays};

use super::record::CaseRecord;
use super::show::Leg;
use crate::cases::State;
use crate::cases::legs::visits;
use crate::locale::{phrase, say};
use crate::office::format;
use crate::office::view::{Deadline, Tone};
use crate::store::cases::Case;

/// How often the applicant has to come at most; once where the permit is delivered electronically.
const VISITS_GOAL: usize = 2;

/// When a state was reached.
struct Reached<'a> {
    state: State,
    at: i64,
    on_date: &'a str,
    by: Option<&'a str>,
}

/// The states of the history, in order; each time a state was entered anew.
fn reached(record: &CaseRecord) -> Vec<Reached<'_>> {
    let mut list: Vec<Reached<'_>> = Vec::new();
    for entry in &record.history {
        let to = entry.event.detail.get("to").and_then(|to| to.as_str());
        let Some(state) = to.and_then(State::from_word) else {
            continue;
        };
        if list.last().is_some_and(|last| last.state == state) {
            continue;
        }
        list.push(Reached {
            state,
            at: entry.event.at,
            on_date: &entry.event.on_date,
            by: entry.event.user_id.as_deref(),
        });
    }
    list
}

/// The step that the inspectors take.
const INSPECTION: &str = "leg-inspect";

/// Steps of the way that every case takes, with who takes them: keys of their words.
const STEPS: [(&str, &[State], &str); 7] = [
    ("leg-submit", &[State::Submitted], "leg-by-window"),
    (
        "leg-accept",
        &[State::Accepted, State::NotAccepted],
        "leg-by-window",
    ),
    ("leg-assign", &[State::Scheduled], "leg-by-window-reviewer"),
    (INSPECTION, &[State::Inspected], "leg-by-inspectors"),
    (
        "leg-decide",
        &[State::DecidedGranted, State::DecidedRefused],
        "leg-by-approver",
    ),
    ("leg-issue", &[State::Issued], "leg-by-window-approver"),
    ("leg-deliver", &[State::Delivered], "leg-by-window"),
];

/// The legs; the first one that is not done yet is under way.
pub(crate) fn legs(record: &CaseRecord, now_ms: i64) -> Vec<Leg> {
    let reached = reached(record);
    let ended = record.case.state.is_ended();
    let mut legs = Vec::new();
    let mut waits = false;
    for (name, states, role) in STEPS {
        // A step back (a seal withdrawn, a return) takes its step out of what is done.
        let place = reached.iter().rposition(|one| states.contains(&one.state));
        let place = place.filter(|_| is_past(record.case.state, states));
        let leg = match place {
            Some(place) => done(record, name, &reached, place),
            None if ended => continue,
            None if waits => to_come(name, role),
            None => {
                waits = true;
                let since = reached.last().map_or(now_ms, |one| one.at);
                Leg {
                    name: say(name),
                    tone: Tone::Busy,
                    at: say(under_way(record.case.state)),
                    took: phrase("leg-for")
                        .with("duration", format::duration((now_ms - since) / 1000))
                        .to_string(),
                    who: waits_for(record, name, role),
                }
            }
        };
        legs.push(leg);
    }
    legs
}

fn is_past(now: State, states: &[State]) -> bool {
    // The order of `State` is that of a case's life; rectification goes back before the visit.
    let rank = |state: State| match state {
        State::Correction => 0,
        State::Rectification => rank_of(State::Accepted),
        other => rank_of(other),
    };
    states.iter().any(|one| rank_of(*one) <= rank(now))
}

const fn rank_of(state: State) -> u8 {
    match state {
        State::Submitted | State::Correction => 0,
        State::Accepted | State::NotAccepted | State::Rectification => 1,
        State::Scheduled => 2,
        State::Inspected => 3,
        State::DecidedGranted | State::DecidedRefused => 4,
        State::Issued => 5,
        State::Delivered => 6,
    }
}

fn done(record: &CaseRecord, name: &str, reached: &[Reached<'_>], place: usize) -> Leg {
    let one = &reached[place];
    let before = place.checked_sub(1).map(|before| &reached[before]);
    let took = before.map(|before| format::duration((one.at - before.at) / 1000));
    let (name, tone) = match one.state {
        State::NotAccepted => ("step-refuse-acceptance", Tone::Bad),
        State::DecidedRefused => ("decision-refused", Tone::Bad),
        _ => (name, Tone::Good),
    };
    Leg {
        name: say(name),
        tone,
        at: format::business(one.on_date.get(5..).unwrap_or(one.on_date), one.at),
        took: took
            .map(|took| phrase("leg-took").with("took", &took).to_string())
            .unwrap_or_default(),
        who: one
            .by
            .map_or_else(|| say("the-system"), |id| record.name(id)),
    }
}

fn to_come(name: &str, role: &str) -> Leg {
    Leg {
        name: say(name),
        tone: Tone::Muted,
        at: String::new(),
        took: String::new(),
        who: say(role),
    }
}

const fn under_way(state: State) -> &'static str {
    match state {
        State::Correction => "leg-waits-correction",
        State::Rectification => "leg-waits-rectification",
        _ => "leg-under-way",
    }
}

fn waits_for(record: &CaseRecord, step: &str, role: &str) -> String {
    let officers = record.assignment.as_ref().map(|one| &one.officers);
    match officers {
        Some(officers) if step == INSPECTION => {
            let names: Vec<_> = officers
                .iter()
                .map(|one| record.name(&one.officer))
                .collect();
            names.join(&say("list-and"))
        }
        _ => say(role),
    }
}

/// `申请人到场 1 次（目标不超过 2 次）`.
pub(crate) fn visits_line(record: &CaseRecord) -> String {
    let count = visits(&record.history);
    phrase("visits-line")
        .with("count", count)
        .with("visits-goal", VISITS_GOAL)
        .to_string()
}

/// Promise and law of the whole case; empty before acceptance.
pub(crate) fn deadlines(
    case: &Case,
    matter: Option<&Matter>,
    library: &Library,
    today: Date,
    stopped: bool,
) -> Vec<Deadline> {
    let limits = [
        ("limit-promised", case.promised_until),
        ("limit-statutory", case.statutory_until),
    ];
    let Some(accepted) = case.accepted_on else {
        return Vec::new();
    };
    limits
        .into_iter()
        .map(|(kind, until)| match until {
            Some(until) if stopped => Deadline {
                kind: say(kind),
                date: until.to_string(),
                left: say("clock-stopped"),
                tone: Tone::Muted,
            },
            Some(until) => limit(kind, case, accepted, until, matter, library, today),
            None => unknown(kind),
        })
        .collect()
}

/// The limit that comes first, for lists.
pub(crate) fn nearest(
    case: &Case,
    matter: Option<&Matter>,
    library: &Library,
    today: Date,
    stopped: bool,
) -> Option<Deadline> {
    deadlines(case, matter, library, today, stopped)
        .into_iter()
        .next()
}

fn unknown(kind: &str) -> Deadline {
    Deadline {
        kind: say(kind),
        date: String::new(),
        left: say("deadline-unknown"),
        tone: Tone::Bad,
    }
}

fn limit(
    kind: &str,
    case: &Case,
    accepted: Date,
    until: Date,
    matter: Option<&Matter>,
    library: &Library,
    today: Date,
) -> Deadline {
    let workdays = library.workdays();
    let warn_at = matter.map_or(80, |one| u64::from(one.warn_at_percent));
    let (tone, left) = if is_met(case.state) {
        (Tone::Good, say("state-ended"))
    } else {
        left(workdays, accepted, until, today, warn_at)
            .unwrap_or_else(|_| (Tone::Warn, say("deadline-left-unknown")))
    };
    Deadline {
        kind: say(kind),
        date: until.to_string(),
        left,
        tone,
    }
}

/// Whether the limits of the whole case no longer run.
const fn is_met(state: State) -> bool {
    matches!(
        state,
        State::Issued | State::Delivered | State::NotAccepted | State::DecidedRefused
    )
}

fn left(
    workdays: &WorkingDays,
    accepted: Date,
    until: Date,
    today: Date,
    warn_at_percent: u64,
) -> Result<(Tone, String), CalendarError> {
    if today > until {
        let over = workdays.between(until, today)?;
        return Ok((
            Tone::Bad,
            phrase("deadline-over").with("over", over).to_string(),
        ));
    }
    let total = u64::from(workdays.between(accepted, until)?);
    let used = u64::from(workdays.between(accepted, today)?);
    let tone = if used * 100 >= total * warn_at_percent {
        Tone::Warn
    } else {
        Tone::Muted
    };
    let words = match total.saturating_sub(used) {
        0 => say("deadline-today"),
        days => phrase("deadline-left").with("days", days).to_string(),
    };
    Ok((tone, words))
}

/// `第 3/10 个工作日`; empty before acceptance, at the end, and where days cannot be counted.
pub(crate) fn working_day(case: &Case, library: &Library, today: Date) -> String {
    let (Some(accepted), Some(until)) = (case.accepted_on, case.promised_until) else {
        return String::new();
    };
    if is_met(case.state) {
        return String::new();
    }
    let workdays = library.workdays();
    match (
        workdays.between(accepted, today),
        workdays.between(accepted, until),
    ) {
        (Ok(used), Ok(total)) => phrase("working-day")
            .with("used", used)
            .with("total", total)
            .to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn warns_at_four_fifths_and_then_counts_what_is_over() {
        let library = Library::embedded().unwrap();
        let days = library.workdays();
        // 2018-03-12 is a Monday; ten working days later is the 26th.
        let (from, until) = (date(2018, 3, 12), date(2018, 3, 26));
        for (today, tone, words) in [
            (date(2018, 3, 12), Tone::Muted, "还剩 10 个工作日"),
            (date(2018, 3, 21), Tone::Muted, "还剩 3 个工作日"),
            (date(2018, 3, 22), Tone::Warn, "还剩 2 个工作日"),
            (date(2018, 3, 26), Tone::Warn, "今天到期"),
            (date(2018, 3, 27), Tone::Bad, "逾期 1 个工作日"),
        ] {
            let found = left(days, from, until, today, 80).unwrap();
            assert_eq!(found, (tone, words.to_owned()), "{today}");
        }
        assert!(left(days, from, until, date(2099, 1, 1), 80).is_err());
    }

    #[test]
    fn what_was_taken_back_is_not_done() {
        assert!(is_past(State::Inspected, &[State::Scheduled]));
        assert!(!is_past(State::Scheduled, &[State::Inspected]));
        assert!(!is_past(State::Rectification, &[State::Scheduled]));
        assert!(is_past(State::Rectification, &[State::Accepted]));
    }
}
