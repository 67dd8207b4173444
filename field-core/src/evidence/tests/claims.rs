//! Time, place and camera, well and badly written.

use exif::{Field, Tag, Value};

use super::super::{CAMERA_CHARS_MAX, Capture, Format, Gps, Limits, Taken, take_in};
use super::draw::{encode, field, quotients, scene, text};

fn claims(exif: &[Field]) -> Capture {
    let bytes = encode(scene(80, 80), Format::Jpeg, exif);
    take_in(&bytes, &Limits::default()).unwrap().capture
}

/// Degrees, minutes, hundredths of seconds.
type Angle = [(u32, u32); 3];

fn place(latitude: Angle, north: &[u8], longitude: Angle, east: &[u8]) -> Vec<Field> {
    vec![
        text(Tag::GPSLatitudeRef, north),
        quotients(Tag::GPSLatitude, &latitude),
        text(Tag::GPSLongitudeRef, east),
        quotients(Tag::GPSLongitude, &longitude),
    ]
}

const NORTH: Angle = [(30, 1), (15, 1), (3000, 100)];
const EAST: Angle = [(120, 1), (30, 1), (1234, 100)];

#[test]
fn everything_a_camera_tells_is_kept() {
    let mut exif = place(NORTH, b"N", EAST, b"E");
    exif.extend([
        text(Tag::Make, b"  Maker\0 "),
        text(Tag::Model, b"Phone 1"),
        text(Tag::DateTimeOriginal, b"2026:03:04 05:06:07"),
        text(Tag::OffsetTimeOriginal, b"+08:00"),
        field(Tag::GPSAltitudeRef, Value::Byte(vec![1])),
        quotients(Tag::GPSAltitude, &[(125, 10)]),
        quotients(Tag::GPSHPositioningError, &[(47, 10)]),
    ]);
    for format in [Format::Jpeg, Format::Png, Format::Webp] {
        let bytes = encode(scene(80, 80), format, &exif);
        let capture = take_in(&bytes, &Limits::default()).unwrap().capture;
        assert_eq!(
            capture.taken.unwrap().to_string(),
            "2026-03-04T05:06:07+08:00"
        );
        assert_eq!(
            capture.gps.unwrap(),
            Gps {
                latitude: 30.258_333_3,
                longitude: 120.503_427_8,
                altitude_m: Some(-12.5),
                accuracy_m: Some(4.7),
            }
        );
        assert_eq!(capture.camera.as_deref(), Some("Maker Phone 1"));
    }
}

#[test]
fn a_photo_without_exif_claims_nothing() {
    assert_eq!(claims(&[]), Capture::default());
}

#[test]
fn hemispheres_have_signs() {
    let gps = claims(&place(NORTH, b"S", EAST, b"W")).gps.unwrap();
    assert!(gps.latitude < -30.2 && gps.longitude < -120.5);
}

#[test]
fn places_that_cannot_be_are_left_out() {
    const ZERO: Angle = [(0, 1), (0, 1), (0, 1)];
    let unknown = [(0, 0), (0, 0), (0, 0)];
    let too_far = [(200, 1), (0, 1), (0, 1)];
    for exif in [
        place(too_far, b"N", EAST, b"E"),
        place(NORTH, b"N", too_far, b"E"),
        place([(30, 1), (61, 1), (0, 1)], b"N", EAST, b"E"),
        place(unknown, b"N", unknown, b"E"),
        place(ZERO, b"N", ZERO, b"E"),
        place(NORTH, b"E", EAST, b"N"),
        place(NORTH, b"", EAST, b"E"),
        place(NORTH, b"N", EAST, b"E")[..3].to_vec(),
    ] {
        assert_eq!(claims(&exif).gps, None, "{exif:?}");
    }
}

#[test]
fn signed_quotients_are_read_but_their_sign_is_not_a_hemisphere() {
    let signed = |tag, degrees| {
        let quotients = [(degrees, 1), (30, 1), (0, 1)];
        let quotients = quotients.map(|(num, denom)| exif::SRational { num, denom });
        field(tag, Value::SRational(quotients.to_vec()))
    };
    let mut exif = place(NORTH, b"N", EAST, b"E");
    exif[1] = signed(Tag::GPSLatitude, 30);
    assert_eq!(claims(&exif).gps.unwrap().latitude, 30.5);
    exif[1] = signed(Tag::GPSLatitude, -30);
    assert_eq!(claims(&exif).gps, None);
}

