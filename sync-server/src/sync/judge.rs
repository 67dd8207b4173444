//! What becomes of what a tablet sent for one document. Pure: it reads a [`Standing`] and answers
//! with a [`Verdict`] that somebody else writes.
//!
//! The order: actor certificates, so that a new actor's changes find their author; changes, through
//! the gate; then the other statements, which speak of states that those changes may have made.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use field_core::digest::Sha256;
use field_core::gate::{self, Admitted, Header, Vouchers, Writers};
use field_core::identity::{Kind, Signed};
use field_core::ids::{Actor, DeviceId, DocId};
use field_core::inspection::{Edit, Heads, Inspection};
use field_core::protocol::{ChangeRow, HeadSignature, StatementRow};
use field_core::rules::{Date, Library};

use super::standing::{Standing, Writer};
use super::{originals, statements, words};
use crate::error::AppError;
use crate::store::blobs;
use crate::store::changes::ActorRow;
use crate::store::feed::Scope;
use crate::store::quarantine::Aside;

/// What a tablet sent for one document.
#[derive(Debug, Clone, Default)]
pub(super) struct Parcel {
    pub(super) changes: Vec<ChangeRow>,
    pub(super) signatures: Vec<HeadSignature>,
    pub(super) statements: Vec<StatementRow>,
}

/// Something that is set aside.
#[derive(Debug, Clone)]
pub(super) struct SetAside {
    pub(super) hash: Sha256,
    pub(super) code: &'static str,
    pub(super) reason: String,
    pub(super) row: Aside,
}

/// A statement that is admitted.
#[derive(Debug, Clone)]
pub(super) struct NewStatement {
    pub(super) hash: Sha256,
    pub(super) kind: Kind,
    pub(super) bytes: Vec<u8>,
    /// Who speaks.
    pub(super) officer: String,
}

/// The document with what was admitted.
#[derive(Debug, Clone)]
pub(super) struct NewState {
    pub(super) snapshot: Vec<u8>,
    pub(super) heads: Heads,
    pub(super) max_op: u64,
    /// Originals worth fetching.
    pub(super) originals: BTreeSet<Sha256>,
}

/// What becomes of a parcel.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Set when anything is to be written for the document.
    pub(super) case_id: Option<i64>,
    /// Whether the inspection was sealed when this came.
    pub(super) late: bool,
    /// Certificates first.
    pub(super) statements: Vec<NewStatement>,
    pub(super) actors: Vec<ActorRow>,
    pub(super) changes: Vec<Admitted>,
    pub(super) signatures: Vec<HeadSignature>,
    pub(super) state: Option<NewState>,
    pub(super) blobs: Vec<(Sha256, blobs::Kind, u64)>,
    pub(super) known_changes: Vec<Sha256>,
    pub(super) known_statements: Vec<Sha256>,
    pub(super) deferred: Vec<Sha256>,
    pub(super) refused: Vec<SetAside>,
}

impl Verdict {
    pub(super) fn refuse_change(&mut self, doc: DocId, hash: Sha256, bytes: &[u8], why: Why) {
        self.refuse(doc, "change", hash, bytes, why);
    }

    pub(super) fn refuse_statement(&mut self, doc: DocId, hash: Sha256, bytes: &[u8], why: Why) {
        self.refuse(doc, "statement", hash, bytes, why);
    }

    fn refuse(&mut self, doc: DocId, kind: &'static str, hash: Sha256, bytes: &[u8], why: Why) {
        let reason = words::reason(why.code, why.detail.as_deref());
        self.refused.push(SetAside {
            hash,
            code: why.code,
            row: Aside {
                doc,
                kind,
                bytes: bytes.to_vec(),
                reason: format!("{}: {reason}", why.code),
            },
            reason,
        });
    }
}

/// Why something is set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Why {
    pub(super) code: &'static str,
    pub(super) detail: Option<String>,
}

impl From<&'static str> for Why {
    fn from(code: &'static str) -> Self {
        Self { code, detail: None }
    }
}

/// The rules and the day by which originals are called for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Law<'a> {
    pub(super) library: &'a Library,
    pub(super) today: Date,
}

