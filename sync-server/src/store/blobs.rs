//! Evidence files: which ones admitted changes name, and which of them are held. Knowing of one
//! and holding it are two facts.

use std::collections::BTreeSet;

use field_core::digest::Sha256;
use field_core::ids::{DeviceId, DocId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::StoreError;

/// What a file is to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The upright rendition that sign-offs name.
    Evidence,
    /// Derived, for lists.
    Thumbnail,
    /// As the camera gave it, and worth fetching.
    Original,
    /// As the camera gave it; nobody asks for it.
    OptionalOriginal,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::Thumbnail => "thumbnail",
            Self::Original => "original",
            Self::OptionalOriginal => "original-optional",
        }
    }

    fn from_word(word: &str) -> Result<Self, StoreError> {
        Ok(match word {
            "evidence" => Self::Evidence,
            "thumbnail" => Self::Thumbnail,
            "original" => Self::Original,
            "original-optional" => Self::OptionalOriginal,
            _ => return Err(StoreError::unreadable("blob_refs.kind", word)),
        })
    }
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Its name.
    pub sha256: Sha256,
    /// Its length: measured when held, until then what the first change to name it claimed.
    pub bytes: u64,
    /// Media type; true when held.
    pub media: String,
    /// Since when its bytes are here and verified; real time, Unix milliseconds.
    pub held_at: Option<i64>,
}

/// Notes that `doc` names a file. The first claim stands.
///
/// # Errors
/// The database cannot be written.
pub fn name(
    transaction: &Transaction<'_>,
    doc: DocId,
    sha256: Sha256,
    kind: Kind,
    bytes: u64,
) -> Result<(), StoreError> {
    let media = match kind {
        Kind::Evidence | Kind::Thumbnail => "image/jpeg",
        Kind::Original | Kind::OptionalOriginal => "application/octet-stream",
    };
    transaction
        .prepare_cached(
            "INSERT INTO blobs (sha256, bytes, media) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            sha256.as_bytes(),
            i64::try_from(bytes).unwrap_or(i64::MAX),
            media
        ])?;
    transaction
        .prepare_cached(
            "INSERT INTO blob_refs (doc, sha256, kind) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?
        .execute(params![doc.as_bytes(), sha256.as_bytes(), kind.word()])?;
    Ok(())
}

/// Says which originals of a document are worth fetching.
///
/// # Errors
/// The database cannot be written.
pub fn set_originals(
    transaction: &Transaction<'_>,
    doc: DocId,
    wanted: &BTreeSet<Sha256>,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "UPDATE blob_refs SET kind = 'original-optional' WHERE doc = ?1 AND kind = 'original'",
        )?
        .execute([doc.as_bytes()])?;
    let mut update = transaction.prepare_cached(
        "UPDATE blob_refs SET kind = 'original'
         WHERE doc = ?1 AND sha256 = ?2 AND kind = 'original-optional'",
    )?;
    for sha256 in wanted {
        update.execute(params![doc.as_bytes(), sha256.as_bytes()])?;
    }
    Ok(())
}

/// The file of this name, if any admitted change names it.
///
/// # Errors
/// The database cannot be read.
pub fn get(connection: &Connection, sha256: Sha256) -> Result<Option<Blob>, StoreError> {
    let found = connection
        .prepare_cached("SELECT bytes, media, held_at FROM blobs WHERE sha256 = ?1")?
        .query_row([sha256.as_bytes()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    Ok(found.map(|(bytes, media, held_at)| Blob {
        sha256,
        bytes: bytes.unsigned_abs(),
        media,
        held_at,
    }))
}

/// What the file is to the documents that name it.
///
/// # Errors
/// The database cannot be read.
pub fn uses(connection: &Connection, sha256: Sha256) -> Result<Vec<(DocId, Kind)>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT doc, kind FROM blob_refs WHERE sha256 = ?1 ORDER BY doc")?;
    let rows = statement.query_map([sha256.as_bytes()], |row| {
        Ok((DocId::from_bytes(row.get(0)?), row.get::<_, String>(1)?))
    })?;
    rows.map(|row| {
        let (doc, kind) = row?;
        Ok((doc, Kind::from_word(&kind)?))
    })
    .collect()
}

/// Whether a tablet may send this file: a document that is or was in its scope names it.
///
/// # Errors
/// The database cannot be read.
pub fn may_send(
    connection: &Connection,
    device: DeviceId,
    sha256: Sha256,
) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM blob_refs r
             JOIN scopes s ON s.doc = r.doc AND s.device_id = ?1 WHERE r.sha256 = ?2)",
        )?
        .query_row(params![device.as_bytes(), sha256.as_bytes()], |row| {
            row.get(0)
        })?)
}

