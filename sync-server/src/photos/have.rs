//! `POST /photos/have`: which of these files need not be sent.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use field_core::digest::Sha256;
use field_core::protocol::{self, limits};
use minicbor::{Decode, Encode};

use super::tus::upload_path;
use crate::app::App;
use crate::auth::Device;
use crate::error::AppError;
use crate::store::{blobs, uploads};
use crate::sync::Failure;
use crate::sync::read_body;

/// How a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Status {
    /// No admitted change in the tablet's scope names it: send the changes first.
    #[n(0)]
    Unknown,
    /// Its bytes are here and verified.
    #[n(1)]
    Held,
    /// It is to be sent.
    #[n(2)]
    Wanted,
}

/// The answer about one file, in the order of the question.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Answer {
    /// Its name.
    #[n(0)]
    pub sha256: Sha256,
    /// How it stands.
    #[n(1)]
    pub status: Status,
    /// Where to go on (HEAD tells how far it has come), if this tablet began an upload; without
    /// it a wanted file is begun at `/photos/uploads`.
    #[n(2)]
    pub upload: Option<String>,
}

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
    if asked.len() > limits::MAX_HAVE {
        return Err(AppError::TooLarge.into());
    }
    let now = app.clock.now_ms();
    let answers = app
        .store
        .read(move |c| {
            let answer = |sha256: Sha256| {
                let (mut status, mut upload) = (Status::Unknown, None);
                if blobs::may_send(c, device.id, sha256)? {
                    let held = blobs::get(c, sha256)?.is_some_and(|blob| blob.held_at.is_some());
                    status = if held { Status::Held } else { Status::Wanted };
                    if !held {
                        let begun = uploads::begun(c, device.id, sha256, now)?;
                        upload = begun.map(|upload| upload_path(&upload.id));
                    }
                }
                Ok(Answer {
                    sha256,
                    status,
                    upload,
                })
            };
            asked.into_iter().map(answer).collect::<Result<Vec<_>, _>>()
        })
        .await?;
    let kind = HeaderValue::from_static(protocol::MEDIA_TYPE);
    let body = protocol::encode(&answers);
    Ok(([(header::CONTENT_TYPE, kind)], body).into_response())
}
