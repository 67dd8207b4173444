//! Everything that is known of a case, read in one go on one state of the database.

use std::collections::BTreeMap;

use field_core::digest::Sha256;
use field_core::identity::{Signed, Statement};
use field_core::inspection::{Heads, Inspection, View};
use rusqlite::Connection;

use crate::auth::Permission;
use crate::cases::Force;
use crate::store::cases::{Assignment, Case};
use crate::store::decisions::Decision;
use crate::store::history::Entry;
use crate::store::overview::Surroundings;
use crate::store::{
    StoreError, aside, cases, decisions, devices, history, inspections, materials, overview,
    papers, stops, users,
};

/// A case with its inspections.
pub(crate) struct CaseRecord {
    /// The row.
    pub(crate) case: Case,
    /// Material ids and the day each was received.
    pub(crate) materials: Vec<(String, Option<field_core::rules::Date>)>,
    /// Oldest first.
    pub(crate) history: Vec<Entry>,
    /// The newest round's officers.
    pub(crate) assignment: Option<Assignment>,
    /// Rounds in order; the last one is read.
    pub(crate) rounds: Vec<Round>,
    /// The decision, once made.
    pub(crate) decision: Option<Decision>,
    /// The permit's number, once issued.
    pub(crate) permit: Option<String>,
    /// Name and card number by user id.
    pub(crate) users: BTreeMap<String, (String, String)>,
    /// The register of papers, oldest first.
    pub(crate) papers: Vec<papers::Listed>,
    /// Scans and photos of the materials.
    pub(crate) files: Vec<materials::MaterialFile>,
    /// When the clock stood still.
    pub(crate) stops: Vec<stops::Stop>,
    /// What force the permit has.
    pub(crate) force: Force,
    /// Active clerks: id and name.
    pub(crate) clerks: Vec<(String, String)>,
    /// Tablets: name and last contact, by hexadecimal id.
    pub(crate) tablets: BTreeMap<String, (String, Option<i64>)>,
}

/// One round of a case.
pub(crate) struct Round {
    /// The row.
    pub(crate) inspection: inspections::Inspection,
    /// The document at its sealed heads, or at everything that came in.
    pub(crate) view: View,
    /// What is there besides the document.
    pub(crate) around: Surroundings,
    /// What was kept and not used.
    pub(crate) aside: Vec<aside::Kept>,
    /// Where else its pictures are used.
    pub(crate) reused: BTreeMap<Sha256, Vec<(String, u32)>>,
    /// Statements that could be read: hash, statement, and whether the state it names is here.
    pub(crate) statements: Vec<Said>,
}

/// A statement beside the document.
pub(crate) struct Said {
    /// Its hash.
    pub(crate) hash: Sha256,
    /// What it says.
    pub(crate) statement: Statement,
    /// Whether every change of the state it names has arrived.
    pub(crate) arrived: bool,
}

impl CaseRecord {
    /// Reads the case with this id; none where there is none.
    pub(crate) fn read(connection: &Connection, id: i64) -> Result<Option<Self>, StoreError> {
        let Some(case) = cases::by_id(connection, id)? else {
            return Ok(None);
        };
        let rounds = inspections::of_case(connection, id)?
            .into_iter()
            .map(|inspection| Round::read(connection, inspection))
            .collect::<Result<_, _>>()?;
        let tablets = devices::all(connection)?
            .into_iter()
            .map(|one| (one.id.to_string(), (one.name, one.seen_at)))
            .collect();
        Ok(Some(Self {
            materials: cases::materials(connection, id)?,
            history: history::of_case(connection, id)?,
            assignment: cases::assignment(connection, id)?,
            rounds,
            decision: decisions::get(connection, id)?,
            permit: decisions::permit_number(connection, id)?,
            users: overview::user_names(connection)?,
            force: decisions::force(connection, id)?,
            clerks: clerks(connection)?,
            papers: papers::of_case(connection, id)?,
            files: materials::of_case(connection, id)?,
            stops: stops::of_case(connection, id)?,
            tablets,
            case,
        }))
    }

    /// The name of a user; their id where there is none, so that nothing is hidden.
    pub(crate) fn name(&self, user_id: &str) -> String {
        self.users
            .get(user_id)
            .map_or_else(|| user_id.to_owned(), |(name, _)| name.clone())
    }

    /// The stop that holds the clock now.
    pub(crate) fn stop(&self) -> Option<&stops::Stop> {
        self.stops.iter().find(|stop| stop.until_on.is_none())
    }

    /// The round that is under way or was the last.
    pub(crate) fn round(&self) -> Option<&Round> {
        self.rounds.last()
    }
}

fn clerks(connection: &Connection) -> Result<Vec<(String, String)>, StoreError> {
    let users = users::all(connection)?.into_iter();
    Ok(users
        .filter(|user| user.active && Permission::Register.is_given_to(&user.roles))
        .map(|user| (user.id, user.name))
        .collect())
}

impl Round {
    fn read(
        connection: &Connection,
        inspection: inspections::Inspection,
    ) -> Result<Self, StoreError> {
        let missing = StoreError::Missing {
            what: "inspections.snapshot",
        };
        let snapshot = inspections::snapshot(connection, inspection.doc)?.ok_or(missing)?;
        let unreadable = |error| StoreError::unreadable("inspections.snapshot", error);
        let mut document = Inspection::load(&snapshot).map_err(unreadable)?;
        let heads = inspection
            .sealed
            .clone()
            .unwrap_or_else(|| inspection.heads.clone());
        let view = document.view_at(&heads).map_err(unreadable)?;
        let around = overview::surroundings(connection, inspection.doc)?;
        let statements = around
            .statements
            .iter()
            .filter_map(|(hash, bytes)| {
                // What cannot be read was refused when it came; nothing of it is shown as said.
                let statement = Statement::open(&Signed::from_bytes(bytes).ok()?).ok()?;
                let arrived = heads_of(&statement).is_none_or(|heads| document.has_all(heads));
                Some(Said {
                    hash: *hash,
                    statement,
                    arrived,
                })
            })
            .collect();
        Ok(Self {
            aside: aside::of_doc(connection, inspection.doc)?,
            reused: aside::reused(connection, inspection.doc)?,
            inspection,
            view,
            around,
            statements,
        })
    }

    /// The newest sign-off of an officer that was not withdrawn.
    pub(crate) fn sign_off(&self, user_id: &str) -> Option<&Said> {
        let withdrawn = |hash: Sha256| {
            self.statements.iter().any(
                |one| matches!(&one.statement, Statement::Withdrawal(it) if it.sign_off == hash),
            )
        };
        self.statements.iter().rev().find(|one| {
            matches!(&one.statement, Statement::SignOff(it) if it.officer == user_id)
                && !withdrawn(one.hash)
        })
    }

    /// The newest statement of the applicant.
    pub(crate) fn applicant(&self) -> Option<&Said> {
        self.statements
            .iter()
            .rev()
            .find(|one| matches!(one.statement, Statement::ApplicantConfirmation(_)))
    }
}

/// The state a statement speaks of.
pub(crate) const fn heads_of(statement: &Statement) -> Option<&Heads> {
    match statement {
        Statement::ApplicantConfirmation(one) => Some(&one.heads),
        Statement::SignOff(one) => Some(&one.heads),
        _ => None,
    }
}
