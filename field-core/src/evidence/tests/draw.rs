//! Pictures for the tests: an asymmetric scene, stored in any format and orientation.

use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ImageEncoder, Rgb, RgbImage};

use super::super::Format;

/// No two of its corners, sides or halves are alike.
pub(super) fn scene(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (across, down) = (x * 255 / width, y * 255 / height);
        if across < 100 && down < 60 {
            Rgb([230, 30, 30])
        } else if across + down > 420 {
            Rgb([20, 20, 200])
        } else if down > 200 && across < 50 {
            Rgb([20, 180, 40])
        } else {
            Rgb([across as u8, down as u8, 128])
        }
    })
}

/// The pixels as a camera held another way stores them: Exif 2.32, 4.6.4 A says where the stored
/// first row and first column lie in the scene.
pub(super) fn stored(scene: &RgbImage, orientation: u8) -> RgbImage {
    let (width, height) = scene.dimensions();
    let (right, bottom) = (width - 1, height - 1);
    let turned = orientation > 4;
    let (columns, rows) = if turned {
        (height, width)
    } else {
        (width, height)
    };
    RgbImage::from_fn(columns, rows, |column, row| {
        let (x, y) = match orientation {
            2 => (right - column, row),
            3 => (right - column, bottom - row),
            4 => (column, bottom - row),
            5 => (row, column),
            6 => (right - row, column),
            7 => (right - row, bottom - column),
            8 => (row, bottom - column),
            _ => (column, row),
        };
        *scene.get_pixel(x, y)
    })
}

pub(super) fn encode(image: impl Into<DynamicImage>, format: Format, exif: &[Field]) -> Vec<u8> {
    let image = image.into();
    let block = block(exif);
    let mut bytes = Vec::new();
    match format {
        Format::Jpeg => write(JpegEncoder::new_with_quality(&mut bytes, 90), &image, block),
        Format::Png => write(PngEncoder::new(&mut bytes), &image, block),
        Format::Webp => write(WebPEncoder::new_lossless(&mut bytes), &image, block),
    }
    bytes
}

fn write(mut encoder: impl ImageEncoder, image: &DynamicImage, block: Option<Vec<u8>>) {
    if let Some(block) = block {
        encoder.set_exif_metadata(block).unwrap();
    }
    image.write_with_encoder(encoder).unwrap();
}

/// Fields as a TIFF block.
fn block(fields: &[Field]) -> Option<Vec<u8>> {
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut bytes = std::io::Cursor::new(Vec::new());
    writer.write(&mut bytes, false).ok()?;
    (!fields.is_empty()).then(|| bytes.into_inner())
}

pub(super) fn field(tag: Tag, value: Value) -> Field {
    Field {
        tag,
        ifd_num: In::PRIMARY,
        value,
    }
}

pub(super) fn text(tag: Tag, text: &[u8]) -> Field {
    field(tag, Value::Ascii(vec![text.to_vec()]))
}

pub(super) fn quotients(tag: Tag, quotients: &[(u32, u32)]) -> Field {
    let quotients = quotients
        .iter()
        .map(|&(num, denom)| Rational { num, denom });
    field(tag, Value::Rational(quotients.collect()))
}

pub(super) fn orientation(orientation: u16) -> Field {
    field(Tag::Orientation, Value::Short(vec![orientation]))
}

/// Mean difference of two pictures' channels, 0 to 255.
pub(super) fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a
        .as_raw()
        .iter()
        .zip(b.as_raw())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / a.as_raw().len() as f64
}

pub(super) fn open(jpeg: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg)
        .unwrap()
        .into_rgb8()
}
