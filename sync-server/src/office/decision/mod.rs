//! The decision on a case.

pub mod check;
pub mod decide;
