//! One 12-megapixel JPEG to evidence file and thumbnail on one core, against sharp (libvips), at
//! a quality that is compared: structural similarity to an exact Lanczos reduction.

use std::process::Command;
use std::time::Instant;

use field_core::evidence::{Limits, take_in};
use image::imageops::FilterType;
use image::{DynamicImage, GrayImage};
use jiff::civil::date;

use super::peers::{Running, text};
use super::{Line, Options, Series};
use crate::Failure;
use crate::painter::{Scene, Subject, paint_sized};
use crate::pictures::SHOP;

/// Times per round.
const TIMES: usize = 5;
const SIZE_PX: (u32, u32) = (4000, 3000);

/// Measures it.
///
/// # Errors
/// A process does not do what it should.
pub fn run(options: &Options) -> Result<Vec<Line>, Failure> {
    let scene = Scene {
        subject: Subject::Workshop,
        seed: 12,
        orientation: 1,
        taken: date(2018, 3, 12).at(9, 30, 0, 0),
        latitude: SHOP.0,
        longitude: SHOP.1,
    };
    let picture = paint_sized(&scene, SIZE_PX)?;
    std::fs::create_dir_all(&options.folder)?;
    let file = options.folder.join("picture.jpg");
    let out = options.folder.join("picture-sharp.jpg");
    std::fs::write(&file, &picture)?;
    let (mut ours, mut theirs) = (Series::default(), Series::default());
    let mut rendition = vec![];
    for _ in 0..options.rounds {
        for _ in 0..TIMES {
            let begun = Instant::now();
            rendition = take_in(&picture, &Limits::default())?.rendition;
            ours.add(begun.elapsed().as_secs_f64() * 1000.0);
        }
        let mut sharp = Running::start(
            Command::new("node")
                .arg(options.js.join("sharp.mjs"))
                .args([text(&file)?, &TIMES.to_string(), text(&out)?]),
        )?;
        let said = sharp.line()?.ok_or("sharp said nothing")?;
        let times: Vec<f64> = serde_json::from_str(&said)?;
        times.into_iter().for_each(|one| theirs.add(one));
    }
    let exact = image::load_from_memory(&picture)?
        .resize(2048, 2048, FilterType::Lanczos3)
        .into_luma8();
    let quality = |bytes: &[u8]| -> Result<Series, Failure> {
        let mut series = Series::default();
        series.add(similarity(&exact, &image::load_from_memory(bytes)?)?);
        Ok(series)
    };
    let own = quality(&rendition)?;
    let sharp = quality(&std::fs::read(&out)?)?;
    Ok(vec![
        Line {
            work: "12-megapixel JPEG to evidence file and thumbnail".into(),
            unit: "ms",
            ours,
            peer: Some(("sharp".into(), theirs)),
            goal: "≥ 1×",
            less: true,
        },
        Line {
            work: "its similarity to an exact Lanczos reduction".into(),
            unit: "SSIM",
            ours: own,
            peer: Some(("sharp".into(), sharp)),
            goal: "equal",
            less: false,
        },
    ])
}

/// Mean structural similarity over windows of 8×8 pixels (Wang et al., 2004), 1 when equal.
fn similarity(exact: &GrayImage, other: &DynamicImage) -> Result<f64, Failure> {
    let other = other.to_luma8();
    if exact.dimensions() != other.dimensions() {
        return Err("the renditions have different sizes".into());
    }
    let (width, height) = exact.dimensions();
    let (mut sum, mut windows) = (0.0, 0.0);
    for y in (0..height - 7).step_by(8) {
        for x in (0..width - 7).step_by(8) {
            sum += window(exact, &other, x, y);
            windows += 1.0;
        }
    }
    Ok(sum / windows)
}

fn window(a: &GrayImage, b: &GrayImage, x: u32, y: u32) -> f64 {
    const C1: f64 = (0.01 * 255.0) * (0.01 * 255.0);
    const C2: f64 = (0.03 * 255.0) * (0.03 * 255.0);
    let pixels = (0..64).map(|n| {
        let at = |image: &GrayImage| f64::from(image.get_pixel(x + n % 8, y + n / 8).0[0]);
        (at(a), at(b))
    });
    let (mut sa, mut sb, mut saa, mut sbb, mut sab) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (p, q) in pixels {
        sa += p;
        sb += q;
        saa += p * p;
        sbb += q * q;
        sab += p * q;
    }
    let (ma, mb) = (sa / 64.0, sb / 64.0);
    let (va, vb, cov) = (
        saa / 64.0 - ma * ma,
        sbb / 64.0 - mb * mb,
        sab / 64.0 - ma * mb,
    );
    (2.0 * ma * mb + C1) * (2.0 * cov + C2) / ((ma * ma + mb * mb + C1) * (va + vb + C2))
}

#[cfg(test)]
mod tests {
    //! The measure of quality itself.

    use super::*;

    #[test]
    fn a_picture_is_most_similar_to_itself() {
        let picture = GrayImage::from_fn(64, 64, |x, y| image::Luma([((x * 3) ^ (y * 5)) as u8]));
        let same = similarity(&picture, &picture.clone().into()).unwrap();
        assert!((same - 1.0).abs() < 1e-9, "{same}");
        let mut noisy = picture.clone();
        noisy.pixels_mut().step_by(3).for_each(|p| p.0[0] ^= 31);
        assert!(similarity(&picture, &noisy.into()).unwrap() < 0.95);
    }
}
