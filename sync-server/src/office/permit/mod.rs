//! The pages of an issued permit. What a permit is and how it is drawn stands in `crate::permit`.

pub mod show;
