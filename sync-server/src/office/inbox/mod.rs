//! The list of cases everybody starts from.

pub(crate) mod list;
pub mod show;
