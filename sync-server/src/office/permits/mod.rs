//! All permits, and taking in those of the time before this system.

pub mod import;
pub mod list;
pub(crate) mod read;
