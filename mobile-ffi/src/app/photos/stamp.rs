//! A copy of a photo with the marks and a stamp drawn into it: case, clause, time, place,
//! officers. Derived, made when it is looked at, never stored: the evidence stays as it is.

use std::sync::{Arc, LazyLock};

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use field_core::ids::DocId;
use field_core::inspection::{PhotoKey, PhotoView, Stroke};
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};

use super::show::find;
use crate::app::format;
use crate::app::problem::Problem;
use crate::app::state::App;
use crate::checklist::ruleset_of;

/// The office prints with the same font, cut down to the standard's characters.
static FONT: LazyLock<Option<FontRef<'static>>> = LazyLock::new(|| {
    FontRef::try_from_slice(include_bytes!(
        "../../../../sync-server/documents/fonts/NotoSansCJKsc-Regular.otf"
    ))
    .ok()
});

const JPEG_QUALITY: u8 = 88;
const MARK: Rgb<u8> = Rgb([226, 32, 32]);
const PAPER: Rgb<u8> = Rgb([255, 255, 255]);
const INK: Rgb<u8> = Rgb([24, 32, 44]);

/// `GET cases/{doc}/photos/{key}/stamped`
pub(in crate::app) async fn stamped(
    State(app): State<Arc<App>>,
    Path((doc, key)): Path<(DocId, String)>,
) -> Response {
    let said = app.said();
    let made = app
        .ask(move |app| {
            let key: PhotoKey = key.parse().map_err(|_| Problem::not_found())?;
            let photo = find(app, doc, key)?;
            let lines = lines(app, doc, &photo)?;
            let bytes = app.core(|core| core.read_blob(&photo.photo.sha256))?;
            stamp(&bytes, &photo.strokes, &lines)
        })
        .await;
    match made {
        Ok(bytes) => {
            let headers = [
                (CONTENT_TYPE, "image/jpeg"),
                (CACHE_CONTROL, "no-store"),
                (CONTENT_DISPOSITION, "inline; filename=\"stamped.jpg\""),
            ];
            (headers, bytes).into_response()
        }
        Err(problem) => problem.fragment(said),
    }
}

/// What the stamp says, in Chinese, which is the record's language.
fn lines(app: &App, doc: DocId, photo: &PhotoView) -> Result<Vec<String>, Problem> {
    let zh = crate::app::words::Said::new(field_core::rules::Language::Zh);
    let (facts, case) = app.core(|core| Ok((core.facts(doc)?, core.case(doc)?)))?;
    let item = ruleset_of(&facts)?.item(&photo.photo.item);
    let what = item.map(|item| format!("{} {}", item.clause, item.text.zh));
    let officers: Vec<_> = case
        .officers
        .iter()
        .map(|one| match &one.card_number {
            Some(card) => format!("{}（{card}）", one.name),
            None => one.name.clone(),
        })
        .collect();
    let taken = match (&photo.photo.taken, photo.by.at) {
        (Some(taken), _) => taken.clone(),
        (None, Some(at)) => format::moment(zh, at.wall_ms),
        (None, None) => String::new(),
    };
    let place = photo.photo.place.as_ref().map(format::place);
    Ok(vec![
        format!(
            "{} · {} · 第{}轮",
            case.number, facts.applicant, facts.round
        ),
        what.unwrap_or_default(),
        format!("{taken} · {}", place.unwrap_or_else(|| "无定位".to_owned())),
        format!("勘验人员：{}", officers.join("、")),
        format!("SHA-256 {}", photo.photo.sha256),
    ])
}

