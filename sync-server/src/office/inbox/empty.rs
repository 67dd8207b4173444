//! What an empty list says, and what to do about it.

use super::show::EmptyList;
use crate::auth::{Officer, Permission};
use crate::locale::say;

/// Words and a way out for an empty list under this filter.
pub(super) fn empty(officer: &Officer, state: &str, query: &str) -> EmptyList {
    let list = |title: &str, advice: &str, link: Option<(&str, &str)>| EmptyList {
        title: title.to_owned(),
        advice: advice.to_owned(),
        href: link.map(|(href, _)| href.to_owned()),
        link: link.map(|(_, text)| text.to_owned()).unwrap_or_default(),
    };
    let see_all = say("empty-all");
    let all = Some(("/inbox", see_all.as_str()));
    if !query.is_empty() {
        return list(&say("empty-search"), &say("empty-search-advice"), all);
    }
    match state {
        "mine" => list(&say("empty-mine"), &say("empty-mine-advice"), all),
        "overdue" => list(&say("empty-overdue"), &say("empty-overdue-advice"), all),
        "" if officer.may(Permission::Register) => list(
            &say("empty-cases"),
            &say("empty-cases-register"),
            Some(("/applications/new", &say("frame-register"))),
        ),
        "" => list(&say("empty-cases"), &say("empty-cases-advice"), None),
        _ => list(&say("empty-here"), &say("empty-here-advice"), all),
    }
}
