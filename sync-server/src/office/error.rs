//! The page of an error: what happened, what became of the data, what to do.

use askama::Template;

use crate::error::Problem;
use crate::locale::{Language, current, say};
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

/// An error as a page. It reads nothing, so that it can be shown when nothing else works; the
/// menu is therefore missing.
#[must_use]
pub fn page(problem: &Problem) -> String {
    let (title, advice) = split(problem.said());
    let page = ErrorPage {
        shell: Shell::default(),
        code: problem.status.as_u16(),
        title: title.clone(),
        advice: advice.into_iter().map(str::to_owned).collect(),
        href: "/inbox".to_owned(),
        link: say("error-back"),
    };
    // Writing strings into a string cannot fail; should it ever, the words themselves remain.
    page.render().unwrap_or(title)
}

/// The words say what happened, a colon, and what to do.
fn split(words: &str) -> (String, Vec<&str>) {
    let colon = match current() {
        Language::Chinese => "：",
        Language::English => ": ",
    };
    match words.split_once(colon) {
        Some((what, advice)) => (capital(what), vec![advice]),
        None => (capital(words), Vec::new()),
    }
}

/// A title begins with a capital letter, where the language has them.
fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters.clone()).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[test]
    fn an_error_says_what_happened_and_what_to_do() {
        let html = page(&Problem::of_status(StatusCode::NOT_FOUND));
        assert!(html.contains("<h1>页面不存在</h1>"), "{html}");
        assert!(html.contains("请核对地址"));
        let nasty = Problem::new(StatusCode::BAD_REQUEST, "x", "<b>坏</b>", "");
        assert!(!page(&nasty).contains("<b>坏"));
    }
}
