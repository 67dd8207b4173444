//! Pixels: opening, laying on white, shrinking, turning upright, writing as JPEG.
//! What is opened here has passed the limits; nothing is decided here but quality and size.

use std::io::Cursor;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageError, ImageResult, RgbImage};

use super::error::EvidenceError;
use super::sniff::Format;

/// Longer side of the evidence file at most, in pixels: a number plate across the yard is legible.
pub const RENDITION_SIDE_PX: u32 = 2048;
/// JPEG quality of the evidence file, of 100.
pub const RENDITION_QUALITY: u8 = 85;
/// Longer side of the thumbnail at most, in pixels.
pub const THUMBNAIL_SIDE_PX: u32 = 320;
/// JPEG quality of the thumbnail, of 100.
pub const THUMBNAIL_QUALITY: u8 = 80;

/// The picture, opened, shrunk to [`RENDITION_SIDE_PX`] and turned upright, without transparency.
pub(super) fn upright(
    format: Format,
    picture: &[u8],
    orientation: u8,
    memory_bytes: u64,
) -> Result<RgbImage, EvidenceError> {
    let opened = open(format, picture, memory_bytes).map_err(|error| explain(error, format))?;
    // Shrinking first leaves fewer pixels to turn.
    let small = shrink(opened, RENDITION_SIDE_PX)?;
    let mut turned = DynamicImage::ImageRgb8(small);
    turned.apply_orientation(
        Orientation::from_exif(orientation).unwrap_or(Orientation::NoTransforms),
    );
    Ok(turned.into_rgb8())
}

/// The picture as JPEG: same pixels, same bytes; no Exif, no colour profile, no comment.
pub(super) fn jpeg(image: &RgbImage, quality: u8) -> Result<Vec<u8>, EvidenceError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode(
            image.as_raw(),
            image.width(),
            image.height(),
            ExtendedColorType::Rgb8,
        )
        .map_err(EvidenceError::damaged)?;
    Ok(bytes)
}

/// A copy with its longer side at most `side_px`.
pub(super) fn shrink_rgb(image: &RgbImage, side_px: u32) -> Result<RgbImage, EvidenceError> {
    let size = image.dimensions();
    let Some(target) = shrunk_size(size, side_px) else {
        return Ok(image.clone());
    };
    let raw = resize(image.as_raw(), size, target, PixelType::U8x3)?;
    from_raw(target, raw)
}

fn open(format: Format, picture: &[u8], memory_bytes: u64) -> ImageResult<DynamicImage> {
    let mut limits = image::Limits::no_limits();
    limits.max_alloc = Some(memory_bytes);
    let bytes = Cursor::new(picture);
    match format {
        Format::Jpeg => decode(JpegDecoder::new(bytes)?, limits),
        Format::Png => decode(PngDecoder::with_limits(bytes, limits.clone())?, limits),
        Format::Webp => decode(WebPDecoder::new(bytes)?, limits),
    }
}

fn decode(mut decoder: impl ImageDecoder, mut limits: image::Limits) -> ImageResult<DynamicImage> {
    limits.reserve(decoder.total_bytes())?;
    decoder.set_limits(limits)?;
    DynamicImage::from_decoder(decoder)
}

/// Says what went wrong in our own words, keeping the decoder's for whoever looks into it.
fn explain(error: ImageError, format: Format) -> EvidenceError {
    match error {
        ImageError::Unsupported(_) => EvidenceError::Unsupported {
            format: match format {
                Format::Jpeg => "JPEG (special)",
                Format::Png => "PNG (special)",
                Format::Webp => "WebP (special)",
            },
        },
        ImageError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            EvidenceError::Truncated
        }
        other => EvidenceError::damaged(other),
    }
}

/// Any picture as RGB with its longer side at most `side_px`.
fn shrink(opened: DynamicImage, side_px: u32) -> Result<RgbImage, EvidenceError> {
    let size = (opened.width(), opened.height());
    let (raw, pixel) = match opened {
        DynamicImage::ImageLuma8(image) => (image.into_raw(), PixelType::U8),
        DynamicImage::ImageRgb8(image) => (image.into_raw(), PixelType::U8x3),
        other if other.color().has_alpha() => {
            let mut raw = other.into_rgba8().into_raw();
            lay_on_white(&mut raw);
            (raw, PixelType::U8x4)
        }
        other => (other.into_rgb8().into_raw(), PixelType::U8x3),
    };
    let (target, raw) = match shrunk_size(size, side_px) {
        Some(target) => (target, resize(&raw, size, target, pixel)?),
        None => (size, raw),
    };
    let rgb = match pixel {
        PixelType::U8 => raw.iter().flat_map(|luma| [*luma; 3]).collect(),
        PixelType::U8x4 => raw
            .chunks_exact(4)
            .flat_map(|rgba| [rgba[0], rgba[1], rgba[2]])
            .collect(),
        _ => raw,
    };
    from_raw(target, rgb)
}

/// Blends RGBA pixels with white in place; the alpha left behind means nothing.
fn lay_on_white(rgba: &mut [u8]) {
    for pixel in rgba.chunks_exact_mut(4) {
        let alpha = u32::from(pixel[3]);
        for channel in &mut pixel[..3] {
            let blended = u32::from(*channel) * alpha + 255 * (255 - alpha);
            *channel = ((blended + 127) / 255) as u8;
        }
    }
}

/// The size with its longer side at `side_px`, or `None` where that would enlarge.
fn shrunk_size((width, height): (u32, u32), side_px: u32) -> Option<(u32, u32)> {
    let longer = width.max(height);
    let scale = |side: u32| {
        let scaled = (u64::from(side) * u64::from(side_px) + u64::from(longer) / 2)
            / u64::from(longer.max(1));
        // At most `side_px`, since `side` is at most `longer`.
        (scaled as u32).max(1)
    };
    (longer > side_px).then(|| (scale(width), scale(height)))
}

fn resize(
    raw: &[u8],
    from: (u32, u32),
    to: (u32, u32),
    pixel: PixelType,
) -> Result<Vec<u8>, EvidenceError> {
    let source = ImageRef::new(from.0, from.1, raw, pixel).map_err(EvidenceError::damaged)?;
    let mut target = Image::new(to.0, to.1, pixel);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .use_alpha(false);
    Resizer::new()
        .resize(&source, &mut target, &options)
        .map_err(EvidenceError::damaged)?;
    Ok(target.into_vec())
}

fn from_raw((width, height): (u32, u32), raw: Vec<u8>) -> Result<RgbImage, EvidenceError> {
    RgbImage::from_raw(width, height, raw)
        .ok_or_else(|| EvidenceError::damaged("its size and its pixels differ"))
}
