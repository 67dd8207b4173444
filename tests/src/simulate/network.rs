//! What lies between tablets and server: every message may be lost, come twice, come late, come in
//! part, on the way there or on the way back, and people go on working meanwhile.

use axum::body::Body;
use axum::http::Request;
use data_encoding::BASE64;
use field_core::identity::Receipt;
use field_core::protocol::{ExchangeReply, decode, encode};
use field_core::tablet::sync::{Action, Upload};
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use sha2::Digest;

use super::mutant;
use super::server::Reply;
use super::world::{Stop, World, broken};
use super::{check, steps};

/// Messages of one sync at most.
const MESSAGES_MAX: usize = 300;
/// Requests that may be under way to the server without a tablet waiting.
const LATE_MAX: usize = 20;

/// A request as it was sent.
#[derive(Debug, Clone)]
pub(super) struct Call {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

/// What the network does to one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    LoseRequest,
    LoseReply,
    Twice,
    Late,
    CutRequest,
    CutReply,
    Meanwhile,
    ServerDies,
    TabletDies,
}

impl Fault {
    fn draw(rng: &mut StdRng, fair: bool) -> Self {
        if fair {
            return Self::None;
        }
        match rng.next_u32() % 100 {
            0..62 => Self::None,
            62..67 => Self::LoseRequest,
            67..74 => Self::LoseReply,
            74..80 => Self::Twice,
            80..85 => Self::Late,
            85..88 => Self::CutRequest,
            88..91 => Self::CutReply,
            91..95 => Self::Meanwhile,
            95..98 => Self::ServerDies,
            _ => Self::TabletDies,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::LoseRequest => "request lost",
            Self::LoseReply => "reply lost",
            Self::Twice => "request twice",
            Self::Late => "request late",
            Self::CutRequest => "request cut",
            Self::CutReply => "reply cut",
            Self::Meanwhile => "work while waiting",
            Self::ServerDies => "server dies in a request",
            Self::TabletDies => "tablet dies taking a reply in",
        }
    }
}

impl Call {
    fn of(action: &Action, token: &str) -> Option<Self> {
        let mut headers = vec![("authorization", format!("Bearer {token}"))];
        let (method, path, body) = match action {
            Action::Exchange(body) => ("POST", "/sync/v1/exchange", body.clone()),
            Action::Have(body) => ("POST", "/photos/have", body.clone()),
            Action::Offset { url } => ("HEAD", url.as_str(), Vec::new()),
            Action::Append { url, content, .. } => ("PATCH", url.as_str(), content.clone()),
            Action::Done => return None,
        };
        match action {
            Action::Exchange(_) | Action::Have(_) => {
                headers.push(("content-type", "application/cbor".to_owned()));
            }
            Action::Append {
                offset, content, ..
            } => {
                let digest = BASE64.encode(&sha2::Sha256::digest(content));
                headers.push(("content-type", "application/offset+octet-stream".to_owned()));
                headers.push(("upload-offset", offset.to_string()));
                headers.push(("upload-checksum", format!("sha256 {digest}")));
                headers.push(("tus-resumable", "1.0.0".to_owned()));
            }
            Action::Offset { .. } | Action::Done => {
                headers.push(("tus-resumable", "1.0.0".to_owned()));
            }
        }
        Some(Self {
            method,
            path: path.to_owned(),
            headers,
            body,
        })
    }

    /// An exchange by hand.
    pub(super) fn exchange(body: Vec<u8>, token: &str) -> Self {
        Self {
            method: "POST",
            path: "/sync/v1/exchange".to_owned(),
            headers: vec![
                ("authorization", format!("Bearer {token}")),
                ("content-type", "application/cbor".to_owned()),
            ],
            body,
        }
    }

    fn request(&self) -> Result<Request<Body>, Stop> {
        let mut request = Request::builder().method(self.method).uri(&self.path);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        Ok(request.body(Body::from(self.body.clone()))?)
    }
}

impl World {
    /// A request reaches the server; a server that dies over it comes up again.
    pub(super) fn carry(&mut self, call: &Call) -> Result<Option<Reply>, Stop> {
        let before = mutant::before(self);
        let reply = self.server.call(call.request()?)?;
        let Some(mut reply) = reply else {
            let mut rng = StdRng::seed_from_u64(self.seed ^ call.body.len() as u64);
            let power = rng.random_bool(0.7);
            self.crash_server(power, &mut rng)?;
            return Ok(None);
        };
        if reply.status.is_server_error() && !self.server.host.is_full() {
            let said = String::from_utf8_lossy(&reply.body).into_owned();
            let detail = format!("{} {}: {} {said}", call.method, call.path, reply.status);
            return broken("the server answers", detail);
        }
        if call.path == "/sync/v1/exchange" && reply.status.is_success() {
            check::reply(self, &call.body, &reply.body)?;
            mutant::after(self, before, call, &mut reply)?;
        }
        if self.server.host.is_dead() {
            // What a mutant did came too much for the disk; the answer is out all the same.
            let mut rng = StdRng::seed_from_u64(self.seed);
            self.crash_server(true, &mut rng)?;
        }
        Ok(Some(reply))
    }

    /// The next message of a tablet's sync. False when the sync has ended, one way or the other.
    pub(super) fn message(&mut self, number: usize, pick: u64, fair: bool) -> Result<bool, Stop> {
        let mut rng = StdRng::seed_from_u64(pick);
        let done = self.devices[number].sync(|session, tablet| session.next(tablet));
        let Some(action) = self.settle(number, done)? else {
            return Ok(false);
        };
        let token = self.devices[number].token.clone();
        let Some(call) = Call::of(&action, &token) else {
            self.devices[number].session = None;
            self.deed("syncs to the end");
            return Ok(false);
        };
        let fault = Fault::draw(&mut rng, fair);
        if fault != Fault::None {
            self.fault(fault.word());
        }
        let Some(reply) = self.send(number, &call, fault, &mut rng)? else {
            // The connection broke; the next sync begins anew.
            self.devices[number].session = None;
            return Ok(false);
        };
        self.take_in(number, &action, reply, fault, &mut rng)
    }

