//! The permit's QR code: claims, signed, packed, written as a link to the check page.
//!
//! claims (CBOR) → COSE_Sign1 (tag 18, ES256) → zlib → base45 → `KY1:…` → `{public_url}/check#KY1:…`
//!
//! The payload stands in the fragment, which a browser never sends to a server. Base45 has two
//! characters a URL may not carry as they are, space and %; they are written %20 and %25, whose
//! characters are themselves in the QR code's alphanumeric mode, so the code stays small.
//! Reading takes anything a person may hold in hand and bounds every step.

use std::io::{Read, Write};

use coset::iana::Algorithm;
use coset::{
    CoseSign1, CoseSign1Builder, HeaderBuilder, RegisteredLabelWithPrivate,
    TaggedCborSerializable as _,
};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use thiserror::Error;

use super::claims::{ClaimsError, PermitClaims};
use super::key::{IssuerKey, IssuerPublicKey};

/// What opens every payload: the format's name and version.
pub const PAYLOAD_PREFIX: &str = "KY1:";
/// Longest text read, in bytes; the densest QR code holds 4,296 characters.
pub const MAX_TEXT_BYTES: usize = 6 * 1024;
/// Most bytes a payload may unpack to.
pub const MAX_INFLATED_BYTES: u64 = 8 * 1024;
/// Longest link written: beyond, a code of the printed size could not be read by a phone.
pub const MAX_LINK_BYTES: usize = 1_200;
/// Longest public address of the check page, in bytes.
pub const MAX_PUBLIC_URL_BYTES: usize = 120;

/// Signs the claims and packs them: `KY1:` and base45, spaces and % as they are.
///
/// The same claims and key give the same payload.
///
/// # Errors
/// [`QrError::Claims`] if the claims break their limits.
pub fn sign(claims: &PermitClaims, key: &IssuerKey) -> Result<String, QrError> {
    let protected = HeaderBuilder::new()
        .algorithm(Algorithm::ES256)
        .key_id(key.public().id().to_vec())
        .build();
    let signed = CoseSign1Builder::new()
        .protected(protected)
        .payload(claims.to_cbor()?)
        .create_signature(b"", |message| key.sign(message))
        .build()
        .to_tagged_vec()
        .map_err(|_| QrError::Damaged("COSE"))?;
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    packer
        .write_all(&signed)
        .expect("writing to a Vec cannot fail");
    let packed = packer.finish().expect("writing to a Vec cannot fail");
    Ok(format!("{PAYLOAD_PREFIX}{}", base45::encode(packed)))
}

/// The text of the QR code: `{public_url}/check#` and the payload, fit for a URL.
///
/// # Errors
/// [`QrError::PublicUrl`] if the address is no plain http(s) address or longer than
/// [`MAX_PUBLIC_URL_BYTES`]; [`QrError::TooLong`] beyond [`MAX_LINK_BYTES`].
pub fn link(public_url: &str, payload: &str) -> Result<String, QrError> {
    let base = public_url.trim_end_matches('/');
    let host = base
        .strip_prefix("https://")
        .or_else(|| base.strip_prefix("http://"))
        .unwrap_or_default();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/[]".contains(&b);
    if host.is_empty() || base.len() > MAX_PUBLIC_URL_BYTES || !host.bytes().all(plain) {
        return Err(QrError::PublicUrl);
    }
    // % first, or the escapes of spaces would be escaped again.
    let escaped = payload.replace('%', "%25").replace(' ', "%20");
    let text = format!("{base}/check#{escaped}");
    if text.len() > MAX_LINK_BYTES {
        return Err(QrError::TooLong);
    }
    Ok(text)
}

