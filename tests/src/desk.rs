//! What the clerk at the window does, by the pages: register an application, take a step of its
//! case, assign two inspectors.

use crate::Failure;
use crate::office::{Browser, Page};
use crate::pictures::SHOP;

/// A case that was just registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCase {
    /// Address of its page on the server.
    pub path: String,
    /// As people write it.
    pub number: String,
}

/// Registers an application for a class-2 repair shop, all materials handed in.
///
/// # Errors
/// The server refuses it, with what the page says.
pub fn register(clerk: &mut Browser) -> Result<NewCase, Failure> {
    let form = clerk.get("/applications/new")?;
    let csrf = form.value("csrf")?;
    let (latitude, longitude) = (SHOP.0.to_string(), SHOP.1.to_string());
    let class = form
        .values("class")
        .into_iter()
        .find(|class| class.contains('2'))
        .ok_or("the form offers no class 2")?;
    let materials = form.values("materials");
    let mut fields = vec![
        ("csrf", csrf.as_str()),
        ("class", class.as_str()),
        ("scopes", "04203"),
        ("applicant", "某某汽车修理厂"),
        ("credit_code", "91330784MA00000001"),
        ("representative", "某某"),
        ("contact", "某某"),
        ("phone", "13800000000"),
        ("address", "某某市某某路 1 号"),
        ("latitude", &latitude),
        ("longitude", &longitude),
    ];
    fields.extend(materials.iter().map(|id| ("materials", id.as_str())));
    let page = clerk.post("/applications", &fields)?;
    Ok(NewCase {
        path: case_path(&page)?,
        number: case_number(&page)?,
    })
}

/// Assigns the first two inspectors that the page offers.
///
/// # Errors
/// The server refuses it, with what the page says.
pub fn assign(clerk: &mut Browser, case: &str) -> Result<(), Failure> {
    let form = clerk.get(&format!("{case}/assign"))?;
    let (csrf, revision) = (form.value("csrf")?, form.value("revision")?);
    let officers = form.values("officers");
    if officers.len() < 2 {
        return Err(format!("fewer than two inspectors: {}", form.said()).into());
    }
    clerk.post(
        &format!("{case}/assign"),
        &[
            ("csrf", &csrf),
            ("revision", &revision),
            ("officers", &officers[0]),
            ("officers", &officers[1]),
        ],
    )?;
    Ok(())
}

/// Takes one step of a case by its page: opens it, fills in what it asks, sends it.
///
/// # Errors
/// The server refuses it, with what the page says.
pub fn step(
    browser: &mut Browser,
    case: &str,
    verb: &str,
    more: &[(&str, &str)],
) -> Result<Page, Failure> {
    let path = format!("{case}/{verb}");
    let form = browser.get(&path)?;
    let (csrf, revision) = (form.value("csrf")?, form.value("revision")?);
    let mut fields = vec![("csrf", csrf.as_str()), ("revision", revision.as_str())];
    fields.extend_from_slice(more);
    let page = browser.post(&path, &fields)?;
    if page.path == path {
        return Err(format!("{verb} was not taken: {}", page.said()).into());
    }
    Ok(page)
}

fn case_path(page: &Page) -> Result<String, Failure> {
    let path = page.path.split('?').next().unwrap_or_default();
    if path.starts_with("/cases/") {
        Ok(path.to_owned())
    } else {
        Err(format!("the application was not registered: {}", page.said()).into())
    }
}

fn case_number(page: &Page) -> Result<String, Failure> {
    page.attribute("data-case-number")
        .ok_or_else(|| format!("no case number on the page: {}", page.said()).into())
}
