//! Where the photographs of a visit come from: a folder of the user's own, or painted ones.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;

use crate::Failure;
use crate::painter::{SIZE_PX, Scene, Subject, paint_sized};

/// A source of photographs.
pub enum Pictures {
    /// The user's own files, in order of their names, again from the first when they run out.
    Files(Vec<PathBuf>),
    /// Painted.
    Painted {
        /// When the visit is.
        taken: DateTime,
        /// Width and height in pixels.
        size: (u32, u32),
    },
}

/// Where the shop of the scenario is: degrees, somewhere in the middle of a field.
pub const SHOP: (f64, f64) = (28.888_1, 120.047_3);

impl Pictures {
    /// The JPEG, PNG and WebP files of a folder.
    ///
    /// # Errors
    /// The folder cannot be read or holds none.
    pub fn from_folder(folder: &Path) -> Result<Self, Failure> {
        let mut files: Vec<PathBuf> = fs::read_dir(folder)
            .map_err(|error| format!("{} cannot be read: {error}", folder.display()))?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| {
                let extension = path.extension().and_then(|one| one.to_str());
                extension.is_some_and(|one| {
                    ["jpg", "jpeg", "png", "webp"].contains(&one.to_ascii_lowercase().as_str())
                })
            })
            .collect();
        files.sort();
        if files.is_empty() {
            return Err(format!(
                "{} holds no .jpg, .jpeg, .png or .webp file",
                folder.display()
            )
            .into());
        }
        Ok(Self::Files(files))
    }

    /// Painted at full size.
    #[must_use]
    pub const fn painted(taken: DateTime) -> Self {
        Self::Painted {
            taken,
            size: SIZE_PX,
        }
    }

    /// Painted small, for tests that must not take long.
    #[must_use]
    pub const fn small(taken: DateTime) -> Self {
        Self::Painted {
            taken,
            size: (480, 320),
        }
    }

    /// The `n`th photograph, of `subject` where it is painted.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn take(&self, n: usize, subject: Subject) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Files(files) => {
                let path = &files[n % files.len()];
                let bytes = fs::read(path);
                Ok(bytes.map_err(|error| format!("{} cannot be read: {error}", path.display()))?)
            }
            Self::Painted { taken, size } => {
                let minutes = i64::try_from(n)?;
                let scene = Scene {
                    subject,
                    seed: n as u64 + 1,
                    orientation: u8::try_from(n % 8)? + 1,
                    taken: taken.checked_add(jiff::SignedDuration::from_mins(minutes))?,
                    latitude: SHOP.0 + n as f64 * 1e-5,
                    longitude: SHOP.1 - n as f64 * 1e-5,
                };
                Ok(paint_sized(&scene, *size)?)
            }
        }
    }
}
