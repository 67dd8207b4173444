//! The room as a whole, on drawn pictures, on real ones, and on what was never a picture.

mod claims;
mod draw;
mod hostile;
mod orientations;
mod pictures;
