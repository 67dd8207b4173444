//! The wire: what a tablet and the server say to each other in one exchange, in CBOR (RFC 8949),
//! compressed by HTTP alone. Unknown fields are ignored, fields are never renumbered; why each
//! version exists stands in [`version`]. Only shapes and limits live here.

mod have;
mod rescue;
mod wire;

pub mod limits;
pub mod version;

pub use have::{Have, HaveReply};
pub use rescue::{RESCUE_MAGIC, RESCUE_MEDIA_TYPE, Rescue, RescueBlob, RescueError};
pub use wire::{
    CaseRow, ChangeRow, Cursor, DocHeads, Enter, ExchangeReply, ExchangeRequest, FeedItem,
    HeadSignature, Heartbeat, Officer, Refused, StatementRow, Wanted, decode, encode,
};

/// Media type of an exchange.
pub const MEDIA_TYPE: &str = "application/cbor";
