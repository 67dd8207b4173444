//! Words that code chooses: what a state asks for, what an entry of the history says.

use serde_json::Value;

use super::view::{Status, Tone};
use crate::auth::{Permission, Role};
use crate::cases::State;
use crate::locale::{phrase, say};

/// A state as the office's lists show it: what the case waits for.
pub(crate) fn state(state: State) -> Status {
    let (tone, key) = match state {
        State::Submitted => (Tone::Warn, "state-submitted"),
        State::Correction => (Tone::Warn, "state-correction"),
        State::NotAccepted => (Tone::Bad, "state-not-accepted"),
        State::Accepted => (Tone::Warn, "state-accepted"),
        State::Scheduled => (Tone::Busy, "state-scheduled"),
        State::Inspected => (Tone::Busy, "state-inspected"),
        State::Rectification => (Tone::Warn, "state-rectification"),
        State::DecidedGranted => (Tone::Busy, "state-granted"),
        State::DecidedRefused => (Tone::Bad, "state-refused"),
        State::Issued => (Tone::Busy, "state-issued"),
        State::Delivered => (Tone::Good, "state-ended"),
    };
    Status::new(tone, say(key))
}

/// What happens in a state, in a sentence.
pub(crate) fn summary(state: State) -> String {
    say(match state {
        State::Submitted => "summary-submitted",
        State::Correction => "summary-correction",
        State::NotAccepted => "summary-not-accepted",
        State::Accepted => "summary-accepted",
        State::Scheduled => "summary-scheduled",
        State::Inspected => "summary-inspected",
        State::Rectification => "summary-rectification",
        State::DecidedGranted => "summary-granted",
        State::DecidedRefused => "summary-refused",
        State::Issued => "summary-issued",
        State::Delivered => "summary-delivered",
    })
}

/// An entry of the history by its word.
pub(crate) fn action(word: &str) -> String {
    let key = match word {
        "submit" | "register" => "action-submit",
        "request-correction" => "action-request-correction",
        "receive-correction" => "action-receive-correction",
        "accept" => "action-accept",
        "refuse-acceptance" => "action-refuse-acceptance",
        "assign" => "action-assign",
        "seal" => "action-seal",
        "unseal" => "action-unseal",
        "return" => "action-return",
        "grant" => "action-grant",
        "refuse" => "action-refuse",
        "issue" => "action-issue",
        "deliver" => "action-deliver",
        "material" | "materials" => "action-materials",
        "hand-over" => "action-hand-over",
        "visit" => "action-visit",
        "stop-clock" => "action-stop-clock",
        "resume-clock" => "action-resume-clock",
        "extend" => "action-extend",
        "suspend-permit" => "action-suspend-permit",
        "reinstate-permit" => "action-reinstate-permit",
        "revoke-permit" => "action-revoke-permit",
        "add-file" => "action-add-file",
        "applicant-confirmation" => "action-applicant-confirmation",
        "sign-off" => "action-sign-off",
        "withdrawal" => "action-withdrawal",
        "visit-failed" => "action-visit-failed",
        other => return other.to_owned(),
    };
    say(key)
}

