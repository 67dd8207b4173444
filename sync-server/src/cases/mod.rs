//! Cases: what the authority decides. The state machine ([`step()`]) is pure; around it one verb a
//! file, each reading, judging and writing in one transaction, with its row of the history. No
//! HTTP here, and no SQL: pages, the command line and tests call the same functions.

mod application;
mod assign;
mod clock;
mod counter;
pub mod deadlines;
mod decide;
mod desk;
mod force;
pub mod legs;
mod record;
mod refusal;
mod register;
mod seal;
mod state;
mod step;
mod window;

pub use application::{Application, Place, TEXT_CHARS};
pub use assign::assign;
pub use clock::{EXTENSION_DAYS, extend, resume_clock, stop_clock};
pub use counter::{FILES, add_file, hand_over, record_materials, record_visit};
pub use decide::decide;
pub use desk::{Desk, Taken};
pub use force::set_force;
pub use record::{Record, Round};
pub use refusal::Refusal;
pub use register::{NewCase, register};
pub use seal::{seal, unseal};
pub use state::{Action, Actor, Assigned, CaseState, Findings, Force, Outcome, State};
pub use step::{Effect, Law, OFFICERS, REASON_CHARS, Transition, step};
pub use window::{
    accept, deliver, receive_correction, refuse_acceptance, request_correction,
    return_for_rectification,
};

#[cfg(test)]
mod step_tests;
#[cfg(test)]
mod tests;
