//! Photos seen large. Their bytes come from `crate::photos`.

pub(crate) mod file;
pub(crate) mod href;
pub mod show;
