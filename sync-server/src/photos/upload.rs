//! Uploads after tus 1.0: begin, ask how far, go on, give up. When the last byte is there the
//! file is verified, moved to its place, noted as held, and its inspections are looked at: this
//! may have been the piece for which a seal waited.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use field_core::digest::Sha256;
use field_core::protocol::limits::MAX_BLOB_BYTES;
use rand::Rng;

use super::receive::{self, Lock, Piece, failed};
use super::{disk, problem, tus};
use crate::app::{App, Poke};
use crate::auth::Device;
use crate::cases::Desk;
use crate::error::{AppError, Problem};
use crate::store::uploads::{self, Upload};
use crate::store::{blobs, inspections};
use crate::sync::{self, Failure};

/// An upload that nobody finished is given up after a week: a tablet may be offline for days.
pub(super) const EXPIRES_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Unfinished uploads of one tablet; more than one question of `have` can begin.
pub(super) const UNFINISHED_MAX: u64 = 600;
/// Expired uploads that are swept away on the occasion of a new one.
pub(super) const SWEEP: u32 = 20;

/// `OPTIONS`
pub(super) async fn options() -> Response {
    (StatusCode::NO_CONTENT, tus::abilities()).into_response()
}

/// `POST /photos/uploads`: begins an upload, or finds the one this tablet began; takes the first
/// piece if it comes along.
pub(super) async fn create(
    State(app): State<App>,
    device: Device,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    tus::check_version(&headers)?;
    let length = tus::number(&headers, "upload-length")?;
    let sha256 = tus::announced(&headers)?;
    let checksum = tus::checksum(&headers)?;
    if length > MAX_BLOB_BYTES || length == 0 {
        return Err(problem::too_long().into());
    }
    let (now, id) = (app.clock.now_ms(), fresh_id());
    let fresh = Upload {
        id,
        sha256,
        length,
        device: device.id,
        expires_at: now + EXPIRES_MS,
    };
    let begun = app.store.transact(move |tx| begin(tx, fresh, now)).await?;
    let Begun { upload, expired } = begun?;
    sweep(&app, expired).await?;
    let part = disk::part_path(&app.config.data, &upload.id);
    make_part(part.clone()).await?;

    let mut offset = receive::length(&part).await?.unwrap_or(0);
    // Only into an upload that stands at its beginning: the piece does not say where it belongs.
    if tus::has_piece(&headers) && offset == 0 {
        let lock = Lock::take(&part)?;
        let piece = Piece {
            offset,
            length: upload.length,
            checksum,
            body,
        };
        offset = receive::append(&part, piece).await?;
        if offset == upload.length {
            finish(&app, &upload).await?;
        }
        drop(lock);
    }
    let mut answer = progress(&upload, offset);
    let path = HeaderValue::from_str(&tus::upload_path(&upload.id));
    answer.insert(
        header::LOCATION,
        path.map_err(|e| AppError::Internal(e.to_string()))?,
    );
    Ok((StatusCode::CREATED, answer).into_response())
}

struct Begun {
    upload: Upload,
    expired: Vec<String>,
}

/// The outer error is the database's.
fn begin(
    transaction: &rusqlite::Transaction<'_>,
    fresh: Upload,
    now: i64,
) -> Result<Result<Begun, Problem>, AppError> {
    if !blobs::may_send(transaction, fresh.device, fresh.sha256)? {
        return Ok(Err(problem::unknown()));
    }
    let blob = blobs::get(transaction, fresh.sha256)?;
    if blob.is_some_and(|blob| blob.held_at.is_some()) {
        return Ok(Err(problem::held()));
    }
    let known = uploads::begun(transaction, fresh.device, fresh.sha256, now)?;
    if let Some(upload) = known.filter(|known| known.length == fresh.length) {
        let expired = Vec::new();
        return Ok(Ok(Begun { upload, expired }));
    }
    if uploads::count(transaction, fresh.device, now)? >= UNFINISHED_MAX {
        return Ok(Err(problem::too_many()));
    }
    let expired = uploads::take_expired(transaction, now, SWEEP)?;
    uploads::insert(transaction, &fresh, now)?;
    let upload = fresh;
    Ok(Ok(Begun { upload, expired }))
}

