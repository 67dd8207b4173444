//! What the bytes are, by their first bytes alone: names and declared types lie.

use serde::{Deserialize, Serialize};

use super::error::EvidenceError;

/// A kind of picture that is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// JPEG (ITU-T T.81), baseline or progressive.
    Jpeg,
    /// PNG (W3C, third edition); of an animated one the default picture.
    Png,
    /// WebP (RFC 9649), lossy or lossless, not animated.
    Webp,
}

impl Format {
    /// The media type, such as `image/jpeg`.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }

    /// The usual end of a file name, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
        }
    }
}

/// First bytes of JPEG files.
pub(super) const JPEG_START: &[u8] = &[0xff, 0xd8, 0xff];
/// First bytes of PNG files.
pub(super) const PNG_START: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Files that people do choose by mistake, to be named in the refusal.
const OTHERS: [(&[u8], &str); 14] = [
    (b"GIF8", "GIF"),
    (b"II*\0", "TIFF/RAW"),
    (b"MM\0*", "TIFF/RAW"),
    (b"II+\0", "TIFF/RAW"),
    (b"MM\0+", "TIFF/RAW"),
    (b"BM", "BMP"),
    (b"%PDF", "PDF"),
    (b"8BPS", "Photoshop"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"PK\x03\x04", "ZIP/Office"),
    (b"\x1a\x45\xdf\xa3", "video"),
];

/// Recognises what is taken in and refuses everything else by name.
pub(super) fn sniff(bytes: &[u8]) -> Result<Format, EvidenceError> {
    if bytes.is_empty() {
        return Err(EvidenceError::Empty);
    }
    if bytes.starts_with(JPEG_START) {
        return Ok(Format::Jpeg);
    }
    if bytes.starts_with(PNG_START) {
        return Ok(Format::Png);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Ok(Format::Webp);
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return Err(refuse_boxes(bytes));
    }
    match OTHERS.iter().find(|(start, _)| bytes.starts_with(start)) {
        Some((_, format)) => Err(EvidenceError::Unsupported { format }),
        None => Err(EvidenceError::NotAPicture),
    }
}

/// HEIC, AVIF and videos share one container (ISO/IEC 14496-12); its brands tell them apart.
fn refuse_boxes(bytes: &[u8]) -> EvidenceError {
    const HEIF: [&[u8]; 10] = [
        b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1",
    ];
    const AVIF: [&[u8]; 2] = [b"avif", b"avis"];

    let length = bytes
        .first_chunk()
        .map_or(0, |length| u32::from_be_bytes(*length) as usize);
    // Major brand, version, compatible brands; a handful is enough of what may be a hostile list.
    let body = bytes
        .get(8..length.min(bytes.len()).min(136))
        .unwrap_or(&[]);
    let has = |brands: &[&[u8]]| body.chunks_exact(4).any(|brand| brands.contains(&brand));
    if has(&AVIF) {
        EvidenceError::Unsupported { format: "AVIF" }
    } else if has(&HEIF) {
        EvidenceError::Heic
    } else {
        EvidenceError::Unsupported { format: "video" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(major: &[u8; 4], others: &[&[u8; 4]]) -> Vec<u8> {
        let length = 16 + 4 * others.len() as u32;
        let mut bytes = length.to_be_bytes().to_vec();
        bytes.extend(b"ftyp");
        bytes.extend(major);
        bytes.extend([0; 4]);
        others.iter().for_each(|brand| bytes.extend(*brand));
        bytes.extend(b"\0\0\0\x08mdat");
        bytes
    }

    #[test]
    fn pictures_are_recognised_by_content() {
        assert_eq!(sniff(b"\xff\xd8\xff\xe1"), Ok(Format::Jpeg));
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n...."), Ok(Format::Png));
        assert_eq!(sniff(b"RIFF\x10\0\0\0WEBPVP8 "), Ok(Format::Webp));
    }

    #[test]
    fn phones_and_videos_in_boxes_are_told_apart() {
        assert_eq!(sniff(&boxed(b"heic", &[b"mif1"])), Err(EvidenceError::Heic));
        assert_eq!(sniff(&boxed(b"mif1", &[b"heic"])), Err(EvidenceError::Heic));
        let avif = Err(EvidenceError::Unsupported { format: "AVIF" });
        assert_eq!(sniff(&boxed(b"avif", &[b"mif1"])), avif);
        assert_eq!(sniff(&boxed(b"mif1", &[b"miaf", b"avif"])), avif);
        let video = Err(EvidenceError::Unsupported { format: "video" });
        assert_eq!(sniff(&boxed(b"isom", &[b"mp42"])), video);
        assert_eq!(sniff(b"\xff\xff\xff\xffftyp"), video);
    }

    #[test]
    fn other_files_are_refused_by_name() {
        for (start, format) in [
            (&b"GIF89a"[..], "GIF"),
            (b"II*\0\x08\0\0\0", "TIFF/RAW"),
            (b"MM\0*\0\0\0\x08", "TIFF/RAW"),
            (b"BM6\0", "BMP"),
            (b"%PDF-1.7", "PDF"),
        ] {
            assert_eq!(sniff(start), Err(EvidenceError::Unsupported { format }));
        }
        assert_eq!(sniff(b""), Err(EvidenceError::Empty));
        assert_eq!(
            sniff(b"RIFF\x10\0\0\0WAVE"),
            Err(EvidenceError::NotAPicture)
        );
        assert_eq!(sniff(b"hello, I am a.jpg"), Err(EvidenceError::NotAPicture));
    }
}
