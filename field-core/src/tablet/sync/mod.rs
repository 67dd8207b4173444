//! The tablet's side of an exchange. [`session`] decides what comes next and takes answers in,
//! without any network; [`Transport`] carries; [`run`] brings the two together and holds the
//! tablet only while deciding, never while waiting for the network.

mod http;
mod inbox;
mod outbox;
mod session;
mod uploads;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

pub use http::Http;
pub(super) use outbox::signatures_over;
pub use session::{Action, Session, Summary};

use super::{Tablet, TabletError};

/// What happened to an upload, as the server says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upload {
    /// So many bytes are there.
    At(u64),
    /// The server does not know the upload any more: ask again.
    Gone,
}

/// Carries requests; the real one is [`Http`], simulations bring their own.
pub trait Transport {
    /// `POST /sync/v1/exchange`: CBOR there and back.
    fn exchange(&mut self, body: &[u8]) -> Result<Vec<u8>, TabletError>;
    /// `POST /photos/have`: CBOR there and back.
    fn have(&mut self, body: &[u8]) -> Result<Vec<u8>, TabletError>;
    /// tus `HEAD`: how far an upload got.
    fn offset(&mut self, url: &str) -> Result<Upload, TabletError>;
    /// tus `PATCH`: sends `content` from `offset` on.
    fn append(&mut self, url: &str, offset: u64, content: &[u8]) -> Result<Upload, TabletError>;
}

/// How far a sync is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Exchanges made.
    pub exchanges: u32,
    /// Changes and statements still to be sent.
    pub changes_left: u64,
    /// Evidence files still to be sent.
    pub photos_left: u64,
}

/// Syncs until nothing is left, the connection breaks, or `cancel` is set. What was acknowledged
/// stays acknowledged; the next run goes on from there.
pub fn run(
    tablet: &Mutex<Tablet>,
    transport: &mut dyn Transport,
    cancel: &AtomicBool,
    mut progress: impl FnMut(Progress),
) -> Result<Summary, TabletError> {
    let mut session = Session::new();
    loop {
        if cancel.load(Ordering::Relaxed) {
            return Err(TabletError::Cancelled);
        }
        let action = {
            let mut tablet = hold(tablet);
            let action = session.next(&mut tablet)?;
            progress(session.progress(&tablet)?);
            action
        };
        let outcome = match &action {
            Action::Exchange(body) => {
                let reply = transport.exchange(body)?;
                session.exchanged(&mut hold(tablet), body.len(), &reply)
            }
            Action::Have(body) => {
                let reply = transport.have(body)?;
                session.had(&mut hold(tablet), body.len(), &reply)
            }
            Action::Offset { url } => {
                let upload = transport.offset(url)?;
                session.offset(&mut hold(tablet), upload)
            }
            Action::Append {
                url,
                offset,
                content,
            } => {
                let upload = transport.append(url, *offset, content)?;
                session.appended(&mut hold(tablet), content.len(), upload)
            }
            Action::Done => return Ok(session.summary()),
        };
        outcome?;
    }
}

/// A panic elsewhere leaves the store whole, since every write is a transaction.
fn hold(tablet: &Mutex<Tablet>) -> std::sync::MutexGuard<'_, Tablet> {
    tablet
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
