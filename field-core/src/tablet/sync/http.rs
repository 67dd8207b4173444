//! The network: HTTP over rustls, blocking, with limits on everything that comes back. Also the
//! three things a tablet does before it can exchange: enrol, have an officer's key certified,
//! prove its own key for a token.

use std::io::Read;
use std::sync::Mutex;
use std::time::Duration;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde::Deserialize;
use serde_json::json;
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body};

use super::super::enrol::Enrolment;
use super::super::{Tablet, TabletError};
use super::{Transport, Upload};
use crate::identity::{SigningKey, nonce_message};
use crate::ids::DeviceId;
use crate::protocol::MEDIA_TYPE;
use crate::protocol::limits::MAX_BODY_BYTES;

const TUS: &str = "1.0.0";
/// Level 3 is zstd's own default: most of the gain for little time.
const ZSTD_LEVEL: i32 = 3;
const CONNECT: Duration = Duration::from_secs(10);
const WHOLE_REQUEST: Duration = Duration::from_secs(120);

/// A connection to the server this tablet is enrolled with.
pub struct Http {
    agent: Agent,
    server: String,
    device: DeviceId,
    key: SigningKey,
    token: Option<String>,
}

#[derive(Deserialize)]
struct Enrolled {
    device: DeviceId,
    name: String,
    server_key: String,
    agency: String,
}

#[derive(Deserialize)]
struct Challenged {
    nonce: String,
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

#[derive(Deserialize)]
struct Certified {
    certificate: String,
}

fn agent() -> Agent {
    Agent::config_builder()
        .timeout_connect(Some(CONNECT))
        .timeout_global(Some(WHOLE_REQUEST))
        .http_status_as_error(false)
        .max_redirects(0)
        .build()
        .new_agent()
}

fn network(error: &ureq::Error) -> TabletError {
    TabletError::Network(error.to_string())
}

/// The body of a good answer, at most [`MAX_BODY_BYTES`] long; anything else as the server's
/// words.
fn body(mut response: Response<Body>) -> Result<Vec<u8>, TabletError> {
    let status = response.status();
    let zstd = response
        .headers()
        .get("content-encoding")
        .is_some_and(|coding| coding == "zstd");
    let limit = MAX_BODY_BYTES as u64 + 1;
    let mut bytes = vec![];
    response
        .body_mut()
        .as_reader()
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| TabletError::Network(error.to_string()))?;
    if zstd {
        let mut plain = vec![];
        zstd::stream::read::Decoder::new(bytes.as_slice())
            .and_then(|decoder| decoder.take(limit).read_to_end(&mut plain))
            .map_err(|error| TabletError::Answer(error.to_string()))?;
        bytes = plain;
    }
    if bytes.len() as u64 >= limit {
        return Err(TabletError::Answer("it is too long".into()));
    }
    if status.is_success() {
        return Ok(bytes);
    }
    Err(TabletError::Refused {
        status: status.as_u16(),
        message: said(&bytes),
    })
}

/// The message in a JSON error, or the beginning of whatever came.
fn said(bytes: &[u8]) -> String {
    let json: Option<serde_json::Value> = serde_json::from_slice(bytes).ok();
    let field = |name: &str| {
        let value = json.as_ref()?.get(name)?;
        value.as_str().map(str::to_owned)
    };
    field("zh")
        .or_else(|| field("message"))
        .or_else(|| field("en"))
        .unwrap_or_else(|| String::from_utf8_lossy(bytes).chars().take(300).collect())
}

fn read_json<T: for<'de> Deserialize<'de>>(bytes: &[u8]) -> Result<T, TabletError> {
    serde_json::from_slice(bytes).map_err(|error| TabletError::Answer(error.to_string()))
}

impl Http {
    /// Enrols a tablet with a one-time code at `server` (`https://host[:port]`).
    pub fn enrol(
        tablet: &Mutex<Tablet>,
        server: &str,
        code: &str,
    ) -> Result<Enrolment, TabletError> {
        let key = {
            let mut tablet = super::hold(tablet);
            if tablet.enrolment()?.is_some() {
                return Err(TabletError::AlreadyEnrolled);
            }
            tablet.device_key()?
        };
        let server = server.trim_end_matches('/').to_owned();
        let request = json!({ "code": code, "public_key": key.public().to_string() });
        let response = agent()
            .post(format!("{server}/devices/enrol"))
            .content_type("application/json")
            .send(request.to_string())
            .map_err(|error| network(&error))?;
        let answer: Enrolled = read_json(&body(response)?)?;
        let enrolment = Enrolment {
            server,
            device: answer.device,
            name: answer.name,
            server_key: answer.server_key,
            agency: answer.agency,
        };
        super::hold(tablet).set_enrolment(&enrolment)?;
        Ok(enrolment)
    }

    /// A connection for an enrolled tablet.
    pub fn connect(tablet: &Mutex<Tablet>) -> Result<Self, TabletError> {
        let mut tablet = super::hold(tablet);
        let enrolment = tablet.enrolled()?;
        Ok(Self {
            agent: agent(),
            server: enrolment.server,
            device: enrolment.device,
            key: tablet.device_key()?,
            token: None,
        })
    }

    /// The same over another address, such as a proxy.
    #[must_use]
    pub fn via(mut self, server: &str) -> Self {
        server.trim_end_matches('/').clone_into(&mut self.server);
        self
    }