    fn send(
        &mut self,
        number: usize,
        call: &Call,
        fault: Fault,
        rng: &mut StdRng,
    ) -> Result<Option<Reply>, Stop> {
        match fault {
            Fault::LoseRequest => return Ok(None),
            Fault::Late => {
                if self.late.len() < LATE_MAX {
                    self.late.push(call.clone());
                }
                return Ok(None);
            }
            Fault::CutRequest => {
                let mut cut = call.clone();
                cut.body.truncate(rng.random_range(0..=call.body.len()));
                self.carry(&cut)?;
                return Ok(None);
            }
            Fault::Twice => {
                self.carry(call)?;
            }
            Fault::ServerDies => {
                self.server.host.fail_after(rng.random_range(0..24));
            }
            _ => {}
        }
        let reply = self.carry(call)?;
        match fault {
            Fault::LoseReply => return Ok(None),
            Fault::Meanwhile => steps::work(self, number, rng)?,
            // It died over it, or dies now, after the answer went out.
            Fault::ServerDies if reply.is_some() => {
                let power = rng.random_bool(0.7);
                self.crash_server(power, rng)?;
            }
            _ => {}
        }
        Ok(reply)
    }

    fn take_in(
        &mut self,
        number: usize,
        action: &Action,
        mut reply: Reply,
        fault: Fault,
        rng: &mut StdRng,
    ) -> Result<bool, Stop> {
        if fault == Fault::CutReply && !reply.body.is_empty() {
            // HTTP says how long it should have been: the tablet never sees it.
            self.devices[number].session = None;
            return Ok(false);
        }
        if fault == Fault::TabletDies {
            self.devices[number]
                .host
                .fail_after(rng.random_range(0..16));
        }
        let sent = match action {
            Action::Exchange(body) | Action::Have(body) => body.len(),
            Action::Append { content, .. } => content.len(),
            _ => 0,
        };
        let done = match action {
            Action::Exchange(_) | Action::Have(_) if !reply.status.is_success() => {
                self.devices[number].session = None;
                return Ok(false);
            }
            Action::Exchange(_) => {
                self.trace_reply(&reply.body);
                self.devices[number]
                    .sync(|session, tablet| session.exchanged(tablet, sent, &reply.body))
            }
            Action::Have(_) => {
                self.devices[number].sync(|session, tablet| session.had(tablet, sent, &reply.body))
            }
            Action::Offset { url } | Action::Append { url, .. } => {
                if reply.status == 409 {
                    // Another piece arrived after all: only HEAD gives offsets.
                    let url = url.clone();
                    let token = self.devices[number].token.clone();
                    let head = Call::of(&Action::Offset { url }, &token);
                    let again = head.map(|call| self.carry(&call)).transpose()?.flatten();
                    let Some(again) = again else {
                        self.devices[number].session = None;
                        return Ok(false);
                    };
                    reply = again;
                }
                let Some(upload) = upload(&reply) else {
                    self.devices[number].session = None;
                    return Ok(false);
                };
                let appended = matches!(action, Action::Append { .. });
                self.devices[number].sync(|session, tablet| match appended {
                    true => session.appended(tablet, sent, upload),
                    false => session.offset(tablet, upload),
                })
            }
            Action::Done => return Ok(false),
        };
        let kept = self.settle(number, done)?.is_some();
        if kept && let Action::Exchange(_) = action {
            self.acknowledge(&reply.body)?;
            mutant::taken_in(self, number)?;
        }
        Ok(kept)
    }

    /// What a tablet was told is safe.
    fn acknowledge(&mut self, reply: &[u8]) -> Result<(), Stop> {
        let reply: ExchangeReply = decode(reply)?;
        let key = self.server.app()?.server_key.public();
        let receipt = Receipt::open(&reply.receipt, &key)?;
        let acknowledged = &mut self.model.acknowledged;
        acknowledged.changes.extend(receipt.changes);
        acknowledged.statements.extend(receipt.statements);
        acknowledged.blobs.extend(receipt.blobs);
        Ok(())
    }

    /// Addresses of uploads are random; everything else of a reply is not.
    fn trace_reply(&mut self, reply: &[u8]) {
        if let Ok(mut reply) = decode::<ExchangeReply>(reply) {
            for one in &mut reply.wanted {
                one.upload = None;
            }
            let bytes = encode(&reply);
            self.note("reply", &bytes);
        }
    }

    /// A whole sync.
    pub(super) fn sync(&mut self, number: usize, rng: &mut StdRng, fair: bool) -> Result<(), Stop> {
        self.devices[number].session = None;
        for _ in 0..MESSAGES_MAX {
            let pick = rng.next_u64();
            if !self.message(number, pick, fair)? {
                return Ok(());
            }
        }
        broken("a sync ends", format!("tablet {number} sends without end"))
    }
}

fn upload(reply: &Reply) -> Option<Upload> {
    if matches!(reply.status.as_u16(), 403 | 404 | 410) {
        return Some(Upload::Gone);
    }
    if !reply.status.is_success() {
        return None;
    }
    let offset = reply.headers.get("upload-offset")?.to_str().ok()?;
    offset.parse().ok().map(Upload::At)
}