/// The picture with the marks on it and the lines below it.
fn stamp(jpeg: &[u8], strokes: &[Stroke], lines: &[String]) -> Result<Vec<u8>, Problem> {
    let broken = |error: image::ImageError| Problem::broken(&error.to_string());
    let picture = image::load_from_memory(jpeg).map_err(broken)?.into_rgb8();
    let font = FONT
        .as_ref()
        .ok_or_else(|| Problem::broken("the stamp's font cannot be read"))?;
    let (width, height) = picture.dimensions();
    let size = (width.max(640) as f32 / 52.0).max(13.0);
    let step = (size * 1.45).ceil() as u32;
    let wrapped: Vec<String> = lines
        .iter()
        .flat_map(|line| wrap(font, size, line, width as f32 - 2.0 * size))
        .collect();
    let band = step * wrapped.len() as u32 + size as u32;
    let mut canvas = RgbImage::from_pixel(width, height + band, PAPER);
    image::imageops::replace(&mut canvas, &picture, 0, 0);
    for stroke in strokes {
        mark(&mut canvas, font, (width, height), stroke);
    }
    for (n, line) in wrapped.iter().enumerate() {
        let top = height as f32 + size * 0.5 + (n as u32 * step) as f32;
        write(&mut canvas, font, size, (size, top), line, INK);
    }
    let mut bytes = vec![];
    JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY)
        .encode_image(&canvas)
        .map_err(broken)?;
    Ok(bytes)
}

/// Breaks a line where it would leave the picture.
fn wrap(font: &FontRef<'_>, size: f32, line: &str, width: f32) -> Vec<String> {
    let scaled = font.as_scaled(PxScale::from(size));
    let mut lines = vec![String::new()];
    let mut at = 0.0;
    for c in line.chars() {
        let wide = scaled.h_advance(font.glyph_id(c));
        if at + wide > width && at > 0.0 {
            lines.push(String::new());
            at = 0.0;
        }
        at += wide;
        if let Some(last) = lines.last_mut() {
            last.push(c);
        }
    }
    lines
}

/// Draws a line of text with its upper left corner at `at`. A character that the font does not
/// have is named by its code, so that nothing is shown as something else.
fn write(
    canvas: &mut RgbImage,
    font: &FontRef<'_>,
    size: f32,
    at: (f32, f32),
    line: &str,
    ink: Rgb<u8>,
) {
    let scale = PxScale::from(size);
    let scaled = font.as_scaled(scale);
    let mut x = at.0;
    let baseline = at.1 + scaled.ascent();
    let known = |c: char| font.glyph_id(c).0 != 0;
    let text: String = line
        .chars()
        .map(|c| {
            if known(c) {
                c.to_string()
            } else {
                format!("[U+{:04X}]", u32::from(c))
            }
        })
        .collect();
    for c in text.chars() {
        let id = font.glyph_id(c);
        let glyph = id.with_scale_and_position(scale, point(x, baseline));
        x += scaled.h_advance(id);
        let Some(outline) = font.outline_glyph(glyph) else {
            continue;
        };
        let bounds = outline.px_bounds();
        outline.draw(|dx, dy, cover| {
            let (px, py) = (bounds.min.x + dx as f32, bounds.min.y + dy as f32);
            blend(canvas, px as i64, py as i64, ink, cover);
        });
    }
}

fn blend(canvas: &mut RgbImage, x: i64, y: i64, ink: Rgb<u8>, cover: f32) {
    let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else {
        return;
    };
    if let Some(pixel) = canvas.get_pixel_mut_checked(x, y) {
        let cover = cover.clamp(0.0, 1.0);
        for (channel, ink) in pixel.0.iter_mut().zip(ink.0) {
            let mixed = f32::from(*channel) * (1.0 - cover) + f32::from(ink) * cover;
            *channel = mixed.round() as u8;
        }
    }
}

