//! Exact numbers and their units. A threshold decides over a permit, so no value here is ever a
//! binary fraction: 18.5 is 18,500 thousandths, on every machine.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::Language;

/// A measured or counted value: not negative, at most three decimals, at most 9,999,999.999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Measure {
    thousandths: i64,
}

/// Why a text is not a [`Measure`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MeasureError {
    /// Not digits with at most one decimal point.
    #[error("`{0}` is not a number: write digits, with a point before decimals, such as 18.5")]
    NotANumber(String),
    /// A minus sign.
    #[error("`{0}` is negative: a measured value is zero or more")]
    Negative(String),
    /// More than three decimals.
    #[error("`{0}` has more than three decimals")]
    TooPrecise(String),
    /// Beyond [`Measure::MAX`].
    #[error("`{0}` is too large: at most {max}", max = Measure::MAX)]
    TooLarge(String),
}

impl Measure {
    /// The largest value: 9,999,999.999. Anything larger on site is a slip of the finger.
    pub const MAX: Measure = Measure {
        thousandths: 9_999_999_999,
    };
    /// Zero.
    pub const ZERO: Measure = Measure { thousandths: 0 };

    /// The whole number `n`; `u16` keeps it within [`Measure::MAX`].
    pub const fn whole(n: u16) -> Self {
        Self {
            thousandths: n as i64 * 1000,
        }
    }

    /// The value in thousandths of its unit.
    pub const fn thousandths(self) -> i64 {
        self.thousandths
    }

    /// Whether there are no decimals, as a count must be.
    pub const fn is_whole(self) -> bool {
        self.thousandths % 1000 == 0
    }
}

impl FromStr for Measure {
    type Err = MeasureError;

    /// Reads "18.5". Spaces, signs, exponents and separators are refused; "18.50" is 18.5.
    fn from_str(text: &str) -> Result<Self, MeasureError> {
        // What is quoted back is cut, so that an error never carries a page of input.
        let shown = || text.chars().take(24).collect::<String>();
        if text.starts_with('-') || text.starts_with('−') {
            return Err(MeasureError::Negative(shown()));
        }
        let (whole, decimals) = match text.split_once('.') {
            Some((whole, decimals)) if !decimals.is_empty() => (whole, decimals),
            Some(_) => return Err(MeasureError::NotANumber(shown())),
            None => (text, ""),
        };
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(decimals) {
            return Err(MeasureError::NotANumber(shown()));
        }
        if decimals.len() > 3 {
            return Err(MeasureError::TooPrecise(shown()));
        }
        if whole.trim_start_matches('0').len() > 7 {
            return Err(MeasureError::TooLarge(shown()));
        }
        let number = |part: &str| part.bytes().fold(0i64, |n, b| n * 10 + i64::from(b - b'0'));
        let padding = [1000, 100, 10, 1][decimals.len()];
        Ok(Self {
            thousandths: number(whole) * 1000 + number(decimals) * padding,
        })
    }
}

impl fmt::Display for Measure {
    /// The one way to write it: no leading and no trailing zeros.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.thousandths / 1000, self.thousandths % 1000);
        if rest == 0 {
            return write!(f, "{whole}");
        }
        write!(f, "{whole}.{}", format!("{rest:03}").trim_end_matches('0'))
    }
}

impl Serialize for Measure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What a value counts or measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Square metre.
    SquareMetre,
    /// Metre.
    Metre,
    /// Millimetre.
    Millimetre,
    /// Month.
    Month,
    /// Year.
    Year,
    /// Person.
    Person,
    /// Piece of equipment, 台/套.
    Piece,
    /// Percent.
    Percent,
    /// Decibel, A-weighted.
    Decibel,
}

/// A unit that the rules do not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown unit `{unit}`: known are {known}", known = Unit::known())]
pub struct UnitError {
    /// What was written.
    pub unit: String,
}

