//! What an inspection still lacks before it can be sealed, for the pages of the office.

use std::collections::BTreeMap;

use field_core::identity::Statement;
use field_core::ids::{Actor, DeviceId, DocId};
use field_core::inspection::{Inspection, View};
use field_core::rules::{Date, Item, Profile, Ruleset, Verdict, judge_items};
use rusqlite::Connection;

use super::seal::standing_sign_offs;
use super::standing::{self, Held};
use crate::app::App;
use crate::error::AppError;
use crate::store::cases::{self, Assignment};
use crate::store::inspections::Inspection as Row;
use crate::store::{StoreError, blobs, changes, devices, inspections, users};

/// How far an inspection has come, as of everything that was admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completeness {
    /// Whether it is sealed.
    pub sealed: bool,
    /// Evidence files named by the newest state.
    pub photos: usize,
    /// How many of them are held and verified.
    pub photos_held: usize,
    /// The same by tablet: where the missing ones are.
    pub tablets: Vec<TabletPhotos>,
    /// The officers of the current assignment.
    pub officers: Vec<OfficerSign>,
    /// Whether the applicant's statement over the newest state is here.
    pub applicant: bool,
    /// Items with an open conflict.
    pub conflicts: Vec<String>,
    /// Items without a complete answer.
    pub unanswered: Vec<String>,
    /// Items without the photo they need.
    pub without_photo: Vec<String>,
}

/// The photos taken with one tablet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabletPhotos {
    /// The tablet; none when its certificate is not here.
    pub device: Option<DeviceId>,
    /// What people call it.
    pub name: String,
    /// Named by the newest state.
    pub photos: usize,
    /// Held.
    pub held: usize,
}

/// An officer of the current assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerSign {
    /// User id.
    pub user_id: String,
    /// Name.
    pub name: String,
    /// Whether they signed.
    pub state: SignState,
}

/// How an officer's sign-off stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignState {
    /// Over the newest state, or over the sealed one.
    Signed {
        /// The tablet's best guess of the time, Unix milliseconds.
        at_ms: i64,
    },
    /// Over an earlier state or under an earlier assignment: it must be given again.
    Stale {
        /// The tablet's best guess of the time, Unix milliseconds.
        at_ms: i64,
    },
    /// Given and taken back.
    Withdrawn,
    /// Not given.
    Missing,
}

/// What the inspection of `doc` still lacks.
///
/// # Errors
/// There is no such inspection, or the database cannot be read.
pub async fn completeness(app: &App, doc: DocId) -> Result<Completeness, AppError> {
    let (library, today) = (app.library(), app.clock.today());
    let read = app
        .store
        .read(move |c| {
            let Some(row) = inspections::get(c, doc)? else {
                return Ok(None);
            };
            let snapshot = inspections::snapshot(c, doc)?.unwrap_or_default();
            let view = Inspection::load(&snapshot)
                .and_then(|mut document| document.view())
                .map_err(|e| StoreError::unreadable("inspections.snapshot", e))?;
            let ruleset = library.ruleset(row.ruleset);
            Ok(Some(
                Reader {
                    connection: c,
                    row: &row,
                    view: &view,
                }
                .read(ruleset, today)?,
            ))
        })
        .await?;
    read.ok_or(AppError::NotFound { what: "勘验" })
}

struct Reader<'a> {
    connection: &'a Connection,
    row: &'a Row,
    view: &'a View,
}

