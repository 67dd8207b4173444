//! The server.

pub mod permit;
