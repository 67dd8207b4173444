//! What a paper says, kept beside its file: enough to set it again among others.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use typst::foundations::{Bytes, Datetime};
use typst_layout::PagedDocument;

use super::fonts::FallbackFonts;
use super::paper::{self, BEIJING, Paper, PaperError, part};
use super::world::is_template;

/// The whole content of one paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// File name of its template.
    template: String,
    /// What the template reads.
    data: serde_json::Value,
    /// Pictures by file name, base64.
    pictures: BTreeMap<String, String>,
    /// The real day of making.
    day: jiff::civil::Date,
    /// The most pages.
    max_pages: usize,
}

impl Facts {
    /// What `paper` says, made at `now`.
    ///
    /// # Errors
    /// A text that cannot be set; see [`PaperError`].
    pub fn of(paper: Paper<'_>, now: Timestamp) -> Result<Self, PaperError> {
        let local = BEIJING.to_datetime(now);
        let pictures = paper.pictures().into_iter();
        Ok(Self {
            template: paper.template().to_owned(),
            data: paper.data(&local)?,
            pictures: pictures
                .map(|(name, bytes)| (name, BASE64.encode(&bytes)))
                .collect(),
            day: local.date(),
            max_pages: paper.max_pages(),
        })
    }

    /// As kept.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn to_json(&self) -> Result<String, PaperError> {
        serde_json::to_string(self).map_err(|error| PaperError::template(&error))
    }

    /// As it was kept.
    ///
    /// # Errors
    /// It is damaged.
    pub fn from_json(text: &str) -> Result<Self, PaperError> {
        serde_json::from_str(text).map_err(|error| PaperError::template(&error))
    }

    pub(super) fn ident(&self) -> Result<String, PaperError> {
        let data = serde_json::to_vec(&self.data).map_err(|error| PaperError::template(&error))?;
        Ok(format!("{}:{:x?}", self.template, Sha256::digest(&data)))
    }

    pub(super) fn set(&self, fallback: &FallbackFonts) -> Result<PagedDocument, PaperError> {
        if !is_template(&self.template) {
            return Err(PaperError::template(&self.template));
        }
        let mut files = BTreeMap::new();
        for (name, text) in &self.pictures {
            let bytes = BASE64.decode(text.as_bytes());
            let bytes = bytes.map_err(|error| PaperError::template(&error))?;
            files.insert(name.clone(), Bytes::new(bytes));
        }
        let data = serde_json::to_vec(&self.data).map_err(|error| PaperError::template(&error))?;
        files.insert("data.json".to_owned(), Bytes::new(data));
        let day = self.day;
        let today = Datetime::from_ymd(day.year().into(), part(day.month()), part(day.day()));
        paper::set(&self.template, &files, today, fallback)
    }

    pub(super) const fn check_pages(&self, pages: usize) -> Result<(), PaperError> {
        if pages > self.max_pages {
            return Err(PaperError::TooManyPages {
                pages,
                max: self.max_pages,
            });
        }
        Ok(())
    }
}
