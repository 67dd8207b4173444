//! What each paper says: plain values the templates set, nothing computed.
//!
//! The fields follow the forms of the transport authorities' licensing papers; see
//! `documents/*.typ` for how they are set.

use jiff::civil::{Date, DateTime};
use serde::{Serialize, Serializer};

use super::paper::PaperError;

/// Largest picture taken into a paper, in bytes.
pub const MAX_PICTURE_BYTES: usize = 1024 * 1024;
/// Largest side of a picture, in pixels.
pub const MAX_PICTURE_SIDE: u32 = 4_000;

/// A PNG picture for a paper: a seal, a signature. In a template's data it is `true`; its bytes
/// are a file beside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Png(Vec<u8>);

impl Png {
    /// Takes PNG bytes after a look at their header.
    ///
    /// # Errors
    /// [`PaperError::Picture`] if they are no PNG, or larger than [`MAX_PICTURE_BYTES`] or
    /// [`MAX_PICTURE_SIDE`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, PaperError> {
        const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        let side = |at: usize| {
            let bytes: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
            Some(u32::from_be_bytes(bytes))
        };
        let fits = |side: Option<u32>| side.is_some_and(|s| (1..=MAX_PICTURE_SIDE).contains(&s));
        if bytes.len() <= MAX_PICTURE_BYTES
            && bytes.starts_with(SIGNATURE)
            && fits(side(16))
            && fits(side(20))
        {
            Ok(Self(bytes))
        } else {
            Err(PaperError::Picture)
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A signature as it was drawn on a tablet: the path of a pen on a canvas of 1000 × 300. In a
/// template's data it is `true`; the drawing is a file beside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing(String);

impl Drawing {
    /// Takes SVG path data; none where it is empty, too long or anything but a path.
    #[must_use]
    pub fn new(path: &str) -> Option<Self> {
        let fits = !path.is_empty()
            && path.len() <= MAX_PICTURE_BYTES
            && path
                .bytes()
                .all(|b| b.is_ascii_digit() || b" ,.-MmLlHhVvCcSsQqTtZz\n".contains(&b));
        fits.then(|| Self(path.to_owned()))
    }

    pub(super) fn svg(&self) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1000 300\"><path d=\"{}\" \
             fill=\"none\" stroke=\"#1b1a17\" stroke-width=\"6\" stroke-linecap=\"round\" \
             stroke-linejoin=\"round\"/></svg>",
            self.0
        )
    }
}

impl Serialize for Drawing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

/// To a template a picture is there or not; `Option` would say `null`, which reads the same.
impl Serialize for Png {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

/// Which of the two sheets of a permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum PermitCopy {
    /// The one for the wall.
    #[serde(rename = "正本")]
    Original,
    /// The one for the files.
    #[serde(rename = "副本")]
    Duplicate,
}

/// 道路运输经营许可证.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PermitPaper {
    /// Permit number as printed.
    pub number: String,
    /// Original or duplicate.
    pub copy: PermitCopy,
    /// 业户名称.
    pub holder: String,
    /// 地址.
    pub address: String,
    /// 法定代表人.
    pub legal_representative: String,
    /// 统一社会信用代码.
    pub credit_code: String,
    /// 经营类别.
    pub class: String,
    /// 经营范围, in order.
    pub scopes: Vec<String>,
    /// First day of validity.
    pub valid_from: Date,
    /// Last day of validity; `None`: without end.
    pub valid_until: Option<Date>,
    /// 核发机关.
    pub agency: String,
    /// 发证日期.
    pub issued_on: Date,
    /// The case; empty prints none.
    pub case_number: String,
    /// Address of the check page, printed beside the code.
    pub check_address: String,
    /// The QR code as SVG, quiet zone included.
    #[serde(skip)]
    pub qr_svg: String,
    /// Modules on the code's side, quiet zone included; decides its printed size.
    pub qr_modules: usize,
    /// The agency's seal; `None` leaves its place free.
    pub seal: Option<Png>,
    /// Marks the sheet as a specimen without force (training, drafts).
    pub specimen: bool,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// 准予交通行政许可.
    Granted {
        /// How long the permit will be valid, in words: it is issued later.
        validity: String,
        /// How the permit is handed over 证件领取.
        handover: String,
    },
    /// 不予交通行政许可.
    Refused {
        /// The reasons, one paragraph each.
        reasons: Vec<String>,
        /// Where and until when to object 复议、诉讼告知.
        remedies: String,
    },
}

