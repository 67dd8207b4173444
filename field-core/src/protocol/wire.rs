//! Wire types, version 1.

use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};

use crate::digest::Sha256;
use crate::ids::{Actor, DocId};
use crate::inspection::Heads;

/// Where a tablet stands in the server's log. Opaque to the tablet, which stores it and sends it
/// back; a server that does not recognise it starts a new epoch with that tablet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Cursor {
    /// Changes when a backup was restored.
    #[n(0)]
    pub epoch: u64,
    /// The last position seen.
    #[n(1)]
    pub seq: u64,
    /// Hash of the log up to there.
    #[n(2)]
    pub log: Sha256,
}

/// One change, as its author made it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ChangeRow {
    /// Of this document.
    #[n(0)]
    pub doc: DocId,
    /// The uncompressed chunk.
    #[n(1)]
    pub bytes: ByteVec,
    /// It came after the seal: kept, and changes nothing that was decided.
    #[n(2)]
    #[cbor(default)]
    pub late: bool,
    /// Only in the feed: the signature over this very change, where it was the newest of an
    /// exchange. Whoever brings the change to the server again sends it along.
    #[n(3)]
    pub signature: Option<ByteArray<64>>,
}

impl ChangeRow {
    /// A change as it is sent to the server.
    pub fn new(doc: DocId, bytes: impl Into<ByteVec>) -> Self {
        Self {
            doc,
            bytes: bytes.into(),
            late: false,
            signature: None,
        }
    }
}

/// A device vouches for the newest change of one of its actors, and so for all earlier ones.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct HeadSignature {
    /// In this document.
    #[n(0)]
    pub doc: DocId,
    /// This actor.
    #[n(1)]
    pub actor: Actor,
    /// Its newest change.
    #[n(2)]
    pub change: Sha256,
    /// See [`crate::identity::change_signature_message`].
    #[n(3)]
    pub signature: ByteArray<64>,
}

/// A statement's envelope.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StatementRow {
    /// It stands beside this document.
    #[n(0)]
    pub doc: DocId,
    /// See [`crate::identity::Signed`].
    #[n(1)]
    pub bytes: ByteVec,
}

/// How a tablet is, for the administrator.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize,
)]
#[cbor(map)]
pub struct Heartbeat {
    /// Version of the program.
    #[n(0)]
    pub version: String,
    /// Wall clock of the tablet when it sent this, Unix milliseconds.
    #[n(1)]
    pub wall_ms: i64,
    /// Changes not yet acknowledged.
    #[n(2)]
    pub unsent_changes: u64,
    /// Evidence files not yet acknowledged.
    #[n(3)]
    pub unsent_photos: u64,
    /// Their bytes.
    #[n(4)]
    pub unsent_bytes: u64,
    /// When the oldest of them was made, wall clock.
    #[n(5)]
    pub oldest_unsent_ms: Option<i64>,
    /// Free disk space in bytes, when known.
    #[n(6)]
    pub free_bytes: Option<u64>,
    /// The last error an inspector saw.
    #[n(7)]
    pub last_error: Option<String>,
    /// Inspections on the tablet.
    #[n(8)]
    #[cbor(default)]
    pub documents: u64,
}

/// What a tablet sends.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ExchangeRequest {
    /// [`super::version::CURRENT`] of the tablet.
    #[n(0)]
    pub protocol: u32,
    /// Absent on the first exchange.
    #[n(1)]
    pub cursor: Option<Cursor>,
    /// In causal order within each document.
    #[n(2)]
    pub changes: Vec<ChangeRow>,
    /// At least one per actor that has changes above: the tablet's own, and for others' work
    /// those that came with it.
    #[n(3)]
    pub signatures: Vec<HeadSignature>,
    /// In the order in which they were made.
    #[n(4)]
    pub statements: Vec<StatementRow>,
    /// How the tablet is.
    #[n(5)]
    pub heartbeat: Heartbeat,
    /// At most this many bytes of feed in the reply.
    #[n(6)]
    pub limit: u64,
    /// The heads of every document held; sent only in answer to a new epoch.
    #[n(7)]
    #[cbor(default)]
    pub holding: Vec<DocHeads>,
}

/// What a tablet holds of one document.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DocHeads {
    /// The document.
    #[n(0)]
    pub doc: DocId,
    /// Its heads on the tablet.
    #[n(1)]
    pub heads: Heads,
}

/// What the server keeps aside instead of taking it in.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Refused {
    /// Of the change or statement.
    #[n(0)]
    pub hash: Sha256,
    /// In words for the inspector.
    #[n(1)]
    pub reason: String,
    /// A short word for programs, such as `unknown-actor`.
    #[n(2)]
    pub code: String,
}

