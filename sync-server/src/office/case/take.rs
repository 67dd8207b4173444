//! Steps that are asked once more before they are taken: accepting, sending back, handing over.

use axum::extract::{Path, State};
use axum::response::Response;

use super::confirm::CaseConfirm;
use super::fill::{self, Against};
use super::findings::bare_reason;
use super::open;
use super::record::CaseRecord;
use super::show::Fact;
use crate::app::App;
use crate::auth::{Officer, Permission};
use crate::cases::deadlines;
use crate::cases::{self, Refusal};
use crate::error::AppError;
use crate::office::page::{Fields, Page, done, on_page, shell, wrong};
use crate::office::permit::issue;
use crate::office::view::{Choice, Errors, Place, Shell};

/// A step by its word in the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    RequestCorrection,
    ReceiveCorrection,
    Accept,
    RefuseAcceptance,
    Return,
    Issue,
    Deliver,
}

impl Verb {
    fn from_word(word: &str) -> Result<Self, AppError> {
        Ok(match word {
            "request-correction" => Self::RequestCorrection,
            "receive-correction" => Self::ReceiveCorrection,
            "accept" => Self::Accept,
            "refuse-acceptance" => Self::RefuseAcceptance,
            "return" => Self::Return,
            "issue" => Self::Issue,
            "deliver" => Self::Deliver,
            _ => return Err(AppError::NotFound { what: "页面" }),
        })
    }

    const fn permission(self) -> Permission {
        match self {
            Self::RequestCorrection
            | Self::ReceiveCorrection
            | Self::Accept
            | Self::RefuseAcceptance => Permission::Accept,
            Self::Return => Permission::Review,
            Self::Issue => Permission::Issue,
            Self::Deliver => Permission::Deliver,
        }
    }

    const fn question(self) -> &'static str {
        match self {
            Self::RequestCorrection => "一次性告知申请人补正？",
            Self::ReceiveCorrection => "收到哪些补正材料？",
            Self::Accept => "受理这件申请？",
            Self::RefuseAcceptance => "不予受理这件申请？",
            Self::Return => "退回哪些条目整改？",
            Self::Issue => "签发证件？",
            Self::Deliver => "证件已送达申请人？",
        }
    }

    const fn button(self) -> &'static str {
        match self {
            Self::RequestCorrection => "告知补正",
            Self::ReceiveCorrection => "登记收到",
            Self::Accept => "受理",
            Self::RefuseAcceptance => "不予受理",
            Self::Return => "退回整改",
            Self::Issue => "签发证件",
            Self::Deliver => "登记送达",
        }
    }

    const fn ticks_label(self) -> &'static str {
        match self {
            Self::RequestCorrection => "需补交的材料",
            Self::ReceiveCorrection => "收到的材料",
            Self::Return => "不符合或未完成的条目",
            _ => "",
        }
    }

    const fn asks_reason(self) -> bool {
        matches!(self, Self::RefuseAcceptance | Self::Return)
    }

    fn consequences(self) -> &'static [&'static str] {
        match self {
            Self::RequestCorrection => &[
                "补正只能告知一次，请确认没有遗漏。",
                "补正期间不计时；告知内容写入历程。",
            ],
            Self::ReceiveCorrection => &["收齐后可以受理，期限从受理次日起算。"],
            Self::Accept => &[
                "勘验和判定按今天有效的条件标准进行，之后标准变更不影响本件。",
                "受理后不能撤回。",
            ],
            Self::RefuseAcceptance => &["本件办结，不能恢复；申请人可以重新申请。"],
            Self::Return => &[
                "复验只验退回的条目，上一轮的照片并排显示。",
                "其余条目的结果保留。",
            ],
            Self::Issue => &["生成证号、证件 PDF 和二维码，不能重复签发。"],
            Self::Deliver => &["本件办结；申请人到场次数加一。"],
        }
    }
}

/// `GET /cases/{id}/{verb}`
pub(crate) async fn page(
    State(app): State<App>,
    officer: Officer,
    Path((id, word)): Path<(i64, String)>,
) -> Result<Page<CaseConfirm>, AppError> {
    let verb = Verb::from_word(&word)?;
    officer.require(verb.permission())?;
    let record = open::record(&app, &officer, id).await?;
    let frame = shell(&app, Some(&officer), Place::Cases);
    open::fill(&app, &officer, move |against| {
        ask(frame, &record, against, verb, &word)
    })
    .await
    .map(Page)
}

