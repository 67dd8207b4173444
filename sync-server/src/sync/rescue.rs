//! Taking in a rescue file: everything goes the way of an exchange, through the same gate, with
//! the tablet that wrote it as carrier; then its evidence files.

use std::collections::HashSet;
use std::sync::Arc;

use field_core::digest::Sha256;
use field_core::protocol::{ExchangeRequest, Heartbeat, Refused, Rescue, version};

use super::Failure;
use super::exchange::{carrier, parcels, take_in};
use crate::app::{App, Poke};
use crate::cases::Desk;
use crate::error::AppError;
use crate::photos;

/// What became of a rescue file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rescued {
    /// Changes that are durable now, those known before included.
    pub changes: usize,
    /// Statements that are durable now, those known before included.
    pub statements: usize,
    /// Evidence files that are held now.
    pub files: usize,
    /// Changes that wait for ancestors another tablet has.
    pub deferred: usize,
    /// Set aside, kept in quarantine.
    pub refused: Vec<Refused>,
    /// Files that could not be taken, each with the reason.
    pub files_refused: Vec<(Sha256, String)>,
}

/// Takes `rescue` in; its signature was checked by whoever read it. Doing it again adds nothing.
///
/// # Errors
/// The server failed; what was written before stays, and the file can be taken in again.
pub async fn import(app: &App, rescue: Rescue) -> Result<Rescued, AppError> {
    let desk = Desk::of(app);
    let request = ExchangeRequest {
        protocol: version::CURRENT,
        cursor: None,
        changes: rescue.changes,
        signatures: rescue.signatures,
        statements: rescue.statements,
        heartbeat: Heartbeat {
            version: "rescue file".to_owned(),
            wall_ms: desk.now_ms,
            ..Heartbeat::default()
        },
        limit: 0,
        holding: Vec::new(),
    };
    let carrier = carrier(app, rescue.device, &request, desk.now_ms)?;
    let recorded = take_in(app, &desk, carrier, Arc::new(parcels(request))).await?;
    let mut rescued = Rescued {
        changes: recorded.changes.len(),
        statements: recorded.statements.len(),
        deferred: recorded.deferred.len(),
        refused: recorded.refused,
        ..Rescued::default()
    };
    let mut seen = HashSet::new();
    for blob in rescue.blobs {
        if !seen.insert(blob.sha256) {
            continue;
        }
        match photos::keep(app, blob.sha256, blob.bytes.into()).await {
            Ok(()) => rescued.files += 1,
            Err(Failure::Problem(problem)) => {
                rescued.files_refused.push((blob.sha256, problem.en));
            }
            Err(Failure::App(error)) => return Err(error),
        }
    }
    app.poke(Poke::Tablets);
    Ok(rescued)
}
