//! The page of an error: what happened, what became of the data, what to do.

use askama::Template;

use crate::office::view::{Shell, filters};

/// The page of an error.
#[derive(Debug, Clone, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The frame.
    pub shell: Shell,
    /// HTTP status, shown small for whoever is told about it on the phone.
    pub code: u16,
    /// What happened, e.g. `找不到这个页面`.
    pub title: String,
    /// What became of the data and what to do, one sentence each.
    pub advice: Vec<String>,
    /// Where to go on.
    pub href: String,
    /// How that reads.
    pub link: String,
}
