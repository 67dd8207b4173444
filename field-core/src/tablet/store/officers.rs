//! Officers who may work on this tablet.

use rusqlite::{Connection, OptionalExtension, params};

use super::TabletError;

/// A stored officer.
pub(in crate::tablet) struct Row {
    pub(in crate::tablet) id: String,
    pub(in crate::tablet) login: String,
    pub(in crate::tablet) name: String,
    pub(in crate::tablet) card_number: Option<String>,
    pub(in crate::tablet) certificate: Vec<u8>,
    pub(in crate::tablet) salt: Vec<u8>,
    pub(in crate::tablet) sealed_key: Vec<u8>,
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        id: row.get(0)?,
        login: row.get(1)?,
        name: row.get(2)?,
        card_number: row.get(3)?,
        certificate: row.get(4)?,
        salt: row.get(5)?,
        sealed_key: row.get(6)?,
    })
}

const COLUMNS: &str = "id, login, name, card_number, certificate, salt, sealed_key";

pub(in crate::tablet) fn put(connection: &Connection, row: &Row) -> Result<(), TabletError> {
    connection.execute(
        "INSERT INTO officers (id, login, name, card_number, certificate, salt, sealed_key)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET login = excluded.login, name = excluded.name,
             card_number = excluded.card_number, certificate = excluded.certificate,
             salt = excluded.salt, sealed_key = excluded.sealed_key",
        params![
            row.id,
            row.login,
            row.name,
            row.card_number,
            row.certificate,
            row.salt,
            row.sealed_key
        ],
    )?;
    Ok(())
}

/// By user id or login.
pub(in crate::tablet) fn get(
    connection: &Connection,
    who: &str,
) -> Result<Option<Row>, TabletError> {
    let row = connection
        .query_row(
            &format!("SELECT {COLUMNS} FROM officers WHERE id = ?1 OR login = ?1"),
            [who],
            read,
        )
        .optional()?;
    Ok(row)
}

pub(in crate::tablet) fn all(connection: &Connection) -> Result<Vec<Row>, TabletError> {
    let mut statement =
        connection.prepare(&format!("SELECT {COLUMNS} FROM officers ORDER BY name"))?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A short code's row.
pub(in crate::tablet) struct Pin {
    pub(in crate::tablet) salt: Vec<u8>,
    pub(in crate::tablet) sealed_key: Vec<u8>,
}

pub(in crate::tablet) fn put_pin(
    connection: &Connection,
    officer: &str,
    pin: &Pin,
) -> Result<(), TabletError> {
    connection.execute(
        "INSERT INTO pins (officer, salt, sealed_key) VALUES (?1, ?2, ?3)
         ON CONFLICT (officer) DO UPDATE SET salt = excluded.salt,
             sealed_key = excluded.sealed_key",
        params![officer, pin.salt, pin.sealed_key],
    )?;
    Ok(())
}

pub(in crate::tablet) fn drop_pin(
    connection: &Connection,
    officer: &str,
) -> Result<(), TabletError> {
    connection.execute("DELETE FROM pins WHERE officer = ?1", [officer])?;
    Ok(())
}

pub(in crate::tablet) fn pin(
    connection: &Connection,
    officer: &str,
) -> Result<Option<Pin>, TabletError> {
    let row = connection
        .query_row(
            "SELECT salt, sealed_key FROM pins WHERE officer = ?1",
            [officer],
            |row| {
                Ok(Pin {
                    salt: row.get(0)?,
                    sealed_key: row.get(1)?,
                })
            },
        )
        .optional()?;
    Ok(row)
}

/// Wrong secrets in a row and when the last one was tried.
pub(in crate::tablet) fn attempts(
    connection: &Connection,
    officer: &str,
) -> Result<(u32, i64), TabletError> {
    let row = connection
        .query_row(
            "SELECT wrong, at FROM attempts WHERE officer = ?1",
            [officer],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    Ok(row.unwrap_or((0, 0)))
}

pub(in crate::tablet) fn set_attempts(
    connection: &Connection,
    officer: &str,
    wrong: u32,
    at: i64,
) -> Result<(), TabletError> {
    connection.execute(
        "INSERT INTO attempts (officer, wrong, at) VALUES (?1, ?2, ?3)
         ON CONFLICT (officer) DO UPDATE SET wrong = excluded.wrong, at = excluded.at",
        params![officer, wrong, at],
    )?;
    Ok(())
}
