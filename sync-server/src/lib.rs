//! The server.

pub mod office;
