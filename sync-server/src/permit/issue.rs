//! Issuing: from what was decided to the sheet with its signed code.

use jiff::Timestamp;
use thiserror::Error;

use super::claims::PermitClaims;
use super::facts::Facts;
use super::key::IssuerKey;
use super::paper::{Paper, PaperError, Pdf, render_facts};
use super::papers::{PermitCopy, PermitPaper, Png};
use super::qr::{self, QrError};
use super::qr_image::{self, QrSvg};

/// What a permit needs beyond what is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermitSheet {
    /// Original or duplicate.
    pub copy: PermitCopy,
    /// 地址.
    pub address: String,
    /// 法定代表人.
    pub legal_representative: String,
    /// 统一社会信用代码.
    pub credit_code: String,
    /// The agency's seal; `None` leaves its place free for the stamp.
    pub seal: Option<Png>,
    /// Marks the sheet as a specimen without force.
    pub specimen: bool,
}

/// An issued permit: what to store, print and show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedPermit {
    /// The sheet.
    pub pdf: Pdf,
    /// What it says, to set it again among others.
    pub facts: Facts,
    /// The signed payload, `KY1:…`.
    pub payload: String,
    /// The text of the QR code.
    pub link: String,
    /// The QR code for pages.
    pub qr: QrSvg,
}

/// Signs the claims and sets the sheet. `public_url` is the server's address as the public sees
/// it, without `/check`; `now` is the time of making.
///
/// # Errors
/// [`IssueError`] saying what to change; nothing is stored here.
pub fn issue_paper(
    claims: &PermitClaims,
    sheet: &PermitSheet,
    key: &IssuerKey,
    public_url: &str,
    now: Timestamp,
) -> Result<IssuedPermit, IssueError> {
    let payload = qr::sign(claims, key)?;
    let link = qr::link(public_url, &payload)?;
    let code = qr_image::draw(&link)?;
    let paper = permit_paper(claims, sheet, &link, &code);
    let facts = Facts::of(Paper::Permit(&paper), now)?;
    let pdf = render_facts(&facts, now)?;
    Ok(IssuedPermit {
        pdf,
        facts,
        payload,
        link,
        qr: code,
    })
}

fn permit_paper(
    claims: &PermitClaims,
    sheet: &PermitSheet,
    link: &str,
    code: &QrSvg,
) -> PermitPaper {
    let check_address = link.split_once('#').map_or(link, |(address, _)| address);
    PermitPaper {
        number: claims.number.clone(),
        copy: sheet.copy,
        holder: claims.holder.clone(),
        address: sheet.address.clone(),
        legal_representative: sheet.legal_representative.clone(),
        credit_code: sheet.credit_code.clone(),
        class: claims.class.clone(),
        scopes: claims.scopes.clone(),
        valid_from: claims.valid_from,
        valid_until: claims.valid_until,
        agency: claims.agency.clone(),
        issued_on: claims.issued_on,
        case_number: claims.case_number.clone(),
        check_address: check_address.to_owned(),
        qr_svg: code.svg.clone(),
        qr_modules: code.modules,
        seal: sheet.seal.clone(),
        specimen: sheet.specimen,
    }
}

/// Why a permit cannot be issued.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IssueError {
    /// The code cannot be written.
    #[error(transparent)]
    Qr(#[from] QrError),
    /// The sheet cannot be set.
    #[error(transparent)]
    Paper(#[from] PaperError),
}

#[cfg(test)]
mod tests;
