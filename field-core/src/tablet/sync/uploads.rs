//! Evidence files on their way to the server: one question which ones it holds, then each in
//! pieces from wherever it stopped, thumbnails first.

use std::collections::{HashMap, VecDeque};

use super::super::store::blobs;
use super::super::{Tablet, TabletError};
use super::Upload;
use super::session::{Action, Phase, Session};
use crate::digest::Sha256;
use crate::protocol::limits::MAX_HAVE;
use crate::protocol::{Have, HaveReply, decode, encode};

/// Sent at once; a cut connection costs at most this much.
const CHUNK_BYTES: usize = 256 << 10;

struct Current {
    row: blobs::Row,
    url: String,
    content: Vec<u8>,
    offset: Option<u64>,
}

/// The files of one sync.
#[derive(Default)]
pub(super) struct Uploads {
    waiting: VecDeque<(blobs::Row, String)>,
    current: Option<Current>,
    asked: bool,
}

impl Uploads {
    pub(super) const fn asked(&self) -> bool {
        self.asked
    }

    /// Which files are held? Asked once a sync, and only when there are any to send.
    pub(super) fn question(&self, tablet: &Tablet) -> Result<Option<Vec<u8>>, TabletError> {
        if self.asked {
            return Ok(None);
        }
        let rows = blobs::unsent(tablet.store.reader(), MAX_HAVE)?;
        let hashes: Vec<Sha256> = rows.iter().map(|row| row.sha256).collect();
        Ok((!hashes.is_empty()).then(|| encode(&hashes)))
    }

    fn answered(&mut self, tablet: &mut Tablet, reply: HaveReply) -> Result<(), TabletError> {
        self.asked = true;
        let answers: HashMap<Sha256, Have> = reply
            .blobs
            .into_iter()
            .map(|have| (have.sha256, have))
            .collect();
        for row in blobs::unsent(tablet.store.reader(), MAX_HAVE)? {
            let Some(Have {
                held: false,
                upload: Some(url),
                ..
            }) = answers.get(&row.sha256)
            else {
                // Held files wait for the receipt; unknown ones for their document's changes.
                continue;
            };
            if self.waiting.iter().all(|(one, _)| one.sha256 != row.sha256) {
                self.waiting.push_back((row, url.clone()));
            }
        }
        tablet.store.write(|transaction| {
            for (row, url) in &self.waiting {
                blobs::set_upload(transaction, &row.sha256, Some(url))?;
            }
            Ok(())
        })
    }

    /// The next request for the file that is under way, or for the next one.
    pub(super) fn next(&mut self, tablet: &Tablet) -> Result<Option<Action>, TabletError> {
        if self.current.is_none() {
            let Some((row, url)) = self.waiting.pop_front() else {
                return Ok(None);
            };
            let content = tablet.vault.read(&row.sha256)?;
            // The address was known before this sync: the upload was begun and may go on.
            let begun = row.upload.as_deref() == Some(url.as_str());
            self.current = Some(Current {
                offset: (!begun).then_some(0),
                row,
                url,
                content,
            });
        }
        let Some(current) = &self.current else {
            return Ok(None);
        };
        let url = current.url.clone();
        Ok(Some(match current.offset {
            None => Action::Offset { url },
            Some(offset) => {
                let from = usize::try_from(offset).unwrap_or(usize::MAX);
                let rest = current.content.get(from..).unwrap_or_default();
                Action::Append {
                    url,
                    offset,
                    content: rest[..rest.len().min(CHUNK_BYTES)].to_vec(),
                }
            }
        }))
    }

    /// Goes on from where the server says; answers with whether the file is there now.
    fn move_to(&mut self, tablet: &mut Tablet, upload: Upload) -> Result<bool, TabletError> {
        let Some(current) = &mut self.current else {
            return Ok(false);
        };
        match upload {
            Upload::At(offset) if offset >= current.row.bytes => {
                self.current = None;
                return Ok(true);
            }
            Upload::At(offset) => current.offset = Some(offset),
            Upload::Gone => {
                let sha256 = current.row.sha256;
                tablet
                    .store
                    .write(|transaction| blobs::set_upload(transaction, &sha256, None))?;
                self.current = None;
            }
        }
        Ok(false)
    }
}

impl Session {
    /// Takes the answer to `have` in.
    pub fn had(
        &mut self,
        tablet: &mut Tablet,
        sent: usize,
        reply: &[u8],
    ) -> Result<(), TabletError> {
        let reply = decode(reply).map_err(|error| TabletError::Answer(error.to_string()))?;
        self.summary.bytes_sent += sent as u64;
        self.uploads.answered(tablet, reply)?;
        self.phase = Phase::Uploading;
        Ok(())
    }

    /// Takes the answer to a tus `HEAD` in.
    pub fn offset(&mut self, tablet: &mut Tablet, upload: Upload) -> Result<(), TabletError> {
        let there = self.uploads.move_to(tablet, upload)?;
        self.summary.files_sent += u64::from(there);
        Ok(())
    }

    /// Takes the answer to a tus `PATCH` in.
    pub fn appended(
        &mut self,
        tablet: &mut Tablet,
        sent: usize,
        upload: Upload,
    ) -> Result<(), TabletError> {
        self.summary.bytes_sent += sent as u64;
        self.offset(tablet, upload)
    }
}
