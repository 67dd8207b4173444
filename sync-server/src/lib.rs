//! The server: takes in what tablets send, lets the office decide, issues the permit.

pub mod store;
