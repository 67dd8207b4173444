//! A step of a case that is asked once more before it is taken.

use askama::Template;

use super::show::Fact;
use crate::office::view::{Choice, Errors, Shell, filters};

/// Asks whether a step is to be taken, and says what it will do.
#[derive(Debug, Clone, Template)]
#[template(path = "case/confirm.html")]
pub struct CaseConfirm {
    /// The frame.
    pub shell: Shell,
    /// What is wrong, e.g. that somebody was faster.
    pub errors: Errors,
    /// The case.
    pub id: i64,
    /// The case number.
    pub number: String,
    /// What is asked, e.g. `受理这件申请？`
    pub question: String,
    /// What it is asked about.
    pub facts: Vec<Fact>,
    /// What will happen.
    pub consequences: Vec<String>,
    /// What is asked about the things to tick; empty for nothing to tick.
    pub ticks_label: String,
    /// Things to tick, e.g. the items that go back.
    pub ticks: Vec<Choice>,
    /// What is asked about the one thing to choose; empty for nothing to choose.
    pub options_label: String,
    /// The things to choose one of, e.g. clerks.
    pub options: Vec<Choice>,
    /// How the reason is asked for; empty where none is.
    pub reason_label: String,
    /// The reason as typed; `None` where no reason is asked for.
    pub reason: Option<String>,
    /// Where the form is sent.
    pub action: String,
    /// What the button says.
    pub button: String,
    /// Which revision of the case the page shows; a step on an older one is refused.
    pub revision: u32,
}