/// Removes the files of uploads that were given up.
pub(super) async fn sweep(app: &App, expired: Vec<String>) -> Result<(), Failure> {
    if expired.is_empty() {
        return Ok(());
    }
    let data = app.config.data.clone();
    let swept = tokio::task::spawn_blocking(move || {
        for id in &expired {
            disk::drop_part(&data, id);
        }
    });
    Ok(swept.await.map_err(|e| AppError::Internal(e.to_string()))?)
}

/// Makes the empty file, unless it is there.
async fn make_part(part: PathBuf) -> Result<(), Failure> {
    let made = tokio::task::spawn_blocking(move || {
        if let Some(folder) = part.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&part)
            .map(|_| ())
    });
    let made = made.await.map_err(|e| AppError::Internal(e.to_string()))?;
    made.map_err(|e| failed(Path::new("uploads"), &e))
}

pub(super) fn fresh_id() -> String {
    let mut bytes = [0; 16];
    rand::rng().fill_bytes(&mut bytes);
    HEXLOWER.encode(&bytes)
}

fn progress(upload: &Upload, offset: u64) -> HeaderMap {
    let mut headers = tus::answer();
    headers.insert("upload-offset", HeaderValue::from(offset));
    headers.insert("upload-length", HeaderValue::from(upload.length));
    tus::put_expiry(&mut headers, upload.expires_at);
    headers
}

/// The tablet's own upload `id`, and whether its file is held by now.
async fn find(app: &App, device: &Device, id: String) -> Result<(Upload, bool), Failure> {
    let found = app
        .store
        .read(move |c| {
            let Some(upload) = uploads::get(c, &id)? else {
                return Ok(None);
            };
            let blob = blobs::get(c, upload.sha256)?;
            Ok(Some((
                upload,
                blob.is_some_and(|blob| blob.held_at.is_some()),
            )))
        })
        .await?;
    // Whether another tablet's upload exists is not said.
    let (upload, held) = found
        .filter(|(upload, _)| upload.device == device.id)
        .ok_or_else(problem::unknown)?;
    if upload.expires_at <= app.clock.now_ms() && !held {
        return Err(problem::expired().into());
    }
    Ok((upload, held))
}

/// `HEAD /photos/uploads/{id}`: how far it has come.
pub(super) async fn offset(
    State(app): State<App>,
    device: Device,
    UrlPath(id): UrlPath<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    tus::check_version(&headers)?;
    let (upload, held) = find(&app, &device, id).await?;
    let part = disk::part_path(&app.config.data, &upload.id);
    // Whoever lost the last answer learns here that the file is complete.
    let offset = match receive::length(&part).await? {
        _ if held => upload.length,
        Some(length) => length,
        None => 0,
    };
    Ok((StatusCode::OK, progress(&upload, offset)).into_response())
}

/// `PATCH /photos/uploads/{id}`: the next piece.
pub(super) async fn append(
    State(app): State<App>,
    device: Device,
    UrlPath(id): UrlPath<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    tus::check_version(&headers)?;
    if !tus::has_piece(&headers) {
        return Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE).into());
    }
    let offset = tus::number(&headers, "upload-offset")?;
    let checksum = tus::checksum(&headers)?;
    let (upload, held) = find(&app, &device, id).await?;
    if held {
        // The same piece again after a lost answer: there is nothing left to take.
        return if offset == upload.length {
            Ok((StatusCode::NO_CONTENT, progress(&upload, offset)).into_response())
        } else {
            Err(problem::offset().into())
        };
    }
    let part = disk::part_path(&app.config.data, &upload.id);
    let _lock = Lock::take(&part)?;
    make_part(part.clone()).await?;
    if receive::length(&part).await? != Some(offset) {
        return Err(problem::offset().into());
    }
    let piece = Piece {
        offset,
        length: upload.length,
        checksum,
        body,
    };
    let reached = receive::append(&part, piece).await?;
    if reached == upload.length {
        finish(&app, &upload).await?;
    }
    Ok((StatusCode::NO_CONTENT, progress(&upload, reached)).into_response())
}

