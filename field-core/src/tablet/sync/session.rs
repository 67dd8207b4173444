//! One sync as a sequence of actions. Answers and notes go first, thumbnails next, evidence
//! files, originals last; an exchange at the end brings the receipt for the files. What goes out
//! is put together in [`outbox`](super::outbox), answers are taken in by
//! [`inbox`](super::inbox), files go by [`uploads`](super::uploads).

use std::collections::HashSet;

use super::super::{Tablet, TabletError};
use super::uploads::Uploads;
use super::{Progress, inbox, outbox};
use crate::digest::Sha256;
use crate::ids::DocId;
use crate::protocol::encode;

/// An exchange that brings nothing forward is not repeated without end.
const MAX_EXCHANGES: u32 = 10_000;

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Send this exchange.
    Exchange(Vec<u8>),
    /// Ask which files are held.
    Have(Vec<u8>),
    /// Ask how far an upload got.
    Offset {
        /// Where.
        url: String,
    },
    /// Send a piece of a file.
    Append {
        /// Where.
        url: String,
        /// From here on.
        offset: u64,
        /// These bytes.
        content: Vec<u8>,
    },
    /// Nothing is left.
    Done,
}

/// What a sync did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Exchanges made.
    pub exchanges: u32,
    /// Bytes of exchanges and files sent, before compression.
    pub bytes_sent: u64,
    /// Bytes of exchanges received, after decompression.
    pub bytes_received: u64,
    /// Changes the server took.
    pub changes_sent: u64,
    /// Changes of others that came.
    pub changes_received: u64,
    /// Files that were uploaded to the end.
    pub files_sent: u64,
    /// Changes and statements that were set aside.
    pub refused: Vec<(Sha256, String)>,
}

#[derive(PartialEq, Eq)]
pub(super) enum Phase {
    Exchanging,
    Asking,
    Uploading,
    Closing,
    Done,
}

/// A sync under way.
pub struct Session {
    pub(super) phase: Phase,
    pub(super) summary: Summary,
    /// Highest rows acknowledged in this session: what was deferred is not sent again in it.
    pub(super) sent_change: i64,
    pub(super) sent_statement: i64,
    /// The same for the request that is under way.
    pub(super) sending: (i64, i64),
    pub(super) more: bool,
    pub(super) first: bool,
    /// The documents named in the request that is under way.
    pub(super) holding: Vec<DocId>,
    pub(super) uploads: Uploads,
    /// Documents whose refused work was made again in this session: once is enough.
    pub(super) recovered: HashSet<DocId>,
}

impl Session {
    /// Begins.
    #[must_use]
    pub fn new() -> Self {
        Self {
            phase: Phase::Exchanging,
            summary: Summary::default(),
            sent_change: 0,
            sent_statement: 0,
            sending: (0, 0),
            more: false,
            first: true,
            holding: vec![],
            uploads: Uploads::default(),
            recovered: HashSet::new(),
        }
    }

    /// What was done so far.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.summary.clone()
    }

    /// How far it is.
    pub fn progress(&self, tablet: &Tablet) -> Result<Progress, TabletError> {
        let status = tablet.status()?;
        Ok(Progress {
            exchanges: self.summary.exchanges,
            changes_left: status.unsent_changes,
            photos_left: status.unsent_photos,
        })
    }

    /// Decides what comes next.
    pub fn next(&mut self, tablet: &mut Tablet) -> Result<Action, TabletError> {
        loop {
            match self.phase {
                Phase::Exchanging => match self.exchange(tablet)? {
                    Some(action) => return Ok(action),
                    None => self.phase = Phase::Asking,
                },
                Phase::Asking => {
                    if let Some(question) = self.uploads.question(tablet)? {
                        return Ok(Action::Have(question));
                    }
                    self.phase = if self.uploads.asked() {
                        Phase::Closing
                    } else {
                        Phase::Done
                    };
                }
                Phase::Uploading => match self.uploads.next(tablet)? {
                    Some(action) => return Ok(action),
                    None => self.phase = Phase::Closing,
                },
                Phase::Closing => {
                    let request = self.request(tablet)?.request;
                    return Ok(Action::Exchange(encode(&request)));
                }
                Phase::Done => return Ok(Action::Done),
            }
        }
    }

    /// The next exchange, while there is anything to send or to fetch.
    fn exchange(&mut self, tablet: &mut Tablet) -> Result<Option<Action>, TabletError> {
        if self.summary.exchanges >= MAX_EXCHANGES {
            return Err(TabletError::Answer("the server has no end".into()));
        }
        let request = self.request(tablet)?.request;
        let idle = request.changes.is_empty()
            && request.statements.is_empty()
            && request.holding.is_empty();
        if idle && !self.first && !self.more {
            return Ok(None);
        }
        Ok(Some(Action::Exchange(encode(&request))))
    }

    fn request(&mut self, tablet: &mut Tablet) -> Result<outbox::Outgoing, TabletError> {
        let holding = inbox::holding(tablet)?;
        self.holding = holding.iter().map(|one| one.doc).collect();
        let outgoing = outbox::next(tablet, self.sent_change, self.sent_statement, holding)?;
        self.sending = (outgoing.last_change, outgoing.last_statement);
        Ok(outgoing)
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}
