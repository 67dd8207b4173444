//! How long each leg of a case took, and how often the applicant had to come: read from the
//! history, so that it cannot differ from it.

use serde::Serialize;

use super::state::State;
use crate::store::history::Entry;

/// The time between two states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leg {
    /// The state that was left.
    #[serde(serialize_with = "word")]
    pub from: State,
    /// The state that was reached.
    #[serde(serialize_with = "word")]
    pub to: State,
    /// Business day it began, ISO.
    pub from_date: String,
    /// Business day it ended, ISO.
    pub to_date: String,
    /// Real time between them.
    pub seconds: i64,
}

/// The legs of one case, in order; `history` is that of one case, oldest first. Steps within a
/// state (a replaced inspector) do not end a leg.
#[must_use]
pub fn of(history: &[Entry]) -> Vec<Leg> {
    let mut legs = Vec::new();
    let mut last: Option<(State, i64, &str)> = None;
    for entry in history {
        let to = entry.event.detail.get("to").and_then(|to| to.as_str());
        let Some(to) = to.and_then(State::from_word) else {
            continue;
        };
        let (at, date) = (entry.event.at, entry.event.on_date.as_str());
        match last {
            Some((from, ..)) if from == to => {}
            Some((from, since, from_date)) => {
                legs.push(Leg {
                    from,
                    to,
                    from_date: from_date.to_owned(),
                    to_date: date.to_owned(),
                    seconds: (at - since) / 1000,
                });
                last = Some((to, at, date));
            }
            None => last = Some((to, at, date)),
        }
    }
    legs
}

/// How often the applicant had to come.
#[must_use]
pub fn visits(history: &[Entry]) -> usize {
    let came = |entry: &&Entry| entry.event.detail.get("visit") == Some(&true.into());
    history.iter().filter(came).count()
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
fn word<S: serde::Serializer>(state: &State, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(state.word())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::history::Event;

    fn entry(at: i64, to: &str, visit: bool) -> Entry {
        Entry {
            seq: at,
            event: Event {
                case_id: Some(1),
                at: at * 1000,
                on_date: format!("2018-03-{at:02}"),
                user_id: None,
                action: String::new(),
                detail: json!({ "to": to, "visit": visit }),
            },
            hash: [0; 32],
        }
    }

    #[test]
    fn legs_end_where_the_state_changes() {
        let history = [
            entry(1, "submitted", true),
            entry(2, "accepted", false),
            entry(5, "scheduled", false),
            entry(6, "scheduled", false),
            entry(9, "inspected", false),
            entry(10, "delivered", true),
        ];
        let legs: Vec<_> = of(&history)
            .iter()
            .map(|leg| (leg.from, leg.to, leg.seconds))
            .collect();
        assert_eq!(
            legs,
            [
                (State::Submitted, State::Accepted, 1),
                (State::Accepted, State::Scheduled, 3),
                (State::Scheduled, State::Inspected, 4),
                (State::Inspected, State::Delivered, 1),
            ]
        );
        assert_eq!(visits(&history), 2);
        assert!(of(&[]).is_empty());
    }
}
