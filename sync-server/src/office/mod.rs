//! The office: the pages that clerks, approvers and administrators work in.
//!
//! One noun a folder, one verb a file. Every page is a plain struct of things ready to be shown
//! (no rows, no requests) with its template under `templates/`; what fills the struct and what
//! answers the request stands beside it. No SQL here, and no rule about cases: a page shows what
//! `cases` and `field_core` decided.
//!
//! Texts stand in the templates and in [`words`] only, so that they can move to Fluent together.

pub mod application;
pub mod assets;
pub mod case;
pub mod decision;
pub mod error;
pub mod inbox;
pub mod permit;
pub mod photo;
pub mod session;
pub mod tablet;
pub mod view;
pub mod words;

#[cfg(test)]
mod samples;
