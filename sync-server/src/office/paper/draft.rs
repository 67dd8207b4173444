//! What each letter of a case says, taken from the row of the history it tells of. Legal papers
//! are Chinese.

use field_core::rules::Date;
use serde_json::Value;

use super::due::{Due, Kind};
use super::inspection;
use crate::app::App;
use crate::office::case::fill::{self, Against};
use crate::office::case::record::CaseRecord;
use crate::permit::{
    DecisionPaper, DeliveredPaper, DeliveryPaper, NoticePaper, Outcome, PaperError, Png,
    RecordPaper,
};

/// A paper with its values.
pub(crate) enum Draft {
    Notice(NoticePaper),
    Decision(DecisionPaper),
    Record(RecordPaper),
    Delivery(DeliveryPaper),
}

/// What the office puts on every paper.
pub(crate) struct Office {
    pub(crate) agency: String,
    pub(crate) telephone: String,
    pub(crate) address: String,
    pub(crate) seal: Option<Png>,
    pub(crate) specimen: bool,
}

impl Office {
    /// As configured.
    ///
    /// # Errors
    /// [`PaperError::Picture`]: the seal is there and no good.
    pub(crate) fn of(app: &App) -> Result<Self, PaperError> {
        let office = &app.config.office;
        let seal = office.seal.as_ref().map(|path| {
            let bytes = std::fs::read(path).map_err(|_| PaperError::Picture)?;
            Png::new(bytes)
        });
        Ok(Self {
            agency: app.agency.name.clone(),
            telephone: office.telephone.clone(),
            address: office.address.clone(),
            seal: seal.transpose()?,
            specimen: app.clock.is_training(),
        })
    }
}

/// The values of the paper that is due.
pub(crate) fn of(
    due: &Due<'_>,
    record: &CaseRecord,
    against: &Against<'_>,
    office: &Office,
    number: &str,
    title: &str,
) -> Draft {
    let writer = Writer {
        due,
        record,
        against,
        office,
        number,
        title,
    };
    match due.kind {
        Kind::Record => Draft::Record(inspection::paper(record, against, office, due.entry)),
        Kind::Granted | Kind::Refused => Draft::Decision(writer.decision()),
        Kind::Delivery => Draft::Delivery(writer.delivery()),
        _ => Draft::Notice(writer.notice()),
    }
}

struct Writer<'a> {
    due: &'a Due<'a>,
    record: &'a CaseRecord,
    against: &'a Against<'a>,
    office: &'a Office,
    number: &'a str,
    title: &'a str,
}

