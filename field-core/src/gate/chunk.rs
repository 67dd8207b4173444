//! Steps 1 and 2: reading a change chunk by hand, without allocating by what it claims. The
//! layout is that of Automerge's binary format: magic, checksum, type, length, then
//! dependencies, actor, sequence, start, time, message, other actors, columns.

use super::Refusal;
use crate::digest::Sha256;
use crate::protocol::limits::MAX_CHANGE_BYTES;

pub(super) const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const CHANGE_CHUNK: u8 = 1;
const HASH_BYTES: usize = 32;
const ACTOR_BYTES: usize = 16;
const MAX_MESSAGE_BYTES: usize = 100;
const MAX_DEPENDENCIES: u64 = 64;
const MAX_OTHER_ACTORS: u64 = 64;
/// An edit is one operation; a few more are let through for tools that set several at once.
const MAX_OPERATIONS: u64 = 16;
const MAX_PREDECESSORS: u64 = 256;

/// What a chunk says of itself, before Automerge sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Name of the change.
    pub hash: Sha256,
    /// Names of the changes it builds on.
    pub dependencies: Vec<Sha256>,
    /// Who wrote it.
    pub actor: [u8; ACTOR_BYTES],
    /// Number in the actor's chain, from 1.
    pub seq: u64,
    /// Counter of its first operation.
    pub start_op: u64,
}

/// Reads the header of one chunk and bounds everything behind it.
pub fn inspect(bytes: &[u8]) -> Result<Header, Refusal> {
    if bytes.len() > MAX_CHANGE_BYTES {
        return Err(Refusal::TooLarge {
            bytes: bytes.len(),
            max: MAX_CHANGE_BYTES,
        });
    }
    let mut reader = Reader(bytes);
    if reader.take(4)? != MAGIC {
        return Err(Refusal::NotAChange("it does not begin like one"));
    }
    let checksum = reader.take(4)?;
    let hashed = reader.0;
    if reader.take(1)? != [CHANGE_CHUNK] {
        return Err(Refusal::NotAChange("another kind of chunk"));
    }
    let length = reader.unsigned()?;
    if length != reader.0.len() as u64 {
        return Err(Refusal::NotAChange("its length is wrong"));
    }
    let hash = Sha256::of(hashed);
    if hash.as_bytes()[..4] != *checksum {
        return Err(Refusal::Checksum);
    }
    let dependencies = read_dependencies(&mut reader)?;
    let actor = read_actor(&mut reader)?;
    let seq = reader.unsigned()?;
    let start_op = reader.unsigned()?;
    reader.signed()?;
    read_message(&mut reader)?;
    for _ in 0..reader.bounded(MAX_OTHER_ACTORS, "other actors")? {
        read_actor(&mut reader)?;
    }
    read_columns(&mut reader)?;
    if !reader.0.is_empty() {
        return Err(Refusal::NotAChange("extra bytes after its columns"));
    }
    Ok(Header {
        hash,
        dependencies,
        actor,
        seq,
        start_op,
    })
}

fn read_dependencies(reader: &mut Reader<'_>) -> Result<Vec<Sha256>, Refusal> {
    let count = reader.bounded(MAX_DEPENDENCIES, "dependencies")?;
    (0..count)
        .map(|_| {
            let bytes = reader.take(HASH_BYTES)?;
            Sha256::try_from(bytes).map_err(|_| Refusal::NotAChange("a dependency is no hash"))
        })
        .collect()
}

fn read_actor(reader: &mut Reader<'_>) -> Result<[u8; ACTOR_BYTES], Refusal> {
    if reader.unsigned()? != ACTOR_BYTES as u64 {
        return Err(Refusal::NotAChange("an actor is not 16 bytes long"));
    }
    let bytes = reader.take(ACTOR_BYTES)?;
    bytes
        .try_into()
        .map_err(|_| Refusal::NotAChange("an actor is not 16 bytes long"))
}

fn read_message(reader: &mut Reader<'_>) -> Result<(), Refusal> {
    let length = reader.unsigned()?;
    if length > MAX_MESSAGE_BYTES as u64 {
        return Err(Refusal::NotAChange("its message is too long"));
    }
    reader.take(length as usize).map(|_| ())
}

/// How the values of a column are written.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Coding {
    /// Runs of unsigned numbers.
    Unsigned,
    /// Runs of differences.
    Delta,
    /// Runs of texts.
    Text,
    /// Alternating runs of false and true.
    Boolean,
    /// How many predecessors each operation has.
    Group,
    /// Kind and length of each value.
    ValueMeta,
    /// The bytes of the values.
    Raw,
}

