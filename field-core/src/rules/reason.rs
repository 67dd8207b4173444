//! Why an item was judged as it was, in words that an inspector, an applicant and a court can read.

use super::{Date, Direction, Language, Measure, Text, Unit};

/// Why an item has its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The inspector found it in order, and nothing speaks against it.
    InOrder,
    /// The value is within its bound.
    WithinBound(Compared),
    /// Another firm does it, under contract.
    Outsourced {
        /// The other firm.
        contractor: String,
    },
    /// The certificate holds on the day.
    CertificateValid {
        /// Its last day.
        until: Date,
    },
    /// Enough photos.
    Photographed {
        /// How many.
        photos: u32,
    },
    /// It does not apply to this shop.
    NotApplicable {
        /// In which case it does not.
        condition: Text,
    },
    /// Nobody has answered yet.
    NotAnswered,
    /// "Not applicable" is no answer to this item.
    MustApply,
    /// The number is missing.
    ValueMissing {
        /// Its unit.
        unit: Unit,
    },
    /// The number has another unit.
    WrongUnit {
        /// What the item asks for.
        expected: Unit,
    },
    /// A count with decimals.
    NotWhole {
        /// What was entered.
        value: Measure,
    },
    /// The ruleset has no number for this class.
    NoThreshold,
    /// The measuring instrument's own verification had expired: measure again.
    InstrumentExpired {
        /// Its last day.
        until: Date,
    },
    /// The contract with the other firm is not named.
    ContractMissing,
    /// The certificate's last day is not entered.
    CertificateDateMissing,
    /// Fewer photos than needed.
    PhotoMissing {
        /// How many are there.
        photos: u32,
        /// How many are needed.
        needed: u32,
    },
    /// The inspector found it not in order.
    NotInOrder,
    /// The value is outside its bound, whatever the inspector tapped.
    OutOfBound(Compared),
    /// This shop must have it itself.
    OutsourcingNotAllowed,
    /// The contract with the other firm had ended.
    ContractExpired {
        /// Its last day.
        until: Date,
    },
    /// The certificate had expired.
    CertificateExpired {
        /// Its last day.
        until: Date,
    },
}

/// A value beside its bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// What was measured.
    pub what: Text,
    /// The value.
    pub value: Measure,
    /// The bound.
    pub bound: Measure,
    /// Unit of both.
    pub unit: Unit,
    /// Which side is bounded.
    pub direction: Direction,
}

impl Compared {
    /// "接待室 18.5 m² < 20 m²"
    fn render(&self, language: Language) -> String {
        let sign = match (self.direction, self.direction.holds(self.value, self.bound)) {
            (Direction::AtLeast, true) => '≥',
            (Direction::AtLeast, false) => '<',
            (Direction::AtMost, true) => '≤',
            (Direction::AtMost, false) => '>',
        };
        let (what, unit) = (self.what.get(language), self.unit.symbol(language));
        format!("{what} {} {unit} {sign} {} {unit}", self.value, self.bound)
    }
}

impl Reason {
    /// In the words of `language`.
    pub fn render(&self, language: Language) -> String {
        match language {
            Language::Zh => self.zh(),
            Language::En => self.en(),
        }
    }

    /// 中文
    pub fn zh(&self) -> String {
        match self {
            Reason::InOrder => "符合".into(),
            Reason::WithinBound(compared) | Reason::OutOfBound(compared) => {
                compared.render(Language::Zh)
            }
            Reason::Outsourced { contractor } => format!("已外协：{contractor}"),
            Reason::CertificateValid { until } => format!("检定有效期至 {until}"),
            Reason::Photographed { photos } => format!("已拍照 {photos} 张"),
            Reason::NotApplicable { condition } => format!("不适用：{}", condition.zh),
            Reason::NotAnswered => "未填写".into(),
            Reason::MustApply => "本项不得填“不适用”".into(),
            Reason::ValueMissing { unit } => format!("未填写数值（{}）", unit.zh()),
            Reason::WrongUnit { expected } => format!("单位应为 {}", expected.zh()),
            Reason::NotWhole { value } => format!("数量 {value} 不是整数"),
            Reason::NoThreshold => "条件标准未给出本类别的数值".into(),
            Reason::InstrumentExpired { until } => {
                format!("测量器具检定已过期 {until}，请重新测量")
            }
            Reason::ContractMissing => "外协合同未填写".into(),
            Reason::CertificateDateMissing => "检定有效期未填写".into(),
            Reason::PhotoMissing {
                photos: 0,
                needed: 1,
            } => "缺照片".into(),
            Reason::PhotoMissing { photos, needed } => format!("缺照片：{photos}/{needed} 张"),
            Reason::NotInOrder => "不符合".into(),
            Reason::OutsourcingNotAllowed => "本项不允许外协".into(),
            Reason::ContractExpired { until } => format!("外协合同已过期 {until}"),
            Reason::CertificateExpired { until } => format!("检定已过期 {until}"),
        }
    }

    /// English
    pub fn en(&self) -> String {
        match self {
            Reason::InOrder => "in order".into(),
            Reason::WithinBound(compared) | Reason::OutOfBound(compared) => {
                compared.render(Language::En)
            }
            Reason::Outsourced { contractor } => format!("outsourced to {contractor}"),
            Reason::CertificateValid { until } => format!("verification valid until {until}"),
            Reason::Photographed { photos } => format!("photographed: {photos}"),
            Reason::NotApplicable { condition } => format!("not applicable: {}", condition.en),
            Reason::NotAnswered => "not answered".into(),
            Reason::MustApply => "\"not applicable\" is not allowed here".into(),
            Reason::ValueMissing { unit } => format!("value missing ({})", unit.en()),
            Reason::WrongUnit { expected } => format!("the unit must be {}", expected.en()),
            Reason::NotWhole { value } => format!("a count must be whole, not {value}"),
            Reason::NoThreshold => "the ruleset has no number for this class".into(),
            Reason::InstrumentExpired { until } => {
                format!("the instrument's verification expired on {until}: measure again")
            }
            Reason::ContractMissing => "outsourcing contract missing".into(),
            Reason::CertificateDateMissing => "the certificate's last day is missing".into(),
            Reason::PhotoMissing {
                photos: 0,
                needed: 1,
            } => "photo missing".into(),
            Reason::PhotoMissing { photos, needed } => {
                format!("photos missing: {photos} of {needed}")
            }
            Reason::NotInOrder => "not in order".into(),
            Reason::OutsourcingNotAllowed => "may not be outsourced".into(),
            Reason::ContractExpired { until } => {
                format!("outsourcing contract expired on {until}")
            }
            Reason::CertificateExpired { until } => format!("verification expired on {until}"),
        }
    }
}
