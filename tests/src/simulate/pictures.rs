//! Small photographs, each told from every other by bytes behind the picture.

use std::sync::OnceLock;

use image::{ImageFormat, Rgb, RgbImage};

use crate::Failure;

/// The smallest side that counts as evidence, in pixels.
const SIDE: u32 = 64;
/// Different pictures; the same one is taken again and again, as happens.
const KINDS: u64 = 5;

/// A photograph.
pub(super) fn picture(pick: u64, text: &str) -> Result<Vec<u8>, Failure> {
    static MADE: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let made = match MADE.get() {
        Some(made) => made,
        None => {
            let made = (0..KINDS).map(paint).collect::<Result<_, _>>()?;
            MADE.get_or_init(|| made)
        }
    };
    let mut picture = made[usize::try_from(pick % KINDS)?].clone();
    picture.extend_from_slice(text.as_bytes());
    Ok(picture)
}

fn paint(kind: u64) -> Result<Vec<u8>, Failure> {
    let shade = u8::try_from(kind * 40)?;
    let pixels = RgbImage::from_fn(SIDE, SIDE, |x, y| {
        Rgb([
            u8::try_from(x * 3).unwrap_or(0),
            u8::try_from(y * 3).unwrap_or(0),
            shade,
        ])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, ImageFormat::Jpeg)?;
    Ok(bytes.into_inner())
}
