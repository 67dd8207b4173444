//! What a tablet and the server both know: the rules, the inspection document, evidence files,
//! who signed what, the wire and the gate. No user interface, no web server. With the feature
//! `tablet` also the device itself: its encrypted store, its outbox, its side of an exchange.

pub mod digest;
pub mod evidence;
pub mod gate;
pub mod identity;
pub mod ids;
pub mod inspection;
pub mod moment;
pub mod protocol;
pub mod rules;
#[cfg(feature = "tablet")]
pub mod tablet;
