//! `POST /photos/have`: which of these files need not be sent, and where the others go. Asking
//! begins the uploads of the others, so that a tablet with hundreds of photos over a slow network
//! spends one round trip on it instead of hundreds.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use field_core::digest::Sha256;
use field_core::ids::DeviceId;
use field_core::protocol::limits::{MAX_BLOB_BYTES, MAX_HAVE};
use field_core::protocol::{self, Have, HaveReply};
use rusqlite::{Connection, Transaction};

use super::tus::upload_path;
use super::upload::{EXPIRES_MS, SWEEP, UNFINISHED_MAX, fresh_id, sweep};
use crate::app::App;
use crate::auth::Device;
use crate::error::AppError;
use crate::store::uploads::{self, Upload};
use crate::store::{StoreError, blobs};
use crate::sync::{Failure, read_body};

/// `POST /photos/have`
pub(super) async fn have(
    State(app): State<App>,
    device: Device,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let body = read_body(&headers, body).await?;
    let asked: Vec<Sha256> = protocol::decode(&body)
        .map_err(|e| AppError::BadRequest(format!("a list of hashes in CBOR is expected: {e}")))?;
    if asked.len() > MAX_HAVE {
        return Err(AppError::TooLarge.into());
    }
    let (device, now) = (device.id, app.clock.now_ms());
    let answers = app
        .store
        .read(move |c| {
            let answers = asked
                .into_iter()
                .map(|sha256| answer(c, device, sha256, now));
            answers.collect::<Result<Vec<_>, _>>()
        })
        .await?;
    // Only new uploads need the writer.
    let blobs = if answers.iter().any(|(_, length)| length.is_some()) {
        let begun = app.store.write(move |tx| {
            let expired = uploads::take_expired(tx, now, SWEEP)?;
            Ok((begin_all(tx, device, answers, now)?, expired))
        });
        let (blobs, expired) = begun.await?;
        sweep(&app, expired).await?;
        blobs
    } else {
        answers.into_iter().map(|(have, _)| have).collect()
    };
    let kind = HeaderValue::from_static(protocol::MEDIA_TYPE);
    let body = protocol::encode(&HaveReply { blobs });
    Ok(([(header::CONTENT_TYPE, kind)], body).into_response())
}

/// What is known of a file, and its length where an upload is still to be begun.
fn answer(
    connection: &Connection,
    device: DeviceId,
    sha256: Sha256,
    now: i64,
) -> Result<(Have, Option<u64>), StoreError> {
    let mut have = Have {
        sha256,
        held: false,
        upload: None,
    };
    if !blobs::may_send(connection, device, sha256)? {
        return Ok((have, None));
    }
    let Some(blob) = blobs::get(connection, sha256)? else {
        return Ok((have, None));
    };
    if blob.held_at.is_some() {
        have.held = true;
        return Ok((have, None));
    }
    let begun = uploads::begun(connection, device, sha256, now)?;
    have.upload = begun.map(|upload| upload_path(&upload.id));
    let fits = (1..=MAX_BLOB_BYTES).contains(&blob.bytes);
    let length = (have.upload.is_none() && fits).then_some(blob.bytes);
    Ok((have, length))
}

fn begin_all(
    transaction: &Transaction<'_>,
    device: DeviceId,
    answers: Vec<(Have, Option<u64>)>,
    now: i64,
) -> Result<Vec<Have>, StoreError> {
    let mut free = UNFINISHED_MAX.saturating_sub(uploads::count(transaction, device, now)?);
    let mut all = Vec::with_capacity(answers.len());
    for (mut have, length) in answers {
        if let Some(length) = length.filter(|_| free > 0) {
            // The same file twice in one question, or begun by another request just now.
            let begun = uploads::begun(transaction, device, have.sha256, now)?;
            let upload = match begun {
                Some(upload) => upload,
                None => {
                    let upload = Upload {
                        id: fresh_id(),
                        sha256: have.sha256,
                        length,
                        device,
                        expires_at: now + EXPIRES_MS,
                    };
                    uploads::insert(transaction, &upload, now)?;
                    free -= 1;
                    upload
                }
            };
            have.upload = Some(upload_path(&upload.id));
        }
        all.push(have);
    }
    Ok(all)
}
