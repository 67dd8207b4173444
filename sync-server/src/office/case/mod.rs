//! A case: where it is, what the inspection found, what to do next.

pub mod assign;
pub(crate) mod completeness;
pub mod confirm;
pub(crate) mod fill;
pub(crate) mod findings;
pub(crate) mod next;
pub(crate) mod open;
pub(crate) mod record;
pub mod result;
pub mod show;
pub(crate) mod take;
pub(crate) mod way;
