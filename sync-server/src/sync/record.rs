//! Writing what was judged, in one transaction: statements, changes, snapshot, log, quarantine,
//! the tablet's heartbeat, and the seal if it follows. Whether anything happened in between is
//! asked first; then nothing is written and the caller judges again.

use std::collections::{BTreeMap, HashSet};

use field_core::digest::Sha256;
use field_core::identity::{Kind, SigningKey, admission_message};
use field_core::ids::{DeviceId, DocId};
use field_core::protocol::{HeadSignature, Refused};
use rusqlite::Transaction;
use serde_json::json;

use super::judge::{NewStatement, Verdict};
use super::{cursor, seal};
use crate::cases::Desk;
use crate::error::AppError;
use crate::store::history::{self, Event};
use crate::store::log::{self, Entry};
use crate::store::{
    StoreError, blobs, changes, devices, feed, inspections, quarantine, statements,
};

/// Things of one tablet that may be set aside; an honest one has a handful.
const QUARANTINE_MAX: u64 = 20_000;

/// A verdict on what was sent for one document.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) doc: DocId,
    /// The document's newest log row when it was judged; 0 where there is no document.
    pub(super) stamp: i64,
    pub(super) verdict: Verdict,
}

/// Who brought it, and what else is written of the exchange.
#[derive(Debug, Clone)]
pub(super) struct Carrier {
    pub(super) device: DeviceId,
    /// JSON.
    pub(super) heartbeat: String,
    /// Becomes the log's epoch if there is none.
    pub(super) fresh_epoch: u64,
    /// Vouches for what was admitted under a signature over a change that was not.
    pub(super) server_key: SigningKey,
}

/// What is durable once the transaction is committed.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    pub(super) epoch: u64,
    pub(super) changes: Vec<Sha256>,
    pub(super) statements: Vec<Sha256>,
    pub(super) deferred: Vec<Sha256>,
    pub(super) refused: Vec<Refused>,
    /// Documents to which something was added.
    pub(super) touched: Vec<(i64, DocId)>,
}

/// Writes the plans; none when one of them was judged on a state that has passed.
pub(super) fn record(
    transaction: &Transaction<'_>,
    desk: &Desk,
    carrier: &Carrier,
    plans: Vec<Plan>,
) -> Result<Option<Recorded>, AppError> {
    for plan in &plans {
        if feed::newest(transaction, plan.doc)? != plan.stamp {
            return Ok(None);
        }
    }
    devices::set_heartbeat(transaction, carrier.device, desk.now_ms, &carrier.heartbeat)?;
    let mut recorded = Recorded {
        epoch: cursor::epoch(transaction, carrier.fresh_epoch)?,
        ..Recorded::default()
    };
    for plan in plans {
        write(transaction, desk, carrier, &plan)?;
        recorded.add(plan);
    }
    if !recorded.refused.is_empty()
        && quarantine::count(transaction, carrier.device)? > QUARANTINE_MAX
    {
        return Err(AppError::Invalid {
            zh: "本平板被拒收的内容过多，本次同步没有保存：请联系管理员".to_owned(),
            en: "too much of this tablet was refused; nothing of this exchange was kept: ask the administrator".to_owned(),
        });
    }
    recorded.changes.sort_unstable();
    recorded.statements.sort_unstable();
    Ok(Some(recorded))
}

impl Recorded {
    fn add(&mut self, plan: Plan) {
        let verdict = plan.verdict;
        let admitted = verdict.changes.iter().map(|one| one.hash);
        self.changes.extend(admitted.chain(verdict.known_changes));
        let admitted = verdict.statements.iter().map(|one| one.hash);
        self.statements
            .extend(admitted.chain(verdict.known_statements));
        self.deferred.extend(verdict.deferred);
        self.refused
            .extend(verdict.refused.into_iter().map(|one| Refused {
                hash: one.hash,
                reason: one.reason,
                code: one.code.to_owned(),
            }));
        let case = verdict.case_id.map(|case_id| (case_id, plan.doc));
        self.touched.extend(case);
    }
}

