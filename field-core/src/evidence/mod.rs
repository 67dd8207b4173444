//! The evidence room: a camera's bytes go in, an upright picture with its hashes comes out.
//!
//! The evidence file is the upright rendition, whose SHA-256 sign-offs, seal and decision name.
//! Time, place and camera are read from the original and kept beside the picture, together with
//! the original's hash, because shrinking loses them. What cannot be taken in is refused here,
//! at capture, while the inspector can still take the photo again.
//!
//! Nothing is stored here, no clock is read, and nothing is believed: Exif is the camera's claim
//! and a broken one never loses a photo.

mod capture;
mod error;
mod place;
mod render;
mod sniff;
mod structure;
mod take_in;

pub use capture::{CAMERA_CHARS_MAX, Capture, NotATime, Taken};
pub use error::EvidenceError;
pub use place::{Gps, distance_m};
pub use render::{RENDITION_QUALITY, RENDITION_SIDE_PX, THUMBNAIL_QUALITY, THUMBNAIL_SIDE_PX};
pub use sniff::Format;
pub use take_in::{Evidence, Limits, take_in};

#[cfg(test)]
mod tests;