/// The particulars of an entry, as far as people want to read them. `name` turns a user id into
/// a name.
pub(crate) fn particulars(detail: &Value, name: impl Fn(&str) -> String) -> String {
    let entry = |key: &str| detail.get(key).and_then(Value::as_str).map(str::to_owned);
    let items = |key: &str| {
        let items = detail.get(key)?.as_array()?;
        let items: Vec<_> = items.iter().filter_map(Value::as_str).collect();
        (!items.is_empty()).then(|| items.join(&say("list-and")))
    };
    let mut parts = Vec::new();
    if let Some(officers) = detail.get("officers").and_then(Value::as_array) {
        let names: Vec<_> = officers
            .iter()
            .filter_map(|one| officer(one, &name))
            .collect();
        parts.push(names.join(&say("list-and")));
    }
    for (key, label) in [
        ("reason", "detail-reason"),
        ("reasons", "detail-reason"),
        ("promised_until", "detail-promised"),
        ("statutory_until", "detail-statutory"),
        ("deadline_unknown", "detail-deadline-unknown"),
    ] {
        if let Some(said) = entry(key) {
            parts.push(phrase(label).with("text", said).to_string());
        }
    }
    parts.extend(["number", "permit", "note"].into_iter().filter_map(entry));
    if let Some(to) = detail.get("responsible").and_then(Value::as_str) {
        parts.push(name(to));
    }
    if let Some(days) = detail.get("days").and_then(Value::as_u64) {
        parts.push(phrase("detail-days").with("days", days).to_string());
    }
    for (key, label) in [
        ("missing", "detail-missing"),
        ("others", "detail-others"),
        ("items", "detail-items"),
    ] {
        if let Some(named) = items(key) {
            parts.push(phrase(label).with("text", named).to_string());
        }
    }
    if let Some(round) = detail.get("round").and_then(Value::as_u64) {
        parts.push(phrase("detail-round").with("round", round).to_string());
    }
    if detail.get("visit") == Some(&Value::Bool(true)) {
        parts.push(say("detail-visit"));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

fn officer(one: &Value, name: impl Fn(&str) -> String) -> Option<String> {
    let officer = name(one.get("officer")?.as_str()?);
    let standin = one.get("standin").and_then(Value::as_str);
    Some(match standin {
        Some(standin) => phrase("officer-and-standin")
            .with("officer", officer)
            .with("standin", name(standin))
            .to_string(),
        None => officer,
    })
}

/// A feature of an application that only the matter's materials know; the rulesets name theirs.
pub(crate) fn feature(id: &str) -> String {
    match id {
        "chain" => say("feature-chain"),
        other => other.to_owned(),
    }
}

/// A role as people call it.
pub(crate) fn role(role: Role) -> String {
    say(match role {
        Role::Clerk => "role-clerk",
        Role::Inspector => "role-inspector",
        Role::Reviewer => "role-reviewer",
        Role::Approver => "role-approver",
        Role::Administrator => "role-administrator",
        Role::Auditor => "role-auditor",
    })
}

/// Who answers for a step of a matter.
pub(crate) fn matter_role(role: field_core::rules::matter::Role) -> String {
    use field_core::rules::matter::Role as R;
    self::role(match role {
        R::Clerk => Role::Clerk,
        R::Inspector => Role::Inspector,
        R::Reviewer => Role::Reviewer,
        R::Approver => Role::Approver,
    })
}

/// The roles that have a permission, for a message.
pub(crate) fn held_by(permission: Permission) -> String {
    let names: Vec<_> = permission.roles().iter().map(|one| role(*one)).collect();
    names.join(&say("list-and"))
}

/// What a page says after a step, by the word in its address; unknown words say nothing.
pub(crate) fn done(word: &str) -> Option<String> {
    let key = match word {
        "registered" => "done-registered",
        "accept" => "done-accept",
        "request-correction" => "done-request-correction",
        "receive-correction" => "done-receive-correction",
        "refuse-acceptance" => "done-refuse-acceptance",
        "assign" => "done-assign",
        "return" => "done-return",
        "grant" => "done-grant",
        "refuse" => "done-refuse",
        "issue" => "done-issue",
        "deliver" => "done-deliver",
        "materials" => "done-materials",
        "papers" => "done-papers",
        "hand-over" => "done-hand-over",
        "visit" => "done-visit",
        "stop-clock" => "done-stop-clock",
        "resume-clock" => "done-resume-clock",
        "extend" => "done-extend",
        "suspend-permit" => "done-suspend-permit",
        "reinstate-permit" => "done-reinstate-permit",
        "revoke-permit" => "done-revoke-permit",
        _ => return None,
    };
    Some(say(key))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn particulars_read_as_a_line() {
        let detail = json!({
            "round": 1,
            "officers": [{"officer": "a", "standin": "c"}, {"officer": "b", "standin": null}],
        });
        let line = particulars(&detail, |id| id.to_uppercase());
        assert_eq!(line, "A（替岗 C）、B · 第 1 轮");
        assert_eq!(particulars(&json!({}), str::to_owned), "");
        let detail = json!({ "missing": ["M1", "M2"], "visit": true });
        assert_eq!(
            particulars(&detail, str::to_owned),
            "缺：M1、M2 · 申请人到场"
        );
    }

    #[test]
    fn every_action_of_a_case_has_words() {
        for state in State::ALL {
            assert!(!summary(state).is_empty());
        }
        for word in [
            "accept", "assign", "seal", "grant", "refuse", "issue", "deliver",
        ] {
            assert_ne!(action(word), word);
        }
    }
}
