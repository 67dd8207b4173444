//! The headers of tus 1.0: core, creation, creation-with-upload, checksum, expiration,
//! termination. Reading and writing them, nothing else.

use axum::http::{HeaderMap, HeaderValue, header};
use data_encoding::BASE64;
use field_core::digest::Sha256;
use field_core::protocol::limits::MAX_BLOB_BYTES;

use super::problem;
use crate::error::Problem;

const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,creation-with-upload,checksum,expiration,termination";
/// Media type of a piece.
const PIECE: &[u8] = b"application/offset+octet-stream";

/// Where an upload is reached; relative, so that it holds behind any proxy.
pub(crate) fn upload_path(id: &str) -> String {
    format!("/photos/uploads/{id}")
}

/// Demands the version; every request but OPTIONS names it.
pub(super) fn check_version(headers: &HeaderMap) -> Result<(), Problem> {
    let fits = headers
        .get("tus-resumable")
        .is_some_and(|version| version == VERSION);
    if fits {
        Ok(())
    } else {
        Err(problem::version())
    }
}

/// The headers of every answer.
pub(super) fn answer() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("tus-resumable", HeaderValue::from_static(VERSION));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers
}

/// What this server can do.
pub(super) fn abilities() -> HeaderMap {
    let mut headers = answer();
    headers.insert("tus-version", HeaderValue::from_static(VERSION));
    headers.insert("tus-extension", HeaderValue::from_static(EXTENSIONS));
    headers.insert("tus-max-size", HeaderValue::from(MAX_BLOB_BYTES));
    headers.insert("tus-checksum-algorithm", HeaderValue::from_static("sha256"));
    headers
}

/// When an upload will be given up (RFC 9110 date).
pub(super) fn put_expiry(headers: &mut HeaderMap, expires_at: i64) {
    let date = jiff::Timestamp::from_millisecond(expires_at)
        .ok()
        .map(|at| at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
        .and_then(|text| HeaderValue::from_str(&text).ok());
    if let Some(date) = date {
        headers.insert("upload-expires", date);
    }
}

/// A header that is a number of bytes.
pub(super) fn number(headers: &HeaderMap, name: &'static str) -> Result<u64, Problem> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| problem::header(name))
}

/// Whether a body is a piece of a file.
pub(super) fn has_piece(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes() == PIECE)
}

/// `Upload-Metadata`: pairs of key and base64, parted by commas. `sha256` is the hash as 64
/// hexadecimal digits or as 32 bytes; other keys are ignored.
pub(super) fn announced(headers: &HeaderMap) -> Result<Sha256, Problem> {
    let name = "upload-metadata";
    let text = headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| problem::header(name))?;
    text.split(',')
        .filter_map(|pair| pair.trim().split_once(' '))
        .find(|(key, _)| *key == "sha256")
        .and_then(|(_, value)| BASE64.decode(value.trim().as_bytes()).ok())
        .and_then(|bytes| {
            Sha256::try_from(bytes.as_slice()).ok().or_else(|| {
                let text = std::str::from_utf8(&bytes).ok()?;
                text.parse().ok()
            })
        })
        .ok_or_else(|| problem::header(name))
}

/// `Upload-Checksum`: `sha256` and the digest of this piece in base64.
pub(super) fn checksum(headers: &HeaderMap) -> Result<Option<Sha256>, Problem> {
    let name = "upload-checksum";
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    value
        .to_str()
        .ok()
        .and_then(|text| text.strip_prefix("sha256 "))
        .and_then(|text| BASE64.decode(text.trim().as_bytes()).ok())
        .and_then(|bytes| Sha256::try_from(bytes.as_slice()).ok())
        .map(Some)
        .ok_or_else(|| problem::header(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn the_hash_is_read_in_either_spelling() {
        let hash = Sha256::of(b"picture");
        let hex = BASE64.encode(hash.to_string().as_bytes());
        let raw = BASE64.encode(hash.as_ref());
        for value in [
            format!("sha256 {hex}"),
            format!("filename YQ==,sha256 {raw}"),
        ] {
            assert_eq!(announced(&with("upload-metadata", &value)).unwrap(), hash);
        }
        for bad in ["", "sha256", "sha256 YQ==", "md5 YQ==", "sha256 !"] {
            assert!(announced(&with("upload-metadata", bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_are_digits_alone() {
        let read = |text| number(&with("upload-offset", text), "upload-offset");
        assert_eq!(read("70").unwrap(), 70);
        for bad in ["+1", "-1", "1.0", " ", "", "99999999999999999999999"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_expiry_is_an_http_date() {
        let mut headers = HeaderMap::new();
        put_expiry(&mut headers, 784_111_777_000);
        assert_eq!(headers["upload-expires"], "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
