//! Photos: taken in as the camera gave them, kept upright and encrypted.

use field_core::digest::Sha256;
use field_core::inspection as core;

use crate::tablet::doc_id;
use crate::{Tablet, TabletError};

/// A place on earth (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, uniffi::Record)]
pub struct Place {
    /// Degrees, north positive.
    pub latitude: f64,
    /// Degrees, east positive.
    pub longitude: f64,
    /// Radius in metres within which the true place lies, when known.
    #[uniffi(default = None)]
    pub accuracy_m: Option<f64>,
}

/// A photo in an inspection.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Photo {
    /// Its key in the inspection.
    pub key: String,
    /// The item it shows.
    pub item: String,
    /// SHA-256 of the upright picture, which is the evidence: for [`Tablet::read_photo`].
    pub sha256: String,
    /// Length of the upright picture.
    pub bytes: u64,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// SHA-256 of the thumbnail: for [`Tablet::read_photo`].
    pub thumbnail: String,
    /// Local time as the camera wrote it.
    pub taken: Option<String>,
    /// Make and model.
    pub camera: Option<String>,
    /// Where it was taken.
    pub place: Option<Place>,
}

impl From<core::Place> for Place {
    fn from(place: core::Place) -> Self {
        Self {
            latitude: place.latitude,
            longitude: place.longitude,
            accuracy_m: place.accuracy_m,
        }
    }
}

impl From<Place> for core::Place {
    fn from(place: Place) -> Self {
        Self {
            latitude: place.latitude,
            longitude: place.longitude,
            accuracy_m: place.accuracy_m,
        }
    }
}

impl Photo {
    fn new(key: core::PhotoKey, photo: core::Photo) -> Self {
        Self {
            key: key.to_string(),
            item: photo.item,
            sha256: photo.sha256.to_string(),
            bytes: photo.bytes,
            width: photo.width,
            height: photo.height,
            thumbnail: photo.thumbnail.to_string(),
            taken: photo.taken,
            camera: photo.camera,
            place: photo.place.map(Place::from),
        }
    }
}

#[uniffi::export]
impl Tablet {
    /// Takes a JPEG, PNG or WebP picture in for an item, as the camera gave it: with its Exif
    /// data. `place` is where the tablet knows it is, used when the picture does not say. Picture
    /// and entry are on the disk when this returns, or nothing is.
    #[uniffi::method(default(place = None))]
    pub fn add_photo(
        &self,
        doc: &str,
        officer: &str,
        item: &str,
        picture: &[u8],
        place: Option<Place>,
    ) -> Result<Photo, TabletError> {
        let doc = doc_id(doc)?;
        let place = place.map(core::Place::from);
        let new = self.with(|core| core.add_photo(doc, officer, item, picture, place))?;
        Ok(Photo::new(new.key, new.photo))
    }

    /// The photos of an inspection that were not taken out, the colleague's included.
    pub fn photos(&self, doc: &str) -> Result<Vec<Photo>, TabletError> {
        let doc = doc_id(doc)?;
        let view = self.with(|core| core.view(doc))?;
        Ok(view
            .present_photos()
            .map(|one| Photo::new(one.key, one.photo.clone()))
            .collect())
    }

    /// The bytes of an upright picture or thumbnail by its SHA-256. `NotFound` when they are not
    /// on this tablet, as with a colleague's photos.
    pub fn read_photo(&self, sha256: &str) -> Result<Vec<u8>, TabletError> {
        let sha256: Sha256 = sha256.parse().map_err(TabletError::bad_input)?;
        self.with(|core| core.read_blob(&sha256))
    }
}
