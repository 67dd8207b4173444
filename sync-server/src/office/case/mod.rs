//! A case: where it is, what the inspection found, what to do next.

pub(crate) mod aside;
pub mod assign;
pub(crate) mod completeness;
pub mod confirm;
pub(crate) mod fill;
pub(crate) mod findings;
pub(crate) mod limits;
pub mod materials;
pub(crate) mod next;
pub(crate) mod open;
pub(crate) mod record;
pub mod result;
pub mod show;
pub(crate) mod take;
mod verb;
pub(crate) mod way;
