//! The server's certificate: from PEM files, or for a pilot made by the server itself and kept in
//! the data directory. Its fingerprint goes into the log and into every enrolment code, so that a
//! tablet knows its server without a certificate authority.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use field_core::digest::Sha256;
use jiff::ToSpan;
use jiff::civil::Date;
use rcgen::{CertificateParams, DnType, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use crate::clock::{Clock, real_day};
use crate::config::Config;
use crate::error::AppError;

/// The certificate that the server made itself.
pub const CERTIFICATE_FILE: &str = "tls-certificate.pem";
/// Its key; only the server's user may read it.
pub const KEY_FILE: &str = "tls-key.pem";
/// Browsers refuse certificates that are good for longer.
const GOOD_DAYS: i64 = 800;
/// A certificate with less time left is made anew at the next start, with the same key.
const LEFT_DAYS: i64 = 100;

/// What the server shows at a handshake.
#[derive(Clone)]
pub struct Tls {
    /// Takes handshakes.
    pub acceptor: TlsAcceptor,
    /// The server's own certificate (DER).
    pub certificate: Vec<u8>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls")
            .field("fingerprint", &self.fingerprint())
            .finish_non_exhaustive()
    }
}

impl Tls {
    /// The certificate's SHA-256.
    #[must_use]
    pub fn fingerprint(&self) -> Sha256 {
        Sha256::of(&self.certificate)
    }
}

/// The certificate that `config` asks for, if any; `bound` is where the server listens.
///
/// # Errors
/// [`AppError::Tls`] with the file that is missing or wrong.
pub fn load(config: &Config, clock: &Clock, bound: SocketAddr) -> Result<Option<Tls>, AppError> {
    let (certificate, key) = match (&config.tls.certificate, &config.tls.key) {
        (Some(certificate), Some(key)) => (certificate.clone(), key.clone()),
        _ if config.tls.self_made => self_made(config, real_day(clock.now()), bound)?,
        _ => return Ok(None),
    };
    let wrong = |path: &Path| {
        let path = path.to_owned();
        move |e: rustls::pki_types::pem::Error| tls_error(&path, &e)
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&certificate)
        .map_err(wrong(&certificate))?
        .collect::<Result<_, _>>()
        .map_err(wrong(&certificate))?;
    let own = chain
        .first()
        .ok_or_else(|| tls_error(&certificate, &"it holds no certificate"))?
        .to_vec();
    let secret = PrivateKeyDer::from_pem_file(&key).map_err(wrong(&key))?;
    let mut server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| tls_error(&certificate, &e))?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|e| tls_error(&key, &e))?;
    server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Some(Tls {
        acceptor: TlsAcceptor::from(Arc::new(server)),
        certificate: own,
    }))
}

fn tls_error(path: &Path, cause: &impl std::fmt::Display) -> AppError {
    AppError::Tls(format!("{}: {cause}", path.display()))
}

/// The files of the certificate that the server makes itself. The key stays for good: a tablet
/// that trusts an older certificate of it trusts the newer one too.
fn self_made(
    config: &Config,
    today: Date,
    bound: SocketAddr,
) -> Result<(PathBuf, PathBuf), AppError> {
    let certificate = config.data.join(CERTIFICATE_FILE);
    let key = config.data.join(KEY_FILE);
    let names = names(config, bound);
    let pair = match std::fs::read_to_string(&key) {
        Ok(pem) => KeyPair::from_pem(&pem).map_err(|e| tls_error(&key, &e))?,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let pair = KeyPair::generate().map_err(|e| tls_error(&key, &e))?;
            write_secret(&key, &pair.serialize_pem()).map_err(|e| tls_error(&key, &e))?;
            pair
        }
        Err(e) => return Err(tls_error(&key, &e)),
    };
    let label = |until: Date| {
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        format!("until {until} for {}\n", names.join(" "))
    };
    let kept = std::fs::read_to_string(&certificate).unwrap_or_default();
    let is_good = kept
        .strip_prefix("until ")
        .and_then(|rest| rest.get(..10)?.parse::<Date>().ok())
        .is_some_and(|until| kept.starts_with(&label(until)) && left(today, until) > LEFT_DAYS);
    if !is_good {
        let until = today
            .checked_add(GOOD_DAYS.days())
            .map_err(|e| tls_error(&certificate, &e))?;
        let made = make(&pair, &names, today, until).map_err(|e| tls_error(&certificate, &e))?;
        // Text before the first dashes of a PEM file is for people.
        std::fs::write(&certificate, format!("{}{made}", label(until)))
            .map_err(|e| tls_error(&certificate, &e))?;
    }
    Ok((certificate, key))
}

fn left(today: Date, until: Date) -> i64 {
    until.duration_since(today).as_secs() / (24 * 60 * 60)
}

fn make(
    pair: &KeyPair,
    names: &BTreeSet<String>,
    today: Date,
    until: Date,
) -> Result<String, rcgen::Error> {
    let mut params = CertificateParams::new(names.iter().cloned().collect::<Vec<_>>())?;
    // The same name in every certificate of this key: it is the anchor of those made later.
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "Kanyan pilot server");
    let [from, to] = [today, until].map(|date| {
        rcgen::date_time_ymd(
            date.year().into(),
            date.month().unsigned_abs(),
            date.day().unsigned_abs(),
        )
    });
    (params.not_before, params.not_after) = (from, to);
    Ok(params.self_signed(pair)?.pem())
}

/// Under what names and addresses the server is reached.
fn names(config: &Config, bound: SocketAddr) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = config.tls.names.iter().cloned().collect();
    names.extend(["localhost".to_owned(), "127.0.0.1".to_owned()]);
    if !bound.ip().is_unspecified() {
        names.insert(bound.ip().to_string());
    }
    if let Some(host) = config.public_url.as_deref().and_then(host_of) {
        names.insert(host);
    }
    names
}

/// The host of an address such as `https://permits.example:8443/x`.
fn host_of(url: &str) -> Option<String> {
    let authority = url.split_once("://")?.1.split('/').next()?;
    if let Some(v6) = authority.strip_prefix('[') {
        return v6.split(']').next().map(str::to_owned);
    }
    let host = authority.split(':').next()?;
    let known = host.parse::<IpAddr>().is_ok() || host.bytes().all(|b| b.is_ascii_graphic());
    (known && !host.is_empty()).then(|| host.to_owned())
}

/// Writes a file that only its owner may read, from its first byte on.
fn write_secret(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
