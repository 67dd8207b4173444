//! Checking a decision before it is made.

use askama::Template;

use crate::office::case::show::Fact;
use crate::office::view::{Errors, Shell, filters};

/// Shows a decision as it will be made, with what it binds.
#[derive(Debug, Clone, Template)]
#[template(path = "decision/check.html")]
pub struct DecisionCheck {
    /// The frame.
    pub shell: Shell,
    /// What is wrong, e.g. that somebody was faster.
    pub errors: Errors,
    /// The case.
    pub id: i64,
    /// The case number.
    pub number: String,
    /// Who applies.
    pub applicant: String,
    /// `granted` or `refused`.
    pub outcome: String,
    /// Reasons as typed.
    pub reasons: String,
    /// Everything else the decision says.
    pub facts: Vec<Fact>,
    /// The states it binds, e.g. `第 1 轮 · 状态 3fa9c1d2 · 证据 24 件`.
    pub bound: Vec<String>,
    /// Which revision of the case the page shows; a step on an older one is refused.
    pub revision: i64,
}

impl DecisionCheck {
    /// Whether the permit is granted.
    #[must_use]
    pub fn grants(&self) -> bool {
        self.outcome == "granted"
    }
}
