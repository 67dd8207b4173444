//! However the camera was held, the evidence is upright.

use std::path::PathBuf;

use super::super::{Evidence, Format, Gps, Limits, RENDITION_SIDE_PX, THUMBNAIL_SIDE_PX, take_in};
use super::draw::{difference, encode, field, open, orientation, scene, stored};

fn taken_in(bytes: &[u8]) -> Evidence {
    take_in(bytes, &Limits::default()).unwrap()
}

#[test]
fn eight_orientations_come_out_alike_in_every_format() {
    let scene = scene(300, 200);
    for format in [Format::Jpeg, Format::Png, Format::Webp] {
        for value in 1..=8 {
            let exif = [orientation(value)];
            let evidence = taken_in(&encode(stored(&scene, value as u8), format, &exif));
            assert_eq!(evidence.original_format, format);
            assert_eq!((evidence.width, evidence.height), (300, 200));
            let off = difference(&open(&evidence.rendition), &scene);
            assert!(off < 3.0, "{format:?} {value}: {off}");
            let mirrored = difference(&open(&evidence.rendition), &stored(&scene, 2));
            assert!(mirrored > 20.0, "the scene is not asymmetric: {mirrored}");
        }
    }
}

#[test]
fn large_pictures_are_shrunk_upright_too() {
    let scene = scene(2500, 1000);
    let shrunk = image::imageops::thumbnail(&scene, 2048, 819);
    for value in [1, 6, 7] {
        let exif = [orientation(value)];
        let evidence = taken_in(&encode(stored(&scene, value as u8), Format::Jpeg, &exif));
        assert_eq!((evidence.width, evidence.height), (RENDITION_SIDE_PX, 819));
        let off = difference(&open(&evidence.rendition), &shrunk);
        assert!(off < 3.0, "{value}: {off}");
        let thumbnail = open(&evidence.thumbnail);
        assert_eq!(thumbnail.dimensions(), (THUMBNAIL_SIDE_PX, 128));
        assert!(evidence.thumbnail.len() < 40_000);
    }
}

#[test]
fn orientations_that_do_not_exist_mean_as_stored() {
    let scene = scene(300, 200);
    for value in [0, 9, 65_535] {
        let evidence = taken_in(&encode(scene.clone(), Format::Jpeg, &[orientation(value)]));
        assert!(difference(&open(&evidence.rendition), &scene) < 3.0);
    }
    let letters = field(
        exif::Tag::Orientation,
        exif::Value::Ascii(vec![b"6".to_vec()]),
    );
    let evidence = taken_in(&encode(scene.clone(), Format::Jpeg, &[letters]));
    assert!(difference(&open(&evidence.rendition), &scene) < 3.0);
}

/// Real photographs lie beside the repository; where they do not, there is nothing to check.
fn photo(name: &str) -> Option<Vec<u8>> {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/photos");
    std::fs::read(shared.join(name)).ok()
}

#[test]
fn eight_real_photographs_come_out_alike() {
    let Some(first) = photo("orientation-1.jpg") else {
        return;
    };
    let first = open(&taken_in(&first).rendition);
    let others: Vec<_> = (2..=8)
        .map(|value| photo(&format!("orientation-{value}.jpg")).unwrap())
        .map(|bytes| open(&taken_in(&bytes).rendition))
        .collect();
    for (other, value) in others.iter().zip(2..) {
        // The first was developed with another contrast, and each has its number written on it.
        let (off, from_second) = (difference(&first, other), difference(&others[0], other));
        assert!(
            off < 16.0 && from_second < 7.0,
            "{value}: {off}, {from_second}"
        );
        for (wrong, name) in [(2, "mirrored"), (3, "upside down"), (4, "both")] {
            let off = difference(&first, &stored(other, wrong));
            assert!(off > 30.0, "{value} {name}: {off}");
        }
    }
}

#[test]
fn a_phones_photograph_keeps_its_time_place_and_camera() {
    let Some(bytes) = photo("phone-nokia-8.3.jpg") else {
        return;
    };
    let evidence = taken_in(&bytes);
    assert_eq!(evidence.original_bytes, bytes.len() as u64);
    assert_eq!((evidence.width, evidence.height), (RENDITION_SIDE_PX, 878));
    let capture = evidence.capture;
    assert_eq!(capture.camera.as_deref(), Some("HMD Global Nokia 8.3 5G"));
    assert_eq!(
        capture.taken.unwrap().to_string(),
        "2022-08-14T14:12:31+03:00"
    );
    // This phone writes its angles as signed quotients, which the standard does not know.
    let helsinki = Gps::new(60.146_705_6, 24.906_772_2);
    assert_eq!(capture.gps, helsinki);
}