impl Unit {
    /// Every unit, in the order in which they are listed to people.
    pub const ALL: [Unit; 9] = [
        Unit::SquareMetre,
        Unit::Metre,
        Unit::Millimetre,
        Unit::Month,
        Unit::Year,
        Unit::Person,
        Unit::Piece,
        Unit::Percent,
        Unit::Decibel,
    ];

    /// The name in files and answers.
    pub const fn id(self) -> &'static str {
        match self {
            Unit::SquareMetre => "m2",
            Unit::Metre => "m",
            Unit::Millimetre => "mm",
            Unit::Month => "month",
            Unit::Year => "year",
            Unit::Person => "person",
            Unit::Piece => "piece",
            Unit::Percent => "percent",
            Unit::Decibel => "db",
        }
    }

    /// What stands behind a number, in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Unit::SquareMetre => "m²",
            Unit::Metre => "m",
            Unit::Millimetre => "mm",
            Unit::Month => "个月",
            Unit::Year => "年",
            Unit::Person => "人",
            Unit::Piece => "台（套）",
            Unit::Percent => "%",
            Unit::Decibel => "dB(A)",
        }
    }

    /// What stands behind a number, in English; one form for singular and plural.
    pub const fn en(self) -> &'static str {
        match self {
            Unit::SquareMetre => "m²",
            Unit::Metre => "m",
            Unit::Millimetre => "mm",
            Unit::Month => "month(s)",
            Unit::Year => "year(s)",
            Unit::Person => "person(s)",
            Unit::Piece => "piece(s)",
            Unit::Percent => "%",
            Unit::Decibel => "dB(A)",
        }
    }

    /// What stands behind a number in `language`.
    pub const fn symbol(self, language: Language) -> &'static str {
        match language {
            Language::Zh => self.zh(),
            Language::En => self.en(),
        }
    }

    fn known() -> String {
        Self::ALL.map(Unit::id).join(", ")
    }
}

impl FromStr for Unit {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let found = Self::ALL.into_iter().find(|unit| unit.id() == text);
        found.ok_or_else(|| UnitError {
            unit: text.chars().take(24).collect(),
        })
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn writes_without_trailing_zeros() {
        for (read, written) in [
            ("18.5", "18.5"),
            ("18.50", "18.5"),
            ("18.500", "18.5"),
            ("018", "18"),
            ("0", "0"),
            ("0.001", "0.001"),
            ("0.010", "0.01"),
            ("100", "100"),
            ("9999999.999", "9999999.999"),
        ] {
            assert_eq!(read.parse::<Measure>().unwrap().to_string(), written);
        }
    }

    #[test]
    fn refuses_what_is_no_measured_value() {
        use MeasureError::*;
        type Case = (&'static str, fn(String) -> MeasureError);
        let cases: [Case; 13] = [
            ("", NotANumber),
            (".5", NotANumber),
            ("5.", NotANumber),
            ("1.2.3", NotANumber),
            (" 1", NotANumber),
            ("+1", NotANumber),
            ("1e3", NotANumber),
            ("1,5", NotANumber),
            ("１８", NotANumber),
            ("-1", Negative),
            ("1.2345", TooPrecise),
            ("10000000", TooLarge),
            ("99999999999999999999", TooLarge),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<Measure>(), Err(error(text.to_owned())));
        }
    }

    #[test]
    fn every_unit_reads_back() {
        for unit in Unit::ALL {
            assert_eq!(unit.id().parse::<Unit>(), Ok(unit));
        }
        assert!(
            "sqm"
                .parse::<Unit>()
                .unwrap_err()
                .to_string()
                .contains("m2")
        );
    }

    proptest! {
        #[test]
        fn reads_back_what_it_writes(thousandths in 0..=Measure::MAX.thousandths) {
            let measure = Measure { thousandths };
            prop_assert_eq!(measure.to_string().parse::<Measure>(), Ok(measure));
        }
    }
}
