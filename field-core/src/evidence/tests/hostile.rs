//! Cut off, mislabelled, swollen, bent: refused with a message, never a panic, never half a photo.

use proptest::prelude::*;

use super::super::{EvidenceError, Format, Limits, take_in};
use super::draw::{encode, orientation, scene, text};

const FORMATS: [Format; 3] = [Format::Jpeg, Format::Png, Format::Webp];

fn refused(bytes: &[u8]) -> EvidenceError {
    take_in(bytes, &Limits::default()).unwrap_err()
}

#[test]
fn a_picture_cut_off_anywhere_is_refused() {
    for format in FORMATS {
        let bytes = encode(scene(200, 150), format, &[orientation(6)]);
        for length in (0..bytes.len())
            .step_by(bytes.len() / 97)
            .chain([bytes.len() - 1])
        {
            let error = refused(&bytes[..length]);
            match length {
                0 => assert_eq!(error, EvidenceError::Empty),
                1..12 => {}
                _ => assert_eq!(error, EvidenceError::Truncated, "{format:?} at {length}"),
            }
        }
    }
}

#[test]
fn a_picture_whose_end_was_never_written_is_refused() {
    // A copy that reserved its space and was cut off: the rest is zeros.
    let mut bytes = encode(scene(200, 150), Format::Jpeg, &[]);
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0);
    assert_eq!(refused(&bytes), EvidenceError::Truncated);
}

#[test]
fn files_under_a_pictures_name_are_refused() {
    assert_eq!(refused(b""), EvidenceError::Empty);
    assert_eq!(
        refused(b"Dear office, attached.jpg"),
        EvidenceError::NotAPicture
    );
    assert_eq!(refused(&[0; 4096]), EvidenceError::NotAPicture);
    assert_eq!(
        refused(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
        EvidenceError::Heic
    );
    let gif = EvidenceError::Unsupported { format: "GIF" };
    assert_eq!(refused(b"GIF89a\x01\0\x01\0"), gif);
    let animated = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\xff\0\0\xff\0\0";
    let format = "animated WebP";
    assert_eq!(refused(animated), EvidenceError::Unsupported { format });
}

#[test]
fn a_file_over_the_limit_is_refused_unread() {
    let limits = Limits {
        file_bytes: 1_000,
        ..Limits::default()
    };
    assert_eq!(
        take_in(&[0xff; 1_001], &limits),
        Err(EvidenceError::TooManyBytes {
            bytes: 1_001,
            limit_bytes: 1_000
        })
    );
    assert_ne!(
        take_in(&[0xff; 1_000], &limits),
        Err(EvidenceError::TooManyBytes {
            bytes: 1_000,
            limit_bytes: 1_000
        })
    );
}

/// A PNG of one header and no pixels; checksums are not reached.
fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(b"\0\0\0\0IEND\xae\x42\x60\x82");
    bytes
}

#[test]
fn bombs_are_refused_before_memory_is_taken() {
    for (width, height) in [(60_000, 60_000), (u32::MAX, u32::MAX), (100_001, 1_000)] {
        let limit_pixels = 100_000_000;
        assert_eq!(
            refused(&png_claiming(width, height)),
            EvidenceError::TooManyPixels {
                width,
                height,
                limit_pixels
            }
        );
    }
    assert!(matches!(
        refused(&png_claiming(0, 60_000)),
        EvidenceError::Damaged { .. }
    ));
    // A valid JPEG whose header is changed to claim more.
    let mut bytes = encode(scene(100, 100), Format::Jpeg, &[]);
    let frame = bytes.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    bytes[frame + 5..frame + 9].fill(0xff);
    assert!(matches!(
        refused(&bytes),
        EvidenceError::TooManyPixels { .. }
    ));
    // A lossless WebP hidden in a small canvas.
    let mut webp = b"RIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\0\0\xff\0\0".to_vec();
    webp.extend(b"VP8L\x05\0\0\0\x2f\xff\xff\xff\x0f\0");
    assert!(matches!(
        refused(&webp),
        EvidenceError::TooManyPixels { .. }
    ));
}

