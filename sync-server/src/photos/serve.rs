//! Serving evidence files. A file's name is its hash, so its bytes never change: caches may keep
//! it forever, and the hash is a strong ETag.

use std::io::SeekFrom;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use field_core::digest::Sha256;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{disk, problem};
use crate::app::App;
use crate::auth::Device;
use crate::error::AppError;
use crate::store::{StoreError, blobs};
use crate::sync::Failure;

/// Read and sent at a time, in bytes.
const PIECE: usize = 64 << 10;
/// Only the tablet or browser that asked may keep it: what it shows is personal data.
const CACHING: &str = "private, max-age=31536000, immutable";

/// A file that is held, open for reading.
#[derive(Debug)]
pub struct Blob {
    /// Its name.
    pub sha256: Sha256,
    /// Its length.
    pub bytes: u64,
    /// Its media type, as its first bytes say.
    pub media: String,
    /// At its beginning.
    pub file: File,
}

/// Opens a file that is held. Who may see it is the caller's to check.
///
/// # Errors
/// [`AppError::NotFound`] when it is not held.
pub async fn open(app: &App, sha256: Sha256) -> Result<Blob, AppError> {
    let missing = || AppError::NotFound { what: "照片" };
    let known = app.store.read(move |c| blobs::get(c, sha256)).await?;
    let known = known
        .filter(|blob| blob.held_at.is_some())
        .ok_or_else(missing)?;
    let path = disk::blob_path(&app.config.data, sha256);
    let file = File::open(&path).await.map_err(|error| StoreError::File {
        path,
        detail: error.to_string(),
    })?;
    Ok(Blob {
        sha256,
        bytes: known.bytes,
        media: known.media,
        file,
    })
}

/// `GET /photos/{sha256}` for tablets.
pub(super) async fn get(
    State(app): State<App>,
    device: Device,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let sha256: Sha256 = name.parse().map_err(|_| problem::unknown())?;
    let visible = app
        .store
        .read(move |c| blobs::may_read(c, device.id, sha256))
        .await?;
    if !visible {
        return Err(problem::unknown().into());
    }
    let blob = open(&app, sha256).await?;
    Ok(respond(blob, &headers).await?)
}

/// Answers a request for `blob`: whole, a range of it, or "not modified".
///
/// # Errors
/// The file cannot be read.
pub async fn respond(mut blob: Blob, request: &HeaderMap) -> Result<Response, AppError> {
    let etag = format!("\"{}\"", blob.sha256);
    let mut headers = HeaderMap::new();
    let mut put = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put(header::ETAG, &etag);
    put(header::CACHE_CONTROL, CACHING);
    put(header::ACCEPT_RANGES, "bytes");
    put(header::CONTENT_TYPE, &blob.media);
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    let text = |name| {
        request
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let fits = |list: &str| {
        list.split(',')
            .any(|one| matches!(one.trim(), "*") || one.trim() == etag)
    };
    if text(header::IF_NONE_MATCH).is_some_and(fits) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    // A range of an older version would be of other bytes; there is no older version.
    let current = text(header::IF_RANGE).is_none_or(|tag| tag == etag);
    let range = text(header::RANGE)
        .filter(|_| current)
        .map_or(Range::Whole, |range| Range::parse(range, blob.bytes));
    let (status, from, to) = match range {
        Range::Whole => (StatusCode::OK, 0, blob.bytes),
        Range::Part { from, to } => {
            put(
                header::CONTENT_RANGE,
                &format!("bytes {from}-{}/{}", to - 1, blob.bytes),
            );
            (StatusCode::PARTIAL_CONTENT, from, to)
        }
        Range::Beyond => {
            put(header::CONTENT_RANGE, &format!("bytes */{}", blob.bytes));
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response());
        }
    };
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(to - from));
    blob.file
        .seek(SeekFrom::Start(from))
        .await
        .map_err(|e| AppError::Internal(format!("an evidence file: {e}")))?;
    Ok((status, headers, stream(blob.file, to - from)).into_response())
}

/// The next `bytes` of a file, read no faster than they are sent.
fn stream(mut file: File, bytes: u64) -> Body {
    let (sender, receiver) = mpsc::channel::<std::io::Result<Bytes>>(2);
    tokio::spawn(async move {
        let mut left = bytes;
        while left > 0 {
            let size = usize::try_from(left).map_or(PIECE, |left| left.min(PIECE));
            let mut piece = vec![0; size];
            let read = file.read_exact(&mut piece).await.map(|_| piece.into());
            let failed = read.is_err();
            if sender.send(read).await.is_err() || failed {
                break;
            }
            left -= size as u64;
        }
    });
    Body::from_stream(ReceiverStream::new(receiver))
}

/// What a `Range` asks for. Several ranges at once are answered with the whole file, which is
/// allowed and which no client of ours asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Range {
    Whole,
    /// From, and one past the last byte.
    Part {
        from: u64,
        to: u64,
    },
    Beyond,
}

impl Range {
    fn parse(text: &str, length: u64) -> Self {
        let parts = text
            .strip_prefix("bytes=")
            .and_then(|one| one.split_once('-'));
        let Some((first, last)) = parts else {
            return Self::Whole;
        };
        let number = |text: &str| text.parse::<u64>().ok();
        match (number(first), number(last)) {
            (Some(from), _) if from >= length => Self::Beyond,
            (Some(from), None) if last.is_empty() => Self::Part { from, to: length },
            (Some(from), Some(last)) if last >= from => Self::Part {
                from,
                to: last.saturating_add(1).min(length),
            },
            (None, Some(0)) if first.is_empty() => Self::Beyond,
            (None, Some(tail)) if first.is_empty() => Self::Part {
                from: length.saturating_sub(tail),
                to: length,
            },
            _ => Self::Whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_after_the_book() {
        let part = |from, to| Range::Part { from, to };
        for (text, range) in [
            ("bytes=0-9", part(0, 10)),
            ("bytes=90-", part(90, 100)),
            ("bytes=90-500", part(90, 100)),
            ("bytes=-5", part(95, 100)),
            ("bytes=-500", part(0, 100)),
            ("bytes=100-", Range::Beyond),
            ("bytes=-0", Range::Beyond),
            ("bytes=9-0", Range::Whole),
            ("bytes=0-1,5-6", Range::Whole),
            ("items=0-1", Range::Whole),
            ("bytes=-", Range::Whole),
        ] {
            assert_eq!(Range::parse(text, 100), range, "{text}");
        }
        assert_eq!(Range::parse("bytes=0-", 0), Range::Beyond);
    }
}
