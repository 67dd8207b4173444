//! The public check page: its files and the two lists it asks for.
//!
//! The page checks a permit on the visitor's device. Serving it needs no more than these bytes
//! with these headers; what a visitor checks never reaches the server.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Content-Security-Policy of the page.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// One file of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckAsset {
    /// Path under the server's public address. The page itself is `/check`, without a slash
    /// behind: its relative addresses count on it.
    pub path: &'static str,
    /// Content type.
    pub content_type: &'static str,
    /// A further header it needs, name and value.
    pub header: Option<(&'static str, &'static str)>,
    /// The file.
    pub body: &'static str,
}

/// The page, its script, its style, its service worker.
pub const ASSETS: [CheckAsset; 4] = [
    CheckAsset {
        path: "/check",
        content_type: "text/html; charset=utf-8",
        header: Some(("content-security-policy", CONTENT_SECURITY_POLICY)),
        body: include_str!("../../static/check/check.html"),
    },
    CheckAsset {
        path: "/check/check.js",
        content_type: "text/javascript; charset=utf-8",
        header: None,
        body: include_str!("../../static/check/check.js"),
    },
    CheckAsset {
        path: "/check/check.css",
        content_type: "text/css; charset=utf-8",
        header: None,
        body: include_str!("../../static/check/check.css"),
    },
    CheckAsset {
        path: "/check/sw.js",
        content_type: "text/javascript; charset=utf-8",
        // The page lies one level above its worker; relative to the worker's address, so that it
        // holds behind a proxy with a path of its own.
        header: Some(("service-worker-allowed", "../check")),
        body: include_str!("../../static/check/sw.js"),
    },
];

/// What `/check/revoked.json` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokedList {
    /// When the list was made; the page says how old it is.
    pub updated: Timestamp,
    /// Permit numbers without force (revoked, withdrawn, cancelled) before their last day.
    pub numbers: Vec<String>,
    /// Permit numbers without force for a time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suspended: Vec<String>,
    /// The day a training installation is set to; the page judges by it and says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training_day: Option<Date>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_keeps_its_own_policy() {
        let page = ASSETS[0].body;
        assert!(!page.contains("<style"));
        assert!(!page.contains(" style="));
        assert!(!page.contains(" onload=") && !page.contains(" onclick="));
        assert_eq!(page.matches("<script").count(), 1);
        for line in page
            .lines()
            .filter(|line| line.contains("src=") || line.contains("href="))
        {
            assert!(
                line.contains("\"check/") || line.contains("\"data:,\""),
                "{line}"
            );
        }
        for script in [ASSETS[1].body, ASSETS[3].body] {
            assert!(!script.contains("innerHTML") && !script.contains("eval("));
        }
    }

    #[test]
    fn the_list_says_when_it_was_made() {
        let list = RevokedList {
            updated: "2026-11-24T07:20:00Z".parse().unwrap(),
            numbers: vec!["浙交运管许可金字330784030009号".to_owned()],
            suspended: Vec::new(),
            training_day: None,
        };
        let json = serde_json::to_string(&list).unwrap();
        assert_eq!(
            json,
            r#"{"updated":"2026-11-24T07:20:00Z","numbers":["浙交运管许可金字330784030009号"]}"#
        );
    }
}
