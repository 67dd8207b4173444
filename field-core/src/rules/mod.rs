//! The rules: what a matter asks for, what a shop must fulfil, how an answer is judged, and when
//! something is due.
//!
//! A procedure is data. It is written in the TOML files of `field-core/rules/`, which are built
//! into every program ([`Library::embedded`]) and which an administrator may replace by a folder of
//! the same shape ([`Library::load_dir`]). Everything else here is pure: the same ruleset, answers
//! and day give the same assessment on every tablet and on the server, whatever the clock says.
//!
//! What may not be in this room: reading a clock, the network, a database, a case's state. Only
//! [`Library::load_dir`] touches the file system.

pub mod answer;
pub mod calendar;
pub mod checklist;
mod hash;
pub mod identifier;
pub mod judge;
pub mod library;
mod load;
pub mod matter;
pub mod measure;
pub mod reason;
pub mod ruleset;
mod text;

pub use answer::{Answer, AnswerError, Instrument, Outcome, Outsourcing};
pub use calendar::{CalendarError, WorkingDays};
pub use checklist::{Profile, ProfileError, checklist};
pub use hash::{RulesetHash, RulesetHashError};
pub use judge::{
    Assessment, Counts, ItemAssessment, SectionCounts, Verdict, found, judge, judge_items,
};
pub use library::{Library, NotInForce};
pub use load::RuleError;
pub use matter::{Matter, Step};
pub use measure::{Measure, MeasureError, Unit, UnitError};
pub use reason::Reason;
pub use ruleset::{
    Applies, Bound, Bounds, Confidence, Direction, Item, OutsourcingRule, PhotoRule, Requirement,
    Ruleset, Section, Status, Term,
};
pub use text::{Language, Text};

/// A day in the legal calendar (Asia/Shanghai); never a moment.
pub type Date = jiff::civil::Date;
