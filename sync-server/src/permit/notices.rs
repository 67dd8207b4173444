//! Letters and forms of the proceedings: plain values the templates set, nothing computed.

use jiff::civil::Date;
use serde::Serialize;

use super::papers::Png;

/// A letter to the applicant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoticePaper {
    /// Its title, such as 交通行政许可受理通知书.
    pub title: String,
    /// Document number 文号.
    pub document_number: String,
    /// 案号.
    pub case_number: String,
    /// Who is addressed.
    pub addressee: String,
    /// What it says before the list, one paragraph each.
    pub opening: Vec<String>,
    /// Things listed one by one, numbered; may be empty.
    pub items: Vec<String>,
    /// A table of label and value; may be empty.
    pub facts: Vec<(String, String)>,
    /// What it says after the list, one paragraph each.
    pub closing: Vec<String>,
    /// 经办人.
    pub officer: String,
    /// Telephone for questions; may be empty.
    pub telephone: String,
    /// 机关名称.
    pub agency: String,
    /// Day of the letter.
    pub issued_on: Date,
    /// Whether there is a strip at its end that the applicant signs 签收.
    pub countersigned: bool,
    /// The agency's seal.
    pub seal: Option<Png>,
    /// Marks the paper as a specimen without force.
    pub specimen: bool,
}

/// One paper named in a delivery receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveredPaper {
    /// Its title.
    pub title: String,
    /// Its number.
    pub number: String,
}

/// 文书送达回证.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryPaper {
    /// Document number 文号.
    pub document_number: String,
    /// 案号.
    pub case_number: String,
    /// 受送达人.
    pub recipient: String,
    /// 送达文书名称及文号.
    pub papers: Vec<DeliveredPaper>,
    /// 送达地点.
    pub place: String,
    /// 送达方式, such as 直接送达.
    pub way: String,
    /// 送达人.
    pub officer: String,
    /// 签收人; empty leaves a line to sign on.
    pub received_by: String,
    /// Day of receipt; none leaves a line.
    pub received_on: Option<Date>,
    /// 备注.
    pub remarks: String,
    /// 机关名称.
    pub agency: String,
    /// Marks the paper as a specimen without force.
    pub specimen: bool,
}

/// Which form to fill in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FormKind {
    /// 授权委托书.
    PowerOfAttorney,
    /// 交通行政许可申请书（示范文本）.
    Application,
}

/// A form to be filled in by hand, with what is known printed already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormPaper {
    /// Which.
    pub kind: FormKind,
    /// 事项名称.
    pub matter: String,
    /// Materials the matter asks for, in order.
    pub materials: Vec<String>,
    /// Scopes of business that can be applied for, with their class before them.
    pub scopes: Vec<String>,
    /// 机关名称.
    pub agency: String,
    /// Always false; the template's frame asks.
    pub specimen: bool,
}
