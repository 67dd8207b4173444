//! What two inspectors do at a shop, without a network: walk the checklist, measure, note,
//! photograph, each on the own tablet; meet, resolve, let the applicant confirm, sign.

use field_core::ids::DocId;
use field_core::inspection::{Facts, Visit};
use field_core::rules::{
    Answer, Instrument, Item, Library, Measure, Outcome, Requirement, Ruleset, RulesetHash,
};
use field_core::tablet::Tablet;
use jiff::civil::date;

use crate::Failure;
use crate::painter::Subject;
use crate::pictures::Pictures;

/// The item on which the two officers disagree: the area of the reception room.
pub const DISPUTED: &str = "F1";

/// Half of a checklist: the first officer begins at the front, the second at the back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// The first items.
    First,
    /// The rest.
    Second,
}

/// How much was captured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Captured {
    /// Answers given.
    pub answers: usize,
    /// Photos taken.
    pub photos: usize,
}

/// One officer's walk.
pub struct Walk<'a> {
    /// The inspection.
    pub doc: DocId,
    /// The officer's user id.
    pub officer: &'a str,
    /// Which items.
    pub half: Half,
    /// Where the photographs come from.
    pub pictures: &'a Pictures,
    /// How many to take at least.
    pub photos: usize,
    /// What this officer measures for [`DISPUTED`], in square metres.
    pub reception: &'a str,
}

impl Walk<'_> {
    /// Does it, telling `progress` after each item.
    ///
    /// # Errors
    /// The tablet refuses something.
    pub fn run(
        &self,
        tablet: &mut Tablet,
        mut progress: impl FnMut(Captured, usize),
    ) -> Result<Captured, Failure> {
        let facts = tablet.view(self.doc)?.facts;
        let library = Library::embedded()?;
        let ruleset = pinned(&library, &facts)?;
        let at_ms = facts.round.into();
        tablet.visit(self.doc, self.officer, Visit::Begin { at_ms, place: None })?;
        tablet.visit(
            self.doc,
            self.officer,
            Visit::Present {
                who: "某某（经营者）".into(),
            },
        )?;
        tablet.visit(self.doc, self.officer, Visit::RightsRead { at_ms })?;
        let items = self.items(ruleset, &facts);
        let mut captured = Captured::default();
        for (n, item) in items.iter().enumerate() {
            let answer = self.answer(item, &facts.class)?;
            tablet.answer(self.doc, self.officer, &item.id, &answer)?;
            captured.answers += 1;
            if n % 12 == 5 {
                tablet.note(self.doc, self.officer, &item.id, "现场核对，情况属实")?;
            }
            let must = matches!(item.requirement, Requirement::Photo { .. });
            if must || captured.photos < self.photos {
                let picture = self
                    .pictures
                    .take(self.number(captured.photos), subject(item))?;
                tablet.add_photo(self.doc, self.officer, &item.id, &picture, None)?;
                captured.photos += 1;
            }
            progress(captured, items.len());
        }
        tablet.visit(self.doc, self.officer, Visit::End { at_ms })?;
        Ok(captured)
    }

    fn items<'r>(&self, ruleset: &'r Ruleset, facts: &Facts) -> Vec<&'r Item> {
        let all: Vec<&Item> = facts
            .items
            .iter()
            .filter_map(|id| ruleset.item(id))
            .collect();
        let middle = all.len() / 2;
        let disputed = all.iter().copied().find(|item| item.id == DISPUTED);
        let (own, other) = match self.half {
            Half::First => (&all[..middle], &all[middle..]),
            Half::Second => (&all[middle..], &all[..middle]),
        };
        // Both officers measure the reception room.
        let also = disputed.filter(|one| other.iter().any(|item| item.id == one.id));
        own.iter().copied().chain(also).collect()
    }

    fn number(&self, photo: usize) -> usize {
        match self.half {
            Half::First => photo,
            Half::Second => 100 + photo,
        }
    }

    fn answer(&self, item: &Item, class: &str) -> Result<Answer, Failure> {
        let mut answer = Answer::new(Outcome::Pass);
        if item.id == DISPUTED {
            let (unit, bounds) = item.requirement.measured().ok_or("F1 is not measured")?;
            let value: Measure = self.reception.parse()?;
            let bound = bounds.per_class.get(class).ok_or("F1 has no bound")?;
            if !bounds.direction.holds(value, bound.value) {
                answer.result = Outcome::Fail;
            }
            return Ok(answer.with_value(value, unit));
        }
        match &item.requirement {
            Requirement::Measure { unit, bounds } | Requirement::Count { unit, bounds } => {
                let bound = bounds.per_class.get(class).ok_or("an item has no bound")?;
                answer = answer.with_value(bound.value, *unit);
            }
            Requirement::Certificate => {
                answer.instrument = Some(Instrument {
                    name: item.short().zh.clone(),
                    serial: Some(format!("JD-{}", item.id)),
                    calibrated_until: Some(date(2018, 12, 31)),
                });
            }
            Requirement::Confirm | Requirement::Photo { .. } => {}
        }
        Ok(answer)
    }
}

/// The ruleset an inspection is pinned to.
fn pinned<'a>(library: &'a Library, facts: &Facts) -> Result<&'a Ruleset, Failure> {
    let hash: RulesetHash = facts.ruleset_hash.to_string().parse()?;
    Ok(library
        .ruleset(hash)
        .ok_or("the inspection's ruleset is not among the embedded ones")?)
}

/// What to paint for an item.
fn subject(item: &Item) -> Subject {
    let text = item.text.zh.as_str();
    let has = |word: &str| text.contains(word);
    if has("招牌") || has("正面") || has("标志牌") {
        Subject::Front
    } else if has("消防") {
        Subject::FireEquipment
    } else if has("接待") {
        Subject::Reception
    } else if has("停车") {
        Subject::Parking
    } else if has("举升") {
        Subject::Lift
    } else if has("公示") || has("承诺") || has("程序") {
        Subject::Notice
    } else if has("废") {
        Subject::Waste
    } else if has("制度") || has("合同") || has("执照") || has("证") {
        Subject::Document
    } else if has("表") || has("仪") || has("尺") {
        Subject::Instrument
    } else if has("内部") {
        Subject::Inside
    } else {
        Subject::Workshop
    }
}
