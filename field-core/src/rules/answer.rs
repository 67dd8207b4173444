//! The answer to one item: what an inspector found, as one value.
//!
//! Result, value, instrument, outsourcing and the reason of a resolution travel as a single scalar,
//! so that two tablets can never merge into an answer that nobody gave. Its text is canonical:
//! equal answers are equal bytes, so equal concurrent answers are no conflict.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Date, Measure, Unit};

/// What the inspector says about an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// 符合
    Pass,
    /// 不符合
    Fail,
    /// 不适用
    NotApplicable,
}

/// What a value was measured with, or the instrument whose certificate was inspected.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Instrument {
    /// Name and model.
    pub name: String,
    /// The maker's number.
    pub serial: Option<String>,
    /// Last day on which its verification (检定) holds.
    pub calibrated_until: Option<Date>,
}

/// Work that another firm does for the shop (外协).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Outsourcing {
    /// The other firm.
    pub contractor: String,
    /// Number or title of the written contract; without it the answer is incomplete.
    pub contract: Option<String>,
    /// Last day of the contract, where it has one.
    pub until: Option<Date>,
}

/// The answer to one item of a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Answer {
    /// What the inspector says. The judgement may differ: see [`super::judge()`].
    pub result: Outcome,
    /// Measured or counted value; always together with `unit`.
    pub value: Option<Measure>,
    /// Unit of `value`.
    pub unit: Option<Unit>,
    /// What was measured with, or what was shown.
    pub instrument: Option<Instrument>,
    /// Who does this work instead of the shop.
    pub outsourcing: Option<Outsourcing>,
    /// Why this answer was chosen, when it resolves a conflict.
    pub reason: Option<String>,
}

/// Why a text is not an answer. What an officer typed is refused with the field's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// More than [`Answer::MAX_BYTES`].
    #[error("the answer has {bytes} bytes, at most {max} are allowed: shorten its texts", max = Answer::MAX_BYTES)]
    TooLarge {
        /// How many it has.
        bytes: usize,
    },
    /// Not JSON, or not the fields of an answer.
    #[error("not an answer: {0}")]
    Malformed(String),
    /// The right content, written another way.
    #[error("the answer is not in its canonical form")]
    NotCanonical,
    /// More than [`Answer::MAX_TEXT_CHARS`] characters.
    #[error("`{field}` is longer than {max} characters: shorten it", max = Answer::MAX_TEXT_CHARS)]
    TextTooLong {
        /// Which text.
        field: &'static str,
    },
    /// Empty text: leave the field out instead.
    #[error("`{field}` is empty or begins or ends with a space")]
    TextNotTrimmed {
        /// Which text.
        field: &'static str,
    },
    /// Control characters, which no paper can show.
    #[error("`{field}` holds a control character")]
    TextNotPrintable {
        /// Which text.
        field: &'static str,
    },
    /// A value without its unit, or a unit without a value.
    #[error("a value needs its unit, and a unit a value")]
    UnitWithoutValue,
    /// A day outside 1900 to 2199.
    #[error("`{field}` is no plausible date: years 1900 to 2199")]
    ImplausibleDate {
        /// Which date.
        field: &'static str,
    },
}

impl Answer {
    /// Limit of the canonical text, in bytes.
    pub const MAX_BYTES: usize = 4096;
    /// Limit of each text within it, in characters.
    pub const MAX_TEXT_CHARS: usize = 500;

    /// An answer that says `result` and nothing else.
    pub const fn new(result: Outcome) -> Self {
        Self {
            result,
            value: None,
            unit: None,
            instrument: None,
            outsourcing: None,
            reason: None,
        }
    }

    /// The same answer with a measured or counted value.
    #[must_use]
    pub const fn with_value(mut self, value: Measure, unit: Unit) -> Self {
        self.value = Some(value);
        self.unit = Some(unit);
        self
    }

    /// The one text of this answer: keys in fixed order, absent fields left out. An answer that
    /// fails [`Answer::check`] also has a text, which [`Answer::parse`] refuses.
    pub fn to_canonical_json(&self) -> String {
        let wire = Wire::from(self);
        serde_json::to_string(&wire).expect("plain structs of strings always serialise")
    }

    /// Reads a canonical text.
    ///
    /// # Errors
    /// [`AnswerError`] for anything that [`Answer::to_canonical_json`] would not have written for a
    /// valid answer.
    pub fn parse(text: &str) -> Result<Answer, AnswerError> {
        if text.len() > Self::MAX_BYTES {
            return Err(AnswerError::TooLarge { bytes: text.len() });
        }
        let wire: Wire<'_> = serde_json::from_str(text)
            .map_err(|error| AnswerError::Malformed(error.to_string()))?;
        let answer = Answer::try_from(wire)?;
        answer.check()?;
        if answer.to_canonical_json() != text {
            return Err(AnswerError::NotCanonical);
        }
        Ok(answer)
    }