/// 准予（不予）交通行政许可决定书.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecisionPaper {
    /// Document number 文号.
    pub document_number: String,
    /// 案号.
    pub case_number: String,
    /// 申请人.
    pub applicant: String,
    /// 统一社会信用代码 or identity number.
    pub credit_code: String,
    /// 地址.
    pub address: String,
    /// 事项名称, such as 机动车维修经营许可.
    pub matter: String,
    /// Day of the application.
    pub applied_on: Date,
    /// Day of acceptance 受理日期.
    pub accepted_on: Date,
    /// 经营类别.
    pub class: String,
    /// 经营范围.
    pub scopes: Vec<String>,
    /// Law and clause the decision rests on, one each.
    pub legal_basis: Vec<String>,
    /// What was found on site, in a sentence; empty where nothing was verified before deciding.
    pub findings: String,
    /// The decision.
    pub outcome: Outcome,
    /// 机关名称.
    pub agency: String,
    /// Day of the decision.
    pub decided_on: Date,
    /// Telephone for questions.
    pub telephone: String,
    /// The agency's seal.
    pub seal: Option<Png>,
    /// Marks the paper as a specimen without force.
    pub specimen: bool,
}

/// The finding on one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Finding {
    /// Meets the condition.
    #[serde(rename = "符合")]
    Met,
    /// Does not meet it.
    #[serde(rename = "不符合")]
    NotMet,
    /// The condition does not apply here.
    #[serde(rename = "不适用")]
    NotApplicable,
    /// It was not looked at, or not to the end.
    #[serde(rename = "未核查")]
    Open,
}

/// One row of an inspection record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordRow {
    /// Section the item belongs to; rows of a section stand together.
    pub section: String,
    /// Clause, such as 8.1.
    pub clause: String,
    /// The item 核查事项.
    pub item: String,
    /// The condition 规定条件.
    pub condition: String,
    /// What was measured, with its unit; empty if nothing is measured.
    pub measured: String,
    /// The finding 核查结果.
    pub finding: Finding,
    /// Remarks; what is wrong if not met.
    pub note: String,
    /// Numbers of the evidence files, as in [`RecordPaper::evidence`].
    pub evidence: Vec<u32>,
    /// 整改 state in a later round; empty in the first.
    pub rectification: String,
}

/// An officer who inspected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordOfficer {
    /// Name.
    pub name: String,
    /// 执法证号.
    pub licence: String,
    /// When the officer signed off, local time; `None`: not signed.
    pub signed_at: Option<DateTime>,
    /// Drawn signature.
    pub signature: Option<Png>,
}

/// What the applicant's side said about the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ApplicantStatement {
    /// Read and confirmed.
    Confirmed {
        /// Who confirmed.
        name: String,
        /// In which role 身份.
        role: String,
        /// When, local time.
        at: DateTime,
        /// Drawn signature.
        drawing: Option<Drawing>,
        /// What the applicant's side added; empty if nothing.
        remarks: String,
    },
    /// Refused to sign.
    Refused {
        /// Why.
        reason: String,
        /// Who saw it 见证人.
        witness: String,
        /// When, local time.
        at: DateTime,
    },
    /// Nobody was there.
    Absent {
        /// Circumstances.
        reason: String,
        /// When, local time.
        at: DateTime,
    },
}

/// One evidence file named in a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordEvidence {
    /// Number in this record, from 1.
    pub number: u32,
    /// What it shows.
    pub caption: String,
    /// When it was taken, local time.
    pub taken_at: DateTime,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
}

/// 现场核查记录.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordPaper {
    /// 案号.
    pub case_number: String,
    /// 事项名称.
    pub matter: String,
    /// Round 轮次, from 1.
    pub round: u32,
    /// 申请人.
    pub applicant: String,
    /// 统一社会信用代码.
    pub credit_code: String,
    /// 经营类别.
    pub class: String,
    /// 核查地点.
    pub place: String,
    /// Position as text, such as 28.90°N 120.02°E ±8 m; empty if none.
    pub position: String,
    /// 联系人.
    pub contact: String,
    /// 电话.
    pub telephone: String,
    /// 核查开始, local time.
    pub started_at: DateTime,
    /// 核查结束, local time.
    pub ended_at: DateTime,
    /// 条件标准 by name and date.
    pub ruleset: String,
    /// The officers, at least two.
    pub officers: Vec<RecordOfficer>,
    /// The rows, in printed order.
    pub rows: Vec<RecordRow>,
    /// 核查结论.
    pub conclusion: String,
    /// The applicant's statement; `None` while there is none.
    pub statement: Option<ApplicantStatement>,
    /// Evidence files.
    pub evidence: Vec<RecordEvidence>,
    /// The state of the document the record shows, hexadecimal heads.
    pub heads: Vec<String>,
    /// 核查机关.
    pub agency: String,
    /// Marks the paper as a specimen without force.
    pub specimen: bool,
}
