//! The list of cases everybody starts from.

pub mod show;
