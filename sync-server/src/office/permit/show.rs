//! An issued permit.

use askama::Template;

use crate::office::case::show::Fact;
use crate::office::view::{Shell, Status, TrustedSvg, filters};

/// An issued permit.
#[derive(Debug, Clone, Template)]
#[template(path = "permit/show.html")]
pub struct PermitShow {
    /// The frame.
    pub shell: Shell,
    /// The case it came from.
    pub case_id: i64,
    /// The case number.
    pub case_number: String,
    /// The permit number.
    pub number: String,
    /// Valid, revoked, expired.
    pub state: Status,
    /// What it says.
    pub facts: Vec<Fact>,
    /// Its QR code.
    pub qr: TrustedSvg,
    /// Where the PDF is.
    pub pdf_href: String,
    /// How large it is, e.g. `182 KB`.
    pub pdf_size: String,
    /// The public page that checks it, with the payload in the fragment.
    pub check_href: String,
    /// What to do next, e.g. hand it over; empty when all is done.
    pub next_label: String,
    /// Where that leads.
    pub next_href: String,
}
