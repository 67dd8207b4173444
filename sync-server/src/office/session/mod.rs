//! Logging in, with a code where the officer's word has consequences, and logging out.

pub mod code;
pub mod login;
