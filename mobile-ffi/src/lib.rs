//! The tablet's core for apps in Kotlin, Swift and Python, through UniFFI. Thin: every method
//! takes plain records, asks [`field_core::tablet`] and answers with plain records. What decides
//! anything belongs into `field-core`, what is drawn belongs into the app.
//!
//! There is one long-lived object, [`Tablet`], and one handle, [`SyncCancel`]. Each room below is
//! one noun: its records, and the methods of the tablet that are about it. Everything may be
//! called and dropped on any thread; every method blocks until it is done, and only those that
//! say so use the network.
//!
//! Identifiers cross the border as text: an inspection is 32 hexadecimal digits, a file or
//! statement 64 (its SHA-256), an officer the user id that [`Tablet::unlock`] gives.

mod answer;
pub mod app;
mod cases;
mod checklist;
mod enrolment;
mod error;
mod notes;
mod officers;
mod photos;
mod rescue;
mod statements;
mod status;
mod sync;
mod tablet;
mod words;

pub use answer::{Answer, GivenAnswer, Instrument, Outcome, Outsourcing};
pub use cases::{Case, Colleague};
pub use checklist::{Checklist, ChecklistItem, ItemKind, Verdict};
pub use enrolment::Enrolment;
pub use error::TabletError;
pub use notes::Note;
pub use officers::Officer;
pub use photos::{Photo, Place};
pub use statements::Confirmation;
pub use status::{CaseStatus, LogLine, Status};
pub use sync::{ListenerError, SetAside, SyncCancel, SyncListener, SyncProgress, SyncSummary};
pub use tablet::Tablet;
pub use words::Words;

uniffi::setup_scaffolding!();
