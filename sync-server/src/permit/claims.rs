//! What a permit says, as the few bytes its QR code carries.
//!
//! A CBOR map with short integer keys (the table below), signed and packed in `qr`. Readers skip
//! keys they do not know, so a later version may add some; a key's meaning never changes.
//!
//! | key | type | meaning |
//! |---|---|---|
//! | 1 | text | permit number |
//! | 2 | text | holder 业户名称 |
//! | 3 | text | class 经营类别 |
//! | 4 | array of text | scopes 经营范围 |
//! | 5 | int | first day of validity, days since 1970-01-01 |
//! | 6 | int, may be absent | last day of validity, days since 1970-01-01; absent: no end |
//! | 7 | text | issuing agency 核发机关 |
//! | 8 | uint | division (GB/T 2260) |
//! | 9 | text | case number |
//! | 10 | int | day of issue, days since 1970-01-01 |

use jiff::Span;
use jiff::civil::Date;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Longest text of one claim, in characters.
pub const MAX_CLAIM_CHARS: usize = 120;
/// Most scopes of one permit.
pub const MAX_SCOPES: usize = 40;

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// What the authority signs about a permit; what the check page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermitClaims {
    /// The permit's number as printed.
    pub number: String,
    /// Holder of the permit 业户名称.
    pub holder: String,
    /// Class 经营类别, such as 二类汽车维修.
    pub class: String,
    /// Scopes 经营范围, in printed order.
    pub scopes: Vec<String>,
    /// First day of validity.
    pub valid_from: Date,
    /// Last day of validity; `None` if the permit has no end.
    pub valid_until: Option<Date>,
    /// Issuing agency 核发机关.
    pub agency: String,
    /// The county's code (GB/T 2260).
    pub division: u32,
    /// The case that led to the permit.
    pub case_number: String,
    /// Day of issue 发证日期.
    pub issued_on: Date,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct Wire {
    #[n(1)]
    number: String,
    #[n(2)]
    holder: String,
    #[n(3)]
    class: String,
    #[n(4)]
    scopes: Vec<String>,
    #[n(5)]
    valid_from: i32,
    #[n(6)]
    valid_until: Option<i32>,
    #[n(7)]
    agency: String,
    #[n(8)]
    division: u32,
    #[n(9)]
    case_number: String,
    #[n(10)]
    issued_on: i32,
}

impl PermitClaims {
    /// Checks lengths and the order of dates.
    ///
    /// # Errors
    /// [`ClaimsError`] naming the claim.
    pub fn check(&self) -> Result<(), ClaimsError> {
        for (name, text) in [
            ("许可证号", &self.number),
            ("业户名称", &self.holder),
            ("经营类别", &self.class),
            ("核发机关", &self.agency),
            ("业务件编号", &self.case_number),
        ] {
            check_text(name, text)?;
        }
        if self.scopes.len() > MAX_SCOPES {
            return Err(ClaimsError::TooManyScopes);
        }
        for scope in &self.scopes {
            check_text("经营范围", scope)?;
        }
        if self
            .valid_until
            .is_some_and(|until| until < self.valid_from)
        {
            return Err(ClaimsError::Dates);
        }
        Ok(())
    }

    /// The CBOR map, keys in ascending order, so that equal claims give equal bytes.
    ///
    /// # Errors
    /// [`ClaimsError`] if [`PermitClaims::check`] refuses them.
    pub fn to_cbor(&self) -> Result<Vec<u8>, ClaimsError> {
        self.check()?;
        let wire = Wire {
            number: self.number.clone(),
            holder: self.holder.clone(),
            class: self.class.clone(),
            scopes: self.scopes.clone(),
            valid_from: days_of(self.valid_from),
            valid_until: self.valid_until.map(days_of),
            agency: self.agency.clone(),
            division: self.division,
            case_number: self.case_number.clone(),
            issued_on: days_of(self.issued_on),
        };
        Ok(minicbor::to_vec(wire).expect("writing to a Vec cannot fail"))
    }

    /// Reads the map; unknown keys are skipped, anything behind it is an error.
    ///
    /// # Errors
    /// [`ClaimsError`] if a claim is missing, malformed, too long or out of range.
    pub fn from_cbor(bytes: &[u8]) -> Result<Self, ClaimsError> {
        let mut decoder = minicbor::Decoder::new(bytes);
        let wire: Wire = decoder.decode().map_err(|_| ClaimsError::Malformed)?;
        if decoder.position() != bytes.len() {
            return Err(ClaimsError::Malformed);
        }
        let claims = Self {
            number: wire.number,
            holder: wire.holder,
            class: wire.class,
            scopes: wire.scopes,
            valid_from: date_of(wire.valid_from)?,
            valid_until: wire.valid_until.map(date_of).transpose()?,
            agency: wire.agency,
            division: wire.division,
            case_number: wire.case_number,
            issued_on: date_of(wire.issued_on)?,
        };
        claims.check()?;
        Ok(claims)
    }
}