#[test]
fn absurd_altitude_and_accuracy_do_not_lose_the_place() {
    let mut exif = place(NORTH, b"N", EAST, b"E");
    exif.push(quotients(Tag::GPSAltitude, &[(u32::MAX, 1)]));
    exif.push(quotients(Tag::GPSHPositioningError, &[(0, 1)]));
    let gps = claims(&exif).gps.unwrap();
    assert_eq!((gps.altitude_m, gps.accuracy_m), (None, None));
}

#[test]
fn times_that_cannot_be_are_left_out_and_offsets_are_optional() {
    for bad in [
        &b"0000:00:00 00:00:00"[..],
        b"    :  :     :  :  ",
        b"2026:02:30 10:00:00",
        b"2026:03:04 25:00:00",
        b"2026:03:04",
        b"\xff\xfe",
    ] {
        assert_eq!(claims(&[text(Tag::DateTimeOriginal, bad)]).taken, None);
    }
    let exif = [
        text(Tag::DateTimeDigitized, b"2026:03:04 05:06:07"),
        text(Tag::OffsetTimeDigitized, b"+8"),
    ];
    let taken = claims(&exif).taken.unwrap();
    assert_eq!(taken.to_string(), "2026-03-04T05:06:07");
    assert_eq!(taken.timestamp(), None);
    // When a file was changed is not when the photo was taken.
    assert_eq!(
        claims(&[text(Tag::DateTime, b"2026:03:04 05:06:07")]).taken,
        None
    );
}

#[test]
fn times_as_text_come_back() {
    for whole in [
        "2026-03-04T05:06:07",
        "2026-03-04T05:06:07+08:00",
        "2026-03-04T05:06:07-03:30",
        "2026-03-04T05:06:07-00:30",
    ] {
        let taken: Taken = whole.parse().unwrap();
        assert_eq!(taken.to_string(), whole);
        let json = serde_json::to_string(&taken).unwrap();
        assert_eq!(serde_json::from_str::<Taken>(&json).unwrap(), taken);
    }
    for bad in [
        "",
        "2026-03-04 05:06:07",
        "2026-03-04T05:06:07Z",
        "2026-03-04T05:06:07+15:00",
        "2026-03-04T05:06:07+08:60",
        "2026-03-04T05:06:0七",
    ] {
        assert!(bad.parse::<Taken>().is_err(), "{bad}");
    }
    let taken: Taken = "2026-03-04T05:06:07+08:00".parse().unwrap();
    assert_eq!(
        taken.timestamp().unwrap().to_string(),
        "2026-03-03T21:06:07Z"
    );
}

#[test]
fn camera_names_are_printable_and_short() {
    let camera = |make: &[u8], model: &[u8]| {
        claims(&[text(Tag::Make, make), text(Tag::Model, model)]).camera
    };
    assert_eq!(camera(b"ACME", b"Acme One").as_deref(), Some("Acme One"));
    assert_eq!(camera(b"", b"One").as_deref(), Some("One"));
    assert_eq!(camera(b"ACME", b"").as_deref(), Some("ACME"));
    assert_eq!(camera(b" \x07", b"\x1b "), None);
    assert_eq!(
        camera("一\u{202e}二".as_bytes(), b"a\x1b[31m\r\nb").as_deref(),
        Some("一二 a[31mb")
    );
    let long = camera("长".repeat(100).as_bytes(), b"x").unwrap();
    assert_eq!(long.chars().count(), CAMERA_CHARS_MAX);
}

#[test]
fn claims_as_json() {
    let mut exif = place(NORTH, b"N", EAST, b"E");
    exif.push(text(Tag::DateTimeOriginal, b"2026:03:04 05:06:07"));
    exif.push(text(Tag::Model, b"One"));
    let capture = claims(&exif);
    let json = serde_json::to_string(&capture).unwrap();
    insta::assert_snapshot!(json, @r#"{"taken":"2026-03-04T05:06:07","gps":{"latitude":30.2583333,"longitude":120.5034278},"camera":"One"}"#);
    assert_eq!(serde_json::from_str::<Capture>(&json).unwrap(), capture);
    assert_eq!(
        serde_json::from_str::<Capture>("{}").unwrap(),
        Capture::default()
    );
}
