//! The half of an exchange that reads: what is new for the tablet, which files it is asked for,
//! which of its files are held. One consistent state of the database, after the commit.

use std::collections::HashSet;

use field_core::digest::Sha256;
use field_core::ids::{DeviceId, DocId};
use field_core::protocol::{Cursor, DocHeads, ExchangeRequest, FeedItem, Wanted, limits};
use rusqlite::Connection;

use super::feed::{self, Reader};
use super::{cursor, wanted};
use crate::cases::Desk;
use crate::store::{StoreError, blobs, meta};

/// Held files named in one receipt, those that arrived last.
const RECEIPT_BLOBS: usize = 1_000;
/// The smallest and the largest page, in bytes; 0 asks for the usual one.
const SMALLEST_PAGE: u64 = 1 << 10;
const LARGEST_PAGE: u64 = 4 << 20;
/// Real time up to which everything is in a backup, Unix milliseconds; `backup` writes it.
const BACKED_UP_KEY: &str = "backed_up_to";

/// What a tablet asks.
#[derive(Debug)]
pub(super) struct Question {
    device: DeviceId,
    cursor: Option<Cursor>,
    holding: Vec<DocId>,
    limit: u64,
    sent: HashSet<Sha256>,
}

impl Question {
    pub(super) fn new(device: DeviceId, request: &ExchangeRequest, sent: HashSet<Sha256>) -> Self {
        Self {
            device,
            cursor: request.cursor,
            holding: request.holding.iter().map(|one| one.doc).collect(),
            limit: match request.limit {
                0 => limits::PAGE_BYTES,
                limit => limit.clamp(SMALLEST_PAGE, LARGEST_PAGE),
            },
            sent,
        }
    }
}

/// The answer.
#[derive(Debug)]
pub(super) struct News {
    pub(super) cursor: Cursor,
    pub(super) more: bool,
    pub(super) new_epoch: bool,
    pub(super) feed: Vec<FeedItem>,
    pub(super) wanted: Vec<Wanted>,
    pub(super) held: Vec<Sha256>,
    pub(super) backed_up_to_ms: Option<i64>,
    pub(super) server_heads: Vec<DocHeads>,
}

/// Reads the answer.
pub(super) fn read(
    connection: &Connection,
    desk: &Desk,
    epoch: u64,
    question: &Question,
) -> Result<News, StoreError> {
    let (position, new_epoch) = cursor::locate(connection, epoch, question.cursor.as_ref())?;
    let reader = Reader {
        connection,
        desk,
        device: question.device,
        sent: &question.sent,
        limit: question.limit,
    };
    let page = reader.page(position)?;
    let mut held = blobs::held(connection, question.device, RECEIPT_BLOBS)?;
    held.sort_unstable();
    let backed_up = meta::get_text(connection, BACKED_UP_KEY)?;
    let heads = feed::server_heads(connection, question.device, &question.holding)?;
    Ok(News {
        cursor: cursor::to_cursor(connection, epoch, page.next)?,
        more: page.more,
        new_epoch,
        feed: page.items,
        wanted: wanted::wanted(connection, question.device, desk.now_ms)?,
        held,
        backed_up_to_ms: backed_up.and_then(|text| text.parse().ok()),
        server_heads: heads
            .into_iter()
            .map(|(doc, heads)| DocHeads { doc, heads })
            .collect(),
    })
}
