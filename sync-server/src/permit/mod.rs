//! The permit: its number, its QR code, the papers and what checks them.
//!
//! Pure functions over plain values: no HTTP, no SQL, no clock. Cases and routes call in; the
//! only things read from outside are the fonts of the machine (for rare characters) and the key
//! file the administrator names.

pub mod check_page;
pub mod claims;
pub mod facts;
pub mod fonts;
pub mod issue;
pub mod key;
pub mod notices;
pub mod number;
pub mod paper;
pub mod papers;
pub mod qr;
pub mod qr_image;
mod world;

pub use check_page::{ASSETS, RevokedList};
pub use claims::PermitClaims;
pub use facts::Facts;
pub use issue::{IssueError, IssuedPermit, PermitSheet, issue_paper};
pub use key::{IssuerKey, IssuerPublicKey, KeySet};
pub use notices::{DeliveredPaper, DeliveryPaper, FormKind, FormPaper, NoticePaper};
pub use number::{PermitNumber, SerialBlock};
pub use paper::{Paper, PaperError, Pdf, render, render_batch, render_facts};
pub use papers::{
    ApplicantStatement, DecisionPaper, Drawing, Finding, Outcome, PermitCopy, PermitPaper, Png,
    RecordEvidence, RecordOfficer, RecordPaper, RecordRow,
};
pub use qr::{QrError, verify};
