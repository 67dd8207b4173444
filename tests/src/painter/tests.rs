//! A painted photograph goes through the door that every photograph goes through.

use field_core::evidence::{Evidence, Limits, take_in};

use super::*;

const SMALL: (u32, u32) = (900, 600);

fn scene(subject: Subject, orientation: u8) -> Scene {
    Scene {
        subject,
        seed: 407,
        orientation,
        taken: civil::date(2026, 3, 4).at(15, 6, 7, 0),
        latitude: 30.258_334,
        longitude: -120.999_999_99,
    }
}

fn taken_in(scene: &Scene) -> Evidence {
    take_in(&paint_sized(scene, SMALL).unwrap(), &Limits::default()).unwrap()
}

#[test]
fn what_is_written_into_exif_is_read_by_the_intake() {
    let evidence = taken_in(&scene(Subject::Front, 6));
    let capture = evidence.capture;
    assert_eq!(capture.camera.as_deref(), Some("Kanyan Painter"));
    assert_eq!(
        capture.taken.unwrap().to_string(),
        "2026-03-04T15:06:07+08:00"
    );
    let gps = capture.gps.unwrap();
    assert!((gps.latitude - 30.258_334).abs() < 2e-7, "{gps:?}");
    assert!((gps.longitude + 121.0).abs() < 2e-7, "{gps:?}");
    assert_eq!(gps.accuracy_m, Some(5.0));
}

#[test]
fn eight_ways_to_hold_the_camera_show_one_picture() {
    let open = |orientation| {
        let evidence = taken_in(&scene(Subject::Lift, orientation));
        assert_eq!((evidence.width, evidence.height), SMALL);
        image::load_from_memory(&evidence.rendition)
            .unwrap()
            .into_rgb8()
    };
    let first = open(1);
    for orientation in 2..=8 {
        let sum: u64 = first
            .as_raw()
            .iter()
            .zip(open(orientation).as_raw())
            .map(|(a, b)| u64::from(a.abs_diff(*b)))
            .sum();
        let off = sum as f64 / first.as_raw().len() as f64;
        assert!(off < 8.0, "{orientation}: {off}");
    }
}

#[test]
fn subjects_and_seeds_differ_and_the_same_scene_gives_the_same_bytes() {
    let mut seen = std::collections::BTreeSet::new();
    for subject in Subject::ALL {
        for seed in [1, 2] {
            let scene = Scene {
                seed,
                ..scene(subject, 1)
            };
            let photo = paint_sized(&scene, (300, 200)).unwrap();
            assert_eq!(photo, paint_sized(&scene, (300, 200)).unwrap());
            assert!(seen.insert(photo), "{subject:?} {seed} was painted twice");
        }
    }
}

#[test]
fn a_full_size_photograph_weighs_what_a_phones_does() {
    let photo = paint(&scene(Subject::Workshop, 8));
    let megabytes = photo.len() as f64 / 1e6;
    assert!((1.0..6.0).contains(&megabytes), "{megabytes}");
    let evidence = take_in(&photo, &Limits::default()).unwrap();
    assert_eq!((evidence.width, evidence.height), (2048, 1365));
}
