//! Which papers a case owes: each important row of its history has one. They are made after the
//! step, so a crash in between leaves a paper due, never a step undone.

use field_core::rules::Matter;
use field_core::rules::matter::MatterKind;

use crate::office::case::record::CaseRecord;
use crate::store::history::Entry;

/// What kind of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Receipt,
    Correction,
    Acceptance,
    NotAccepted,
    Record,
    Rectification,
    Granted,
    Refused,
    Extension,
    ClockStop,
    ClockResume,
    Delivery,
    Suspension,
    Reinstatement,
    Revocation,
}

impl Kind {
    /// The word in the register.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Correction => "correction",
            Self::Acceptance => "acceptance",
            Self::NotAccepted => "not-accepted",
            Self::Record => "record",
            Self::Rectification => "rectification",
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::Extension => "extension",
            Self::ClockStop => "clock-stop",
            Self::ClockResume => "clock-resume",
            Self::Delivery => "delivery",
            Self::Suspension => "suspension",
            Self::Reinstatement => "reinstatement",
            Self::Revocation => "revocation",
        }
    }

    /// Its title on paper.
    pub(crate) fn title(self, matter: Option<&Matter>) -> String {
        let title = match self {
            Self::Receipt => "交通行政许可申请材料接收凭证",
            Self::Correction => "交通行政许可申请补正通知书（一次性告知书）",
            Self::Acceptance => "交通行政许可受理通知书",
            Self::NotAccepted => "交通行政许可申请不予受理决定书",
            Self::Record => "现场核查记录",
            Self::Rectification => "整改通知书",
            Self::Granted => "准予交通行政许可决定书",
            Self::Refused => "不予交通行政许可决定书",
            Self::Extension => "延长交通行政许可期限通知书",
            Self::ClockStop => "交通行政许可期限法定除外时间通知书",
            Self::ClockResume => "交通行政许可恢复计算期限通知书",
            Self::Delivery => "文书送达回证",
            Self::Suspension => "暂停交通行政许可决定书",
            Self::Reinstatement => "恢复交通行政许可决定书",
            Self::Revocation => "撤销交通行政许可决定书",
        };
        match matter.map(|matter| matter.kind) {
            Some(MatterKind::Filing) => title.replace("交通行政许可", "备案"),
            _ => title.to_owned(),
        }
    }

    /// The series of its number.
    const fn series(self) -> &'static str {
        match self {
            Self::Receipt => "接",
            Self::Correction => "补",
            Self::Acceptance => "受",
            Self::NotAccepted => "不受",
            Self::Record => "核",
            Self::Rectification => "改",
            Self::Granted => "准",
            Self::Refused => "不准",
            Self::Extension => "延",
            Self::ClockStop => "停",
            Self::ClockResume => "复",
            Self::Delivery => "达",
            Self::Suspension => "暂",
            Self::Reinstatement => "恢",
            Self::Revocation => "撤",
        }
    }

    /// The kind of serial in the store; a new series every year.
    pub(crate) fn serials(self, year: i16) -> String {
        format!("paper/{}/{year}", self.word())
    }

    /// 交许受〔2018〕12号.
    pub(crate) fn number(self, year: i16, serial: u32) -> String {
        format!("交许{}〔{year}〕{serial}号", self.series())
    }

    fn of_action(action: &str) -> Option<Self> {
        Some(match action {
            "register" | "receive-correction" => Self::Receipt,
            "request-correction" => Self::Correction,
            "accept" => Self::Acceptance,
            "refuse-acceptance" => Self::NotAccepted,
            "seal" => Self::Record,
            "return" => Self::Rectification,
            "grant" => Self::Granted,
            "refuse" => Self::Refused,
            "extend" => Self::Extension,
            "stop-clock" => Self::ClockStop,
            "resume-clock" => Self::ClockResume,
            "deliver" => Self::Delivery,
            "suspend-permit" => Self::Suspension,
            "reinstate-permit" => Self::Reinstatement,
            "revoke-permit" => Self::Revocation,
            _ => return None,
        })
    }
}

/// A paper that is not made yet, with the row of the history it tells of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Due<'a> {
    pub(crate) kind: Kind,
    pub(crate) entry: &'a Entry,
}

/// What is due, oldest first.
pub(crate) fn of(record: &CaseRecord) -> Vec<Due<'_>> {
    let owed = record.history.iter().enumerate().filter_map(|(at, entry)| {
        let kind = Kind::of_action(&entry.event.action)?;
        // A seal that was opened again has no record; the next seal of the round has it.
        let opened = kind == Kind::Record
            && record.history[at..]
                .iter()
                .any(|later| later.event.action == "unseal" && round(later) == round(entry));
        (!opened).then_some(Due { kind, entry })
    });
    owed.filter(|due| {
        !record
            .papers
            .iter()
            .any(|paper| paper.basis == due.entry.seq && paper.kind == due.kind.word())
    })
    .collect()
}

fn round(entry: &Entry) -> Option<u64> {
    entry.event.detail.get("round")?.as_u64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_tell_series_and_year() {
        assert_eq!(Kind::Acceptance.number(2018, 12), "交许受〔2018〕12号");
        assert_eq!(Kind::Acceptance.serials(2018), "paper/acceptance/2018");
        assert_eq!(Kind::of_action("seal"), Some(Kind::Record));
        assert_eq!(Kind::of_action("visit"), None);
    }
}