/// Whether a tablet may read this file: a document in its scope, or an earlier round of the same
/// case, names it.
///
/// # Errors
/// The database cannot be read.
pub fn may_read(
    connection: &Connection,
    device: DeviceId,
    sha256: Sha256,
) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM blob_refs r
             JOIN inspections i ON i.doc = r.doc
             JOIN inspections j ON j.case_id = i.case_id
             JOIN scopes s ON s.doc = j.doc AND s.device_id = ?1 AND s.leave_seq IS NULL
             WHERE r.sha256 = ?2)",
        )?
        .query_row(params![device.as_bytes(), sha256.as_bytes()], |row| {
            row.get(0)
        })?)
}

/// Notes that the file's bytes are here and verified.
///
/// # Errors
/// The database cannot be written.
pub fn set_held(
    transaction: &Transaction<'_>,
    sha256: Sha256,
    bytes: u64,
    media: &str,
    now: i64,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "UPDATE blobs SET bytes = ?2, media = ?3, held_at = coalesce(held_at, ?4)
             WHERE sha256 = ?1",
        )?
        .execute(params![
            sha256.as_bytes(),
            i64::try_from(bytes).unwrap_or(i64::MAX),
            media,
            now
        ])?;
    Ok(())
}

/// How many of `files` are held.
///
/// # Errors
/// The database cannot be read.
pub fn count_held(connection: &Connection, files: &[Sha256]) -> Result<usize, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM blobs WHERE sha256 = ?1 AND held_at IS NOT NULL)",
    )?;
    let mut held = 0;
    for file in files {
        held += usize::from(statement.query_row([file.as_bytes()], |row| row.get::<_, bool>(0))?);
    }
    Ok(held)
}

/// Files that documents in a tablet's scope name and that are not held, at most `limit`:
/// thumbnails first, then evidence, then the originals worth fetching.
///
/// # Errors
/// The database cannot be read.
pub fn missing(
    connection: &Connection,
    device: DeviceId,
    limit: usize,
) -> Result<Vec<Sha256>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT r.sha256, min(CASE r.kind WHEN 'thumbnail' THEN 0 WHEN 'evidence' THEN 1 ELSE 2 END)
             AS rank
         FROM scopes s JOIN blob_refs r ON r.doc = s.doc JOIN blobs b ON b.sha256 = r.sha256
         WHERE s.device_id = ?1 AND s.leave_seq IS NULL AND b.held_at IS NULL
             AND r.kind <> 'original-optional'
         GROUP BY r.sha256 ORDER BY rank, min(s.enter_seq), r.sha256 LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![device.as_bytes(), limit], |row| {
        row.get(0).map(Sha256::from_bytes)
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Files that documents in a tablet's scope name and that are held, the newest first, at most
/// `limit`.
///
/// # Errors
/// The database cannot be read.
pub fn held(
    connection: &Connection,
    device: DeviceId,
    limit: usize,
) -> Result<Vec<Sha256>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT b.sha256, b.held_at
         FROM scopes s JOIN blob_refs r ON r.doc = s.doc JOIN blobs b ON b.sha256 = r.sha256
         WHERE s.device_id = ?1 AND s.leave_seq IS NULL AND b.held_at IS NOT NULL
         ORDER BY b.held_at DESC, b.sha256 LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![device.as_bytes(), limit], |row| {
        row.get(0).map(Sha256::from_bytes)
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