/// Judges a parcel for `doc` that `carrier` brought.
///
/// # Errors
/// The stored document is damaged.
pub(super) fn judge(
    doc: DocId,
    standing: Option<Standing>,
    parcel: &Parcel,
    carrier: DeviceId,
    law: Law<'_>,
) -> Result<Verdict, AppError> {
    let mut verdict = Verdict::default();
    let Some(standing) = standing else {
        refuse_all(&mut verdict, doc, parcel);
        return Ok(verdict);
    };
    verdict.late = standing.inspection.sealed.is_some();
    let mut judge = Judge {
        doc,
        document: Inspection::load(&standing.snapshot).map_err(|e| damaged(&e))?,
        standing,
        carrier,
        law,
        verdict,
    };
    let (certificates, others): (Vec<_>, Vec<_>) = parcel
        .statements
        .iter()
        .partition(|row| is_certificate(row));
    for row in certificates {
        judge.statement(row)?;
    }
    judge.changes(parcel)?;
    for row in others {
        judge.statement(row)?;
    }
    let mut verdict = judge.verdict;
    if !verdict.statements.is_empty() || !verdict.changes.is_empty() {
        verdict.case_id = Some(judge.standing.inspection.case_id);
    }
    Ok(verdict)
}

fn is_certificate(row: &StatementRow) -> bool {
    let envelope = minicbor::decode::<Signed>(&row.bytes);
    envelope.is_ok_and(|signed| signed.kind == Kind::ActorCertificate)
}

fn refuse_all(verdict: &mut Verdict, doc: DocId, parcel: &Parcel) {
    for row in &parcel.changes {
        let hash = change_name(&row.bytes);
        verdict.refuse_change(doc, hash, &row.bytes, "unknown-document".into());
    }
    for row in &parcel.statements {
        let hash = statements::name(&row.bytes);
        verdict.refuse_statement(doc, hash, &row.bytes, "unknown-document".into());
    }
}

fn change_name(bytes: &[u8]) -> Sha256 {
    gate::inspect(bytes).map_or_else(|_| Sha256::of(bytes), |header| header.hash)
}

pub(super) fn damaged(error: &impl std::fmt::Display) -> AppError {
    crate::store::StoreError::unreadable("inspections.snapshot", error).into()
}

/// A parcel being judged. `standing` grows with what is admitted on the way.
pub(super) struct Judge<'a> {
    pub(super) doc: DocId,
    pub(super) document: Inspection,
    pub(super) standing: Standing,
    pub(super) carrier: DeviceId,
    law: Law<'a>,
    pub(super) verdict: Verdict,
}

