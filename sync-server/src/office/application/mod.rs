//! Applications as the clerk takes them in at the window.

pub(crate) mod fields;
pub mod register;
