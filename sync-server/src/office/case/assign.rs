//! Assigning the officers of an inspection.

use askama::Template;

use crate::office::view::{Errors, Shell, filters};

/// The form that assigns two inspectors and their stand-ins.
#[derive(Debug, Clone, Template)]
#[template(path = "case/assign.html")]
pub struct CaseAssign {
    /// The frame.
    pub shell: Shell,
    /// What is wrong.
    pub errors: Errors,
    /// The case.
    pub id: i64,
    /// The case number.
    pub number: String,
    /// Who applies.
    pub applicant: String,
    /// Where to go.
    pub address: String,
    /// Which revision of the case the page shows; a step on an older one is refused.
    pub revision: i64,
    /// Who may be sent.
    pub inspectors: Vec<InspectorChoice>,
    /// Replaces an assignment that exists already.
    pub replaces: bool,
}

/// Someone who may be sent.
#[derive(Debug, Clone)]
pub struct InspectorChoice {
    /// What the form sends.
    pub user_id: String,
    /// Their name.
    pub name: String,
    /// Enforcement card number.
    pub card: String,
    /// Open inspections, e.g. `在办 2 件`.
    pub workload: String,
    /// Chosen.
    pub chosen: bool,
    /// Their stand-in, by user id; empty for none.
    pub standin: String,
}
