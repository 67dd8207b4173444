//! The answer to one item, going in and coming back.

use std::collections::BTreeMap;

use field_core::ids::Actor;
use field_core::inspection::By;
use field_core::rules as core;
use field_core::rules::{Date, Measure};

use crate::checklist::ruleset_of;
use crate::tablet::doc_id;
use crate::{Tablet, TabletError};

/// What the inspector says about an item; the verdict may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Outcome {
    /// 符合
    Pass,
    /// 不符合
    Fail,
    /// 不适用
    NotApplicable,
}

/// What a value was measured with, or the instrument whose certificate was inspected.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Instrument {
    /// Name and model.
    pub name: String,
    /// The maker's number.
    #[uniffi(default = None)]
    pub serial: Option<String>,
    /// Last day on which its verification holds, ISO.
    #[uniffi(default = None)]
    pub calibrated_until: Option<String>,
}

/// Work that another firm does for the shop (外协).
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Outsourcing {
    /// The other firm.
    pub contractor: String,
    /// Number or title of the written contract.
    #[uniffi(default = None)]
    pub contract: Option<String>,
    /// Last day of the contract, ISO.
    #[uniffi(default = None)]
    pub until: Option<String>,
}

/// An answer to an item.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Answer {
    /// What the inspector says.
    pub outcome: Outcome,
    /// Measured or counted, as typed: at most three decimals, such as `18.5`. The unit is the
    /// item's.
    #[uniffi(default = None)]
    pub value: Option<String>,
    /// What was measured with, or what was shown.
    #[uniffi(default = None)]
    pub instrument: Option<Instrument>,
    /// Who does this work instead of the shop.
    #[uniffi(default = None)]
    pub outsourcing: Option<Outsourcing>,
    /// Why this answer, when it resolves a conflict.
    #[uniffi(default = None)]
    pub reason: Option<String>,
}

/// An answer somebody gave.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct GivenAnswer {
    /// What was answered.
    pub answer: Answer,
    /// The officer's user id, when this tablet knows it.
    pub officer: Option<String>,
    /// When, by the clock of the officer's tablet, Unix milliseconds.
    pub at_ms: Option<i64>,
}

impl From<Outcome> for core::Outcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Pass => Self::Pass,
            Outcome::Fail => Self::Fail,
            Outcome::NotApplicable => Self::NotApplicable,
        }
    }
}

impl From<core::Outcome> for Outcome {
    fn from(outcome: core::Outcome) -> Self {
        match outcome {
            core::Outcome::Pass => Self::Pass,
            core::Outcome::Fail => Self::Fail,
            core::Outcome::NotApplicable => Self::NotApplicable,
        }
    }
}

impl From<&core::Answer> for Answer {
    fn from(answer: &core::Answer) -> Self {
        Self {
            outcome: answer.result.into(),
            value: answer.value.map(|value| value.to_string()),
            instrument: answer.instrument.as_ref().map(|one| Instrument {
                name: one.name.clone(),
                serial: one.serial.clone(),
                calibrated_until: one.calibrated_until.map(|day| day.to_string()),
            }),
            outsourcing: answer.outsourcing.as_ref().map(|one| Outsourcing {
                contractor: one.contractor.clone(),
                contract: one.contract.clone(),
                until: one.until.map(|day| day.to_string()),
            }),
            reason: answer.reason.clone(),
        }
    }
}

impl GivenAnswer {
    pub(crate) fn new(answer: &core::Answer, by: &By, writers: &BTreeMap<Actor, String>) -> Self {
        Self {
            answer: answer.into(),
            officer: writers.get(&by.actor).cloned(),
            at_ms: by.at.map(|moment| moment.wall_ms),
        }
    }
}

impl Answer {
    /// As the core knows it; `item` gives a value its unit.
    fn for_item(self, item: Option<&core::Item>) -> Result<core::Answer, TabletError> {
        let mut answer = core::Answer::new(self.outcome.into());
        if let Some(text) = self.value {
            let value: Measure = text.trim().parse().map_err(TabletError::bad_input)?;
            let measured = item.and_then(|item| item.requirement.measured());
            let (unit, _) = measured
                .ok_or_else(|| TabletError::bad_input("this item takes no value: leave it out"))?;
            answer = answer.with_value(value, unit);
        }
        if let Some(one) = self.instrument {
            answer.instrument = Some(core::Instrument {
                name: one.name,
                serial: one.serial,
                calibrated_until: day(one.calibrated_until)?,
            });
        }
        if let Some(one) = self.outsourcing {
            answer.outsourcing = Some(core::Outsourcing {
                contractor: one.contractor,
                contract: one.contract,
                until: day(one.until)?,
            });
        }
        answer.reason = self.reason;
        answer.check().map_err(TabletError::bad_input)?;
        Ok(answer)
    }
}

fn day(text: Option<String>) -> Result<Option<Date>, TabletError> {
    let parsed = text.map(|text| parse_day(&text));
    parsed.transpose()
}

/// A day as apps write it.
pub(crate) fn parse_day(text: &str) -> Result<Date, TabletError> {
    text.parse()
        .map_err(|_| TabletError::bad_input(format!("`{text}` is no day: write it as 2018-03-12")))
}

#[uniffi::export]
impl Tablet {
    /// Answers an item; it is on the disk when this returns. While a conflict is open, an answer
    /// with a reason closes it.
    pub fn answer(
        &self,
        doc: &str,
        officer: &str,
        item: &str,
        answer: Answer,
    ) -> Result<(), TabletError> {
        let doc = doc_id(doc)?;
        let answer = if answer.value.is_some() {
            let facts = self.with(|core| core.view(doc))?.facts;
            answer.for_item(ruleset_of(&facts)?.item(item))?
        } else {
            answer.for_item(None)?
        };
        self.with(|core| core.answer(doc, officer, item, &answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str) -> core::Item {
        let library = core::Library::embedded().unwrap();
        let ruleset = library.ruleset_by_id("gbt-16739.1-2014").unwrap();
        ruleset.item(id).unwrap().clone()
    }

    fn answer(outcome: Outcome) -> Answer {
        Answer {
            outcome,
            value: None,
            instrument: None,
            outsourcing: None,
            reason: None,
        }
    }

    #[test]
    fn a_value_gets_the_unit_of_its_item() {
        let measured = Answer {
            value: Some("18.5".to_owned()),
            ..answer(Outcome::Pass)
        };
        let core = measured.clone().for_item(Some(&item("F1"))).unwrap();
        assert_eq!(core.unit, Some(core::Unit::SquareMetre));
        assert_eq!(Answer::from(&core), measured);
        let nowhere = measured.for_item(None);
        assert!(matches!(nowhere, Err(TabletError::BadInput { .. })));
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_a_reason() {
        let no_number = Answer {
            value: Some("viel".to_owned()),
            ..answer(Outcome::Pass)
        };
        assert!(no_number.for_item(Some(&item("F1"))).is_err());
        let no_day = Answer {
            instrument: Some(Instrument {
                name: "卷尺".to_owned(),
                serial: None,
                calibrated_until: Some("soon".to_owned()),
            }),
            ..answer(Outcome::Pass)
        };
        let refused = no_day.for_item(None).unwrap_err();
        assert!(refused.to_string().contains("2018-03-12"), "{refused}");
    }
}