fn write(
    transaction: &Transaction<'_>,
    desk: &Desk,
    carrier: &Carrier,
    plan: &Plan,
) -> Result<(), AppError> {
    let verdict = &plan.verdict;
    for aside in &verdict.refused {
        quarantine::insert(transaction, &aside.row, carrier.device, desk.now_ms)?;
    }
    let Some(case_id) = verdict.case_id else {
        return Ok(());
    };
    // Whoever reads the log meets a certificate before the changes under its actor, and those
    // before the statements that speak of them.
    let (certificates, others): (Vec<_>, Vec<_>) = verdict
        .statements
        .iter()
        .partition(|one| one.kind == Kind::ActorCertificate);
    for one in certificates {
        statement(transaction, desk, carrier, plan.doc, one)?;
    }
    for row in &verdict.actors {
        changes::insert_actor(transaction, plan.doc, row)?;
    }
    write_changes(transaction, desk, carrier, plan)?;
    let mut decisive = false;
    for one in others {
        statement(transaction, desk, carrier, plan.doc, one)?;
        note(transaction, desk, case_id, plan.doc, one)?;
        decisive |= matches!(one.kind, Kind::SignOff | Kind::Withdrawal);
    }
    if decisive {
        seal::settle(transaction, desk, plan.doc)?;
    }
    Ok(())
}

fn write_changes(
    transaction: &Transaction<'_>,
    desk: &Desk,
    carrier: &Carrier,
    plan: &Plan,
) -> Result<(), StoreError> {
    let Plan { doc, verdict, .. } = plan;
    let Some(state) = &verdict.state else {
        return Ok(());
    };
    for one in &verdict.changes {
        let row = changes::Change {
            hash: one.hash,
            doc: *doc,
            actor: one.actor,
            seq: one.seq,
            bytes: &one.bytes,
            carrier: carrier.device,
            received_at: desk.now_ms,
            late: verdict.late,
        };
        changes::insert(transaction, &row)?;
        quarantine::remove(transaction, &one.bytes)?;
        log::append(transaction, *doc, Entry::Change(one.hash))?;
    }
    for signature in &verdict.signatures {
        changes::insert_signature(transaction, signature)?;
    }
    for signature in without_a_signature(plan, &carrier.server_key) {
        changes::insert_signature(transaction, &signature)?;
    }
    inspections::set_snapshot(
        transaction,
        *doc,
        &state.snapshot,
        &state.heads,
        state.max_op,
    )?;
    for (sha256, kind, bytes) in &verdict.blobs {
        blobs::name(transaction, *doc, *sha256, *kind, *bytes)?;
    }
    blobs::set_originals(transaction, *doc, &state.originals)
}

/// The newest admitted change of each actor, where no tablet's signature is over this very one:
/// the signed one waits or was set aside. Whoever gets the change must still be able to see whose
/// it is, so the server, which checked the chain, signs it.
fn without_a_signature(plan: &Plan, key: &SigningKey) -> Vec<HeadSignature> {
    let signed: HashSet<Sha256> = plan
        .verdict
        .signatures
        .iter()
        .map(|one| one.change)
        .collect();
    let mut newest = BTreeMap::new();
    for one in &plan.verdict.changes {
        let last = newest.entry(one.actor).or_insert((one.seq, one.hash));
        *last = (*last).max((one.seq, one.hash));
    }
    newest
        .into_iter()
        .filter(|(_, (_, change))| !signed.contains(change))
        .map(|(actor, (_, change))| HeadSignature {
            doc: plan.doc,
            actor,
            change,
            signature: key.sign(&admission_message(plan.doc, actor, change)).into(),
        })
        .collect()
}

fn statement(
    transaction: &Transaction<'_>,
    desk: &Desk,
    carrier: &Carrier,
    doc: DocId,
    one: &NewStatement,
) -> Result<(), StoreError> {
    statements::insert(
        transaction,
        one.hash,
        doc,
        one.kind.word(),
        &one.bytes,
        carrier.device,
        desk.now_ms,
    )?;
    quarantine::remove(transaction, &one.bytes)?;
    log::append(transaction, doc, Entry::Statement(one.hash))?;
    Ok(())
}

/// The case's history tells who said what.
fn note(
    transaction: &Transaction<'_>,
    desk: &Desk,
    case_id: i64,
    doc: DocId,
    one: &NewStatement,
) -> Result<(), StoreError> {
    let event = Event {
        case_id: Some(case_id),
        at: desk.now_ms,
        on_date: desk.today.to_string(),
        user_id: Some(one.officer.clone()),
        action: one.kind.word().to_owned(),
        detail: json!({ "document": doc, "statement": one.hash }),
    };
    history::append(transaction, &event)?;
    Ok(())
}
