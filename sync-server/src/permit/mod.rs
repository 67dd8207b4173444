//! The permit: its number, its QR code, the papers and what checks them.
//!
//! Pure functions over plain values: no HTTP, no SQL, no clock. Cases and routes call in; the
//! only things read from outside are the fonts of the machine (for rare characters) and the key
//! file the administrator names.

pub mod check_page;
pub mod claims;
pub mod fonts;
pub mod issue;
pub mod key;
pub mod number;
pub mod paper;
pub mod papers;
pub mod qr;
pub mod qr_image;
mod world;

pub use check_page::{ASSETS, RevokedList};
pub use claims::PermitClaims;
pub use issue::{IssueError, IssuedPermit, PermitSheet, issue_paper};
pub use key::{IssuerKey, IssuerPublicKey, KeySet};
pub use number::{PermitNumber, SerialBlock};
pub use paper::{Paper, PaperError, Pdf, render};
pub use papers::{DecisionPaper, Outcome, PermitCopy, PermitPaper, Png, RecordPaper};
pub use qr::{QrError, verify};
