//! The papers of a case: which are due, what they say, making and showing them.

pub(crate) mod draft;
pub(crate) mod due;
pub(crate) mod inspection;
pub(crate) mod make;
pub mod show;
