//! What the applicant applies for, as the clerk types it: checked while the applicant still
//! stands at the window. Kept as JSON with the case.

use field_core::rules::identifier::check_credit_code;
use field_core::rules::{Matter, Profile};
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

/// The most characters of a name or an address.
pub const TEXT_CHARS: usize = 120;
/// The most scope codes or features.
const WORDS: usize = 40;

/// The facts of an application.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// 业户名称
    pub applicant: String,
    /// 统一社会信用代码
    pub credit_code: String,
    /// 经营地址
    pub address: String,
    /// 法定代表人
    pub legal_representative: String,
    /// 联系人
    pub contact: String,
    /// 联系电话
    pub phone: String,
    /// Scope codes of the matter, all of one class.
    pub scopes: Vec<String>,
    /// Further features such as `gas`.
    #[serde(default)]
    pub features: Vec<String>,
    /// Where the shop is, if known.
    #[serde(default)]
    pub place: Option<Place>,
}

/// A place on earth (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Degrees, north positive.
    pub latitude: f64,
    /// Degrees, east positive.
    pub longitude: f64,
}

impl Application {
    /// Checks every field, and that the matter understands the scopes; answers with what they
    /// mean to a ruleset.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn check(&self, matter: &Matter) -> Result<Profile, Refusal> {
        for (field, text) in [
            ("业户名称", &self.applicant),
            ("经营地址", &self.address),
            ("法定代表人", &self.legal_representative),
            ("联系人", &self.contact),
        ] {
            check_text(field, text)?;
        }
        check_credit_code(&self.credit_code).map_err(|error| Refusal::Field {
            field: "统一社会信用代码",
            why: format!("不正确，请与营业执照核对（{error}）"),
        })?;
        check_phone(&self.phone)?;
        if let Some(place) = self.place {
            check_place(place)?;
        }
        if self.scopes.len() > WORDS || self.features.len() > WORDS {
            return Err(Refusal::Field {
                field: "经营范围",
                why: format!("超过 {WORDS} 项"),
            });
        }
        Ok(matter.profile(
            self.scopes.iter().map(String::as_str),
            self.features.iter().map(String::as_str),
        )?)
    }
}

fn check_text(field: &'static str, text: &str) -> Result<(), Refusal> {
    let refuse = |why: &str| {
        Err(Refusal::Field {
            field,
            why: why.to_owned(),
        })
    };
    if text.trim().is_empty() {
        return refuse("不能为空");
    }
    if text.chars().count() > TEXT_CHARS {
        return refuse("过长（不超过 120 字）");
    }
    if text.chars().any(char::is_control) {
        return refuse("含有控制字符");
    }
    Ok(())
}

/// Digits, with + and - between; mobile and fixed lines of any place.
fn check_phone(phone: &str) -> Result<(), Refusal> {
    let digits = phone.bytes().filter(u8::is_ascii_digit).count();
    let plain = phone
        .bytes()
        .all(|b| b.is_ascii_digit() || b"+- ".contains(&b));
    if plain && (7..=15).contains(&digits) && phone.len() <= 24 {
        return Ok(());
    }
    Err(Refusal::Field {
        field: "联系电话",
        why: "应为 7 至 15 位数字".to_owned(),
    })
}

fn check_place(place: Place) -> Result<(), Refusal> {
    if (-90.0..=90.0).contains(&place.latitude) && (-180.0..=180.0).contains(&place.longitude) {
        return Ok(());
    }
    Err(Refusal::Field {
        field: "经纬度",
        why: "超出范围".to_owned(),
    })
}
