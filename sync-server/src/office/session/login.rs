//! The page to log in.

use askama::Template;

use crate::office::view::{Errors, Shell, filters};

/// The page to log in.
#[derive(Debug, Clone, Template)]
#[template(path = "session/login.html")]
pub struct SessionLogin {
    /// The frame; nobody is logged in.
    pub shell: Shell,
    /// What was wrong with the last try. It never says whether the name or the password was wrong.
    pub errors: Errors,
    /// The name as typed, kept.
    pub login: String,
    /// Where to go afterwards: a path of this server, e.g. `/cases/12`.
    pub next: String,
    /// Token against forged logins.
    pub csrf: String,
}
