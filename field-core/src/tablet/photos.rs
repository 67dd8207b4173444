//! Photos: taken in, encrypted on the disk, listed in the document, in one step.

use super::store::blobs;
use super::{Tablet, TabletError};
use crate::digest::Sha256;
use crate::evidence::{Evidence, Limits, take_in};
use crate::ids::DocId;
use crate::inspection::{Container, Edit, Photo, PhotoKey, Place};

/// Capturing is refused below this, so that what was begun can always be finished and synced.
const RESERVED_BYTES: u64 = 200 << 20;

/// A photo that was just added.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPhoto {
    /// Its key in the document.
    pub key: PhotoKey,
    /// What the document lists of it.
    pub photo: Photo,
}

/// Where a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// On this tablet alone.
    Here,
    /// On this tablet, and its upload has begun.
    Sending,
    /// The server's receipt names it.
    Safe,
    /// On another tablet.
    Elsewhere,
}

impl Tablet {
    /// Where a picture is, as this tablet knows.
    pub fn file_state(&self, sha256: &Sha256) -> Result<FileState, TabletError> {
        Ok(match blobs::whereabouts(self.store.reader(), sha256)? {
            None => FileState::Elsewhere,
            Some((state, _)) if state == "safe" => FileState::Safe,
            Some((_, true)) => FileState::Sending,
            Some(_) => FileState::Here,
        })
    }

    /// Takes a picture in for an item. `place` is what the tablet knows of where it is, used when
    /// the picture does not say. Nothing half-written remains when it fails.
    pub fn add_photo(
        &mut self,
        doc: DocId,
        officer: &str,
        item: &str,
        picture: &[u8],
        place: Option<Place>,
    ) -> Result<NewPhoto, TabletError> {
        self.reserve(picture.len() as u64)?;
        if !self.document(doc)?.facts().has_item(item) {
            return Err(crate::inspection::EditError::UnknownItem(item.to_owned()).into());
        }
        let evidence = take_in(picture, &Limits::default())?;
        let photo = describe(item, &evidence, place);
        let key = self.next_key(doc, officer, Container::Photos)?;
        let files: [(&str, &str, Sha256, &[u8]); 3] = [
            ("thumbnail", "unsent", photo.thumbnail, &evidence.thumbnail),
            ("evidence", "unsent", photo.sha256, &evidence.rendition),
            ("original", "on-request", photo.original, picture),
        ];
        for (_, _, sha256, content) in &files {
            self.vault.write(&mut self.rng, sha256, content)?;
        }
        let made_at = self.clock.wall_ms();
        let edit = Edit::AddPhoto {
            key,
            photo: photo.clone(),
        };
        let added = self.edit_with(doc, officer, &edit, |transaction| {
            for (kind, state, sha256, content) in &files {
                let row = blobs::Row {
                    sha256: *sha256,
                    doc,
                    kind: (*kind).to_owned(),
                    bytes: content.len() as u64,
                    upload: None,
                };
                blobs::insert(transaction, &row, state, made_at)?;
            }
            Ok(())
        });
        if added.is_err() {
            for (_, _, sha256, _) in &files {
                if blobs::state(self.store.reader(), sha256)?.is_none() {
                    self.vault.remove(sha256);
                }
            }
        }
        added.map(|()| NewPhoto { key, photo })
    }

    /// An evidence file, thumbnail or original that is on this tablet.
    pub fn read_blob(&self, sha256: &Sha256) -> Result<Vec<u8>, TabletError> {
        self.vault.read(sha256)
    }

    /// Free space of the disk the tablet's files are on, when it can be told.
    #[must_use]
    pub fn free_bytes(&self) -> Option<u64> {
        let stat = rustix::fs::statvfs(&self.folder).ok()?;
        stat.f_bavail.checked_mul(stat.f_frsize)
    }

    fn reserve(&self, bytes: u64) -> Result<(), TabletError> {
        match self.free_bytes() {
            Some(free) if free < RESERVED_BYTES + 2 * bytes => Err(TabletError::StorageFull {
                free_mb: free >> 20,
            }),
            _ => Ok(()),
        }
    }
}

fn describe(item: &str, evidence: &Evidence, place: Option<Place>) -> Photo {
    let from_camera = evidence.capture.gps.map(|gps| Place {
        latitude: gps.latitude,
        longitude: gps.longitude,
        accuracy_m: gps.accuracy_m,
    });
    Photo {
        item: item.to_owned(),
        sha256: evidence.sha256,
        bytes: evidence.rendition.len() as u64,
        width: evidence.width,
        height: evidence.height,
        thumbnail: evidence.thumbnail_sha256,
        thumbnail_bytes: evidence.thumbnail.len() as u64,
        original: evidence.original_sha256,
        original_bytes: evidence.original_bytes,
        taken: evidence.capture.taken.as_ref().map(ToString::to_string),
        camera: evidence.capture.camera.clone(),
        place: from_camera.or(place),
    }
}