/// Reads a whole link, its fragment or a bare payload, and checks the signature.
///
/// Validity on a day and revocation are the reader's to judge; this says only that one of `keys`
/// signed these claims.
///
/// # Errors
/// [`QrError`] saying at which step it failed; never a panic.
pub fn verify(text: &str, keys: &[IssuerPublicKey]) -> Result<PermitClaims, QrError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(QrError::TooLong);
    }
    let fragment = text.split_once('#').map_or(text, |(_, fragment)| fragment);
    let fragment = fragment.trim_start();
    // A % may be base45's own or an escape, and only the whole tells: the escaped reading is
    // tried first, since links are what people scan.
    let first = match unescape(fragment.trim_end()) {
        Some(unescaped) => verify_payload(&unescaped, keys),
        None => Err(QrError::Damaged("base45")),
    };
    match first {
        // A payload typed or copied without its escapes; it may end in a space that counts.
        Err(error) if fragment.contains(['%', ' ']) => {
            verify_payload(fragment.trim_end_matches(['\r', '\n', '\t']), keys).map_err(|second| {
                // The reading that got further knows better what is wrong.
                if matches!(error, QrError::Damaged(_)) {
                    second
                } else {
                    error
                }
            })
        }
        other => other,
    }
}

fn verify_payload(payload: &str, keys: &[IssuerPublicKey]) -> Result<PermitClaims, QrError> {
    let packed = payload
        .strip_prefix(PAYLOAD_PREFIX)
        .ok_or(QrError::NotAPermit)?;
    let signed = CoseSign1::from_tagged_slice(&inflate(&decode_base45(packed)?)?)
        .map_err(|_| QrError::Damaged("COSE"))?;
    let header = &signed.protected.header;
    if header.alg != Some(RegisteredLabelWithPrivate::Assigned(Algorithm::ES256)) {
        return Err(QrError::Damaged("COSE"));
    }
    let key = keys
        .iter()
        .find(|key| key.id()[..] == header.key_id[..])
        .ok_or(QrError::UnknownKey)?;
    signed.verify_signature(b"", |signature, message| {
        if key.verifies(message, signature) {
            Ok(())
        } else {
            Err(QrError::Forged)
        }
    })?;
    let payload = signed.payload.ok_or(QrError::Damaged("COSE"))?;
    Ok(PermitClaims::from_cbor(&payload)?)
}

/// Base45 (RFC 9285), only in the form an encoder writes.
fn decode_base45(text: &str) -> Result<Vec<u8>, QrError> {
    let damaged = QrError::Damaged("base45");
    let bytes = base45::decode(text).map_err(|_| damaged.clone())?;
    // The decoder cuts an overlong last pair instead of refusing it.
    if base45::encode(&bytes) == text {
        Ok(bytes)
    } else {
        Err(damaged)
    }
}

fn inflate(packed: &[u8]) -> Result<Vec<u8>, QrError> {
    let mut bytes = Vec::new();
    ZlibDecoder::new(packed)
        .take(MAX_INFLATED_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| QrError::Damaged("zlib"))?;
    if bytes.len() as u64 > MAX_INFLATED_BYTES {
        return Err(QrError::TooLong);
    }
    Ok(bytes)
}

/// Undoes percent escapes; `None` if a % is not followed by two hexadecimal digits of ASCII.
fn unescape(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut unescaped = parts.next()?.to_owned();
    for part in parts {
        let byte = u8::from_str_radix(part.get(..2)?, 16).ok()?;
        if !byte.is_ascii() {
            return None;
        }
        unescaped.push(char::from(byte));
        unescaped.push_str(part.get(2..)?);
    }
    Some(unescaped)
}

/// Why a QR text cannot be written or is not believed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QrError {
    /// The text is no permit's payload.
    #[error("这不是本系统签发的许可证二维码内容（应含 {PAYLOAD_PREFIX}）")]
    NotAPermit,
    /// A step of unpacking failed.
    #[error("二维码内容已损坏（{0}），请重新扫描整个二维码")]
    Damaged(&'static str),
    /// Longer than any permit.
    #[error("二维码内容过长")]
    TooLong,
    /// Signed with a key that is not the authority's, or not known here.
    #[error("签名所用的密钥不在发证机关公布的密钥之中")]
    UnknownKey,
    /// The signature does not fit the content.
    #[error("签名与内容不符：内容被改动或系伪造")]
    Forged,
    /// The claims are refused.
    #[error(transparent)]
    Claims(#[from] ClaimsError),
    /// The configured address cannot stand in a link.
    #[error("查验网址应为不含参数的 http(s) 地址，且不超过 {MAX_PUBLIC_URL_BYTES} 个字节")]
    PublicUrl,
}

#[cfg(test)]
pub(crate) mod tests;
