//! What the camera says about a photo: when, where, with what, and how it was held.
//! Every field is read alone; what is missing, malformed or out of range is left out, and no
//! mistake in here may ever lose the photo. Nothing is corrected or guessed.

use std::fmt;
use std::str::FromStr;

use exif::{Exif, In, Tag, Value};
use jiff::civil;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::place::Gps;

/// Length of [`Capture::camera`] at most, in characters.
pub const CAMERA_CHARS_MAX: usize = 64;
/// From below the Dead Sea to above Everest, in metres; beyond lies a camera's mistake.
const ALTITUDE_RANGE_M: std::ops::RangeInclusive<f64> = -1_000.0..=10_000.0;
/// A worse estimate than this says nothing, in metres.
const ACCURACY_MAX_M: f64 = 100_000.0;
/// Offsets from UTC reach from −12:00 to +14:00; symmetrical here, in minutes.
const OFFSET_MAX_MINUTES: i16 = 14 * 60;

/// The camera's claims.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Capture {
    /// When the shutter was released, by the camera's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Taken>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gps: Option<Gps>,
    /// Make and model, printable, at most [`CAMERA_CHARS_MAX`] characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub camera: Option<String>,
}

/// A camera's time: local, with the offset from UTC where the camera tells it.
///
/// As text and in JSON `2026-03-04T05:06:07` or `2026-03-04T05:06:07+08:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Taken {
    /// The camera's local time, to the second.
    pub local: civil::DateTime,
    /// Minutes east of UTC.
    pub offset_minutes: Option<i16>,
}

/// The text is no time as [`Taken`] writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a camera's time looks like 2026-03-04T05:06:07 or 2026-03-04T05:06:07+08:00")]
pub struct NotATime;

impl Taken {
    /// The point in time, where the offset is known.
    #[must_use]
    pub fn timestamp(&self) -> Option<jiff::Timestamp> {
        let seconds = i32::from(self.offset_minutes?) * 60;
        let offset = jiff::tz::Offset::from_seconds(seconds).ok()?;
        offset.to_timestamp(self.local).ok()
    }
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.local)?;
        if let Some(minutes) = self.offset_minutes {
            let sign = if minutes < 0 { '-' } else { '+' };
            let minutes = minutes.unsigned_abs();
            write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)?;
        }
        Ok(())
    }
}

impl FromStr for Taken {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let (local, offset) = text.split_at_checked(19).ok_or(NotATime)?;
        let offset_minutes = match offset {
            "" => None,
            _ => Some(parse_offset(offset).ok_or(NotATime)?),
        };
        let local = parse_local(local, b'-', b'T').ok_or(NotATime)?;
        Ok(Self {
            local,
            offset_minutes,
        })
    }
}

impl Serialize for Taken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Taken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The camera's claims in a TIFF block of Exif, and the orientation, 1 to 8 (1: as stored).
pub(super) fn read(block: Option<&[u8]>) -> (Capture, u8) {
    let Some(exif) = block.and_then(parse) else {
        return (Capture::default(), 1);
    };
    let capture = Capture {
        taken: taken(&exif),
        gps: gps(&exif),
        camera: camera(&exif),
    };
    (capture, orientation(&exif))
}

/// As many fields as can be read.
fn parse(block: &[u8]) -> Option<Exif> {
    exif::Reader::new()
        .continue_on_error(true)
        .read_raw(block.to_vec())
        .or_else(|error| error.distill_partial_result(|_| {}))
        .ok()
}

fn value(exif: &Exif, tag: Tag) -> Option<&Value> {
    exif.get_field(tag, In::PRIMARY).map(|field| &field.value)
}

fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match value(exif, tag)? {
        Value::Ascii(texts) => texts.first().map(Vec::as_slice),
        _ => None,
    }
}

/// The quotient at `index`; a zero denominator is how cameras write "unknown". Some phones write
/// signed quotients where the standard asks for unsigned ones.
fn rational(exif: &Exif, tag: Tag, index: usize) -> Option<f64> {
    let (top, bottom) = match value(exif, tag)? {
        Value::Rational(quotients) => {
            let quotient = quotients.get(index)?;
            (i64::from(quotient.num), i64::from(quotient.denom))
        }
        Value::SRational(quotients) => {
            let quotient = quotients.get(index)?;
            (i64::from(quotient.num), i64::from(quotient.denom))
        }
        _ => return None,
    };
    (bottom != 0).then(|| top as f64 / bottom as f64)
}

/// Exif 2.32, 4.6.4 A: tag 274.
fn orientation(exif: &Exif) -> u8 {
    value(exif, Tag::Orientation)
        .and_then(|value| value.get_uint(0))
        .and_then(|orientation| u8::try_from(orientation).ok())
        .filter(|orientation| (1..=8).contains(orientation))
        .unwrap_or(1)
}

