//! Taking bytes into an upload's file. How far an upload has come is the length of that file; an
//! offset is told only after the bytes before it were synced. One request writes at a time.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use field_core::digest::Sha256;
use sha2::Digest;
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt;
use tokio_stream::StreamExt;

use super::problem;
use crate::error::{AppError, Problem};
use crate::sync::Failure;

/// A sender that is silent for so long is gone, and no longer keeps others from going on.
const SILENCE: Duration = Duration::from_secs(30);

/// Uploads that somebody is writing to. It guards files of this machine, so it need not be known
/// to another one.
static BUSY: LazyLock<Mutex<HashSet<PathBuf>>> = LazyLock::new(Mutex::default);

/// The right to write to one upload.
#[derive(Debug)]
pub(super) struct Lock(PathBuf);

impl Lock {
    /// Takes it, unless somebody has it.
    pub(super) fn take(path: &Path) -> Result<Self, Problem> {
        let mut busy = BUSY.lock().unwrap_or_else(PoisonError::into_inner);
        if busy.insert(path.to_owned()) {
            Ok(Self(path.to_owned()))
        } else {
            Err(problem::locked())
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let mut busy = BUSY.lock().unwrap_or_else(PoisonError::into_inner);
        busy.remove(&self.0);
    }
}

/// How far the upload in this file has come; none when there is no file.
pub(super) async fn length(path: &Path) -> Result<Option<u64>, Failure> {
    match tokio::fs::metadata(path).await {
        Ok(metadata) => Ok(Some(metadata.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(path, &error)),
    }
}

/// One piece of a file.
#[derive(Debug)]
pub(super) struct Piece {
    /// Where it begins, which is where the file ends.
    pub(super) offset: u64,
    /// How long the whole file will be.
    pub(super) length: u64,
    /// What the piece must hash to, if the sender says so.
    pub(super) checksum: Option<Sha256>,
    pub(super) body: Body,
}

/// Appends a piece and answers with the new offset, once it is on disk.
///
/// A piece that is too long or does not fit its checksum is taken back whole. A piece that is cut
/// short is kept as far as it came, unless it had a checksum, which can then not be checked.
pub(super) async fn append(path: &Path, piece: Piece) -> Result<u64, Failure> {
    let mut file = OpenOptions::new()
        .append(true)
        .open(path)
        .await
        .map_err(|e| failed(path, &e))?;
    let mut hasher = sha2::Sha256::new();
    let mut offset = piece.offset;
    let mut trouble = write(
        path,
        &mut file,
        piece.body,
        piece.length,
        &mut offset,
        &mut hasher,
    )
    .await
    .err();
    let digest: [u8; 32] = hasher.finalize().into();
    let fits = piece
        .checksum
        .is_none_or(|expected| expected.as_bytes() == &digest);
    let cut_short = trouble
        .as_ref()
        .is_some_and(|trouble| !trouble.is_whole_lost);
    let keep = match &trouble {
        None => fits,
        Some(_) => cut_short && piece.checksum.is_none(),
    };
    if !keep {
        file.set_len(piece.offset)
            .await
            .map_err(|e| failed(path, &e))?;
    }
    // Told or not, whoever asks for the offset next will be told the length of the file.
    file.sync_all().await.map_err(|e| failed(path, &e))?;
    match trouble.take() {
        Some(trouble) => Err(trouble.failure),
        None if fits => Ok(offset),
        None => Err(problem::checksum().into()),
    }
}

/// Why a piece ended early.
struct Trouble {
    failure: Failure,
    /// Nothing of it may be kept.
    is_whole_lost: bool,
}

async fn write(
    path: &Path,
    file: &mut File,
    body: Body,
    length: u64,
    offset: &mut u64,
    hasher: &mut sha2::Sha256,
) -> Result<(), Trouble> {
    let cut = |failure: Failure| Trouble {
        failure,
        is_whole_lost: false,
    };
    let mut stream = body.into_data_stream();
    loop {
        let Ok(next) = tokio::time::timeout(SILENCE, stream.next()).await else {
            return Err(cut(problem::cut().into()));
        };
        let bytes = match next {
            None => break,
            Some(Ok(bytes)) => bytes,
            Some(Err(_)) => return Err(cut(problem::cut().into())),
        };
        if *offset + bytes.len() as u64 > length {
            return Err(Trouble {
                failure: problem::too_long().into(),
                is_whole_lost: true,
            });
        }
        let written = file.write_all(&bytes).await;
        written.map_err(|e| cut(failed(path, &e)))?;
        hasher.update(&bytes);
        *offset += bytes.len() as u64;
    }
    // Tokio's files write behind; an error of the last write shows here.
    file.flush().await.map_err(|e| cut(failed(path, &e)))
}

/// A full disk is said as such; anything else is ours to look into.
pub(super) fn failed(path: &Path, error: &io::Error) -> Failure {
    if matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    ) {
        problem::disk_full().into()
    } else {
        AppError::Internal(format!("{}: {error}", path.display())).into()
    }
}