/// An officer as a tablet needs to know: for signs of who wrote what.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(map)]
pub struct Officer {
    /// User id.
    #[n(0)]
    pub id: String,
    /// Name.
    #[n(1)]
    pub name: String,
    /// Card number (执法证号).
    #[n(2)]
    pub card_number: Option<String>,
}

/// A case as a tablet shows it; the server alone writes it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(map)]
pub struct CaseRow {
    /// The inspection of the current round.
    #[n(0)]
    pub doc: DocId,
    /// As people write it.
    #[n(1)]
    pub number: String,
    /// State, as the server names it.
    #[n(2)]
    pub state: String,
    /// The officers of the current assignment.
    #[n(3)]
    pub officers: Vec<Officer>,
    /// Revision of the assignment; a sign-off names it.
    #[n(4)]
    pub assignment: u32,
    /// Promised date, ISO.
    #[n(5)]
    pub promised_until: Option<String>,
    /// Set when the inspection is sealed: the heads it is sealed at.
    #[n(6)]
    pub sealed: Option<Heads>,
    /// No more work is expected; the tablet may let go of it once everything is backed up.
    #[n(7)]
    #[cbor(default)]
    pub closed: bool,
    /// Contact on site: name and telephone.
    #[n(8)]
    pub contact: Option<String>,
    /// Materials handed in at the window, by name.
    #[n(9)]
    #[cbor(default)]
    pub materials: Vec<String>,
}

/// A document enters a tablet's scope: everything there is of it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Enter {
    /// The case.
    #[n(0)]
    pub case: CaseRow,
    /// The document with every admitted change.
    #[n(1)]
    pub snapshot: ByteVec,
    /// Every admitted statement.
    #[n(2)]
    pub statements: Vec<ByteVec>,
    /// The newest signature of each actor.
    #[n(3)]
    #[cbor(default)]
    pub signatures: Vec<HeadSignature>,
}

/// One thing that is new for a tablet.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum FeedItem {
    /// A document enters its scope.
    #[n(0)]
    Enter(#[n(0)] Enter),
    /// A change somebody made.
    #[n(1)]
    Change(#[n(0)] ChangeRow),
    /// A statement somebody made.
    #[n(2)]
    Statement(#[n(0)] StatementRow),
    /// The case was moved.
    #[n(3)]
    Case(#[n(0)] CaseRow),
    /// A document leaves its scope; unsent work on it is still taken.
    #[n(4)]
    Leave(#[n(0)] DocId),
}

/// An evidence file the server knows of and does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Wanted {
    /// Its name.
    #[n(0)]
    pub sha256: Sha256,
    /// Where to go on uploading it, if an upload was begun.
    #[n(1)]
    pub upload: Option<String>,
}

/// What the server answers.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ExchangeReply {
    /// Store it in the same transaction as the feed.
    #[n(0)]
    pub cursor: Cursor,
    /// Ask again at once: there is more feed.
    #[n(1)]
    pub more: bool,
    /// The cursor was of another epoch: send the heads of every document held.
    #[n(2)]
    #[cbor(default)]
    pub new_epoch: bool,
    /// Changes that wait for ancestors the server lacks: send those first.
    #[n(3)]
    pub deferred: Vec<Sha256>,
    /// Changes and statements set aside.
    #[n(4)]
    pub refused: Vec<Refused>,
    /// Signed: names everything of this exchange that is durable now.
    #[n(5)]
    pub receipt: ByteVec,
    /// Receipts up to this server time are in a backup; Unix milliseconds.
    #[n(6)]
    pub backed_up_to_ms: Option<i64>,
    /// In the order of the log.
    #[n(7)]
    pub feed: Vec<FeedItem>,
    /// Evidence files of documents in scope that are still missing, thumbnails first.
    #[n(8)]
    pub wanted: Vec<Wanted>,
    /// Unix milliseconds.
    #[n(9)]
    pub server_ms: i64,
    /// Change hashes of the holding documents that the server lacks are found by the tablet
    /// itself: these are the server's heads of every document named in `holding`.
    #[n(10)]
    #[cbor(default)]
    pub server_heads: Vec<DocHeads>,
    /// Business day minus real day, in days: 0 but in a training installation. Certificates are
    /// judged by the business day.
    #[n(11)]
    #[cbor(default)]
    pub business_offset_days: i32,
}

/// Writes a message.
#[must_use]
pub fn encode<T: Encode<()>>(message: &T) -> Vec<u8> {
    minicbor::to_vec(message).expect("writing into memory cannot fail")
}

/// Reads a message and demands that nothing follows it.
pub fn decode<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, minicbor::decode::Error> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let message = decoder.decode()?;
    if decoder.position() == bytes.len() {
        Ok(message)
    } else {
        Err(minicbor::decode::Error::message("bytes follow the message").at(decoder.position()))
    }
}
