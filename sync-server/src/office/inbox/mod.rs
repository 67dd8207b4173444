//! The list of cases everybody starts from.

mod empty;
pub(crate) mod list;
pub mod show;
