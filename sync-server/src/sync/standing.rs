//! Everything that judging needs to know of one document, read at one moment. It is read again
//! before writing only as far as [`Standing::stamp`]: an unchanged stamp means that nothing happened
//! to the document, its case or its scope in between.

use std::collections::{BTreeMap, BTreeSet};

use field_core::digest::Sha256;
use field_core::identity::{PublicKey, Signed, Statement};
use field_core::ids::{Actor, DeviceId, DocId};
use rusqlite::Connection;

use crate::cases::State;
use crate::store::cases::{self, Assignment};
use crate::store::feed::{self, Scope};
use crate::store::inspections::{self, Inspection};
use crate::store::statements::{self, OfficerKey};
use crate::store::{StoreError, changes, keys};

/// A statement that is held.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Held {
    pub(super) hash: Sha256,
    pub(super) content: Statement,
}

/// Whose an actor is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Writer {
    pub(super) officer: String,
    pub(super) device: DeviceId,
    /// Vouches for the actor's changes.
    pub(super) device_key: PublicKey,
    /// Neither tablet nor officer's key was revoked.
    pub(super) trusted: bool,
}

/// One document as it stands to one tablet.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub(super) stamp: i64,
    pub(super) inspection: Inspection,
    pub(super) snapshot: Vec<u8>,
    pub(super) max_op: u64,
    pub(super) scope: Scope,
    pub(super) state: State,
    /// Whether no later round has begun.
    pub(super) is_current: bool,
    pub(super) assignment: Option<Assignment>,
    pub(super) writers: BTreeMap<Actor, Writer>,
    /// Of everybody ever assigned.
    pub(super) keys: Vec<OfficerKey>,
    /// In the order in which they came.
    pub(super) statements: Vec<Held>,
    /// The server's keys, those retired included.
    pub(super) server_keys: Vec<PublicKey>,
}

impl Standing {
    /// Reads the standing of `doc` to `device`; none when there is no such document.
    pub(super) fn read(
        connection: &Connection,
        device: DeviceId,
        doc: DocId,
    ) -> Result<Option<Self>, StoreError> {
        let Some(inspection) = inspections::get(connection, doc)? else {
            return Ok(None);
        };
        let what = "the case of an inspection";
        let missing = StoreError::Missing { what };
        let case = cases::by_id(connection, inspection.case_id)?.ok_or(missing)?;
        let newest = inspections::of_case(connection, case.id)?.pop();
        let keys = statements::officer_keys(connection, case.id)?;
        let statements = held(connection, doc)?;
        Ok(Some(Self {
            stamp: feed::newest(connection, doc)?,
            snapshot: inspections::snapshot(connection, doc)?.unwrap_or_default(),
            max_op: changes::max_op(connection, doc)?,
            scope: feed::scope(connection, device, doc)?,
            state: case.state,
            is_current: newest.is_some_and(|newest| newest.doc == doc),
            assignment: cases::assignment(connection, case.id)?,
            writers: writers(connection, doc, &keys, &statements)?,
            keys,
            statements,
            server_keys: server_keys(connection)?,
            inspection,
        }))
    }

    /// The trusted or revoked key `key` of an officer who is or was assigned.
    pub(super) fn key(&self, key: &PublicKey) -> Option<&OfficerKey> {
        self.keys.iter().find(|one| one.key == *key)
    }

    /// The statement of this name, if it is held.
    pub(super) fn statement(&self, hash: &Sha256) -> Option<&Statement> {
        let held = self.statements.iter().find(|one| one.hash == *hash)?;
        Some(&held.content)
    }
}

/// The statements beside a document. Their signatures were verified when they were admitted, so
/// they are only read here: verifying costs a hundred times as much.
pub(super) fn held(connection: &Connection, doc: DocId) -> Result<Vec<Held>, StoreError> {
    let rows = statements::of_doc(connection, doc)?;
    rows.into_iter()
        .map(|(hash, bytes)| {
            let signed: Signed = minicbor::decode(&bytes)
                .map_err(|e| StoreError::unreadable("statements.bytes", e))?;
            let content = Statement::open(&signed)
                .map_err(|e| StoreError::unreadable("statements.bytes", e))?;
            Ok(Held { hash, content })
        })
        .collect()
}

fn server_keys(connection: &Connection) -> Result<Vec<PublicKey>, StoreError> {
    keys::all(connection, "server")?
        .iter()
        .map(|key| {
            PublicKey::try_from(key.public.as_slice())
                .map_err(|e| StoreError::unreadable("server_keys.public", e))
        })
        .collect()
}

/// The certified actors. The keys are those of the certificate, trusted as they are now.
fn writers(
    connection: &Connection,
    doc: DocId,
    keys: &[OfficerKey],
    statements: &[Held],
) -> Result<BTreeMap<Actor, Writer>, StoreError> {
    let trusted: BTreeSet<(&str, DeviceId)> = keys
        .iter()
        .filter(|key| key.trusted)
        .map(|key| (key.user_id.as_str(), key.device))
        .collect();
    let certified: BTreeMap<Sha256, &Statement> = statements
        .iter()
        .map(|one| (one.hash, &one.content))
        .collect();
    let mut writers = BTreeMap::new();
    for row in changes::actors(connection, doc)? {
        let Some(Statement::ActorCertificate(certificate)) = certified.get(&row.statement) else {
            return Err(StoreError::Missing {
                what: "the certificate of an actor",
            });
        };
        let device_key = keys
            .iter()
            .find(|key| key.device == row.device)
            .map(|key| key.device_key);
        let Some(device_key) = device_key.or_else(|| named_key(&certificate.certificate)) else {
            continue;
        };
        let writer = Writer {
            trusted: trusted.contains(&(row.user_id.as_str(), row.device)),
            officer: row.user_id,
            device: row.device,
            device_key,
        };
        writers.insert(row.actor, writer);
    }
    Ok(writers)
}

/// The tablet's key that an admitted officer's certificate names, should its row be gone.
fn named_key(certificate: &[u8]) -> Option<PublicKey> {
    let signed = Signed::from_bytes(certificate).ok()?;
    let content: field_core::identity::OfficerCertificate = minicbor::decode(&signed.body).ok()?;
    Some(content.device_key)
}