impl Reader<'_> {
    fn read(&self, ruleset: Option<&Ruleset>, today: Date) -> Result<Completeness, StoreError> {
        let statements = standing::held(self.connection, self.row.doc)?;
        let evidence = self.view.evidence();
        let (unanswered, without_photo) = open_items(self.view, ruleset, today);
        let assignment = cases::assignment(self.connection, self.row.case_id)?;
        Ok(Completeness {
            sealed: self.row.sealed.is_some(),
            photos: evidence.len(),
            photos_held: blobs::count_held(self.connection, &evidence)?,
            tablets: self.tablets()?,
            officers: self.officers(assignment.as_ref(), &statements)?,
            applicant: statements.iter().any(|one| match &one.content {
                Statement::ApplicantConfirmation(said) => said.heads == self.view.heads,
                _ => false,
            }),
            conflicts: self
                .view
                .conflicts()
                .map(|(item, _)| item.to_owned())
                .collect(),
            unanswered,
            without_photo,
        })
    }

    fn tablets(&self) -> Result<Vec<TabletPhotos>, StoreError> {
        let actors: BTreeMap<Actor, DeviceId> = changes::actors(self.connection, self.row.doc)?
            .into_iter()
            .map(|row| (row.actor, row.device))
            .collect();
        let mut tablets: BTreeMap<Option<DeviceId>, Vec<_>> = BTreeMap::new();
        for one in self.view.present_photos() {
            let device = actors.get(&one.key.actor).copied();
            tablets.entry(device).or_default().push(one.photo.sha256);
        }
        tablets
            .into_iter()
            .map(|(device, files)| {
                let known = device.map(|id| devices::get(self.connection, id));
                let known = known.transpose()?.flatten();
                Ok(TabletPhotos {
                    device,
                    name: known.map_or_else(String::new, |known| known.name),
                    photos: files.len(),
                    held: blobs::count_held(self.connection, &files)?,
                })
            })
            .collect()
    }

    fn officers(
        &self,
        assignment: Option<&Assignment>,
        statements: &[Held],
    ) -> Result<Vec<OfficerSign>, StoreError> {
        let Some(assignment) = assignment else {
            return Ok(Vec::new());
        };
        let slots = assignment.officers.iter();
        slots
            .map(|slot| {
                let names = [Some(slot.officer.as_str()), slot.standin.as_deref()];
                let user = users::by_id(self.connection, &slot.officer)?;
                Ok(OfficerSign {
                    user_id: slot.officer.clone(),
                    name: user.map_or_else(|| slot.officer.clone(), |user| user.name),
                    state: self.sign(&names, assignment.revision, statements),
                })
            })
            .collect()
    }

    fn sign(&self, names: &[Option<&str>], revision: u32, statements: &[Held]) -> SignState {
        let target = self.row.sealed.as_ref().unwrap_or(&self.view.heads);
        let theirs = |officer: &str| names.contains(&Some(officer));
        let mut state = if statements
            .iter()
            .any(|one| matches!(&one.content, Statement::Withdrawal(by) if theirs(&by.officer)))
        {
            SignState::Withdrawn
        } else {
            SignState::Missing
        };
        for (_, one) in standing_sign_offs(statements) {
            if !theirs(&one.officer) {
                continue;
            }
            let at_ms = one.at.corrected_ms();
            if one.heads == *target && one.assignment == revision {
                return SignState::Signed { at_ms };
            }
            state = SignState::Stale { at_ms };
        }
        state
    }
}

/// Items without a complete answer, and items without their photo.
fn open_items(view: &View, ruleset: Option<&Ruleset>, today: Date) -> (Vec<String>, Vec<String>) {
    let facts = &view.facts;
    let Some(ruleset) = ruleset else {
        let open = facts.items.iter();
        let open = open.filter(|item| !view.answers.contains_key(*item));
        return (open.cloned().collect(), Vec::new());
    };
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
    let (answers, photos) = (view.answers_only(), view.photo_counts());
    let assessment = judge_items(&items, &profile, &answers, &photos, today);
    let pick = |wanted: &dyn Fn(&Item) -> bool| {
        let picked = items.iter().filter(|item| wanted(item));
        picked.map(|item| item.id.clone()).collect()
    };
    let assessed = |item: &Item| assessment.item(&item.id);
    (
        pick(&|item| {
            assessed(item).is_none_or(|one| one.verdict == Verdict::Missing && !one.photo_missing)
        }),
        pick(&|item| assessed(item).is_some_and(|one| one.photo_missing)),
    )
}
