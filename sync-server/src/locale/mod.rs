//! Words for people, in Chinese and English.
//!
//! Every word a page shows stands in `locales/zh-CN/*.ftl` and, under the same key, in
//! `locales/en/*.ftl` (Fluent). Which of the two is spoken belongs to the request: [`speak`] finds
//! it, and everything that is shown while the request is answered follows it without being told.
//! Outside a request Chinese is spoken. Legal papers are Chinese and have no business here.
//!
//! In a template: `{{ "case-title"|t }}`, and `{{ "list-count"|t|with("count", rows.len()) }}`.
//! In code: [`say`] for plain words, [`phrase`] where something is to be filled in.

mod catalogue;
mod request;
mod text;

pub use request::{Language, here, speak, switch};
pub(crate) use request::{carry, current, pick};
pub use text::{Text, Variable, phrase, say};

#[cfg(test)]
mod tests;
