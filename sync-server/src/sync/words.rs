//! Why something was set aside, in words for the inspector. The codes are for programs and never
//! change their meaning.

/// The words of a code; `detail` says more where there is more to say.
pub(super) fn reason(code: &str, detail: Option<&str>) -> String {
    let words = match code {
        "unknown-document" => "服务器上没有这次勘验，或它从未下发到本平板",
        "unsigned" => "这条改动没有平板的有效签名，无法确认由谁记录",
        "unknown-actor" => "这条改动的作者没有在本次勘验登记：请先同步人员凭证",
        "revoked" => "记录这条改动的平板或人员密钥已停用：内容已另存，由管理员处理",
        "sequence" => "改动的序号不连续，平板数据可能被复制或恢复过：平板会重新编号再发",
        "statement-unreadable" => "声明无法读取，或其签名不正确",
        "another-document" => "声明属于另一次勘验",
        "unknown-officer" => "签名的密钥没有登记为本案勘验人员的密钥",
        "certificate" => "人员凭证不是由本服务器签发，或与登记不符：请重新登记人员",
        "actor-taken" => "该编号已属于他人：平板会换一个编号再发",
        "round" => "声明针对的不是本轮勘验",
        "ruleset" => "签字所依据的标准与本案不一致",
        "evidence" => "签字列出的照片与该状态下的照片不一致：请重新签字",
        "applicant" => "签字引用的当事人确认不是针对同一记录：请当事人重新确认后再签字",
        "assignment" => "签字引用的指派版本不存在",
        "no-state" => "声明没有指明勘验记录的状态",
        "not-yours" => "只能撤回本人的签字",
        "decided" => "案件已有处理决定，签字不能再撤回",
        _ => "这条内容没有通过检查，已另存在服务器上",
    };
    match detail {
        Some(detail) => format!("{words}（{detail}）"),
        None => words.to_owned(),
    }
}