#[test]
fn memory_is_limited_also_for_what_the_decoder_keeps() {
    let limits = Limits {
        memory_bytes: 5 << 20,
        ..Limits::default()
    };
    // A progressive JPEG's coefficients count: 1000 × 1000 pixels alone take 3 MB.
    let mut bytes = encode(scene(1000, 1000), Format::Jpeg, &[]);
    assert!(take_in(&bytes, &limits).is_ok());
    let frame = bytes.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    bytes[frame + 1] = 0xc2;
    assert_eq!(
        take_in(&bytes, &limits),
        Err(EvidenceError::TooMuchMemory {
            bytes: 9_000_000,
            limit_bytes: 5 << 20
        })
    );
    // Small on disk, wide in memory.
    let blank = image::RgbaImage::new(1200, 1200);
    let bytes = encode(blank, Format::Png, &[]);
    assert!(bytes.len() < 100_000);
    assert!(matches!(
        take_in(&bytes, &limits),
        Err(EvidenceError::TooMuchMemory { .. })
    ));
}

#[test]
fn a_jpeg_of_endless_scans_is_refused() {
    let bytes = encode(scene(100, 100), Format::Jpeg, &[]);
    let scan = bytes.windows(2).position(|w| w == [0xff, 0xda]).unwrap();
    let (head, rest) = bytes.split_at(scan);
    let scans = rest[..rest.len() - 2].repeat(65);
    let error = refused(&[head, &scans, b"\xff\xd9"].concat());
    assert_eq!(error, EvidenceError::damaged("it has too many scans"));
}

#[test]
fn bad_exif_never_loses_a_photo() {
    let clean = encode(scene(100, 100), Format::Jpeg, &[]);
    for block in [
        &b""[..],
        b"Exif\0\0",
        b"Exif\0\0MM\0*\xff\xff\xff\xff",
        b"Exif\0\0II*\0\x08\0\0\0\xff\xff",
        b"Exif\0",
    ] {
        let length = (block.len() as u16 + 2).to_be_bytes();
        let bytes = [&clean[..2], b"\xff\xe1", &length, block, &clean[2..]].concat();
        let evidence = take_in(&bytes, &Limits::default()).unwrap();
        assert_eq!(evidence.capture, Default::default());
    }
}

#[test]
fn every_message_says_what_to_do_in_both_languages() {
    let damaged = EvidenceError::damaged("x");
    let many = EvidenceError::TooManyBytes {
        bytes: (40 << 20) + 1,
        limit_bytes: 40 << 20,
    };
    assert!(many.to_string().contains("40.1 MB, more than the 40 MB"));
    assert!(many.zh().contains("40.1 MB，超过 40 MB"));
    let pixels = EvidenceError::TooManyPixels {
        width: 1,
        height: 2,
        limit_pixels: 100_000_000,
    };
    assert!(pixels.to_string().contains("100 million"));
    assert!(pixels.zh().contains("10000 万像素"));
    for error in [
        EvidenceError::Empty,
        EvidenceError::NotAPicture,
        EvidenceError::Heic,
        EvidenceError::Unsupported { format: "GIF" },
        EvidenceError::Truncated,
        damaged,
        many,
        pixels,
    ] {
        assert!(error.to_string().contains("ake the photo again"), "{error}");
        assert!(error.zh().contains("重新拍摄"), "{}", error.zh());
    }
}

fn intact() -> impl Strategy<Value = Vec<u8>> {
    let exif = [orientation(6), text(exif::Tag::Model, b"One")];
    let pictures = FORMATS.map(|format| encode(scene(96, 72), format, &exif));
    prop::sample::select(pictures.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_bytes_never_panic(
        start in prop::sample::select(vec![
            &b""[..], b"\xff\xd8\xff\xe1", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBP",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let _ = take_in(&[start, &rest].concat(), &Limits::default());
    }

    #[test]
    fn flipped_bytes_never_panic(
        mut bytes in intact(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        early in any::<bool>(),
    ) {
        let limits = Limits { pixels: 4_000_000, ..Limits::default() };
        let span = if early { bytes.len().min(200) } else { bytes.len() };
        for (at, byte) in flips {
            bytes[at.index(span)] ^= byte;
        }
        if let Ok(evidence) = take_in(&bytes, &limits) {
            prop_assert!(evidence.width.min(evidence.height) > 0);
        }
    }

    #[test]
    fn a_random_cut_is_never_taken_in(bytes in intact(), at in any::<prop::sample::Index>()) {
        let cut = at.index(bytes.len());
        prop_assert!(take_in(&bytes[..cut], &Limits::default()).is_err());
    }
}
