//! Logging in and out.

pub mod login;
