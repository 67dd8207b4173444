//! What a tablet and the server both know.

pub mod digest;
pub mod evidence;
pub mod rules;