/// `POST /cases/{id}/{verb}`
pub(crate) async fn take(
    State(app): State<App>,
    officer: Officer,
    Path((id, word)): Path<(i64, String)>,
    fields: Fields,
) -> Result<Response, AppError> {
    let verb = Verb::from_word(&word)?;
    let case = open::row(&app, &officer, id).await?;
    let (number, seen) = (case.number.as_str(), Some(fields.revision()?));
    let (ticks, reason) = (fields.all("ticks"), fields.text("reason"));
    let taken = match verb {
        Verb::RequestCorrection => {
            cases::request_correction(&app, &officer, number, seen, ticks.clone()).await
        }
        Verb::ReceiveCorrection => {
            cases::receive_correction(&app, &officer, number, seen, ticks.clone()).await
        }
        Verb::Accept => cases::accept(&app, &officer, number, seen).await,
        Verb::RefuseAcceptance => {
            cases::refuse_acceptance(&app, &officer, number, seen, reason.clone()).await
        }
        Verb::Return => {
            let (items, reason) = (ticks.clone(), reason.clone());
            cases::return_for_rectification(&app, &officer, number, seen, items, reason).await
        }
        Verb::Issue => issue::issue(&app, &officer, number, seen).await,
        Verb::Deliver => cases::deliver(&app, &officer, number, seen).await,
    };
    let error = match taken {
        Ok(_) => return Ok(done(id, &word)),
        Err(error) => error,
    };
    let errors = on_page(error.clone(), field_of(&error))?;
    let record = open::record(&app, &officer, id).await?;
    let frame = shell(&app, Some(&officer), Place::Cases);
    let page = open::fill(&app, &officer, move |against| {
        let mut page = ask(frame, &record, against, verb, &word);
        for choice in &mut page.ticks {
            choice.checked = ticks.contains(&choice.value);
        }
        page.reason = page.reason.map(|_| reason);
        page.errors = errors;
        page
    })
    .await?;
    Ok(wrong(page))
}

/// Which field of the page an error belongs to.
const fn field_of(error: &AppError) -> &'static str {
    match error {
        AppError::Refused(Refusal::Reason { .. }) => "reason",
        AppError::Refused(
            Refusal::NoItems
            | Refusal::ItemDidNotFail { .. }
            | Refusal::NothingMissing
            | Refusal::UnknownMaterial { .. },
        ) => "ticks",
        _ => "step",
    }
}

fn ask(
    shell: Shell,
    record: &CaseRecord,
    against: &Against<'_>,
    verb: Verb,
    word: &str,
) -> CaseConfirm {
    let case = &record.case;
    let mut consequences: Vec<String> = verb
        .consequences()
        .iter()
        .map(|line| (*line).to_owned())
        .collect();
    if verb == Verb::Accept {
        consequences.insert(0, limits(record, against));
    }
    CaseConfirm {
        shell,
        errors: Errors::default(),
        id: case.id,
        number: case.number.clone(),
        question: verb.question().to_owned(),
        facts: facts(record, against),
        consequences,
        ticks_label: verb.ticks_label().to_owned(),
        ticks: ticks(record, against, verb),
        reason: verb.asks_reason().then(String::new),
        action: format!("/cases/{}/{word}", case.id),
        button: verb.button().to_owned(),
        revision: case.revision,
    }
}

fn facts(record: &CaseRecord, against: &Against<'_>) -> Vec<Fact> {
    let case = &record.case;
    let matter = against.matter(case);
    let fact = |label: &str, value: String| Fact {
        label: label.to_owned(),
        value,
    };
    let missing = fill::missing(record, matter);
    let materials = if missing.is_empty() {
        format!("{} 份，齐全", record.materials.len())
    } else {
        format!("缺 {} 份：{}", missing.len(), missing.join("；"))
    };
    vec![
        fact("申请人", case.application.applicant.clone()),
        fact("事项", fill::class_scope(case, matter)),
        fact("经营地址", case.application.address.clone()),
        fact("材料", materials),
    ]
}

/// What acceptance today would promise.
fn limits(record: &CaseRecord, against: &Against<'_>) -> String {
    let Some(matter) = against.matter(&record.case) else {
        return "本事项已不在规则库中，不能受理。".to_owned();
    };
    let due = deadlines::of_acceptance(matter, against.today, against.library.workdays());
    match (due.promised, due.statutory) {
        (Ok(promised), Ok(statutory)) => format!(
            "期限从 {} 起算：承诺 {promised}，法定 {statutory}。",
            against.today
        ),
        _ => "期限跨入没有工作日表的年份，暂时无法计算；请管理员载入工作日表。".to_owned(),
    }
}

fn ticks(record: &CaseRecord, against: &Against<'_>, verb: Verb) -> Vec<Choice> {
    match verb {
        Verb::RequestCorrection | Verb::ReceiveCorrection => {
            let matter = against.matter(&record.case);
            let open = record.materials.iter().filter(|(_, day)| day.is_none());
            open.map(|(id, _)| Choice {
                value: id.clone(),
                label: fill::material_name(matter, id),
                hint: String::new(),
                checked: verb == Verb::RequestCorrection,
            })
            .collect()
        }
        Verb::Return => failed(record, against),
        _ => Vec::new(),
    }
}

/// Items that fail or are open.
fn failed(record: &CaseRecord, against: &Against<'_>) -> Vec<Choice> {
    use field_core::rules::Verdict;
    let latest = against.latest(record).into_iter();
    latest
        .filter(|(_, one)| matches!(one.verdict, Verdict::Fail | Verdict::Missing))
        .map(|(item, one)| Choice {
            value: item.id.clone(),
            label: format!("{} {}", item.clause, item.text.zh),
            hint: bare_reason(item, &one),
            checked: one.verdict == Verdict::Fail,
        })
        .collect()
}
