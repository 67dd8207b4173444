//! The record of a case: what its sealed inspections say, read at their sealed heads and nothing
//! else, judged by the ruleset the case is pinned to. Per item the latest round wins.

use std::collections::BTreeMap;

use field_core::digest::Sha256;
use field_core::ids::DocId;
use field_core::inspection::{Heads, Inspection, InspectionError, View};
use field_core::rules::{Date, Item, Profile, Ruleset, RulesetHash, Verdict, judge_items};
use jiff::Timestamp;

use super::refusal::Refusal;
use super::state::Findings;
use crate::app::App;
use crate::clock::Clock;
use crate::error::AppError;
use crate::store::StoreError;
use crate::store::cases::Case;
use crate::store::inspections::{self, Inspection as Row};

/// One sealed round.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// Its document.
    pub doc: DocId,
    /// From 1.
    pub round: u32,
    /// The heads it is sealed at.
    pub heads: Heads,
    /// The document at those heads.
    pub view: View,
    /// Business day of the seal: instruments must have been valid on it.
    pub sealed_on: Date,
}

/// The sealed rounds of a case and what follows from them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// First round first.
    pub rounds: Vec<Round>,
    /// What fails and what is open.
    pub findings: Findings,
}

impl Record {
    /// Every evidence file of every round, sorted, each once.
    #[must_use]
    pub fn evidence(&self) -> Vec<Sha256> {
        let rounds = self.rounds.iter();
        let mut evidence: Vec<_> = rounds.flat_map(|round| round.view.evidence()).collect();
        evidence.sort_unstable();
        evidence.dedup();
        evidence
    }
}

/// The record of the case with this number, outside a transaction.
pub(super) async fn of_case(app: &App, number: &str) -> Result<(Case, Record), AppError> {
    let asked = number.to_owned();
    let (case, rows) = app
        .store
        .read(move |c| {
            let Some(case) = crate::store::cases::by_number(c, &asked)? else {
                return Ok(None);
            };
            let rounds = inspections::of_case(c, case.id)?;
            let mut rows = Vec::with_capacity(rounds.len());
            for row in rounds {
                let snapshot = inspections::snapshot(c, row.doc)?.unwrap_or_default();
                rows.push((row, snapshot));
            }
            Ok(Some((case, rows)))
        })
        .await?
        .ok_or(AppError::NotFound { what: "业务件" })?;
    let Some(hash) = case.ruleset else {
        return Ok((case, Record::default()));
    };
    let (library, clock) = (app.library(), app.clock.clone());
    // Reading documents takes milliseconds, which the async threads do not have.
    let record = tokio::task::spawn_blocking(move || {
        let ruleset = ruleset(&library, hash)?;
        read(rows, ruleset, &clock)
    })
    .await
    .map_err(|e| AppError::Internal(format!("the inspection could not be read: {e}")))??;
    Ok((case, record))
}

/// The ruleset a case is pinned to.
pub(super) fn ruleset(
    library: &field_core::rules::Library,
    hash: RulesetHash,
) -> Result<&Ruleset, AppError> {
    library.ruleset(hash).ok_or_else(|| {
        Refusal::RulesetGone {
            hash: hash.to_string(),
        }
        .into()
    })
}

fn read(rows: Vec<(Row, Vec<u8>)>, ruleset: &Ruleset, clock: &Clock) -> Result<Record, AppError> {
    let mut rounds = Vec::new();
    for (row, snapshot) in rows {
        let (Some(heads), Some(at)) = (row.sealed, row.sealed_at) else {
            continue;
        };
        let mut document = Inspection::load(&snapshot).map_err(|e| damaged(&e))?;
        let view = document.view_at(&heads).map_err(|e| damaged(&e))?;
        let at = Timestamp::from_millisecond(at)
            .map_err(|e| StoreError::unreadable("inspections.sealed_at", e))?;
        rounds.push(Round {
            doc: row.doc,
            round: row.round,
            heads,
            view,
            sealed_on: clock.business_day(at),
        });
    }
    let findings = findings(&rounds, ruleset);
    Ok(Record { rounds, findings })
}

fn damaged(error: &InspectionError) -> AppError {
    StoreError::unreadable("inspections.snapshot", error).into()
}

/// Judges every round by itself; the latest word on an item counts.
fn findings(rounds: &[Round], ruleset: &Ruleset) -> Findings {
    let mut words: BTreeMap<&str, Word> = BTreeMap::new();
    for round in rounds {
        let facts = &round.view.facts;
        let items: Vec<&Item> = ruleset
            .items
            .iter()
            .filter(|item| facts.has_item(&item.id))
            .collect();
        let profile = Profile::new(
            &facts.class,
            facts.scopes.iter().map(String::as_str),
            facts.features.iter().map(String::as_str),
        );
        let (answers, photos) = (round.view.answers_only(), round.view.photo_counts());
        let assessment = judge_items(&items, &profile, &answers, &photos, round.sealed_on);
        for item in items {
            let in_conflict = round.view.conflicts().any(|(id, _)| id == item.id);
            let word = match assessment.item(&item.id) {
                Some(one) if in_conflict || one.photo_missing => match one.verdict {
                    Verdict::Fail if !in_conflict => Word::Failed,
                    _ => Word::Open,
                },
                Some(one) => match one.verdict {
                    Verdict::Fail => Word::Failed,
                    Verdict::Missing => Word::Open,
                    Verdict::Pass | Verdict::NotApplicable => Word::Fine,
                },
                None => Word::Open,
            };
            words.insert(&item.id, word);
        }
    }
    let pick = |wanted: Word| {
        let picked = ruleset.items.iter().filter(|item| {
            words
                .get(item.id.as_str())
                .is_some_and(|word| *word == wanted)
        });
        picked.map(|item| item.id.clone()).collect()
    };
    Findings {
        failed: pick(Word::Failed),
        open: pick(Word::Open),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Fine,
    Failed,
    Open,
}
