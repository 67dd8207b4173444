//! Harness.

pub mod painter;
