//! What an empty list says, and what to do about it.

use super::show::EmptyList;
use crate::auth::{Officer, Permission};

/// Words and a way out for an empty list under this filter.
pub(super) fn empty(officer: &Officer, state: &str, query: &str) -> EmptyList {
    let list = |title: &str, advice: &str, link: Option<(&str, &str)>| EmptyList {
        title: title.to_owned(),
        advice: advice.to_owned(),
        href: link.map(|(href, _)| href.to_owned()),
        link: link.map(|(_, text)| text.to_owned()).unwrap_or_default(),
    };
    let all = Some(("/inbox", "查看全部业务件"));
    if !query.is_empty() {
        return list(
            "没有找到业务件",
            "可以按业务件号、申请人名称或地址中的几个字查找。",
            all,
        );
    }
    match state {
        "mine" => list(
            "没有待您办理的业务件",
            "都办完了。可以查看全部业务件。",
            all,
        ),
        "overdue" => list("没有逾期的业务件", "都在承诺期限以内。", all),
        "" if officer.may(Permission::Register) => list(
            "还没有业务件",
            "登记第一件申请后，它会出现在这里。",
            Some(("/applications/new", "登记申请")),
        ),
        "" => list("还没有业务件", "窗口登记申请后，业务件会出现在这里。", None),
        _ => list("这里没有业务件", "换一个状态看看。", all),
    }
}
