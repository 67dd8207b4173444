//! Choosing how to decide.

use askama::Template;

use crate::office::case::show::Fact;
use crate::office::view::{Errors, Shell, filters};

/// The form that takes the decision and its reasons.
#[derive(Debug, Clone, Template)]
#[template(path = "decision/decide.html")]
pub struct DecisionDecide {
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
    /// What the decision rests on.
    pub grounds: Vec<Fact>,
    /// Items that are not fulfilled: clause and reason.
    pub failed: Vec<String>,
    /// Why granting is impossible; empty when it is possible.
    pub grant_blocked: Vec<String>,
    /// Why any decision is impossible; empty when one is possible.
    pub blocked: Vec<String>,
    /// `granted`, `refused` or nothing yet.
    pub outcome: String,
    /// Reasons as typed.
    pub reasons: String,
    /// Which revision of the case the page shows; a step on an older one is refused.
    pub revision: i64,
}
