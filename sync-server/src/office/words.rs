//! Words that code chooses: what a state asks for, what an entry of the history says. Chinese
//! first; one place, so that they can move to Fluent together with the templates' texts.

use serde_json::Value;

use super::view::{Status, Tone};
use crate::cases::State;

/// A state as the office's lists show it: what the case waits for.
pub(crate) fn state(state: State) -> Status {
    let (tone, word) = match state {
        State::Submitted => (Tone::Warn, "待受理"),
        State::Correction => (Tone::Warn, "待补正"),
        State::NotAccepted => (Tone::Bad, "不予受理"),
        State::Accepted => (Tone::Warn, "待指派"),
        State::Scheduled => (Tone::Busy, "勘验中"),
        State::Inspected => (Tone::Busy, "待决定"),
        State::Rectification => (Tone::Warn, "整改中"),
        State::DecidedGranted => (Tone::Busy, "待发证"),
        State::DecidedRefused => (Tone::Bad, "不予许可"),
        State::Issued => (Tone::Busy, "待送达"),
        State::Delivered => (Tone::Good, "已办结"),
    };
    Status::new(tone, word)
}

/// What happens in a state, in a sentence.
pub(crate) const fn summary(state: State) -> &'static str {
    match state {
        State::Submitted => "申请已登记。材料齐全后受理，期限从受理次日起算。",
        State::Correction => "已一次性告知所缺材料，等申请人补正；补正期间不计时。",
        State::NotAccepted => "本申请不予受理，已办结。",
        State::Accepted => "申请已受理，请指派两名勘验人员。",
        State::Scheduled => "勘验人员正在现场勘验或传输，结果陆续到达。",
        State::Inspected => "勘验已封存。请审核后作出决定。",
        State::Rectification => "不符合项已退回整改。整改完成后指派复验，只验退回的条目。",
        State::DecidedGranted => "已准予许可，请制作并签发证件。",
        State::DecidedRefused => "已不予许可，本件办结。",
        State::Issued => "证件已签发，请送达申请人。",
        State::Delivered => "证件已送达，本件办结。",
    }
}

/// An entry of the history by its word.
pub(crate) fn action(word: &str) -> &str {
    match word {
        "submit" | "register" => "登记申请",
        "request-correction" => "一次性告知补正",
        "receive-correction" => "收到补正材料",
        "accept" => "受理",
        "refuse-acceptance" => "不予受理",
        "assign" => "指派勘验人员",
        "seal" => "封存勘验记录",
        "unseal" => "解除封存",
        "return" => "退回整改",
        "grant" => "准予许可",
        "refuse" => "不予许可",
        "issue" => "发证",
        "deliver" => "送达",
        "material" | "materials" => "登记材料",
        other => other,
    }
}

/// The particulars of an entry, as far as people want to read them. `name` turns a user id into
/// a name.
pub(crate) fn particulars(detail: &Value, name: impl Fn(&str) -> String) -> String {
    let text = |key: &str| detail.get(key).and_then(Value::as_str).map(str::to_owned);
    let list = |key: &str| {
        let items = detail.get(key)?.as_array()?;
        let items: Vec<_> = items.iter().filter_map(Value::as_str).collect();
        (!items.is_empty()).then(|| items.join("、"))
    };
    let mut parts = Vec::new();
    if let Some(officers) = detail.get("officers").and_then(Value::as_array) {
        let names: Vec<_> = officers
            .iter()
            .filter_map(|one| officer(one, &name))
            .collect();
        parts.push(names.join("、"));
    }
    for (key, label) in [
        ("reason", "理由："),
        ("reasons", "理由："),
        ("promised_until", "承诺 "),
        ("statutory_until", "法定 "),
        ("deadline_unknown", "期限无法计算："),
        ("number", ""),
        ("permit", ""),
        ("note", ""),
    ] {
        if let Some(text) = text(key) {
            parts.push(format!("{label}{text}"));
        }
    }
    for (key, label) in [("missing", "缺："), ("items", "条目：")] {
        if let Some(items) = list(key) {
            parts.push(format!("{label}{items}"));
        }
    }
    if let Some(round) = detail.get("round").and_then(Value::as_u64) {
        parts.push(format!("第 {round} 轮"));
    }
    if detail.get("visit") == Some(&Value::Bool(true)) {
        parts.push("申请人到场".to_owned());
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

fn officer(one: &Value, name: impl Fn(&str) -> String) -> Option<String> {
    let officer = name(one.get("officer")?.as_str()?);
    let standin = one.get("standin").and_then(Value::as_str);
    Some(match standin {
        Some(standin) => format!("{officer}（替岗 {}）", name(standin)),
        None => officer,
    })
}

/// A feature of an application that only the matter's materials know; the rulesets name theirs.
pub(crate) fn feature(id: &str) -> &str {
    match id {
        "chain" => "连锁经营网点",
        other => other,
    }
}

/// What a page says after a step, by the word in its address; unknown words say nothing.
pub(crate) fn done(word: &str) -> Option<&'static str> {
    Some(match word {
        "registered" => "已登记。由您首问负责，直到移交。",
        "accept" => "已受理，期限从次日起算。",
        "request-correction" => "已记录补正告知，期限暂停。",
        "receive-correction" => "已收到补正材料，可以受理。",
        "refuse-acceptance" => "已不予受理。",
        "assign" => "已指派，平板下次联系时收到任务。",
        "return" => "已退回整改。",
        "grant" => "已准予许可。",
        "refuse" => "已不予许可。",
        "issue" => "证件已签发。",
        "deliver" => "已登记送达，本件办结。",
        "materials" => "材料已更新。",
        _ => return None,
    })
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