/// When the photo was taken, not when the file was last changed.
fn taken(exif: &Exif) -> Option<Taken> {
    let tags = [
        (Tag::DateTimeOriginal, Tag::OffsetTimeOriginal),
        (Tag::DateTimeDigitized, Tag::OffsetTimeDigitized),
    ];
    tags.into_iter().find_map(|(time, offset)| {
        let text = std::str::from_utf8(ascii(exif, time)?).ok()?;
        let local = parse_local(text.trim(), b':', b' ')?;
        let offset_minutes = ascii(exif, offset)
            .and_then(|text| std::str::from_utf8(text).ok())
            .and_then(|text| parse_offset(text.trim()));
        Some(Taken {
            local,
            offset_minutes,
        })
    })
}

/// `YYYY-MM-DDTHH:MM:SS`, with the separators of the date and between date and time.
fn parse_local(text: &str, date: u8, between: u8) -> Option<civil::DateTime> {
    let text: &[u8; 19] = text.as_bytes().try_into().ok()?;
    let separators = [(4, date), (7, date), (10, between), (13, b':'), (16, b':')];
    if separators.iter().any(|(at, byte)| text[*at] != *byte) {
        return None;
    }
    let part = |at: usize| digits(&text[at..at + 2]);
    civil::DateTime::new(
        digits(&text[..4])?,
        part(5)? as i8,
        part(8)? as i8,
        part(11)? as i8,
        part(14)? as i8,
        part(17)? as i8,
        0,
    )
    .ok()
}

/// `+HH:MM` or `-HH:MM`, in minutes.
fn parse_offset(text: &str) -> Option<i16> {
    let text: &[u8; 6] = text.as_bytes().try_into().ok()?;
    let sign = match text[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = (digits(&text[1..3])?, digits(&text[4..])?);
    let total = hours * 60 + minutes;
    (text[3] == b':' && minutes < 60 && total <= OFFSET_MAX_MINUTES).then_some(sign * total)
}

/// At most four decimal digits.
fn digits(text: &[u8]) -> Option<i16> {
    text.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + i16::from(byte - b'0'))
    })
}

/// Exif 2.32, 4.6.6. A place needs both coordinates with their hemispheres.
fn gps(exif: &Exif) -> Option<Gps> {
    let latitude = coordinate(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, *b"NS")?;
    let longitude = coordinate(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, *b"EW")?;
    if latitude == 0.0 && longitude == 0.0 {
        // What cameras write without a fix; the place itself lies in the Gulf of Guinea.
        return None;
    }
    let below_sea = matches!(
        value(exif, Tag::GPSAltitudeRef).and_then(|value| value.get_uint(0)),
        Some(1 | 3)
    );
    let altitude_m = rational(exif, Tag::GPSAltitude, 0)
        .map(|altitude| if below_sea { -altitude } else { altitude })
        .filter(|altitude| ALTITUDE_RANGE_M.contains(altitude));
    let accuracy_m = rational(exif, Tag::GPSHPositioningError, 0)
        .filter(|accuracy| *accuracy > 0.0 && *accuracy <= ACCURACY_MAX_M);
    Some(Gps {
        altitude_m: altitude_m.map(|altitude| round(altitude, 100.0)),
        accuracy_m: accuracy_m.map(|accuracy| round(accuracy, 100.0)),
        ..Gps::new(latitude, longitude)?
    })
}

/// Degrees, minutes and seconds with a hemisphere as degrees, to a centimetre (10⁻⁷ degrees).
fn coordinate(exif: &Exif, tag: Tag, hemisphere: Tag, letters: [u8; 2]) -> Option<f64> {
    let letter = ascii(exif, hemisphere)?.first()?.to_ascii_uppercase();
    let sign = match letters.iter().position(|known| *known == letter)? {
        0 => 1.0,
        _ => -1.0,
    };
    let degrees = rational(exif, tag, 0)?;
    // Some cameras put everything into the degrees, or into degrees and minutes.
    let minutes = rational(exif, tag, 1).unwrap_or(0.0);
    let seconds = rational(exif, tag, 2).unwrap_or(0.0);
    // The sign belongs to the hemisphere alone.
    if degrees < 0.0 || !(0.0..=60.0).contains(&minutes) || !(0.0..=60.0).contains(&seconds) {
        return None;
    }
    Some(sign * round(degrees + minutes / 60.0 + seconds / 3600.0, 1e7))
}

fn round(value: f64, steps: f64) -> f64 {
    (value * steps).round() / steps
}

/// Make and model; the make is not repeated where the model starts with it.
fn camera(exif: &Exif) -> Option<String> {
    let part = |tag| ascii(exif, tag).map(printable).unwrap_or_default();
    let (make, model) = (part(Tag::Make), part(Tag::Model));
    let repeated = model.to_lowercase().starts_with(&make.to_lowercase());
    let camera = if repeated {
        model
    } else {
        format!("{make} {model}")
    };
    let camera: String = camera.trim().chars().take(CAMERA_CHARS_MAX).collect();
    Some(camera.trim_end().to_owned()).filter(|camera| !camera.is_empty())
}

/// Text without what could disturb a page or a log: control characters, and those that are
/// invisible or turn the writing direction.
fn printable(bytes: &[u8]) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
            || matches!(c, '\u{61c}' | '\u{feff}' | char::REPLACEMENT_CHARACTER)
    };
    let text: String = String::from_utf8_lossy(bytes)
        .chars()
        .filter(|c| !hidden(*c))
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
