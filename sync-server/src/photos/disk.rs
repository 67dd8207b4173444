//! Where evidence files lie, and how one gets there so that a crash at any moment leaves either
//! nothing, or a part that can be gone on with, or the whole verified file.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use field_core::digest::Sha256;
use sha2::Digest;

/// Read at a time while hashing, in bytes.
const PIECE: usize = 256 << 10;
/// Enough for every magic number that is looked at.
const START: usize = 12;

/// Where a verified file lies.
pub(super) fn blob_path(data: &Path, sha256: Sha256) -> PathBuf {
    let name = sha256.to_string();
    data.join("blobs").join(&name[..2]).join(&name[2..])
}

/// Where an upload gathers. `id` was made here and is hexadecimal.
pub(super) fn part_path(data: &Path, id: &str) -> PathBuf {
    data.join("uploads").join(id)
}

/// What a whole file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Measured {
    pub(super) sha256: Sha256,
    pub(super) bytes: u64,
    /// Its media type, if it is a picture that is taken.
    pub(super) media: Option<&'static str>,
}

/// Reads a whole file once.
pub(super) fn measure(path: &Path) -> io::Result<Measured> {
    let mut file = File::open(path)?;
    let mut hasher = sha2::Sha256::new();
    let mut start = Vec::with_capacity(START);
    let mut bytes = 0;
    let mut piece = vec![0; PIECE];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        let missing = START - start.len();
        start.extend_from_slice(&piece[..read.min(missing)]);
        hasher.update(&piece[..read]);
        bytes += read as u64;
    }
    let digest: [u8; 32] = hasher.finalize().into();
    Ok(Measured {
        sha256: Sha256::from_bytes(digest),
        bytes,
        media: media(&start),
    })
}

/// The kind of picture, by its first bytes.
pub(super) fn media(start: &[u8]) -> Option<&'static str> {
    if start.starts_with(&[0xff, 0xd8, 0xff]) {
        Some("image/jpeg")
    } else if start.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if start.starts_with(b"RIFF") && start.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else {
        None
    }
}

/// Moves a verified upload to its place. The bytes are on disk before the name is, and the name is
/// on disk before this returns; only then may the database say that the file is held.
pub(super) fn settle(data: &Path, part: &Path, sha256: Sha256) -> io::Result<()> {
    File::open(part)?.sync_all()?;
    let path = blob_path(data, sha256);
    let folder = path.parent().unwrap_or(data);
    if !folder.is_dir() {
        fs::create_dir_all(folder)?;
        // The new folders' own names.
        for above in folder.ancestors().skip(1).take(2) {
            sync_folder(above)?;
        }
    }
    fs::rename(part, &path)?;
    sync_folder(folder)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Removes a part; one that is gone is no error.
pub(super) fn drop_part(data: &Path, id: &str) {
    let path = part_path(data, id);
    match fs::remove_file(&path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "a dropped upload could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gets_to_its_place_whole() {
        let dir = tempfile::tempdir().unwrap();
        let part = part_path(dir.path(), "ab");
        fs::create_dir_all(part.parent().unwrap()).unwrap();
        fs::write(&part, b"\xff\xd8\xff picture").unwrap();
        let measured = measure(&part).unwrap();
        assert_eq!(measured.sha256, Sha256::of(b"\xff\xd8\xff picture"));
        assert_eq!((measured.bytes, measured.media), (11, Some("image/jpeg")));
        settle(dir.path(), &part, measured.sha256).unwrap();
        assert!(!part.exists());
        let path = blob_path(dir.path(), measured.sha256);
        assert_eq!(fs::read(path).unwrap(), b"\xff\xd8\xff picture");
    }

    #[test]
    fn only_three_kinds_of_pictures() {
        assert_eq!(media(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(media(b"RIFF1234WEBP"), Some("image/webp"));
        for other in [&b"GIF89a......"[..], b"%PDF-1.7....", b"RIFF1234WAVE", b""] {
            assert_eq!(media(other), None);
        }
    }
}