    /// Signs an officer in on this tablet: makes a key, has it certified against the password,
    /// keeps it sealed with that password. Returns the user id.
    pub fn sign_in(
        &mut self,
        tablet: &Mutex<Tablet>,
        login: &str,
        password: &str,
    ) -> Result<String, TabletError> {
        let key = SigningKey::generate(&mut super::hold(tablet).rng);
        let request = json!({
            "login": login,
            "password": password,
            "public_key": key.public().to_string(),
        });
        let response = self.authorised(|http, token| {
            http.agent
                .post(http.url("/devices/officer-key"))
                .content_type("application/json")
                .header("authorization", token)
                .send(request.to_string())
        })?;
        let answer: Certified = read_json(&body(response)?)?;
        let certificate = BASE64URL_NOPAD
            .decode(answer.certificate.as_bytes())
            .map_err(|error| TabletError::Answer(error.to_string()))?;
        super::hold(tablet).add_officer(login, password, &key, &certificate)
    }

    fn url(&self, path: &str) -> String {
        if path.starts_with('/') {
            return format!("{}{path}", self.server);
        }
        // An absolute address, as tus may give it: only its path counts, so that what was begun
        // over one network goes on over another.
        let path = path
            .split_once("://")
            .and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]))
            .unwrap_or("/");
        format!("{}{path}", self.server)
    }

    /// The `Authorization` header's value for requests that this tablet makes by other means, such
    /// as uploads that the operating system goes on with in the background. It is good for minutes.
    ///
    /// # Errors
    /// The server is not reached, or does not trust this tablet any more.
    pub fn authorization(&mut self) -> Result<String, TabletError> {
        self.prove()
    }

    /// A token, got by signing the server's nonce.
    fn prove(&mut self) -> Result<String, TabletError> {
        let post = |path: &str, request: serde_json::Value| {
            let response = self
                .agent
                .post(self.url(path))
                .content_type("application/json")
                .send(request.to_string())
                .map_err(|error| network(&error))?;
            body(response)
        };
        let challenge = json!({ "device": self.device });
        let challenged: Challenged = read_json(&post("/devices/challenge", challenge)?)?;
        let nonce = BASE64URL_NOPAD
            .decode(challenged.nonce.as_bytes())
            .map_err(|error| TabletError::Answer(error.to_string()))?;
        let signature = BASE64URL_NOPAD.encode(&self.key.sign(&nonce_message(&nonce)));
        let proof = json!({ "device": self.device, "signature": signature });
        let token: Token = read_json(&post("/devices/token", proof)?)?;
        let token = format!("Bearer {}", token.token);
        self.token = Some(token.clone());
        Ok(token)
    }

    /// Sends with a token; an expired one is renewed silently, once.
    fn authorised(
        &mut self,
        send: impl Fn(&Self, &str) -> Result<Response<Body>, ureq::Error>,
    ) -> Result<Response<Body>, TabletError> {
        if let Some(token) = self.token.clone() {
            let response = send(self, &token).map_err(|error| network(&error))?;
            if response.status() != StatusCode::UNAUTHORIZED {
                return Ok(response);
            }
        }
        let token = self.prove()?;
        send(self, &token).map_err(|error| network(&error))
    }

    fn post_cbor(&mut self, path: &str, content: &[u8]) -> Result<Vec<u8>, TabletError> {
        let packed = zstd::stream::encode_all(content, ZSTD_LEVEL)?;
        let response = self.authorised(|http, token| {
            http.agent
                .post(http.url(path))
                .content_type(MEDIA_TYPE)
                .header("content-encoding", "zstd")
                .header("accept-encoding", "zstd")
                .header("authorization", token)
                .send(packed.as_slice())
        })?;
        body(response)
    }
}

fn upload_state(response: Response<Body>) -> Result<Upload, TabletError> {
    if matches!(
        response.status(),
        StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::FORBIDDEN
    ) {
        return Ok(Upload::Gone);
    }
    let offset = response
        .headers()
        .get("upload-offset")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok());
    body(response)?;
    offset
        .map(Upload::At)
        .ok_or_else(|| TabletError::Answer("no Upload-Offset".into()))
}

impl Transport for Http {
    fn exchange(&mut self, content: &[u8]) -> Result<Vec<u8>, TabletError> {
        self.post_cbor("/sync/v1/exchange", content)
    }

    fn have(&mut self, content: &[u8]) -> Result<Vec<u8>, TabletError> {
        self.post_cbor("/photos/have", content)
    }

    fn offset(&mut self, url: &str) -> Result<Upload, TabletError> {
        let response = self.authorised(|http, token| {
            http.agent
                .head(http.url(url))
                .header("tus-resumable", TUS)
                .header("authorization", token)
                .call()
        })?;
        upload_state(response)
    }

    fn append(&mut self, url: &str, offset: u64, content: &[u8]) -> Result<Upload, TabletError> {
        use sha2::Digest;
        let checksum = format!("sha256 {}", BASE64.encode(&sha2::Sha256::digest(content)));
        let response = self.authorised(|http, token| {
            http.agent
                .patch(http.url(url))
                .content_type("application/offset+octet-stream")
                .header("tus-resumable", TUS)
                .header("upload-offset", offset.to_string())
                .header("upload-checksum", &checksum)
                .header("authorization", token)
                .send(content)
        })?;
        if response.status() == StatusCode::CONFLICT {
            // Another piece arrived after all: only HEAD gives offsets.
            return self.offset(url);
        }
        upload_state(response)
    }
}
