//! What the simulation knows to have happened: everything captured, everything acknowledged,
//! everything decided and every number given. It is written from what tablets and server told
//! people, never from what they ought to do.

use std::collections::{BTreeMap, BTreeSet};

use field_core::digest::Sha256;
use field_core::ids::DocId;
use rusqlite::Connection;
use sync_server::cases::Assigned;

use super::device::Device;
use crate::Failure;

/// An edit that a tablet said it kept.
#[derive(Debug, Clone)]
pub(super) struct Captured {
    pub(super) doc: DocId,
    pub(super) bytes: Vec<u8>,
    /// The edit as the tablet recorded it.
    pub(super) edit: String,
}

/// Everything that must not be lost.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) changes: BTreeMap<Sha256, Captured>,
    pub(super) statements: BTreeMap<Sha256, Vec<u8>>,
    /// Evidence files and thumbnails.
    pub(super) blobs: BTreeSet<Sha256>,
    /// Named in a receipt that a tablet took in, since the server was last set back.
    pub(super) acknowledged: Names,
    /// Decisions by case, as they were first seen since the server was last set back.
    pub(super) decisions: BTreeMap<i64, String>,
    /// The newest assignment of each case, which the office makes again when the server lost it.
    pub(super) assigned: BTreeMap<String, Vec<Assigned>>,
    /// Every permit number that was given, and every case number.
    pub(super) numbers: BTreeSet<String>,
}

/// Names of changes, statements and files.
#[derive(Debug, Default, Clone)]
pub(super) struct Names {
    pub(super) changes: BTreeSet<Sha256>,
    pub(super) statements: BTreeSet<Sha256>,
    pub(super) blobs: BTreeSet<Sha256>,
}

fn name(bytes: &[u8]) -> Result<Sha256, Failure> {
    Ok(Sha256::try_from(bytes)?)
}

/// Own work on a tablet, in rows after `after`: row, name, document, bytes, edit.
type Row = (i64, Vec<u8>, Vec<u8>, Vec<u8>, String);

fn rows(connection: &Connection, sql: &str, after: i64) -> Result<Vec<Row>, Failure> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([after], |row| {
        Ok((
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
        ))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Model {
    /// Takes note of what a tablet has kept since it was last looked at.
    pub(super) fn observe(&mut self, device: &mut Device) -> Result<(), Failure> {
        let (after, said) = (device.seen_change, device.seen_statement);
        let look = device.look()?;
        let changes = rows(
            look,
            "SELECT id, hash, doc, bytes, edit FROM changes
             WHERE id > ?1 AND edit IS NOT NULL ORDER BY id",
            after,
        )?;
        let statements = rows(
            look,
            "SELECT id, hash, doc, bytes, kind FROM statements
             WHERE id > ?1 AND state = 'unsent' ORDER BY id",
            said,
        )?;
        let blobs = blobs(look)?;
        for (id, hash, doc, bytes, edit) in changes {
            device.seen_change = id;
            let doc = DocId::try_from(doc.as_slice())?;
            let hash = name(&hash)?;
            device.own.changes.insert(hash);
            self.changes.insert(hash, Captured { doc, bytes, edit });
        }
        for (id, hash, _, bytes, _) in statements {
            device.seen_statement = id;
            let hash = name(&hash)?;
            device.own.statements.insert(hash);
            self.statements.insert(hash, bytes);
        }
        device.own.blobs.extend(blobs.iter().copied());
        self.blobs.extend(blobs);
        Ok(())
    }

    /// What was acknowledged before the server was set back must be sent again, and what was
    /// decided since is no longer.
    pub(super) fn set_back(&mut self) {
        self.acknowledged = Names::default();
        self.decisions.clear();
    }
}

/// Files that a tablet keeps of its own photos.
fn blobs(connection: &Connection) -> Result<Vec<Sha256>, Failure> {
    let mut statement =
        connection.prepare_cached("SELECT sha256 FROM blobs WHERE kind <> 'original'")?;
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|row| name(&row?)).collect()
}

/// What of `own` a tablet's store no longer has.
pub(super) fn missing_on_tablet(device: &mut Device) -> Result<Vec<String>, Failure> {
    let own = device.own.clone();
    let look = device.look()?;
    let mut missing = Vec::new();
    let tables = [
        (
            "change",
            "SELECT EXISTS (SELECT 1 FROM changes WHERE hash = ?1)",
            &own.changes,
        ),
        (
            "statement",
            "SELECT EXISTS (SELECT 1 FROM statements WHERE hash = ?1)",
            &own.statements,
        ),
        (
            "file",
            "SELECT EXISTS (SELECT 1 FROM blobs WHERE sha256 = ?1)",
            &own.blobs,
        ),
    ];
    for (what, sql, names) in tables {
        let mut statement = look.prepare_cached(sql)?;
        for one in names {
            if !statement.query_row([one.as_ref()], |row| row.get::<_, bool>(0))? {
                missing.push(format!("{what} {one}"));
            }
        }
    }
    Ok(missing)
}
