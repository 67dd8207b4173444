//! The exchange as HTTP: CBOR in, CBOR out, either of them zstd-compressed, and a decoder that
//! stops at the limit whatever the sender claims.

use std::io::Read;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use field_core::protocol::{self, ExchangeRequest, limits};

use super::Failure;
use super::exchange::check_version;
use crate::app::App;
use crate::auth::Device;
use crate::error::{AppError, Problem};

/// Memory a decoder may take for its window: 8 MiB, as a body is at most that long.
const WINDOW_LOG_MAX: u32 = 23;
/// Fast, and four times smaller on statements and snapshots' lists.
const LEVEL: i32 = 3;
/// Shorter replies are not worth compressing.
const COMPRESS_FROM: usize = 1 << 10;

/// The one field that every version has.
#[derive(minicbor::Decode)]
#[cbor(map)]
struct VersionOnly {
    #[n(0)]
    protocol: u32,
}

/// `POST /sync/v1/exchange`
pub(super) async fn exchange(
    State(app): State<App>,
    device: Device,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let request = read_body(&headers, body).await?;
    let request = tokio::task::spawn_blocking(move || decode(&request))
        .await
        .map_err(|e| AppError::Internal(format!("reading an exchange: {e}")))??;
    let reply = super::exchange(&app, &device, request).await?;
    let compress = accepts_zstd(&headers);
    tokio::task::spawn_blocking(move || respond(protocol::encode(&reply), compress))
        .await
        .map_err(|e| AppError::Internal(format!("writing a reply: {e}")).into())
}

/// The body as it was before compression, at most [`limits::MAX_BODY_BYTES`].
pub(crate) async fn read_body(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Failure> {
    if !is_cbor(headers) {
        return Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE).into());
    }
    let encoding = headers
        .get(header::CONTENT_ENCODING)
        .map(HeaderValue::as_bytes);
    let bytes = axum::body::to_bytes(body, limits::MAX_BODY_BYTES)
        .await
        .map_err(|error| too_large_or_cut(&error))?;
    match encoding {
        None | Some(b"identity") => Ok(bytes.into()),
        Some(b"zstd") => tokio::task::spawn_blocking(move || decompress(&bytes))
            .await
            .map_err(|e| AppError::Internal(format!("decompressing: {e}")))?,
        Some(_) => Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE).into()),
    }
}

fn too_large_or_cut(error: &axum::Error) -> Failure {
    // The limit's own error is not public; the words of the other kind come from the connection.
    if error.to_string().contains("length limit") {
        AppError::TooLarge.into()
    } else {
        AppError::BadRequest(error.to_string()).into()
    }
}

fn is_cbor(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes() == protocol::MEDIA_TYPE.as_bytes())
}

fn decompress(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let garbage = |error: std::io::Error| AppError::BadRequest(format!("zstd: {error}"));
    let mut decoder = zstd::stream::read::Decoder::new(bytes).map_err(garbage)?;
    decoder.window_log_max(WINDOW_LOG_MAX).map_err(garbage)?;
    let mut out = Vec::new();
    let most = limits::MAX_BODY_BYTES as u64;
    decoder
        .take(most + 1)
        .read_to_end(&mut out)
        .map_err(garbage)?;
    if out.len() as u64 > most {
        return Err(AppError::TooLarge.into());
    }
    Ok(out)
}

fn decode(bytes: &[u8]) -> Result<ExchangeRequest, Failure> {
    // An older tablet's request may have another shape; it must hear that it is too old.
    let version: VersionOnly = minicbor::decode(bytes)
        .map_err(|e| AppError::BadRequest(format!("an exchange in CBOR is expected: {e}")))?;
    check_version(version.protocol)?;
    protocol::decode(bytes)
        .map_err(|e| AppError::BadRequest(format!("an exchange in CBOR is expected: {e}")).into())
}

fn accepts_zstd(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter();
    accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|one| {
            let mut parts = one.split(';').map(str::trim);
            parts.next() == Some("zstd") && !parts.any(|q| matches!(q, "q=0" | "q=0.0"))
        })
}

fn respond(body: Vec<u8>, compress: bool) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(protocol::MEDIA_TYPE),
    );
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let small = compress && body.len() >= COMPRESS_FROM;
    let body = match small.then(|| zstd::stream::encode_all(body.as_slice(), LEVEL)) {
        Some(Ok(packed)) => {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("zstd"));
            packed
        }
        _ => body,
    };
    (headers, Bytes::from(body)).into_response()
}