/// `DELETE /photos/uploads/{id}`: gives it up.
pub(super) async fn terminate(
    State(app): State<App>,
    device: Device,
    UrlPath(id): UrlPath<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    tus::check_version(&headers)?;
    let (upload, _) = find(&app, &device, id).await?;
    let part = disk::part_path(&app.config.data, &upload.id);
    let _lock = Lock::take(&part)?;
    forget(&app, &upload).await?;
    Ok((StatusCode::NO_CONTENT, tus::answer()).into_response())
}

async fn forget(app: &App, upload: &Upload) -> Result<(), Failure> {
    let (data, id) = (app.config.data.clone(), upload.id.clone());
    let forgotten = id.clone();
    app.store
        .write(move |tx| uploads::remove(tx, &forgotten))
        .await?;
    tokio::task::spawn_blocking(move || disk::drop_part(&data, &id))
        .await
        .map_err(|e| AppError::Internal(e.to_string()))?;
    Ok(())
}

/// Verifies a complete file and puts it in its place; what is not what it should be is dropped.
async fn finish(app: &App, upload: &Upload) -> Result<(), Failure> {
    match place(app, &upload.id, upload.sha256).await {
        // A file that is wrong is dropped; one that could not be moved may be gone on with.
        Err(Failure::Problem(problem)) if problem.status != StatusCode::INSUFFICIENT_STORAGE => {
            forget(app, upload).await?;
            Err(problem.into())
        }
        other => other,
    }
}

/// Takes in a whole file that did not come by an upload, such as from a rescue file. Only one
/// that an admitted change names is kept.
pub(crate) async fn keep(app: &App, sha256: Sha256, content: Vec<u8>) -> Result<(), Failure> {
    let uses = app.store.read(move |c| blobs::uses(c, sha256)).await?;
    if uses.is_empty() {
        return Err(problem::unknown().into());
    }
    let (data, id) = (app.config.data.clone(), fresh_id());
    let part = disk::part_path(&data, &id);
    make_part(part.clone()).await?;
    tokio::fs::write(&part, content)
        .await
        .map_err(|e| failed(&part, &e))?;
    let placed = place(app, &id, sha256).await;
    if placed.is_err() {
        disk::drop_part(&data, &id);
    }
    placed
}

/// Checks a part that is complete and makes it an evidence file.
async fn place(app: &App, id: &str, sha256: Sha256) -> Result<(), Failure> {
    let uses = app.store.read(move |c| blobs::uses(c, sha256)).await?;
    let any_picture = uses
        .iter()
        .all(|(_, kind)| matches!(kind, blobs::Kind::Original | blobs::Kind::OptionalOriginal));
    let (data, id) = (app.config.data.clone(), id.to_owned());
    let moved = tokio::task::spawn_blocking(move || {
        let part = disk::part_path(&data, &id);
        let measured = disk::measure(&part).map_err(|e| failed(&part, &e))?;
        if measured.sha256 != sha256 {
            return Err(problem::wrong_hash().into());
        }
        let media = measured
            .media
            .filter(|media| any_picture || *media == "image/jpeg")
            .ok_or_else(|| {
                let expected = if any_picture { "JPEG/PNG/WebP" } else { "JPEG" };
                problem::not_a_picture(expected)
            })?;
        disk::settle(&data, &part, sha256).map_err(|e| failed(&part, &e))?;
        Ok::<_, Failure>((measured.bytes, media))
    });
    let moved = moved.await.map_err(|e| AppError::Internal(e.to_string()))?;
    let (bytes, media) = moved?;
    let desk = Desk::of(app);
    let docs: Vec<_> = uses.into_iter().map(|(doc, _)| doc).collect();
    let cases = app
        .store
        .transact(move |tx| {
            blobs::set_held(tx, sha256, bytes, media, desk.now_ms)?;
            let mut cases = Vec::new();
            for doc in docs {
                sync::settle(tx, &desk, doc)?;
                let row = inspections::get(tx, doc)?;
                cases.extend(row.map(|row| (row.case_id, doc)));
            }
            Ok::<_, AppError>(cases)
        })
        .await?;
    for (case_id, doc) in cases {
        app.poke(Poke::Case {
            case_id,
            doc: Some(doc),
        });
    }
    Ok(())
}
