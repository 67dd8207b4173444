//! What a rendition is made of: colours, transparency, size, and nothing else.

use image::{DynamicImage, GrayImage, Luma, Rgba, RgbaImage};

use super::super::{EvidenceError, Format, Limits, take_in};
use super::draw::{difference, encode, open, scene, text};
use crate::digest::Sha256;

#[test]
fn transparency_is_laid_on_white() {
    let clear = RgbaImage::from_fn(100, 80, |x, _| match x {
        0..40 => Rgba([10, 20, 30, 255]),
        40..70 => Rgba([0, 0, 0, 0]),
        _ => Rgba([0, 0, 0, 128]),
    });
    for format in [Format::Png, Format::Webp] {
        let bytes = encode(clear.clone(), format, &[]);
        let evidence = take_in(&bytes, &Limits::default()).unwrap();
        let seen = open(&evidence.rendition);
        for (x, wanted) in [(10, [10, 20, 30]), (55, [255; 3]), (90, [127; 3])] {
            let pixel = seen.get_pixel(x, 40).0;
            let near = pixel.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) < 6);
            assert!(near, "{format:?} {x}: {pixel:?}");
        }
    }
}

#[test]
fn every_kind_of_pixel_is_taken_in() {
    let scene = scene(2100, 70);
    let grey: GrayImage = image::imageops::grayscale(&scene);
    let whole = DynamicImage::from(scene.clone());
    for (name, image, format) in [
        ("grey jpeg", grey.clone().into(), Format::Jpeg),
        ("grey png", grey.into(), Format::Png),
        ("grey alpha", whole.to_luma_alpha8().into(), Format::Png),
        ("sixteen bits", whole.to_rgb16().into(), Format::Png),
        ("sixteen bits alpha", whole.to_rgba16().into(), Format::Png),
        ("sixteen bits grey", whole.to_luma16().into(), Format::Png),
        ("alpha", whole.to_rgba8().into(), Format::Webp),
        ("plain", whole.clone(), Format::Webp),
    ] as [(&str, DynamicImage, Format); 8]
    {
        let evidence = take_in(&encode(image.clone(), format, &[]), &Limits::default()).unwrap();
        assert_eq!((evidence.width, evidence.height), (2048, 68), "{name}");
        let wanted = image::imageops::thumbnail(&image.into_rgb8(), 2048, 68);
        let off = difference(&open(&evidence.rendition), &wanted);
        assert!(off < 4.0, "{name}: {off}");
    }
}

#[test]
fn the_same_bytes_give_the_same_evidence_and_the_hashes_are_theirs() {
    let bytes = encode(scene(400, 300), Format::Jpeg, &[]);
    let evidence = take_in(&bytes, &Limits::default()).unwrap();
    assert_eq!(take_in(&bytes, &Limits::default()).unwrap(), evidence);
    assert_eq!(evidence.sha256, Sha256::of(&evidence.rendition));
    assert_eq!(evidence.thumbnail_sha256, Sha256::of(&evidence.thumbnail));
    assert_eq!(evidence.original_sha256, Sha256::of(&bytes));
    assert_eq!(evidence.original_bytes, bytes.len() as u64);
}

#[test]
fn nothing_of_the_metadata_is_left_in_the_rendition() {
    let exif = [text(exif::Tag::Model, b"A Secret Camera")];
    let bytes = encode(scene(400, 300), Format::Jpeg, &exif);
    let evidence = take_in(&bytes, &Limits::default()).unwrap();
    for file in [&evidence.rendition, &evidence.thumbnail] {
        assert!(file.starts_with(&[0xff, 0xd8, 0xff, 0xe0]));
        let has = |needle: &[u8]| file.windows(needle.len()).any(|window| window == needle);
        assert!(!has(b"Exif") && !has(b"Secret"));
    }
    assert_eq!(evidence.capture.camera.as_deref(), Some("A Secret Camera"));
}

#[test]
fn small_pictures_are_not_enlarged_and_tiny_ones_are_refused() {
    let limits = Limits::default();
    let evidence = take_in(&encode(scene(64, 90), Format::Png, &[]), &limits).unwrap();
    assert_eq!((evidence.width, evidence.height), (64, 90));
    assert_eq!(open(&evidence.thumbnail).dimensions(), (64, 90));
    assert_eq!(
        take_in(&encode(scene(63, 900), Format::Png, &[]), &limits),
        Err(EvidenceError::TooSmall {
            width: 63,
            height: 900,
            limit_px: 64
        })
    );
}

#[test]
fn what_phones_append_behind_the_picture_is_accepted() {
    for format in [Format::Jpeg, Format::Png, Format::Webp] {
        let bytes = encode(scene(200, 100), format, &[]);
        let bare = take_in(&bytes, &Limits::default()).unwrap();
        for tail in [&b"\0\0\0\0"[..], b"MotionPhoto\xff\xd8\xff\xe1", b"\xff"] {
            let longer = take_in(&[&bytes, tail].concat(), &Limits::default()).unwrap();
            assert_eq!(longer.sha256, bare.sha256, "{format:?}");
            assert_ne!(longer.original_sha256, bare.original_sha256);
        }
    }
}

#[test]
fn a_frame_may_be_grey_from_edge_to_edge() {
    let flat = GrayImage::from_pixel(128, 128, Luma([77]));
    let evidence = take_in(&encode(flat, Format::Jpeg, &[]), &Limits::default()).unwrap();
    assert!(
        open(&evidence.rendition)
            .pixels()
            .all(|p| p.0[0].abs_diff(77) < 3)
    );
}
