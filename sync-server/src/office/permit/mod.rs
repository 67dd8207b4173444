//! The pages of an issued permit, and issuing it. What a permit is and how it is drawn stands in
//! `crate::permit`.

pub(crate) mod check;
pub(crate) mod issue;
pub mod show;
