//! A picture file's skeleton: where it ends, how large it claims to be, where its Exif lies, what
//! opening it will cost. Read before any decoder runs, because decoders allocate what a header
//! claims, and the JPEG decoder paints a missing end grey instead of saying that it is missing.
//! No pixel is touched here.

use super::error::EvidenceError;
use super::sniff::{Format, JPEG_START, PNG_START};

/// Passes over a JPEG; a progressive photo has about ten, a crafted one makes the decoder run
/// over all blocks thousands of times.
const JPEG_SCANS_MAX: usize = 64;
/// Exif of a photo has a few kilobytes, in JPEG at most 64 KiB. A larger block is left unread.
const EXIF_BYTES_MAX: usize = 1 << 20;

/// What the skeleton says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Structure<'a> {
    /// From the first to the last byte of the picture, without what phones append behind it.
    pub(super) picture: &'a [u8],
    /// The TIFF block of the Exif data.
    pub(super) exif: Option<&'a [u8]>,
    /// Stored width in pixels, before turning; the largest claimed anywhere in the file.
    pub(super) width: u32,
    /// Stored height in pixels, before turning; the largest claimed anywhere in the file.
    pub(super) height: u32,
    /// Estimate of the memory that opening takes, in bytes.
    pub(super) memory_bytes: u64,
}

impl<'a> Structure<'a> {
    /// Reads the skeleton of a picture of this format.
    ///
    /// Truncated where the end is missing, damaged where the skeleton contradicts itself.
    pub(super) fn read(format: Format, bytes: &'a [u8]) -> Result<Self, EvidenceError> {
        let mut found = match format {
            Format::Jpeg => read_jpeg(bytes),
            Format::Png => read_png(bytes),
            Format::Webp => read_webp(bytes),
        }?;
        if found.width == 0 || found.height == 0 {
            return Err(EvidenceError::damaged("it has no size"));
        }
        found.exif = found.exif.filter(|exif| exif.len() <= EXIF_BYTES_MAX);
        Ok(found)
    }

    fn new(bytes: &'a [u8]) -> Self {
        Self {
            picture: bytes,
            exif: None,
            width: 0,
            height: 0,
            memory_bytes: 0,
        }
    }

    /// Notes a claimed size and what each of its pixels costs, in halves of a byte.
    fn claim(&mut self, width: u32, height: u32, half_bytes_per_pixel: u64) {
        self.width = self.width.max(width);
        self.height = self.height.max(height);
        let pixels = u64::from(self.width) * u64::from(self.height);
        let memory_bytes = pixels.saturating_mul(half_bytes_per_pixel) / 2;
        self.memory_bytes = self.memory_bytes.max(memory_bytes);
    }
}

/// `length` bytes from `position`, or the file was cut off.
fn take(bytes: &[u8], position: usize, length: usize) -> Result<&[u8], EvidenceError> {
    position
        .checked_add(length)
        .and_then(|end| bytes.get(position..end))
        .ok_or(EvidenceError::Truncated)
}

fn take_array<const N: usize>(bytes: &[u8], position: usize) -> Result<[u8; N], EvidenceError> {
    take(bytes, position, N)?
        .try_into()
        .map_err(|_| EvidenceError::Truncated)
}

/// Follows the markers from start to end of image (ITU-T T.81, annex B).
fn read_jpeg(bytes: &[u8]) -> Result<Structure<'_>, EvidenceError> {
    let mut found = Structure::new(bytes);
    let mut scans = 0;
    let mut position = JPEG_START.len() - 1;
    loop {
        // Markers may be preceded by fill bytes, and some cameras leave stray bytes in between.
        position += distance_to(bytes, position, |byte, _| byte == 0xff)?;
        position += distance_to(bytes, position, |byte, _| byte != 0xff)?;
        let [marker] = take_array(bytes, position)?;
        position += 1;
        match marker {
            0xd9 if scans == 0 => return Err(EvidenceError::damaged("it holds no pixels")),
            0xd9 => {
                found.picture = take(bytes, 0, position)?;
                return Ok(found);
            }
            // Without a length: stuffing, temporary, restart, start.
            0x00 | 0x01 | 0xd0..=0xd8 => continue,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes(take_array(bytes, position)?));
        if length < 2 {
            return Err(EvidenceError::damaged("a segment has no length"));
        }
        let segment = take(bytes, position + 2, length - 2)?;
        position += length;
        match marker {
            0xc0..=0xc2 => read_jpeg_frame(&mut found, segment, marker == 0xc2)?,
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(EvidenceError::Unsupported {
                    format: "JPEG (lossless or arithmetic)",
                });
            }
            0xe1 if found.exif.is_none() && segment.starts_with(b"Exif\0") => {
                found.exif = segment.get(6..);
            }
            0xda => {
                scans += 1;
                if scans > JPEG_SCANS_MAX {
                    return Err(EvidenceError::damaged("it has too many scans"));
                }
                // Coded data runs until a marker that is neither stuffing, restart nor fill.
                position += distance_to(bytes, position, |byte, next| {
                    byte == 0xff && !matches!(next, 0x00 | 0xd0..=0xd7 | 0xff)
                })?;
            }
            _ => {}
        }
    }
}

/// How far it is to the first byte that, with its successor, is `wanted`.
fn distance_to(
    bytes: &[u8],
    position: usize,
    wanted: impl Fn(u8, u8) -> bool,
) -> Result<usize, EvidenceError> {
    let rest = bytes.get(position..).unwrap_or(&[]);
    let successors = rest.iter().skip(1).chain(&[0]);
    rest.iter()
        .zip(successors)
        .position(|(byte, next)| wanted(*byte, *next))
        .ok_or(EvidenceError::Truncated)
}