    /// Whether this answer may be recorded; to be asked before it is.
    ///
    /// # Errors
    /// The first limit that it breaks, with the field.
    pub fn check(&self) -> Result<(), AnswerError> {
        if self.value.is_some() != self.unit.is_some() {
            return Err(AnswerError::UnitWithoutValue);
        }
        if let Some(instrument) = &self.instrument {
            check_text("instrument.name", Some(&instrument.name))?;
            check_text("instrument.serial", instrument.serial.as_ref())?;
            check_date("instrument.calibrated_until", instrument.calibrated_until)?;
        }
        if let Some(outsourcing) = &self.outsourcing {
            check_text("outsourcing.contractor", Some(&outsourcing.contractor))?;
            check_text("outsourcing.contract", outsourcing.contract.as_ref())?;
            check_date("outsourcing.until", outsourcing.until)?;
        }
        check_text("reason", self.reason.as_ref())?;
        // Five full texts of Chinese would exceed the whole, so it has a limit of its own.
        match self.to_canonical_json().len() {
            bytes if bytes > Self::MAX_BYTES => Err(AnswerError::TooLarge { bytes }),
            _ => Ok(()),
        }
    }

    /// Whether both say the same was found. The reason is left aside: it tells why one of two
    /// answers was chosen, not what was seen.
    pub fn same_finding(&self, other: &Answer) -> bool {
        self.result == other.result
            && self.value == other.value
            && self.unit == other.unit
            && self.instrument == other.instrument
            && self.outsourcing == other.outsourcing
    }
}

fn check_text(field: &'static str, text: Option<&String>) -> Result<(), AnswerError> {
    let Some(text) = text else { return Ok(()) };
    if text.is_empty() || text.trim().len() != text.len() {
        return Err(AnswerError::TextNotTrimmed { field });
    }
    if text.chars().count() > Answer::MAX_TEXT_CHARS {
        return Err(AnswerError::TextTooLong { field });
    }
    // A line break is the one control character that a multi-line text field produces.
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(AnswerError::TextNotPrintable { field });
    }
    Ok(())
}

fn check_date(field: &'static str, date: Option<Date>) -> Result<(), AnswerError> {
    match date {
        Some(date) if !(1900..=2199).contains(&date.year()) => {
            Err(AnswerError::ImplausibleDate { field })
        }
        _ => Ok(()),
    }
}

/// The fields on the wire, in the order in which they are written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    result: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instrument: Option<WireInstrument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outsourcing: Option<WireOutsourcing<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Text<'a>>,
}

type Text<'a> = std::borrow::Cow<'a, str>;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireInstrument<'a> {
    name: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    calibrated_until: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireOutsourcing<'a> {
    contractor: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contract: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

impl<'a> From<&'a Answer> for Wire<'a> {
    fn from(answer: &'a Answer) -> Self {
        Wire {
            result: answer.result,
            value: answer.value.map(|value| value.to_string()),
            unit: answer.unit.map(|unit| unit.to_string()),
            instrument: answer.instrument.as_ref().map(|instrument| WireInstrument {
                name: Text::Borrowed(&instrument.name),
                serial: instrument.serial.as_deref().map(Text::Borrowed),
                calibrated_until: instrument.calibrated_until.map(|date| date.to_string()),
            }),
            outsourcing: answer
                .outsourcing
                .as_ref()
                .map(|outsourcing| WireOutsourcing {
                    contractor: Text::Borrowed(&outsourcing.contractor),
                    contract: outsourcing.contract.as_deref().map(Text::Borrowed),
                    until: outsourcing.until.map(|date| date.to_string()),
                }),
            reason: answer.reason.as_deref().map(Text::Borrowed),
        }
    }
}

impl TryFrom<Wire<'_>> for Answer {
    type Error = AnswerError;

    fn try_from(wire: Wire<'_>) -> Result<Self, AnswerError> {
        Ok(Answer {
            result: wire.result,
            value: read(wire.value)?,
            unit: read(wire.unit)?,
            instrument: match wire.instrument {
                None => None,
                Some(instrument) => Some(Instrument {
                    name: instrument.name.into_owned(),
                    serial: instrument.serial.map(Text::into_owned),
                    calibrated_until: read(instrument.calibrated_until)?,
                }),
            },
            outsourcing: match wire.outsourcing {
                None => None,
                Some(outsourcing) => Some(Outsourcing {
                    contractor: outsourcing.contractor.into_owned(),
                    contract: outsourcing.contract.map(Text::into_owned),
                    until: read(outsourcing.until)?,
                }),
            },
            reason: wire.reason.map(Text::into_owned),
        })
    }
}

fn read<T: FromStr<Err: std::fmt::Display>>(
    text: Option<String>,
) -> Result<Option<T>, AnswerError> {
    let parsed = text.map(|text| text.parse());
    parsed
        .transpose()
        .map_err(|error: T::Err| AnswerError::Malformed(error.to_string()))
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
