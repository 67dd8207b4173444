//! What a tablet and the server both know.

pub mod rules;
