//! An Exif segment, byte by byte (Exif 2.32): written apart from the library that reads it.

use super::Scene;

/// A value of a directory entry.
enum Value {
    Bytes(Vec<u8>),
    /// Text, to which the closing zero is added.
    Text(String),
    Short(u16),
    Long(u32),
    Quotients(Vec<(u32, u32)>),
    Undefined(Vec<u8>),
}

impl Value {
    /// Type code, count and big-endian bytes.
    fn encode(&self) -> (u16, usize, Vec<u8>) {
        match self {
            Self::Bytes(bytes) => (1, bytes.len(), bytes.clone()),
            Self::Text(text) => {
                let bytes = [text.as_bytes(), &[0]].concat();
                (2, bytes.len(), bytes)
            }
            Self::Short(number) => (3, 1, number.to_be_bytes().to_vec()),
            Self::Long(number) => (4, 1, number.to_be_bytes().to_vec()),
            Self::Quotients(quotients) => {
                let bytes = quotients
                    .iter()
                    .flat_map(|(top, bottom)| [top.to_be_bytes(), bottom.to_be_bytes()])
                    .flatten()
                    .collect();
                (5, quotients.len(), bytes)
            }
            Self::Undefined(bytes) => (7, bytes.len(), bytes.clone()),
        }
    }
}

/// Offset of the first directory: behind byte order, forty-two and the offset itself.
const FIRST_DIRECTORY: u32 = 8;

/// The whole APP1 segment with its marker.
pub(super) fn segment(scene: &Scene, orientation: u8) -> Vec<u8> {
    // Lengths do not depend on offsets, so the offsets follow from the lengths.
    let main = directory(FIRST_DIRECTORY, &main_entries(scene, orientation, 0, 0));
    let exif = directory(FIRST_DIRECTORY, &exif_entries(scene));
    let exif_at = FIRST_DIRECTORY + main.len() as u32;
    let gps_at = exif_at + exif.len() as u32;

    let mut block = b"MM\0*".to_vec();
    block.extend(FIRST_DIRECTORY.to_be_bytes());
    let main = main_entries(scene, orientation, exif_at, gps_at);
    block.extend(directory(FIRST_DIRECTORY, &main));
    block.extend(directory(exif_at, &exif_entries(scene)));
    block.extend(directory(gps_at, &gps_entries(scene)));

    let mut segment = vec![0xff, 0xe1];
    let length = 2 + 6 + block.len() as u16;
    segment.extend(length.to_be_bytes());
    segment.extend(b"Exif\0\0");
    segment.extend(block);
    segment
}

/// Entries are sorted by tag, as the standard demands.
fn main_entries(scene: &Scene, orientation: u8, exif_at: u32, gps_at: u32) -> [(u16, Value); 6] {
    [
        (0x010f, Value::Text("Kanyan".to_owned())),
        (0x0110, Value::Text("Kanyan Painter".to_owned())),
        (0x0112, Value::Short(u16::from(orientation))),
        (0x0132, Value::Text(time(scene))),
        (0x8769, Value::Long(exif_at)),
        (0x8825, Value::Long(gps_at)),
    ]
}

fn exif_entries(scene: &Scene) -> [(u16, Value); 3] {
    [
        (0x9000, Value::Undefined(b"0232".to_vec())),
        (0x9003, Value::Text(time(scene))),
        (0x9011, Value::Text("+08:00".to_owned())),
    ]
}

fn gps_entries(scene: &Scene) -> [(u16, Value); 6] {
    let letter = |degrees: f64, letters: [&str; 2]| {
        Value::Text(letters[usize::from(degrees < 0.0)].to_owned())
    };
    [
        (0x00, Value::Bytes(vec![2, 3, 0, 0])),
        (0x01, letter(scene.latitude, ["N", "S"])),
        (0x02, angle(scene.latitude)),
        (0x03, letter(scene.longitude, ["E", "W"])),
        (0x04, angle(scene.longitude)),
        // Five metres: a phone under an open sky.
        (0x1f, Value::Quotients(vec![(5, 1)])),
    ]
}

fn time(scene: &Scene) -> String {
    let t = scene.taken;
    format!(
        "{:04}:{:02}:{:02} {:02}:{:02}:{:02}",
        t.year(),
        t.month(),
        t.day(),
        t.hour(),
        t.minute(),
        t.second()
    )
}

/// Degrees, minutes and ten-thousandths of seconds (3 mm), rounded once, so never 60 seconds.
fn angle(degrees: f64) -> Value {
    const SECOND: u64 = 10_000;
    let total = (degrees.abs() * 3_600.0 * SECOND as f64).round() as u64;
    let part = |amount: u64| amount as u32;
    Value::Quotients(vec![
        (part(total / (3_600 * SECOND)), 1),
        (part(total / (60 * SECOND) % 60), 1),
        (part(total % (60 * SECOND)), SECOND as u32),
    ])
}

/// A directory that will stand at offset `at`: count, entries, no next one, then the values that
/// are longer than an entry's four bytes, each on an even offset.
fn directory(at: u32, entries: &[(u16, Value)]) -> Vec<u8> {
    let values_at = at + 2 + 12 * entries.len() as u32 + 4;
    let mut head = (entries.len() as u16).to_be_bytes().to_vec();
    let mut values = Vec::new();
    for (tag, value) in entries {
        let (kind, count, mut bytes) = value.encode();
        head.extend(tag.to_be_bytes());
        head.extend(kind.to_be_bytes());
        head.extend((count as u32).to_be_bytes());
        if bytes.len() <= 4 {
            bytes.resize(4, 0);
            head.extend(bytes);
        } else {
            head.extend((values_at + values.len() as u32).to_be_bytes());
            values.extend(bytes);
            values.resize(values.len().next_multiple_of(2), 0);
        }
    }
    head.extend([0; 4]);
    head.extend(values);
    head
}