fn check_text(name: &'static str, text: &str) -> Result<(), ClaimsError> {
    if text.is_empty() || text.chars().count() > MAX_CLAIM_CHARS {
        return Err(ClaimsError::Text { name });
    }
    Ok(())
}

fn days_of(date: Date) -> i32 {
    let days = date.duration_since(EPOCH).as_hours().div_euclid(24);
    i32::try_from(days).expect("no date is more than 4.4 million days from 1970")
}

fn date_of(days: i32) -> Result<Date, ClaimsError> {
    let span = Span::new()
        .try_days(days)
        .map_err(|_| ClaimsError::Malformed)?;
    EPOCH.checked_add(span).map_err(|_| ClaimsError::Malformed)
}

/// Why claims cannot be signed or read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ClaimsError {
    /// A text is empty or longer than [`MAX_CLAIM_CHARS`].
    #[error("{name}为空或超过 {MAX_CLAIM_CHARS} 个字")]
    Text {
        /// The claim, in Chinese.
        name: &'static str,
    },
    /// More than [`MAX_SCOPES`] scopes.
    #[error("经营范围超过 {MAX_SCOPES} 项")]
    TooManyScopes,
    /// The validity ends before it starts.
    #[error("有效期止早于有效期起")]
    Dates,
    /// The bytes are not these claims.
    #[error("内容无法识别")]
    Malformed,
}

#[cfg(test)]
pub(crate) mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn sample() -> PermitClaims {
        PermitClaims {
            number: "浙交运管许可金字330784030001号".to_owned(),
            holder: "某某市某某汽车维修有限公司".to_owned(),
            class: "二类汽车维修".to_owned(),
            scopes: vec!["小型车辆维修".to_owned()],
            valid_from: date(2026, 11, 24),
            valid_until: Some(date(2032, 11, 23)),
            agency: "某某市交通运输局".to_owned(),
            division: 330_784,
            case_number: "330784-2026-0042".to_owned(),
            issued_on: date(2026, 11, 24),
        }
    }

    #[test]
    fn come_back_equal() {
        let mut claims = sample();
        let bytes = claims.to_cbor().unwrap();
        assert_eq!(PermitClaims::from_cbor(&bytes).unwrap(), claims);
        claims.valid_until = None;
        let without_end = claims.to_cbor().unwrap();
        assert!(without_end.len() < bytes.len());
        assert_eq!(PermitClaims::from_cbor(&without_end).unwrap(), claims);
    }

    #[test]
    fn dates_are_days_since_1970() {
        assert_eq!(days_of(date(1970, 1, 2)), 1);
        assert_eq!(days_of(date(1969, 12, 31)), -1);
        assert_eq!(days_of(date(2026, 11, 24)), 20_781);
        for date in [Date::MIN, Date::MAX, date(2000, 2, 29)] {
            assert_eq!(date_of(days_of(date)), Ok(date));
        }
        assert_eq!(date_of(i32::MAX), Err(ClaimsError::Malformed));
    }

    #[test]
    fn a_key_of_a_later_version_is_skipped() {
        let mut bytes = sample().to_cbor().unwrap();
        assert_eq!(bytes[0], 0xaa, "a map of ten");
        bytes[0] = 0xab;
        bytes.extend([0x18, 0x63, 0x61, b'x']);
        assert_eq!(PermitClaims::from_cbor(&bytes).unwrap(), sample());
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let mut bytes = sample().to_cbor().unwrap();
        bytes.push(0);
        assert_eq!(PermitClaims::from_cbor(&bytes), Err(ClaimsError::Malformed));
        let mut claims = sample();
        claims.valid_until = Some(date(2026, 11, 23));
        assert_eq!(claims.to_cbor(), Err(ClaimsError::Dates));
        let mut claims = sample();
        claims.holder = "长".repeat(MAX_CLAIM_CHARS + 1);
        assert_eq!(
            claims.to_cbor(),
            Err(ClaimsError::Text {
                name: "业户名称"
            })
        );
        let mut claims = sample();
        claims.scopes = vec!["维护".to_owned(); MAX_SCOPES + 1];
        assert_eq!(claims.to_cbor(), Err(ClaimsError::TooManyScopes));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = PermitClaims::from_cbor(&bytes);
        }
    }
}
