//! One exchange, from what a tablet sent to what it gets back.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use field_core::digest::Sha256;
use field_core::identity::Receipt;
use field_core::ids::{DeviceId, DocId};
use field_core::protocol::{ExchangeReply, ExchangeRequest, limits, version};
use rand::Rng;
use rusqlite::Connection;
use serde_json::json;

use super::judge::{Law, Parcel, judge};
use super::news::{self, Question};
use super::record::{Carrier, Plan, Recorded, record};
use super::standing::Standing;
use super::{Failure, statements};
use crate::app::{App, Poke};
use crate::auth::Device;
use crate::cases::Desk;
use crate::error::{AppError, Problem};
use crate::store::StoreError;

/// How often a document may have moved on before the whole work is done inside the write.
const ATTEMPTS: u32 = 4;
/// Documents named in `holding`.
const HOLDING_MAX: usize = 5_000;
/// Characters of a heartbeat's texts that are kept.
const TEXT_CHARS: usize = 500;

/// Takes in what `device` sent and answers with what is new for it.
///
/// # Errors
/// The request as a whole is no good (too old, too much), or the server failed; then nothing of
/// it was kept. A bad change or statement is no error: it is set aside and named in the reply.
pub(crate) async fn exchange(
    app: &App,
    device: &Device,
    request: ExchangeRequest,
) -> Result<ExchangeReply, Failure> {
    // 1. Can it be taken at all?
    check_version(request.protocol)?;
    check_size(&request)?;

    // 2. Sort what came by document, and remember its names: those need not be sent back.
    let question = Question::new(device.id, &request, names(&request));
    let desk = Desk::of(app);
    let carrier = carrier(app, device.id, &request, desk.now_ms)?;
    let parcels = Arc::new(parcels(request));

    // 3. Judge, write, commit. From here on everything that the receipt will name is on disk.
    let recorded = take_in(app, &desk, carrier, parcels).await?;

    // 4. Tell whoever looks at one of the cases.
    for (case_id, doc) in &recorded.touched {
        app.poke(Poke::Case {
            case_id: *case_id,
            doc: Some(*doc),
        });
    }
    app.poke(Poke::Tablets);

    // 5. What is new for the tablet, which files is it asked for, which may it forget?
    let (epoch, reading) = (recorded.epoch, desk.clone());
    let news = app
        .store
        .read(move |c| news::read(c, &reading, epoch, &question))
        .await?;

    // 6. The server's word for what is durable.
    let receipt = Receipt {
        epoch,
        device: device.id,
        changes: recorded.changes,
        statements: recorded.statements,
        blobs: news.held,
        at_ms: desk.now_ms,
    };
    Ok(ExchangeReply {
        cursor: news.cursor,
        more: news.more,
        new_epoch: news.new_epoch,
        deferred: recorded.deferred,
        refused: recorded.refused,
        receipt: receipt.sign(&app.server_key).to_bytes().into(),
        backed_up_to_ms: news.backed_up_to_ms,
        feed: news.feed,
        wanted: news.wanted,
        server_ms: app.clock.now_ms(),
        server_heads: news.server_heads,
        business_offset_days: app.clock.offset_days(),
    })
}

/// A tablet that speaks an older version is told to update, and goes on capturing.
pub(super) fn check_version(protocol: u32) -> Result<(), Problem> {
    if protocol >= version::OLDEST {
        return Ok(());
    }
    Err(Problem::new(
        axum::http::StatusCode::UPGRADE_REQUIRED,
        "update-needed",
        "平板程序版本过旧，无法同步：请先更新平板程序；已记录的内容保留在平板上，可继续勘验",
        format!(
            "the tablet speaks version {protocol} of the protocol, this server takes {} and newer: update the tablet; what it holds is safe there",
            version::OLDEST
        ),
    ))
}

fn check_size(request: &ExchangeRequest) -> Result<(), AppError> {
    let fits = request.changes.len() <= limits::MAX_CHANGES
        && request.signatures.len() <= limits::MAX_CHANGES
        && request.statements.len() <= limits::MAX_STATEMENTS
        && request.holding.len() <= HOLDING_MAX;
    if fits {
        Ok(())
    } else {
        Err(AppError::TooLarge)
    }
}