/// Draws one mark at its place, in thousandths of the picture.
fn mark(canvas: &mut RgbImage, font: &FontRef<'_>, (width, height): (u32, u32), stroke: &Stroke) {
    let thick = (width.max(height) as f32 / 300.0).max(2.0);
    let on = |(x, y): (u16, u16)| {
        let part = |n: u16, of: u32| f32::from(n) / 1000.0 * of as f32;
        (part(x, width), part(y, height))
    };
    let points: Vec<(f32, f32)> = stroke.points.iter().copied().map(on).collect();
    let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else {
        return;
    };
    match stroke.shape.as_str() {
        "circle" => {
            let centre = ((first.0 + last.0) / 2.0, (first.1 + last.1) / 2.0);
            let (rx, ry) = (
                (last.0 - first.0).abs() / 2.0,
                (last.1 - first.1).abs() / 2.0,
            );
            let around: Vec<_> = (0..=72)
                .map(|n| {
                    let turn = n as f32 / 72.0 * std::f32::consts::TAU;
                    (centre.0 + rx * turn.cos(), centre.1 + ry * turn.sin())
                })
                .collect();
            path(canvas, &around, thick);
        }
        "arrow" => {
            path(canvas, &[first, last], thick);
            let angle = (last.1 - first.1).atan2(last.0 - first.0);
            for side in [-2.6_f32, 2.6] {
                let barb = thick * 7.0;
                let end = (
                    last.0 + barb * (angle + side).cos(),
                    last.1 + barb * (angle + side).sin(),
                );
                path(canvas, &[last, end], thick);
            }
        }
        "text" => {
            let size = (width.max(height) as f32 / 36.0).max(14.0);
            let text = stroke.text.as_deref().unwrap_or_default();
            write(canvas, font, size, first, text, MARK);
        }
        _ => path(canvas, &points, thick),
    }
}

/// A line of round dots, close enough to look drawn.
fn path(canvas: &mut RgbImage, points: &[(f32, f32)], thick: f32) {
    for pair in points.windows(2) {
        let [from, to] = pair else { continue };
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let steps = (length / (thick / 3.0)).ceil().max(1.0) as u32;
        for n in 0..=steps {
            let along = n as f32 / steps as f32;
            let x = from.0 + (to.0 - from.0) * along;
            let y = from.1 + (to.1 - from.1) * along;
            dot(canvas, x, y, thick / 2.0);
        }
    }
}

fn dot(canvas: &mut RgbImage, x: f32, y: f32, radius: f32) {
    let reach = radius.ceil() as i64;
    for dy in -reach..=reach {
        for dx in -reach..=reach {
            let cover = radius + 0.5 - (dx as f32).hypot(dy as f32);
            if cover > 0.0 {
                blend(canvas, x as i64 + dx, y as i64 + dy, MARK, cover);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey() -> Vec<u8> {
        let mut bytes = vec![];
        JpegEncoder::new_with_quality(&mut bytes, 90)
            .encode_image(&RgbImage::from_pixel(400, 300, Rgb([128, 128, 128])))
            .unwrap();
        bytes
    }

    fn red(image: &RgbImage, x: u32, y: u32) -> bool {
        let Rgb([r, g, b]) = *image.get_pixel(x, y);
        r > 180 && g < 110 && b < 110
    }

    #[test]
    fn marks_are_where_they_were_drawn_and_the_stamp_is_below() {
        let photo = PhotoKey {
            actor: field_core::ids::Actor::from_bytes([1; 16]),
            counter: 0,
        };
        let arrow = Stroke {
            photo,
            shape: "arrow".into(),
            points: vec![(100, 500), (900, 500)],
            text: None,
        };
        let lines = [
            "330784-2018-0001 · 某某汽修".to_owned(),
            "勘验人员：甲".to_owned(),
        ];
        let stamped = image::load_from_memory(&stamp(&grey(), &[arrow], &lines).unwrap())
            .unwrap()
            .into_rgb8();
        assert_eq!(stamped.width(), 400);
        assert!(stamped.height() > 330, "a band below");
        assert!(red(&stamped, 200, 150) && !red(&stamped, 200, 100));
        let dark = stamped
            .rows()
            .skip(305)
            .flatten()
            .filter(|pixel| pixel.0[0] < 150);
        assert!(dark.count() > 100, "letters in the band");
    }

    #[test]
    fn a_long_line_is_broken_and_every_character_is_there() {
        let font = FONT.as_ref().unwrap();
        let line = "某某汽车修理厂".repeat(20);
        let wrapped = wrap(font, 16.0, &line, 300.0);
        assert!(wrapped.len() > 5);
        assert_eq!(wrapped.concat(), line);
    }
}