impl Writer<'_> {
    fn detail(&self, key: &str) -> Option<&Value> {
        self.due.entry.event.detail.get(key)
    }

    fn said(&self, key: &str) -> String {
        let text = self.detail(key).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    }

    fn listed(&self, key: &str) -> Vec<String> {
        let items = self.detail(key).and_then(Value::as_array);
        let items = items.into_iter().flatten().filter_map(Value::as_str);
        items.map(str::to_owned).collect()
    }

    fn day(&self) -> Date {
        let day = self.due.entry.event.on_date.parse();
        day.unwrap_or(self.against.today)
    }

    fn matter(&self) -> String {
        let matter = self.against.matter(&self.record.case);
        matter.map_or_else(
            || self.record.case.matter.clone(),
            |matter| matter.text.zh.clone(),
        )
    }

    fn officer(&self) -> String {
        let user = self.due.entry.event.user_id.as_deref();
        user.map(|id| self.record.name(id)).unwrap_or_default()
    }

    fn materials(&self, ids: &[String]) -> Vec<String> {
        let matter = self.against.matter(&self.record.case);
        ids.iter()
            .map(|id| fill::material_name_zh(matter, id))
            .collect()
    }

    fn notice(&self) -> NoticePaper {
        let case = &self.record.case;
        let mut paper = NoticePaper {
            title: self.title.to_owned(),
            document_number: self.number.to_owned(),
            case_number: case.number.clone(),
            addressee: case.application.applicant.clone(),
            opening: Vec::new(),
            items: Vec::new(),
            facts: Vec::new(),
            closing: Vec::new(),
            officer: self.officer(),
            telephone: self.office.telephone.clone(),
            agency: self.office.agency.clone(),
            issued_on: self.day(),
            countersigned: true,
            seal: self.office.seal.clone(),
            specimen: self.office.specimen,
        };
        match self.due.kind {
            Kind::Receipt => self.receipt(&mut paper),
            Kind::Correction => self.correction(&mut paper),
            Kind::Acceptance => self.acceptance(&mut paper),
            Kind::NotAccepted => self.not_accepted(&mut paper),
            Kind::Rectification => self.rectification(&mut paper),
            Kind::Extension => self.extension(&mut paper),
            Kind::ClockStop => self.clock_stop(&mut paper),
            Kind::ClockResume => self.clock_resume(&mut paper),
            Kind::Suspension | Kind::Reinstatement | Kind::Revocation => self.force(&mut paper),
            Kind::Record | Kind::Granted | Kind::Refused | Kind::Delivery => {}
        }
        paper
    }

    fn applied(&self) -> String {
        format!(
            "你（单位）于 {} 提出的{}申请（案号 {}）",
            zh(self.record.case.submitted_on),
            self.matter(),
            self.record.case.number
        )
    }

    fn receipt(&self, paper: &mut NoticePaper) {
        paper.opening = vec![format!("{}，本机关已收到下列材料：", self.applied())];
        paper.items = self.materials(&self.listed("received"));
        if paper.items.is_empty() {
            paper.items.push("（未收到材料）".to_owned());
        }
        paper.closing = vec![
            "本凭证只证明收到材料，不表示受理。是否受理，本机关将当场或者在五个工作日内答复；需要补正的，一次告知全部内容。"
                .to_owned(),
        ];
    }

    fn correction(&self, paper: &mut NoticePaper) {
        paper.opening = vec![format!(
            "{}，经审查，申请材料不齐全或者不符合法定形式。依据《中华人民共和国行政许可法》第三十二条第一款第四项，现将需要补正的全部内容一次告知如下：",
            self.applied()
        )];
        paper.items = self.materials(&self.listed("missing"));
        paper.items.extend(self.listed("others"));
        paper.closing = vec![
            "请备齐后一次提交。补正期间不计入办理期限；补正后符合要求的，本机关当即受理。除以上内容外，本机关不再要求补正其他材料。"
                .to_owned(),
        ];
    }

    fn acceptance(&self, paper: &mut NoticePaper) {
        paper.opening = vec![format!(
            "{}，经审查，申请事项属于本机关职权范围，申请材料齐全、符合法定形式。依据《中华人民共和国行政许可法》第三十二条第一款第五项，本机关决定予以受理。",
            self.applied()
        )];
        let until = |key: &str| {
            let day: Option<Date> = self.said(key).parse().ok();
            day.map_or_else(|| "待工作日表公布后另行告知".to_owned(), zh)
        };
        paper.facts = vec![
            ("收到日期".to_owned(), zh(self.record.case.submitted_on)),
            ("受理日期".to_owned(), zh(self.day())),
            (
                "法定期限".to_owned(),
                format!("至 {}（工作日计）", until("statutory_until")),
            ),
            (
                "承诺期限".to_owned(),
                format!("至 {}（工作日计）", until("promised_until")),
            ),
        ];
        let received: Vec<String> = self
            .record
            .materials
            .iter()
            .filter(|(_, day)| day.is_some())
            .map(|(id, _)| id.clone())
            .collect();
        paper
            .facts
            .push(("材料清单".to_owned(), self.materials(&received).join("；")));
        let place = if self.office.address.is_empty() {
            "凭案号到本机关窗口查询".to_owned()
        } else {
            format!("凭案号到本机关窗口（{}）查询", self.office.address)
        };
        paper.facts.push(("查询方式".to_owned(), place));
        paper.closing = vec![
            "依法需要听证、检验、检测、检疫、鉴定和专家评审的，所需时间不计入上述期限，本机关将书面告知。本机关将指派两名以上工作人员对经营场所进行现场核查，届时请予配合。"
                .to_owned(),
        ];
    }

    fn not_accepted(&self, paper: &mut NoticePaper) {
        paper.opening = vec![
            format!("{}，经审查，不符合受理条件，理由如下：", self.applied()),
            self.said("reason"),
            "依据《中华人民共和国行政许可法》第三十二条，本机关决定不予受理。".to_owned(),
        ];
        paper.closing = vec![remedies(self.day())];
    }

    fn rectification(&self, paper: &mut NoticePaper) {
        paper.opening = vec![format!(
            "{}，经本机关 2 名以上工作人员现场核查，下列项目不符合或者未能核实规定的条件：",
            self.applied()
        )];
        let items = self.listed("items");
        let latest = self.against.latest(self.record);
        for (item, one) in latest.iter().filter(|(item, _)| items.contains(&item.id)) {
            paper.items.push(format!(
                "{} {}（{}）",
                item.clause,
                item.text.zh,
                one.reason.render(field_core::rules::Language::Zh)
            ));
        }
        paper.facts = vec![
            ("整改要求".to_owned(), self.said("reason")),
            (
                "复查方式".to_owned(),
                "整改完成后告知本机关，本机关派员复查，只复查上列项目".to_owned(),
            ),
        ];
        if let Some(round) = self.record.round()
            && let Some(ruleset) = self.against.ruleset(round)
        {
            let basis = ("依据".to_owned(), ruleset.text.zh.clone());
            paper.facts.insert(0, basis);
        }
        paper.closing =
            vec!["逾期不整改或者整改后仍不符合条件的，本机关将依法作出不予许可的决定。".to_owned()];
    }

    fn extension(&self, paper: &mut NoticePaper) {
        let days = self.detail("days").and_then(Value::as_u64).unwrap_or(0);
        paper.opening = vec![format!(
            "{}，因下列理由不能在法定期限内作出决定。依据《中华人民共和国行政许可法》第四十二条第一款，经本机关负责人批准，办理期限延长 {days} 个工作日。",
            self.applied()
        )];
        paper.facts = vec![("延长理由".to_owned(), self.said("reason"))];
        self.new_limits(paper);
    }

    fn clock_stop(&self, paper: &mut NoticePaper) {
        let stop = self.said("stop");
        let matter = self.against.matter(&self.record.case);
        let stops = matter.map(|matter| matter.stops.as_slice());
        let known = stops.into_iter().flatten().find(|one| one.id == stop);
        let name = known.map_or(stop, |one| one.text.zh.clone());
        paper.opening = vec![format!(
            "{}，依法需要{name}。依据《中华人民共和国行政许可法》第四十五条，所需时间不计入办理期限，自 {} 起暂停计算。",
            self.applied(),
            zh(self.day())
        )];
        paper.facts = vec![
            ("除外事由".to_owned(), name),
            ("所需时间和说明".to_owned(), self.said("reason")),
        ];
        paper.closing =
            vec!["上述事由办结后，本机关将书面告知恢复计算的日期和新的期限。".to_owned()];
    }

    fn clock_resume(&self, paper: &mut NoticePaper) {
        let days = self.detail("days").and_then(Value::as_u64).unwrap_or(0);
        let from: Option<Date> = self.said("from_day").parse().ok();
        let from = from.map(zh).unwrap_or_default();
        paper.opening = vec![format!(
            "{}，自 {from} 起暂停计算办理期限的事由已经办结，共扣除 {days} 个工作日，自 {} 起恢复计算。",
            self.applied(),
            zh(self.day())
        )];
        self.new_limits(paper);
    }

    fn force(&self, paper: &mut NoticePaper) {
        let (word, then) = match self.due.kind {
            Kind::Suspension => ("暂停", "暂停期间不得从事许可的经营活动。"),
            Kind::Reinstatement => ("恢复", "自即日起可以在许可范围内从事经营活动。"),
            _ => (
                "撤销",
                "自即日起不得从事许可的经营活动，并应当将许可证件交回本机关注销。",
            ),
        };
        paper.opening = vec![
            format!(
                "你（单位）持有的许可证（{}），因下列理由，本机关决定自 {} 起{word}其效力：",
                self.said("number"),
                zh(self.day())
            ),
            self.said("reason"),
            then.to_owned(),
        ];
        paper.closing = vec![remedies(self.day())];
    }

    fn new_limits(&self, paper: &mut NoticePaper) {
        for (label, key) in [
            ("法定期限", "statutory_until"),
            ("承诺期限", "promised_until"),
        ] {
            if let Ok(day) = self.said(key).parse::<Date>() {
                let until = format!("至 {}（工作日计）", zh(day));
                paper.facts.push((label.to_owned(), until));
            }
        }
    }

    fn decision(&self) -> DecisionPaper {
        let case = &self.record.case;
        let matter = self.against.matter(case);
        let class = matter.and_then(|matter| matter.class(&case.class));
        let outcome = if self.due.kind == Kind::Granted {
            let years = class.and_then(|class| class.validity_years);
            Outcome::Granted {
                validity: years.map_or_else(
                    || "自发证之日起长期有效".to_owned(),
                    |years| format!("自发证之日起 {years} 年"),
                ),
                handover: "自本决定之日起十个工作日内颁发，窗口领取或者电子送达".to_owned(),
            }
        } else {
            let reasons = self.said("reasons");
            let lines = reasons
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty());
            Outcome::Refused {
                reasons: lines.map(str::to_owned).collect(),
                remedies: remedies(self.day()),
            }
        };
        let scopes = fill::scopes_zh(case, matter);
        DecisionPaper {
            document_number: self.number.to_owned(),
            case_number: case.number.clone(),
            applicant: case.application.applicant.clone(),
            credit_code: case.application.credit_code.clone(),
            address: case.application.address.clone(),
            matter: self.matter(),
            applied_on: case.submitted_on,
            accepted_on: case.accepted_on.unwrap_or(case.submitted_on),
            class: class.map_or_else(|| case.class.clone(), |class| class.text.zh.clone()),
            scopes,
            legal_basis: vec![
                "《中华人民共和国行政许可法》第三十八条".to_owned(),
                "《中华人民共和国道路运输条例》".to_owned(),
            ],
            findings: inspection::sentence(self.record, self.against),
            outcome,
            agency: self.office.agency.clone(),
            decided_on: self.day(),
            telephone: self.office.telephone.clone(),
            seal: self.office.seal.clone(),
            specimen: self.office.specimen,
        }
    }

    fn delivery(&self) -> DeliveryPaper {
        let case = &self.record.case;
        let mut papers: Vec<DeliveredPaper> = self
            .record
            .papers
            .iter()
            .filter(|paper| matches!(paper.kind.as_str(), "granted" | "refused"))
            .map(|paper| DeliveredPaper {
                title: paper.title.clone(),
                number: paper.number.clone(),
            })
            .collect();
        if let Some(number) = &self.record.permit {
            papers.push(DeliveredPaper {
                title: "道路运输经营许可证".to_owned(),
                number: number.clone(),
            });
        }
        let electronic = self.said("way") == "electronic";
        DeliveryPaper {
            document_number: self.number.to_owned(),
            case_number: case.number.clone(),
            recipient: case.application.applicant.clone(),
            papers,
            place: if electronic {
                "电子送达".to_owned()
            } else {
                self.office.agency.clone()
            },
            way: if electronic {
                "电子送达（凭链接和取件码下载）".to_owned()
            } else {
                "直接送达".to_owned()
            },
            officer: self.officer(),
            received_by: if electronic {
                case.application.contact.clone()
            } else {
                String::new()
            },
            received_on: electronic.then(|| self.day()),
            remarks: String::new(),
            agency: self.office.agency.clone(),
            specimen: self.office.specimen,
        }
    }
}

/// 2018 年 3 月 12 日.
pub(super) fn zh(day: Date) -> String {
    format!("{} 年 {} 月 {} 日", day.year(), day.month(), day.day())
}

/// Where and until when to object. Suing took three months until the law of 2015-05-01 gave six.
fn remedies(day: Date) -> String {
    let months = if day < jiff::civil::date(2015, 5, 1) {
        "三"
    } else {
        "六"
    };
    format!(
        "如不服本决定，可以自收到本决定书之日起六十日内依法申请行政复议，或者自收到本决定书之日起{months}个月内依法向人民法院提起行政诉讼。"
    )
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn suing_takes_the_months_of_its_day() {
        assert!(remedies(date(2015, 4, 30)).contains("三个月"));
        assert!(remedies(date(2015, 5, 1)).contains("六个月"));
        assert_eq!(zh(date(2018, 3, 2)), "2018 年 3 月 2 日");
    }
}
