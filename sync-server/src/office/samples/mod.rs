//! Every page filled with made-up things: for snapshots, and to be looked at.
//!
//! `KANYAN_PAGES=/some/folder cargo test -p sync-server dump_pages -- --ignored` writes them all
//! as files; serve that folder with `static/` beside it.

mod case;
mod findings;
mod lists;
mod small;

use super::view::{OfficerChip, Place, Shell, Status, Tone};
use askama::Template;

/// A page by its name.
type Sample = (&'static str, String);

fn shell(place: Place) -> Shell {
    Shell {
        agency: "某某市道路运输管理局".into(),
        officer: Some(OfficerChip {
            name: "丁".into(),
            roles: "窗口 · 审批 · 管理".into(),
            csrf: "csrf-of-the-session".into(),
            registers: true,
            administers: true,
        }),
        training_date: Some("2018-03-12".into()),
        place,
        missing_year: None,
        notice: None,
    }
}

fn good(word: &str) -> Status {
    Status::new(Tone::Good, word)
}

fn html(page: &impl Template) -> String {
    page.render()
        .expect("templates of samples have no fallible parts")
}

fn all() -> Vec<Sample> {
    let mut pages = small::pages();
    pages.extend(case::pages());
    pages
}

/// Blank lines and indentation out, so that a snapshot shows what is said and not how it is laid out.
fn trimmed(page: &str) -> String {
    page.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn pages_look_as_before() {
    for (name, page) in all() {
        insta::assert_snapshot!(name, trimmed(&page));
    }
}

#[test]
fn no_page_has_inline_script_or_style() {
    for (name, page) in all() {
        assert!(!page.contains(" style="), "{name} has an inline style");
        assert!(!page.contains("<style"), "{name} has a style element");
        assert!(!page.contains("javascript:"), "{name}");
        for script in page.split("<script").skip(1) {
            assert!(
                script.starts_with(" src=\"/static/"),
                "{name} has an inline script"
            );
        }
        for handler in [" onclick=", " onload=", " onsubmit=", " onchange="] {
            assert!(!page.contains(handler), "{name} has {handler}");
        }
    }
}

#[test]
fn every_form_that_posts_carries_the_token() {
    for (name, page) in all() {
        for form in page.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            // Logging in has no session yet; there the browser's own word on the origin counts.
            // Choosing a language changes nothing but a cookie.
            let open = ["action=\"/login\"", "action=\"/language\""];
            let open = open.iter().any(|action| form.contains(action));
            if form.contains("method=\"post\"") && !open {
                assert!(form.contains("name=\"csrf\" value=\""), "{name}: {form}");
            }
        }
    }
}

#[test]
fn text_of_people_is_escaped_on_every_page() {
    let nasty = "<script>alert(1)</script>\"'&";
    for (name, page) in small::with_text(nasty)
        .into_iter()
        .chain(case::with_text(nasty))
    {
        assert!(
            !page.contains("<script>alert"),
            "{name} shows text unescaped"
        );
        assert!(page.contains("alert(1)"), "{name} shows the text");
    }
}

#[test]
#[ignore = "writes the pages to be looked at"]
fn dump_pages() {
    let Some(folder) = std::env::var_os("KANYAN_PAGES") else {
        return;
    };
    let folder = std::path::PathBuf::from(folder);
    std::fs::create_dir_all(&folder).unwrap();
    for (name, page) in all() {
        std::fs::write(folder.join(format!("{name}.html")), page).unwrap();
    }
}
