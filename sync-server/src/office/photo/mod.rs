//! Photos seen large. Their bytes come from `crate::photos`.

pub mod show;
