//! Tablets, as the administrator sees them.

pub mod list;