/// Size and cost from a frame header (ITU-T T.81, B.2.2).
fn read_jpeg_frame(
    found: &mut Structure<'_>,
    segment: &[u8],
    progressive: bool,
) -> Result<(), EvidenceError> {
    let [_precision, h1, h0, w1, w0, components] = take_array(segment, 0)?;
    let mut samplings = Vec::with_capacity(4);
    for component in 0..usize::from(components) {
        let [_id, sampling, _table] = take_array(segment, 6 + 3 * component)?;
        samplings.push((u64::from(sampling >> 4), u64::from(sampling & 15)));
    }
    let channels = if components == 1 { 1 } else { 3 };
    let mut half_bytes = 2 * channels;
    if progressive {
        // All coefficients stay in memory, two bytes each, as many as the sampling asks for.
        let widest = samplings.iter().map(|(h, _)| *h).max().unwrap_or(1).max(1);
        let highest = samplings.iter().map(|(_, v)| *v).max().unwrap_or(1).max(1);
        let samples: u64 = samplings.iter().map(|(h, v)| h * v).sum();
        half_bytes += (4 * samples).div_ceil(widest * highest);
    }
    let width = u32::from(u16::from_be_bytes([w1, w0]));
    let height = u32::from(u16::from_be_bytes([h1, h0]));
    found.claim(width, height, half_bytes);
    Ok(())
}

/// Follows the chunks to IEND (W3C PNG, clause 5).
fn read_png(bytes: &[u8]) -> Result<Structure<'_>, EvidenceError> {
    let mut found = Structure::new(bytes);
    let mut position = PNG_START.len();
    loop {
        let length = u32::from_be_bytes(take_array(bytes, position)?) as usize;
        let kind: [u8; 4] = take_array(bytes, position + 4)?;
        let data = take(bytes, position + 8, length)?;
        let end = position + 8 + length + 4;
        // The checksum belongs to the chunk; the decoder verifies it.
        take(bytes, end - 4, 4)?;
        if (&kind == b"IHDR") != (position == PNG_START.len()) {
            return Err(EvidenceError::damaged("its header is not at its start"));
        }
        match &kind {
            b"IHDR" => read_png_header(&mut found, data)?,
            b"eXIf" if found.exif.is_none() => found.exif = Some(data),
            b"IEND" => {
                found.picture = take(bytes, 0, end)?;
                return Ok(found);
            }
            _ => {}
        }
        position = end;
    }
}

/// Size and cost from the image header (W3C PNG, 11.2.1).
fn read_png_header(found: &mut Structure<'_>, data: &[u8]) -> Result<(), EvidenceError> {
    let width = u32::from_be_bytes(take_array(data, 0)?);
    let height = u32::from_be_bytes(take_array(data, 4)?);
    let [depth, colour] = take_array(data, 8)?;
    // Sixteen bits a channel are decoded so and then copied down to eight.
    let bytes = match (colour, depth) {
        (0, 16) => 2 + 3,
        (0, _) => 1,
        (2, 16) => 6 + 3,
        (4, 16) => 4 + 4,
        (4, _) => 2 + 4,
        (6, 16) => 8 + 4,
        // Palettes and transparent colours become four channels.
        _ => 4,
    };
    found.claim(width, height, 2 * bytes);
    Ok(())
}

/// Follows the chunks to the end that the RIFF header gives (RFC 9649).
fn read_webp(bytes: &[u8]) -> Result<Structure<'_>, EvidenceError> {
    const ANIMATION: u8 = 0x02;
    /// Pixels beside a second copy, or the planes that they are made from.
    const HALF_BYTES_PER_PIXEL: u64 = 2 * 8;

    let length = u32::from_le_bytes(take_array(bytes, 4)?) as usize;
    let picture = take(bytes, 0, length.saturating_add(8))?;
    let mut found = Structure::new(picture);
    let mut position = 12;
    while position < picture.len() {
        let kind: [u8; 4] = take_array(picture, position)?;
        let length = u32::from_le_bytes(take_array(picture, position + 4)?) as usize;
        let data = take(picture, position + 8, length)?;
        match &kind {
            b"VP8X" => {
                let [flags, _, _, _, w0, w1, w2, h0, h1, h2] = take_array(data, 0)?;
                if flags & ANIMATION != 0 {
                    return Err(EvidenceError::Unsupported {
                        format: "animated WebP",
                    });
                }
                let width = u32::from_le_bytes([w0, w1, w2, 0]) + 1;
                let height = u32::from_le_bytes([h0, h1, h2, 0]) + 1;
                found.claim(width, height, HALF_BYTES_PER_PIXEL);
            }
            b"VP8 " => {
                let [w0, w1, h0, h1] = take_array(data, 6)?;
                let width = u32::from(u16::from_le_bytes([w0, w1]) & 0x3fff);
                let height = u32::from(u16::from_le_bytes([h0, h1]) & 0x3fff);
                found.claim(width, height, HALF_BYTES_PER_PIXEL);
            }
            b"VP8L" => {
                let sizes = u32::from_le_bytes(take_array(data, 1)?);
                let (width, height) = ((sizes & 0x3fff) + 1, (sizes >> 14 & 0x3fff) + 1);
                found.claim(width, height, HALF_BYTES_PER_PIXEL);
            }
            b"EXIF" if found.exif.is_none() => {
                // Some writers carry over the prefix that belongs to JPEG alone.
                found.exif = Some(data.strip_prefix(b"Exif\0\0").unwrap_or(data));
            }
            _ => {}
        }
        position = position + 8 + length + length % 2;
    }
    Ok(found)
}
