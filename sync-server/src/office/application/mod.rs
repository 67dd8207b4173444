//! Applications as the clerk takes them in at the window.

pub mod register;
