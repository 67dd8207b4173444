//! Tablets, as the administrator sees them.

pub mod list;
pub(crate) mod row;
