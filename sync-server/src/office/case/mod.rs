//! A case: where it is, what the inspection found, what to do next.

pub mod assign;
pub mod confirm;
pub mod result;
pub mod show;