impl Judge<'_> {
    /// Whether the carrier may bring what `device` made: its own always, others' for documents
    /// that are or were in the carrier's scope.
    pub(super) fn may_carry(&self, device: DeviceId) -> bool {
        device == self.carrier || self.standing.scope != Scope::Never
    }

    /// Whether the carrier may learn what is held: the document is or was in its scope, or an
    /// actor of its own writes in it.
    pub(super) fn is_insider(&self) -> bool {
        let mut writers = self.standing.writers.values();
        self.standing.scope != Scope::Never || writers.any(|one| one.device == self.carrier)
    }

    fn changes(&mut self, parcel: &Parcel) -> Result<(), AppError> {
        let headers = self.sort_out(parcel);
        let writers: BTreeMap<Actor, Writer> = self
            .standing
            .writers
            .iter()
            .filter(|(_, writer)| self.may_carry(writer.device))
            .map(|(actor, writer)| (*actor, writer.clone()))
            .collect();
        let vouchers = Vouchers {
            tablets: writers
                .iter()
                .map(|(actor, writer)| (*actor, writer.device_key))
                .collect(),
            server: self.standing.server_keys.clone(),
        };
        let (covered, valid) = gate::vouched(self.doc, &headers, &parcel.signatures, &vouchers);
        let mut batch: Vec<&[u8]> = Vec::new();
        for row in &parcel.changes {
            match self.admissible(&row.bytes, &headers, &covered, &writers) {
                Some(Ok(())) => batch.push(&row.bytes),
                Some(Err(why)) => {
                    let hash = change_name(&row.bytes);
                    self.verdict.refuse_change(self.doc, hash, &row.bytes, why);
                }
                None => {}
            }
        }
        if batch.is_empty() {
            return Ok(());
        }
        let officers: Writers = writers
            .iter()
            .map(|(actor, writer)| (*actor, writer.officer.clone()))
            .collect();
        let admission = gate::admit(&mut self.document, &officers, &batch);
        let known = admission.known.into_iter();
        self.verdict.known_changes.extend(known);
        let deferred = admission.deferred.iter().map(|one| one.hash);
        self.verdict.deferred.extend(deferred);
        for one in &admission.refused {
            let why = Why {
                code: one.refusal.code(),
                detail: Some(one.refusal.to_string()),
            };
            self.verdict
                .refuse_change(self.doc, one.hash, &one.bytes, why);
        }
        if let Some(snapshot) = admission.snapshot {
            let actors: HashSet<Actor> = admission.admitted.iter().map(|one| one.actor).collect();
            self.verdict.signatures = valid
                .into_iter()
                .filter(|one| actors.contains(&one.actor))
                .collect();
            self.verdict.blobs = named(&admission.admitted);
            self.verdict.changes = admission.admitted;
            self.verdict.state = Some(self.new_state(snapshot, admission.heads)?);
        }
        Ok(())
    }

    /// The headers of the changes that are not here yet. Notes those that are.
    fn sort_out(&mut self, parcel: &Parcel) -> HashMap<Sha256, Header> {
        let mut headers = HashMap::new();
        for row in &parcel.changes {
            let Ok(header) = gate::inspect(&row.bytes) else {
                continue;
            };
            if self.is_insider() && self.document.has(&header.hash) {
                if !self.verdict.known_changes.contains(&header.hash) {
                    self.verdict.known_changes.push(header.hash);
                }
                continue;
            }
            headers.insert(header.hash, header);
        }
        headers
    }

    /// Whether the gate may look at a change; none for what is known already.
    fn admissible(
        &self,
        bytes: &[u8],
        headers: &HashMap<Sha256, Header>,
        covered: &HashSet<Sha256>,
        writers: &BTreeMap<Actor, Writer>,
    ) -> Option<Result<(), Why>> {
        let Ok(header) = gate::inspect(bytes) else {
            // The gate says what is wrong with it.
            return Some(if self.standing.scope == Scope::Never {
                Err("unknown-document".into())
            } else {
                Ok(())
            });
        };
        headers.get(&header.hash)?;
        Some(match writers.get(&Actor::from_bytes(header.actor)) {
            None if self.standing.scope == Scope::Never => Err("unknown-document".into()),
            None => Err("unknown-actor".into()),
            Some(_) if !covered.contains(&header.hash) => Err("unsigned".into()),
            Some(writer) if !writer.trusted => Err("revoked".into()),
            Some(_) => Ok(()),
        })
    }

    fn new_state(&mut self, snapshot: Vec<u8>, heads: Heads) -> Result<NewState, AppError> {
        let mut max_op = self.standing.max_op;
        for one in &self.verdict.changes {
            let change = automerge::Change::try_from(one.bytes.as_slice())
                .map_err(|e| AppError::Internal(format!("an admitted change: {e}")))?;
            max_op = max_op.max(change.max_op());
        }
        let view = self.document.view().map_err(|e| damaged(&e))?;
        let ruleset = self.law.library.ruleset(self.standing.inspection.ruleset);
        Ok(NewState {
            snapshot,
            heads,
            max_op,
            originals: originals::called_for(&view, ruleset, self.law.today),
        })
    }
}

/// The files that changes name.
fn named(admitted: &[Admitted]) -> Vec<(Sha256, blobs::Kind, u64)> {
    let edits = admitted.iter().flat_map(|one| &one.edits);
    edits
        .filter_map(|edit| match edit {
            Edit::AddPhoto { photo, .. } => Some(photo),
            _ => None,
        })
        .flat_map(|photo| {
            [
                (photo.sha256, blobs::Kind::Evidence, photo.bytes),
                (
                    photo.thumbnail,
                    blobs::Kind::Thumbnail,
                    photo.thumbnail_bytes,
                ),
                (photo.original, blobs::Kind::Original, photo.original_bytes),
            ]
        })
        .collect()
}
