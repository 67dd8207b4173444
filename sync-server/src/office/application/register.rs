//! The form that registers an application.

use askama::Template;

use crate::office::view::{Choice, Errors, Shell, filters};

/// The form. It keeps everything the clerk typed, whatever was wrong with it.
#[derive(Debug, Clone, Template)]
#[template(path = "application/register.html")]
pub struct ApplicationRegister {
    /// The frame.
    pub shell: Shell,
    /// What is wrong.
    pub errors: Errors,
    /// The matter applied for, e.g. `机动车维修经营许可`.
    pub matter: String,
    /// What was typed.
    pub typed: Typed,
    /// Classes of repair business.
    pub classes: Vec<Choice>,
    /// Vehicle types applied for.
    pub scopes: Vec<Choice>,
    /// What else decides which items are checked, e.g. gas vehicles.
    pub features: Vec<Choice>,
    /// Materials the applicant brings.
    pub materials: Vec<Choice>,
}

/// The free fields, as typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Name of the business.
    pub applicant: String,
    /// Unified social credit code.
    pub credit_code: String,
    /// Legal representative.
    pub representative: String,
    /// Who brings the papers.
    pub contact: String,
    /// Their telephone.
    pub phone: String,
    /// Where the shop is.
    pub address: String,
    /// Registered place, degrees north (WGS 84); may stay empty.
    pub latitude: String,
    /// Registered place, degrees east (WGS 84); may stay empty.
    pub longitude: String,
}
