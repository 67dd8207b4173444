//! Looking at stores whose processes are dead: whole, and with everything in them that anybody
//! was told.

use std::collections::BTreeSet;
use std::path::Path;

use data_encoding::HEXLOWER;
use field_core::digest::Sha256;
use field_core::tablet::Tablet;
use rusqlite::Connection;
use sync_server::store::DATABASE_FILE;

use super::Told;
use super::tablet::storage_key;
use crate::Failure;

fn check(connection: &Connection) -> Result<(), Failure> {
    let said: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if said == "ok" {
        Ok(())
    } else {
        Err(format!("integrity_check: {said}").into())
    }
}

fn names(connection: &Connection, sql: &str) -> Result<BTreeSet<String>, Failure> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|row| Ok(Sha256::try_from(row?.as_slice())?.to_string()))
        .collect()
}

fn all_there(what: &str, told: &BTreeSet<String>, there: &BTreeSet<String>) -> Result<(), Failure> {
    match told.difference(there).next() {
        None => Ok(()),
        Some(lost) => Err(format!(
            "{} of {} {what}s are lost, such as {lost}",
            told.difference(there).count(),
            told.len()
        )
        .into()),
    }
}

/// The server's data directory, whose process is dead.
///
/// # Errors
/// What is lost or damaged.
pub fn server(data: &Path, told: &Told) -> Result<(), Failure> {
    let connection = Connection::open(data.join(DATABASE_FILE))?;
    check(&connection)?;
    all_there(
        "change",
        &told.changes,
        &names(&connection, "SELECT hash FROM changes")?,
    )?;
    all_there(
        "statement",
        &told.statements,
        &names(&connection, "SELECT hash FROM statements")?,
    )?;
    let held = names(
        &connection,
        "SELECT sha256 FROM blobs WHERE held_at IS NOT NULL",
    )?;
    all_there("file", &told.files, &held)?;
    for name in held {
        let path = data.join("blobs").join(&name[..2]).join(&name[2..]);
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        if Sha256::of(&bytes).to_string() != name {
            return Err(format!("the held file {name} is damaged").into());
        }
    }
    Ok(())
}

/// A tablet's folder, whose process is dead.
///
/// # Errors
/// What is lost or damaged.
pub fn tablet(folder: &Path, kept: &BTreeSet<String>) -> Result<(), Failure> {
    let path = folder.join("tablet.db");
    if !path.exists() && kept.is_empty() {
        return Ok(());
    }
    let connection = Connection::open(path)?;
    let key = HEXLOWER.encode(storage_key().as_ref());
    connection.pragma_update(None, "key", format!("x'{key}'"))?;
    let tables: u32 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 && kept.is_empty() {
        // Killed before the first transaction.
        return Ok(());
    }
    check(&connection)?;
    let mut statement = connection.prepare("SELECT edit FROM changes WHERE edit IS NOT NULL")?;
    let edits: Vec<String> = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    drop(statement);
    let mut there: BTreeSet<String> = edits.iter().filter_map(|edit| text(edit)).collect();
    let said = names(&connection, "SELECT hash FROM statements")?;
    there.extend(said.into_iter().map(|name| format!("statement-{name}")));
    let files = names(&connection, "SELECT sha256 FROM blobs")?;
    drop(connection);
    let tablet = Tablet::open(folder, &storage_key())?;
    for name in files {
        // Opens it with the tablet's key, which also proves that nothing of it is missing.
        tablet.read_blob(&name.parse()?)?;
        there.insert(format!("file-{name}"));
    }
    all_there("thing kept", kept, &there)
}

/// The text in a recorded edit that no other edit has.
fn text(edit: &str) -> Option<String> {
    let at = edit.find("text-")?;
    Some(edit[at..].chars().take_while(|c| *c != '"').collect())
}