/// The columns a map-only change has. Columns of lists (key actor and counter), marks and
/// compressed columns are not among them.
fn coding(spec: u32) -> Option<Coding> {
    match spec {
        0x01 | 0x02 | 0x42 | 0x71 => Some(Coding::Unsigned),
        0x15 => Some(Coding::Text),
        0x34 => Some(Coding::Boolean),
        0x56 => Some(Coding::ValueMeta),
        0x57 => Some(Coding::Raw),
        0x70 => Some(Coding::Group),
        0x73 => Some(Coding::Delta),
        _ => None,
    }
}

fn read_columns(reader: &mut Reader<'_>) -> Result<(), Refusal> {
    let count = reader.bounded(16, "columns")?;
    let mut columns = Vec::with_capacity(16);
    for _ in 0..count {
        let spec = u32::try_from(reader.unsigned()?).unwrap_or(u32::MAX);
        let coding = coding(spec).ok_or(Refusal::UnknownColumn(spec))?;
        let length = reader.bounded(MAX_CHANGE_BYTES as u64, "bytes in a column")?;
        columns.push((spec, coding, length as usize));
    }
    let (mut operations, mut predecessors) = (None, 0);
    for (spec, coding, length) in columns {
        let mut column = Reader(reader.take(length)?);
        let limit = if matches!(spec, 0x71 | 0x73) {
            MAX_PREDECESSORS
        } else {
            MAX_OPERATIONS
        };
        let (rows, sum) = count_column(&mut column, coding, limit, MAX_CHANGE_BYTES as u64)?;
        match coding {
            Coding::Group => predecessors = sum,
            _ if spec == 0x42 => operations = Some(rows),
            _ => {}
        }
    }
    if predecessors > MAX_PREDECESSORS {
        return Err(Refusal::TooManyOperations("predecessors"));
    }
    match operations {
        Some(rows) if rows > 0 => Ok(()),
        _ => Err(Refusal::NotAChange("it does nothing")),
    }
}

/// Rows of a column, and the sum of its values where that matters; fails above `limit` rows, and
/// above `bytes` of values.
pub(super) fn count_column(
    column: &mut Reader<'_>,
    coding: Coding,
    limit: u64,
    bytes: u64,
) -> Result<(u64, u64), Refusal> {
    const TOO_MANY: Refusal = Refusal::TooManyOperations("rows");
    let (mut rows, mut sum) = (0u64, 0u64);
    if coding == Coding::Raw {
        return Ok((0, 0));
    }
    while !column.0.is_empty() {
        if coding == Coding::Boolean {
            rows = rows.saturating_add(column.unsigned()?);
        } else {
            let run = column.signed()?;
            match run {
                0 => rows = rows.saturating_add(column.unsigned()?),
                1.. => {
                    let value = column.value(coding)?;
                    rows = rows.saturating_add(run.unsigned_abs());
                    sum = sum.saturating_add(value.saturating_mul(run.unsigned_abs()));
                }
                _ => {
                    let literals = run.unsigned_abs();
                    rows = rows.saturating_add(literals);
                    if rows > limit {
                        return Err(TOO_MANY);
                    }
                    for _ in 0..literals {
                        sum = sum.saturating_add(column.value(coding)?);
                    }
                }
            }
        }
        if rows > limit {
            return Err(TOO_MANY);
        }
    }
    if coding == Coding::ValueMeta && sum > bytes {
        return Err(Refusal::TooManyOperations("bytes of values"));
    }
    Ok((rows, sum))
}

/// The bytes that are left.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], Refusal> {
        let (taken, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(Refusal::NotAChange("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    /// LEB128, at most ten bytes, shortest form only.
    pub(super) fn unsigned(&mut self) -> Result<u64, Refusal> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    break;
                }
                return Ok(value);
            }
        }
        Err(Refusal::NotAChange("a number is not in canonical form"))
    }

    fn signed(&mut self) -> Result<i64, Refusal> {
        let mut value = 0i64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                if shift < 57 && byte & 0x40 != 0 {
                    value |= -1 << (shift + 7);
                }
                return Ok(value);
            }
        }
        Err(Refusal::NotAChange("a number is not in canonical form"))
    }

    pub(super) fn bounded(&mut self, max: u64, what: &'static str) -> Result<u64, Refusal> {
        match self.unsigned()? {
            value if value > max => Err(Refusal::TooManyOperations(what)),
            value => Ok(value),
        }
    }

    /// Skips one value and returns what it adds to the column's sum.
    fn value(&mut self, coding: Coding) -> Result<u64, Refusal> {
        match coding {
            Coding::Unsigned => self.unsigned().map(|_| 0),
            Coding::Group => self.unsigned(),
            Coding::ValueMeta => self.unsigned().map(|meta| meta >> 4),
            Coding::Delta => self.signed().map(|_| 0),
            Coding::Text => {
                let length = self.bounded(MAX_CHANGE_BYTES as u64, "bytes in a key")?;
                self.take(length as usize).map(|_| 0)
            }
            Coding::Boolean | Coding::Raw => Ok(0),
        }
    }
}
