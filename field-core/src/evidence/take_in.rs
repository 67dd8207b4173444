//! One photo's way through the room, from the camera's bytes to [`Evidence`].

use crate::digest::Sha256;

use super::capture::{self, Capture};
use super::error::EvidenceError;
use super::render;
use super::sniff::{self, Format};
use super::structure::Structure;

/// What a picture may cost before it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file, in bytes.
    pub file_bytes: u64,
    /// Width × height, in pixels.
    pub pixels: u64,
    /// Memory for opening the picture, in bytes: the pixels and what the decoder needs beside them.
    pub memory_bytes: u64,
    /// What the shorter side has at least, in pixels: an icon is no evidence.
    pub side_min_px: u32,
}

impl Default for Limits {
    /// 40 MiB, 100 megapixels, 512 MiB of memory, at least 64 px: above what phones produce,
    /// below what brings a small tablet down.
    fn default() -> Self {
        Self {
            file_bytes: 40 << 20,
            pixels: 100_000_000,
            memory_bytes: 512 << 20,
            side_min_px: 64,
        }
    }
}

/// A photo taken in.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The evidence file: a JPEG, upright, at most [`super::RENDITION_SIDE_PX`] long, no metadata.
    pub rendition: Vec<u8>,
    /// Digest of `rendition`; this is what is signed.
    pub sha256: Sha256,
    /// Width of the rendition, in pixels.
    pub width: u32,
    /// Height of the rendition, in pixels.
    pub height: u32,
    /// A JPEG at most [`super::THUMBNAIL_SIDE_PX`] long. Derived: it can be made again.
    pub thumbnail: Vec<u8>,
    /// Digest of `thumbnail`.
    pub thumbnail_sha256: Sha256,
    /// Digest of the bytes that came in: a claim until the original is uploaded.
    pub original_sha256: Sha256,
    /// Number of the bytes that came in.
    pub original_bytes: u64,
    /// What the bytes were, by their content.
    pub original_format: Format,
    /// What the camera says about when, where and with what.
    pub capture: Capture,
}

/// Takes a photo in: JPEG, PNG or WebP, whatever the file is called.
///
/// The same bytes give the same rendition on the same build and kind of processor; decoders use
/// the processor's own instructions, so nobody may expect to re-derive a rendition elsewhere.
///
/// # Errors
///
/// See [`EvidenceError`]; every message tells the inspector what to do. Broken Exif is no error.
pub fn take_in(bytes: &[u8], limits: &Limits) -> Result<Evidence, EvidenceError> {
    let original_bytes = bytes.len() as u64;
    if original_bytes > limits.file_bytes {
        return Err(EvidenceError::TooManyBytes {
            bytes: original_bytes,
            limit_bytes: limits.file_bytes,
        });
    }
    let format = sniff::sniff(bytes)?;
    let structure = Structure::read(format, bytes)?;
    check(&structure, limits)?;

    let (claims, orientation) = capture::read(structure.exif);
    let upright = render::upright(format, structure.picture, orientation, limits.memory_bytes)?;
    let rendition = render::jpeg(&upright, render::RENDITION_QUALITY)?;
    let small = render::shrink_rgb(&upright, render::THUMBNAIL_SIDE_PX)?;
    let thumbnail = render::jpeg(&small, render::THUMBNAIL_QUALITY)?;

    Ok(Evidence {
        sha256: Sha256::of(&rendition),
        rendition,
        width: upright.width(),
        height: upright.height(),
        thumbnail_sha256: Sha256::of(&thumbnail),
        thumbnail,
        original_sha256: Sha256::of(bytes),
        original_bytes,
        original_format: format,
        capture: claims,
    })
}

/// Refuses, before any decoder runs, what is too small, too large or too costly to open.
fn check(structure: &Structure<'_>, limits: &Limits) -> Result<(), EvidenceError> {
    let (width, height) = (structure.width, structure.height);
    if width.min(height) < limits.side_min_px {
        return Err(EvidenceError::TooSmall {
            width,
            height,
            limit_px: limits.side_min_px,
        });
    }
    if u64::from(width) * u64::from(height) > limits.pixels {
        return Err(EvidenceError::TooManyPixels {
            width,
            height,
            limit_pixels: limits.pixels,
        });
    }
    if structure.memory_bytes > limits.memory_bytes {
        return Err(EvidenceError::TooMuchMemory {
            bytes: structure.memory_bytes,
            limit_bytes: limits.memory_bytes,
        });
    }
    Ok(())
}
