//! Why a step is refused, in words that say what to do instead.

use field_core::rules::matter::MatterError;
use field_core::rules::{CalendarError, Date, NotInForce, ProfileError};

use super::state::State;
use crate::auth::Permission;

/// Why something is not done to a case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The case stands elsewhere.
    #[error("{action}须在“{need}”状态下办理，本业务件现为“{}”：请刷新后按当前状态办理", state.chinese())]
    WrongState {
        /// What was to be done.
        action: &'static str,
        /// Where the case stands.
        state: State,
        /// Where it must stand.
        need: String,
    },
    /// Decided before the inspection was sealed.
    #[error(
        "勘验记录尚未封存：须全体勘验人员签署同一状态且证据全部到达后才能决定，请在完整性栏查看所缺内容"
    )]
    NotSealed,
    /// Whoever inspected does not decide.
    #[error("您参加了本业务件的勘验，不能对其作出决定：请由其他审批人员办理")]
    OwnInspection,
    /// A permit exists.
    #[error("本业务件已发证（{number}），不能重复发证：遗失或更正请办理补证")]
    AlreadyIssued {
        /// Its number.
        number: String,
    },
    /// A decision exists.
    #[error("本业务件已作出决定，不能再次决定：有误请按法定程序撤销或变更")]
    AlreadyDecided,
    /// Somebody else was faster.
    #[error("他人刚刚办理了本业务件（您看到的是第 {seen} 版，现为第 {current} 版）：请刷新后重试")]
    Stale {
        /// The revision looked at.
        seen: u32,
        /// The revision now.
        current: u32,
    },
    /// Not the officer's to do.
    #[error("您没有办理此事的权限：请由{}办理", .0.held_by())]
    NotPermitted(Permission),
    /// Only the server does it.
    #[error("封存由系统在条件齐备时自动进行，不能手工办理")]
    SystemOnly,
    /// Too few officers, or one twice.
    #[error("现场勘验须由至少 {min} 名不同的勘验人员进行（已选 {found} 名）：请补选")]
    TooFewOfficers {
        /// How many the matter asks for.
        min: u32,
        /// How many different ones there are.
        found: u32,
    },
    /// More than a checklist can bear.
    #[error("一次勘验最多指派 {max} 名勘验人员")]
    TooManyOfficers {
        /// The most.
        max: usize,
    },
    /// A stand-in who is there anyway.
    #[error("替岗人员（AB岗）不能是本轮已指派的勘验人员：请另选")]
    StandInIsAssigned,
    /// Not somebody who may inspect.
    #[error("“{name}”不是在岗的勘验人员：请在用户管理中授予勘验人员角色或另选")]
    NotAnInspector {
        /// Name or id.
        name: String,
    },
    /// The applicant is told once.
    #[error("补正只能一次性告知：请受理，或依法不予受理")]
    CorrectionOnlyOnce,
    /// The time for asking is over.
    #[error("告知补正的期限已于 {until} 届满，申请自收到之日起即为受理：请办理受理")]
    CorrectionTooLate {
        /// The last day.
        until: Date,
    },
    /// Materials are missing.
    #[error("材料不齐（{}）：请一次性告知补正，或登记已收到的材料", missing.join("、"))]
    MaterialsMissing {
        /// What.
        missing: Vec<String>,
    },
    /// Nothing is missing.
    #[error("没有列出所缺材料：请至少选择一项")]
    NothingMissing,
    /// A word the matter does not know.
    #[error("本事项没有材料“{id}”：请从材料清单中选择")]
    UnknownMaterial {
        /// Id of the material.
        id: String,
    },
    /// A reason is needed, and not too long.
    #[error("请填写理由（不超过 {max} 字）")]
    Reason {
        /// The most characters.
        max: usize,
    },
    /// Returned without naming what failed.
    #[error("退回整改须列出不符合的条款：请至少选择一项")]
    NoItems,
    /// An item that did not fail.
    #[error("条款 {item} 并非不符合项，不能退回整改")]
    ItemDidNotFail {
        /// The item.
        item: String,
    },
    /// Granted although something fails.
    #[error("尚有 {} 项不符合（{}），不能准予许可：请退回整改，或不予许可并说明理由", items.len(), first(items))]
    ConditionsNotMet {
        /// Ids of the items.
        items: Vec<String>,
    },
    /// Granted although something was not looked at.
    #[error("尚有 {} 项未完成（{}），不能准予许可：请退回补充勘验", items.len(), first(items))]
    ItemsOpen {
        /// Ids of the items.
        items: Vec<String>,
    },
    /// Something final while the clock stands still.
    #[error("计时已暂停，须先恢复计时：请办结暂停事由并恢复计时后再办理")]
    ClockStopped,
    /// Nothing to go on with.
    #[error("计时没有暂停：无需恢复")]
    ClockRuns,
    /// A stop the law does not know.
    #[error("本事项没有暂停事由“{id}”：请从列出的法定事由中选择")]
    NotAStop {
        /// Id.
        id: String,
    },
    /// More time was given before.
    #[error("办理期限只能延长一次：请在期限内办结")]
    ExtendedAlready,
    /// More time than the law allows.
    #[error("延长的天数应为 1 至 {max} 个工作日：请改正")]
    ExtensionDays {
        /// The most.
        max: u32,
    },
    /// Handed to somebody who is no clerk.
    #[error("“{name}”不是在岗的窗口人员：请另选")]
    NotAClerk {
        /// Name or id.
        name: String,
    },
    /// The permit has another force than the step needs.
    #[error("许可证的效力状态不适合“{action}”：请刷新后按当前状态办理")]
    WrongForce {
        /// What was to be done.
        action: &'static str,
    },
    /// More scans than one case bears.
    #[error("本件的扫描件已达 {max} 个：请合并成一个 PDF 后再上传")]
    TooManyFiles {
        /// The most.
        max: usize,
    },
    /// Too many or too long.
    #[error("其他补正内容不超过 {max} 条，每条不超过 200 字：请精简")]
    OtherCorrections {
        /// The most.
        max: usize,
    },
    /// A field of the application.
    #[error("申请信息有误：{field}{why}")]
    Field {
        /// Which field.
        field: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The matter is not there, or not on that day.
    #[error("事项“{matter}”在 {day} 不受理申请：请核对事项或业务日期")]
    MatterNotOpen {
        /// Id of the matter.
        matter: String,
        /// The day.
        day: Date,
    },
    /// Nothing is issued in this matter or class.
    #[error("本事项不核发许可证：无需发证")]
    NothingToIssue,
    /// The class has no conditions in the rules.
    #[error("类别“{class}”没有对应的条件标准：请管理员载入")]
    NoConditions {
        /// Id of the class.
        class: String,
    },
    /// A pinned ruleset is gone.
    #[error("本业务件所依据的条件标准已不在规则库中（{hash}）：请管理员恢复该版本")]
    RulesetGone {
        /// Its hash.
        hash: String,
    },
    /// No ruleset can be used.
    #[error(transparent)]
    NotInForce(#[from] NotInForce),
    /// The ruleset does not understand the application.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The matter does not understand the scopes, or numbers ran out.
    #[error(transparent)]
    Matter(#[from] MatterError),
    /// A working day cannot be told.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

impl Refusal {
    /// A short word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::WrongState { .. } => "wrong-state",
            Self::NotSealed => "not-sealed",
            Self::OwnInspection => "own-inspection",
            Self::AlreadyIssued { .. } => "already-issued",
            Self::AlreadyDecided => "already-decided",
            Self::Stale { .. } => "stale",
            Self::NotPermitted(_) => "not-permitted",
            Self::SystemOnly => "system-only",
            Self::TooFewOfficers { .. } | Self::TooManyOfficers { .. } => "officers",
            Self::StandInIsAssigned => "stand-in",
            Self::NotAnInspector { .. } => "not-an-inspector",
            Self::CorrectionOnlyOnce => "correction-only-once",
            Self::CorrectionTooLate { .. } => "correction-too-late",
            Self::MaterialsMissing { .. } => "materials-missing",
            Self::NothingMissing => "nothing-missing",
            Self::UnknownMaterial { .. } => "unknown-material",
            Self::Reason { .. } => "reason",
            Self::NoItems => "no-items",
            Self::ItemDidNotFail { .. } => "item-did-not-fail",
            Self::ConditionsNotMet { .. } => "conditions-not-met",
            Self::ItemsOpen { .. } => "items-open",
            Self::ClockStopped => "clock-stopped",
            Self::ClockRuns => "clock-runs",
            Self::NotAStop { .. } => "not-a-stop",
            Self::ExtendedAlready => "extended-already",
            Self::ExtensionDays { .. } => "extension-days",
            Self::NotAClerk { .. } => "not-a-clerk",
            Self::WrongForce { .. } => "wrong-force",
            Self::TooManyFiles { .. } => "too-many-files",
            Self::OtherCorrections { .. } => "other-corrections",
            Self::Field { .. } => "field",
            Self::MatterNotOpen { .. } => "matter-not-open",
            Self::NothingToIssue => "nothing-to-issue",
            Self::NoConditions { .. } => "no-conditions",
            Self::RulesetGone { .. } => "ruleset-gone",
            Self::NotInForce(_) => "no-ruleset-in-force",
            Self::Profile(_) => "profile",
            Self::Matter(_) => "matter",
            Self::Calendar(_) => "calendar",
        }
    }

    /// The same in English.
    #[must_use]
    pub fn english(&self) -> String {
        match self {
            Self::WrongState { state, .. } => format!(
                "this cannot be done while the case is `{}`: reload and go on from there",
                state.word()
            ),
            Self::NotSealed => "the inspection is not sealed: all officers must sign the same state and all evidence must have arrived".to_owned(),
            Self::OwnInspection => "you took part in this inspection: another approver must decide".to_owned(),
            Self::AlreadyIssued { number } => format!("the permit {number} was already issued for this case"),
            Self::AlreadyDecided => "the case was already decided".to_owned(),
            Self::Stale { seen, current } => format!(
                "somebody else acted on the case (you saw revision {seen}, it is {current} now): reload and try again"
            ),
            Self::NotPermitted(permission) => format!(
                "you may not do this: ask somebody with the role {}",
                permission
                    .roles()
                    .iter()
                    .map(|role| role.word())
                    .collect::<Vec<_>>()
                    .join(" or ")
            ),
            Self::SystemOnly => "sealing is done by the system alone".to_owned(),
            Self::TooFewOfficers { min, found } => format!(
                "at least {min} different inspectors must verify on site ({found} chosen): choose more"
            ),
            Self::TooManyOfficers { max } => format!("at most {max} inspectors can be assigned"),
            Self::StandInIsAssigned => "a stand-in must not be one of the assigned inspectors: choose another".to_owned(),
            Self::NotAnInspector { name } => format!("`{name}` is no active inspector: choose another, or give the role first"),
            Self::CorrectionOnlyOnce => "the applicant is told once what is missing: accept, or refuse acceptance".to_owned(),
            Self::CorrectionTooLate { until } => format!(
                "corrections could be asked for until {until}; the application counts as accepted: accept it"
            ),
            Self::MaterialsMissing { missing } => format!(
                "materials are missing ({}): ask for them, or record those received",
                missing.join(", ")
            ),
            Self::NothingMissing => "name at least one missing material".to_owned(),
            Self::UnknownMaterial { id } => format!("the matter has no material `{id}`"),
            Self::Reason { max } => format!("give a reason of at most {max} characters"),
            Self::NoItems => "name at least one failed item".to_owned(),
            Self::ItemDidNotFail { item } => format!("item {item} did not fail"),
            Self::ConditionsNotMet { items } => format!(
                "{} items fail: return them for rectification, or refuse with reasons",
                items.len()
            ),
            Self::ItemsOpen { items } => format!("{} items were not finished: return the case", items.len()),
            Self::ClockStopped => "the clock stands still: let it go on before doing this".to_owned(),
            Self::ClockRuns => "the clock does not stand still".to_owned(),
            Self::NotAStop { id } => format!("the matter knows no stop `{id}`: choose one of those listed"),
            Self::ExtendedAlready => "more time can be given only once".to_owned(),
            Self::ExtensionDays { max } => format!("an extension takes 1 to {max} working days"),
            Self::NotAClerk { name } => format!("`{name}` is no active clerk: choose another"),
            Self::WrongForce { .. } => "the permit's force does not allow this: reload and go on from there".to_owned(),
            Self::TooManyFiles { max } => format!("{max} scans are there already: put several into one PDF"),
            Self::OtherCorrections { max } => format!("at most {max} further corrections of at most 200 characters each"),
            Self::Field { field, .. } => format!("the application is wrong at: {field}"),
            Self::MatterNotOpen { matter, day } => format!("no application under `{matter}` is taken on {day}"),
            Self::NothingToIssue => "nothing is issued in this matter".to_owned(),
            Self::NoConditions { class } => format!("no ruleset judges the class `{class}`"),
            Self::RulesetGone { hash } => format!("the ruleset {hash} of this case is no longer in the library: restore it"),
            Self::NotInForce(error) => error.to_string(),
            Self::Profile(error) => error.to_string(),
            Self::Matter(error) => error.to_string(),
            Self::Calendar(error) => error.to_string(),
        }
    }
}

/// The first few, for a message.
fn first(items: &[String]) -> String {
    const SHOWN: usize = 5;
    let more = if items.len() > SHOWN { "…" } else { "" };
    let shown: Vec<_> = items.iter().take(SHOWN).map(String::as_str).collect();
    format!("{}{more}", shown.join("、"))
}