/// The names of everything sent that has one.
fn names(request: &ExchangeRequest) -> HashSet<Sha256> {
    let changes = request.changes.iter();
    let statements = request.statements.iter();
    changes
        .filter_map(|row| field_core::gate::inspect(&row.bytes).ok())
        .map(|header| header.hash)
        .chain(statements.map(|row| statements::name(&row.bytes)))
        .collect()
}

pub(super) fn parcels(request: ExchangeRequest) -> BTreeMap<DocId, Parcel> {
    let mut parcels: BTreeMap<DocId, Parcel> = BTreeMap::new();
    for row in request.changes {
        parcels.entry(row.doc).or_default().changes.push(row);
    }
    for row in request.statements {
        parcels.entry(row.doc).or_default().statements.push(row);
    }
    for signature in request.signatures {
        // A signature without changes vouches for nothing.
        if let Some(parcel) = parcels.get_mut(&signature.doc) {
            parcel.signatures.push(signature);
        }
    }
    parcels
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_CHARS).collect()
}

pub(super) fn carrier(
    app: &App,
    device: DeviceId,
    request: &ExchangeRequest,
    now: i64,
) -> Result<Carrier, StoreError> {
    let mut heartbeat = request.heartbeat.clone();
    heartbeat.version = cut(&heartbeat.version);
    heartbeat.last_error = heartbeat.last_error.as_deref().map(cut);
    let mut value = serde_json::to_value(&heartbeat)?;
    value["offset_ms"] = json!(now.saturating_sub(heartbeat.wall_ms));
    Ok(Carrier {
        device,
        heartbeat: value.to_string(),
        fresh_epoch: app.random.rng().next_u64(),
        server_key: app.server_key.clone(),
    })
}

/// Judges outside the write transaction, where many can work at once, and writes if nothing
/// happened in between. A document that never rests is judged inside the write at last.
pub(super) async fn take_in(
    app: &App,
    desk: &Desk,
    carrier: Carrier,
    parcels: Arc<BTreeMap<DocId, Parcel>>,
) -> Result<Recorded, AppError> {
    let device = carrier.device;
    for _ in 0..ATTEMPTS {
        let wanted = Arc::clone(&parcels);
        let standings = app
            .store
            .read(move |c| standings(c, device, &wanted))
            .await?;
        let (sent, judging) = (Arc::clone(&parcels), desk.clone());
        let plans =
            tokio::task::spawn_blocking(move || judge_all(standings, &sent, device, &judging))
                .await
                .map_err(|e| AppError::Internal(format!("judging what a tablet sent: {e}")))??;
        let (writing, from) = (desk.clone(), carrier.clone());
        let recorded = app
            .store
            .transact(move |tx| record(tx, &writing, &from, plans))
            .await?;
        if let Some(recorded) = recorded {
            return Ok(recorded);
        }
    }
    let writing = desk.clone();
    app.store
        .transact(move |tx| {
            let standings = standings(tx, device, &parcels)?;
            let plans = judge_all(standings, &parcels, device, &writing)?;
            record(tx, &writing, &carrier, plans)?
                .ok_or_else(|| AppError::Internal("a document moved inside a write".to_owned()))
        })
        .await
}

fn standings(
    connection: &Connection,
    device: DeviceId,
    parcels: &BTreeMap<DocId, Parcel>,
) -> Result<Vec<(DocId, Option<Standing>)>, StoreError> {
    let docs = parcels.keys();
    docs.map(|doc| Ok((*doc, Standing::read(connection, device, *doc)?)))
        .collect()
}

fn judge_all(
    standings: Vec<(DocId, Option<Standing>)>,
    parcels: &BTreeMap<DocId, Parcel>,
    carrier: DeviceId,
    desk: &Desk,
) -> Result<Vec<Plan>, AppError> {
    let law = Law {
        library: &desk.library,
        today: desk.today,
    };
    standings
        .into_iter()
        .filter_map(|(doc, standing)| parcels.get(&doc).map(|parcel| (doc, standing, parcel)))
        .map(|(doc, standing, parcel)| {
            Ok(Plan {
                doc,
                stamp: standing.as_ref().map_or(0, |standing| standing.stamp),
                verdict: judge(doc, standing, parcel, carrier, law)?,
            })
        })
        .collect()
}
