//! A snapshot from elsewhere: a whole document in one chunk, whose columns may be deflated. It is
//! bounded by hand before Automerge reads it, and what comes out is not the document but its
//! changes: the caller makes the genesis from the facts and lets every change pass the gate.

use std::io::Read;
use std::panic::catch_unwind;

use super::Refusal;
use super::chunk::{Coding, MAGIC, Reader, count_column};
use crate::digest::Sha256;
use crate::ids::DocId;
use crate::inspection::{Heads, Inspection, NewChange};
use crate::protocol::limits::{MAX_CHANGES_PER_DOC, MAX_SNAPSHOT_BYTES};

const DOCUMENT_CHUNK: u8 = 0;
const DEFLATED: u32 = 0x08;
/// All columns together, inflated: what a full document takes.
const MAX_INFLATED_BYTES: u64 = 4 * MAX_SNAPSHOT_BYTES as u64;
const MAX_ACTORS: u64 = 4_096;
const MAX_HEADS: u64 = 1_024;
const MAX_COLUMNS: u64 = 32;
/// Operations, changes, predecessors: a change here has one operation, the genesis a few.
const MAX_ROWS: u64 = 4 * MAX_CHANGES_PER_DOC;

/// What a snapshot holds.
#[derive(Debug)]
pub struct Opened {
    /// The document as the server began it, made anew from its facts.
    pub genesis: Inspection,
    /// Everything that was added to it, in causal order; none of it is judged.
    pub changes: Vec<NewChange>,
}

/// Opens a snapshot of `doc`.
pub fn open_snapshot(doc: DocId, bytes: &[u8]) -> Result<Opened, Refusal> {
    bound(bytes)?;
    let unreadable = |what: &str| Refusal::Unreadable(what.to_owned());
    let read = catch_unwind(|| {
        let mut whole = Inspection::load(bytes).map_err(|error| unreadable(&error.to_string()))?;
        let changes = whole.changes_since(&Heads::default());
        Ok((whole.facts().clone(), changes))
    });
    let (facts, mut changes) = read.unwrap_or_else(|_| Err(unreadable("reading it fails")))?;
    if facts.doc != doc {
        return Err(Refusal::Forbidden("it is another inspection".into()));
    }
    let (genesis, first) =
        Inspection::genesis(&facts).map_err(|error| unreadable(&error.to_string()))?;
    let at = changes.iter().position(|one| one.hash == first.hash);
    let Some(at) = at else {
        return Err(Refusal::Forbidden(
            "it does not begin as an inspection does".into(),
        ));
    };
    changes.remove(at);
    Ok(Opened { genesis, changes })
}

/// Reads the chunk without allocating by what it claims.
fn bound(bytes: &[u8]) -> Result<(), Refusal> {
    if bytes.len() > MAX_SNAPSHOT_BYTES {
        return Err(Refusal::TooLarge {
            bytes: bytes.len(),
            max: MAX_SNAPSHOT_BYTES,
        });
    }
    let mut reader = Reader(bytes);
    if reader.take(4)? != MAGIC {
        return Err(Refusal::NotAChange("it does not begin like a document"));
    }
    let checksum = reader.take(4)?;
    let hashed = reader.0;
    if reader.take(1)? != [DOCUMENT_CHUNK] {
        return Err(Refusal::NotAChange("another kind of chunk"));
    }
    if reader.unsigned()? != reader.0.len() as u64 {
        return Err(Refusal::NotAChange("its length is wrong"));
    }
    if Sha256::of(hashed).as_bytes()[..4] != *checksum {
        return Err(Refusal::Checksum);
    }
    for _ in 0..reader.bounded(MAX_ACTORS, "actors")? {
        let length = reader.bounded(64, "bytes in an actor")?;
        reader.take(length as usize)?;
    }
    for _ in 0..reader.bounded(MAX_HEADS, "heads")? {
        reader.take(32)?;
    }
    let changes = columns(&mut reader, change_coding)?;
    let operations = columns(&mut reader, operation_coding)?;
    let mut left = MAX_INFLATED_BYTES;
    for column in changes.iter().chain(&operations) {
        let bytes = reader.take(column.length)?;
        let inflated = column.inflate(bytes, &mut left)?;
        count_column(
            &mut Reader(&inflated),
            column.coding,
            MAX_ROWS,
            MAX_INFLATED_BYTES,
        )?;
    }
    Ok(())
}

struct Column {
    coding: Coding,
    deflated: bool,
    length: usize,
}

fn columns(
    reader: &mut Reader<'_>,
    coding: impl Fn(u32) -> Option<Coding>,
) -> Result<Vec<Column>, Refusal> {
    let count = reader.bounded(MAX_COLUMNS, "columns")?;
    (0..count)
        .map(|_| {
            let spec = u32::try_from(reader.unsigned()?).unwrap_or(u32::MAX);
            let coding = coding(spec & !DEFLATED).ok_or(Refusal::UnknownColumn(spec))?;
            let length = reader.bounded(MAX_SNAPSHOT_BYTES as u64, "bytes in a column")?;
            Ok(Column {
                coding,
                deflated: spec & DEFLATED != 0,
                length: length as usize,
            })
        })
        .collect()
}

impl Column {
    fn inflate<'a>(
        &self,
        bytes: &'a [u8],
        left: &mut u64,
    ) -> Result<std::borrow::Cow<'a, [u8]>, Refusal> {
        const TOO_MANY: Refusal = Refusal::TooManyOperations("bytes when inflated");
        let inflated: std::borrow::Cow<'a, [u8]> = if self.deflated {
            let mut plain = Vec::new();
            flate2::bufread::DeflateDecoder::new(bytes)
                .take(*left + 1)
                .read_to_end(&mut plain)
                .map_err(|_| Refusal::NotAChange("a column is deflated wrongly"))?;
            plain.into()
        } else {
            bytes.into()
        };
        *left = left.checked_sub(inflated.len() as u64).ok_or(TOO_MANY)?;
        Ok(inflated)
    }
}

/// The columns of changes in a document.
fn change_coding(spec: u32) -> Option<Coding> {
    match spec {
        0x01 => Some(Coding::Unsigned),
        0x03 | 0x13 | 0x23 | 0x43 => Some(Coding::Delta),
        0x35 => Some(Coding::Text),
        0x40 => Some(Coding::Group),
        0x56 => Some(Coding::ValueMeta),
        0x57 => Some(Coding::Raw),
        _ => None,
    }
}

/// The columns of operations in a document.
fn operation_coding(spec: u32) -> Option<Coding> {
    match spec {
        0x01 | 0x02 | 0x11 | 0x21 | 0x42 | 0x81 => Some(Coding::Unsigned),
        0x13 | 0x23 | 0x83 => Some(Coding::Delta),
        0x15 => Some(Coding::Text),
        0x34 => Some(Coding::Boolean),
        0x80 => Some(Coding::Group),
        0x56 => Some(Coding::ValueMeta),
        0x57 => Some(Coding::Raw),
        _ => None,
    }
}
