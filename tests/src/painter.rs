//! Paints photographs for the demo and the benchmarks: of the size, weight and Exif of a phone's,
//! showing a stylised shop. Nobody's premises, nobody's face, no licence to ask for. The same
//! scene gives the same bytes.

mod canvas;
mod exif;
mod subjects;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageError};
use jiff::civil;

use canvas::{Canvas, Dice};

/// Size of a painted photograph held upright, in pixels: 8.6 megapixels.
pub const SIZE_PX: (u32, u32) = (3600, 2400);
/// JPEG quality, of 100; with the noise it gives files as heavy as a phone's.
const QUALITY: u8 = 88;

/// What is in the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The shop from the street.
    Front,
    /// The hall.
    Inside,
    /// Fire extinguishers on the wall.
    FireEquipment,
    /// The counter where customers wait.
    Reception,
    /// Marked parking spaces.
    Parking,
    /// A work bay with its tools.
    Workshop,
    /// A car on a two-post lift.
    Lift,
    /// A measuring instrument on the bench.
    Instrument,
    /// Rules and prices on the wall.
    Notice,
    /// Barrels for waste oil.
    Waste,
    /// A sealed paper on the desk.
    Document,
}

impl Subject {
    /// All subjects, in the order of a walk through a shop.
    pub const ALL: [Self; 11] = [
        Self::Front,
        Self::Parking,
        Self::Reception,
        Self::Notice,
        Self::Document,
        Self::Inside,
        Self::Workshop,
        Self::Lift,
        Self::Instrument,
        Self::FireEquipment,
        Self::Waste,
    ];
}

/// One photograph to be painted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scene {
    /// What is in the picture.
    pub subject: Subject,
    /// Varies colours and places; its last three digits are painted into the corner.
    pub seed: u64,
    /// How the camera was held: Exif orientation, 1 to 8; anything else counts as 1.
    pub orientation: u8,
    /// The camera's local time, at +08:00.
    pub taken: civil::DateTime,
    /// Degrees, north positive.
    pub latitude: f64,
    /// Degrees, east positive.
    pub longitude: f64,
}

/// Paints at [`SIZE_PX`].
#[must_use]
pub fn paint(scene: &Scene) -> Vec<u8> {
    paint_sized(scene, SIZE_PX).expect("JPEG allows this size, and memory takes what is written")
}

/// Paints at a width and height (held upright) in pixels, for tests that must not take long.
///
/// # Errors
///
/// Where JPEG does not allow the size: empty, or a side over 65535.
pub fn paint_sized(scene: &Scene, size_px: (u32, u32)) -> Result<Vec<u8>, ImageError> {
    let mut dice = Dice::new(scene.seed);
    let mut canvas = Canvas::new(size_px);
    subjects::draw(scene.subject, &mut canvas, &mut dice);
    canvas.plate(scene.seed % 1000);
    let orientation = match scene.orientation {
        held @ 1..=8 => held,
        _ => 1,
    };
    let (pixels, (width, height)) = canvas.expose(orientation, &mut dice);

    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode(
        &pixels,
        width,
        height,
        ExtendedColorType::Rgb8,
    )?;
    // Exif comes first in the file, right behind the two bytes of the start marker.
    let mut photo = jpeg[..2].to_vec();
    photo.extend(exif::segment(scene, orientation));
    photo.extend(&jpeg[2..]);
    Ok(photo)
}

#[cfg(test)]
mod tests;
