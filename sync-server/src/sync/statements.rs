//! What becomes of a statement. Every one must be signed by a certified key of the officer who
//! speaks and by the tablet on which that key lives; the officer is or was assigned to the case.
//! Then each kind has rules of its own.

use field_core::digest::Sha256;
use field_core::identity::{
    ActorCertificate, OfficerCertificate, SignOff, Signed, Statement, Withdrawal,
};
use field_core::inspection::{Heads, genesis_actor};
use field_core::protocol::StatementRow;

use super::judge::{Judge, NewStatement, Why, damaged};
use super::standing::{Held, Writer};
use crate::cases::State;
use crate::error::AppError;
use crate::store::changes::ActorRow;
use crate::store::feed::Scope;
use crate::store::statements::OfficerKey;

/// What becomes of it.
enum Fate {
    Admit {
        officer: String,
        actor: Option<(ActorRow, Writer)>,
    },
    Defer,
}

/// The name of an envelope, or of the bytes where they are none. Whether its signatures are
/// right is another question.
pub(super) fn name(bytes: &[u8]) -> Sha256 {
    let envelope = minicbor::decode::<Signed>(bytes);
    envelope.map_or_else(|_| Sha256::of(bytes), |signed| signed.hash())
}

impl Judge<'_> {
    pub(super) fn statement(&mut self, row: &StatementRow) -> Result<(), AppError> {
        let opened = Signed::from_bytes(&row.bytes)
            .and_then(|signed| Ok((Statement::open(&signed)?, signed)));
        let (content, signed) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                let why = Why {
                    code: "statement-unreadable",
                    detail: Some(error.to_string()),
                };
                let hash = name(&row.bytes);
                self.verdict
                    .refuse_statement(self.doc, hash, &row.bytes, why);
                return Ok(());
            }
        };
        let hash = signed.hash();
        if self.is_insider() && self.standing.statement(&hash).is_some() {
            if !self.verdict.known_statements.contains(&hash) {
                self.verdict.known_statements.push(hash);
            }
            return Ok(());
        }
        match self.fate(&signed, &content)? {
            Ok(Fate::Admit { officer, actor }) => {
                if let Some((row, writer)) = actor {
                    self.standing.writers.insert(row.actor, writer);
                    self.verdict.actors.push(row);
                }
                self.verdict.statements.push(NewStatement {
                    hash,
                    kind: signed.kind,
                    bytes: row.bytes.to_vec(),
                    officer,
                });
                self.standing.statements.push(Held { hash, content });
            }
            Ok(Fate::Defer) => self.verdict.deferred.push(hash),
            Err(why) => self
                .verdict
                .refuse_statement(self.doc, hash, &row.bytes, why),
        }
        Ok(())
    }

    /// The outer error is ours, the inner one the sender's.
    fn fate(
        &mut self,
        signed: &Signed,
        content: &Statement,
    ) -> Result<Result<Fate, Why>, AppError> {
        if content.doc() != self.doc {
            return Ok(Err("another-document".into()));
        }
        if let Statement::ActorCertificate(certificate) = content {
            return Ok(self.actor_certificate(signed, certificate));
        }
        let officer = match self.speaker(signed, content) {
            Ok(officer) => officer,
            Err(why) => return Ok(Err(why)),
        };
        let fate = match content {
            Statement::SignOff(sign_off) => self.sign_off(sign_off)?,
            Statement::ApplicantConfirmation(one) => self.about(one.round, &one.heads),
            Statement::Withdrawal(withdrawal) => self.withdrawal(withdrawal),
            Statement::VisitFailed(_) | Statement::ActorCertificate(_) => Ok(true),
        };
        Ok(fate.map(|admit| match admit {
            true => Fate::Admit {
                officer,
                actor: None,
            },
            false => Fate::Defer,
        }))
    }

    /// Who speaks: an officer of the case whose key and tablet both signed.
    fn speaker(&self, signed: &Signed, content: &Statement) -> Result<String, Why> {
        let named = content.officer().unwrap_or_default();
        let keys = signed.signatures.iter();
        let key = keys
            .filter_map(|one| self.standing.key(&one.key))
            .find(|key| key.user_id == named);
        let Some(key) = key else {
            return Err(self.stranger("unknown-officer"));
        };
        self.check_key(signed, key)?;
        Ok(key.user_id.clone())
    }

    fn check_key(&self, signed: &Signed, key: &OfficerKey) -> Result<(), Why> {
        if !self.may_carry(key.device) {
            return Err("unknown-document".into());
        }
        if signed.require(&key.device_key).is_err() {
            return Err("unknown-officer".into());
        }
        if !key.trusted {
            return Err("revoked".into());
        }
        Ok(())
    }

    /// Whoever has nothing to do with a document is not told that it exists.
    fn stranger(&self, code: &'static str) -> Why {
        if self.standing.scope == Scope::Never {
            "unknown-document".into()
        } else {
            code.into()
        }
    }

    fn actor_certificate(
        &self,
        signed: &Signed,
        certificate: &ActorCertificate,
    ) -> Result<Fate, Why> {
        let officer = self
            .officer(certificate)
            .ok_or_else(|| self.stranger("certificate"))?;
        let key = self
            .standing
            .key(&officer.officer_key)
            .ok_or_else(|| self.stranger("unknown-officer"))?;
        let fits = key.user_id == officer.officer
            && key.device == officer.device
            && key.device_key == officer.device_key;
        if !fits || signed.require(&officer.officer_key).is_err() {
            return Err(self.stranger("certificate"));
        }
        self.check_key(signed, key)?;
        // The genesis is the server's; an actor belongs to one officer on one tablet.
        let taken = self.standing.writers.contains_key(&certificate.actor)
            || certificate.actor == genesis_actor(self.doc);
        if taken {
            return Err("actor-taken".into());
        }
        let row = ActorRow {
            actor: certificate.actor,
            user_id: key.user_id.clone(),
            device: key.device,
            statement: signed.hash(),
        };
        let writer = Writer {
            officer: key.user_id.clone(),
            device: key.device,
            device_key: key.device_key,
            trusted: true,
        };
        Ok(Fate::Admit {
            officer: key.user_id.clone(),
            actor: Some((row, writer)),
        })
    }

    /// The officer's certificate within, if this server signed it.
    fn officer(&self, certificate: &ActorCertificate) -> Option<OfficerCertificate> {
        let keys = self.standing.server_keys.iter();
        keys.filter_map(|key| certificate.officer(key).ok()).next()
    }

    /// Whether a statement speaks of this round and of a state that is here; `false` when the
    /// state is still to come.
    fn about(&mut self, round: u32, heads: &Heads) -> Result<bool, Why> {
        if round != self.standing.inspection.round {
            return Err("round".into());
        }
        if heads.is_empty() {
            return Err("no-state".into());
        }
        Ok(self.document.has_all(heads))
    }

    fn sign_off(&mut self, one: &SignOff) -> Result<Result<bool, Why>, AppError> {
        match self.about(one.round, &one.heads) {
            Ok(true) => {}
            other => return Ok(other),
        }
        if one.ruleset.as_bytes() != &self.standing.inspection.ruleset.0 {
            return Ok(Err("ruleset".into()));
        }
        let known = self.standing.assignment.as_ref();
        let revision = known.map_or(0, |assignment| assignment.revision);
        if self.standing.is_current && !(1..=revision).contains(&one.assignment) {
            return Ok(Err("assignment".into()));
        }
        let view = self.document.view_at(&one.heads).map_err(|e| damaged(&e))?;
        if view.evidence() != one.evidence {
            return Ok(Err("evidence".into()));
        }
        Ok(match self.standing.statement(&one.applicant) {
            None => Ok(false),
            Some(Statement::ApplicantConfirmation(said)) if said.heads == one.heads => Ok(true),
            Some(_) => Err("applicant".into()),
        })
    }

    fn withdrawal(&self, one: &Withdrawal) -> Result<bool, Why> {
        let open = matches!(self.standing.state, State::Scheduled | State::Inspected);
        if !open || !self.standing.is_current {
            return Err("decided".into());
        }
        match self.standing.statement(&one.sign_off) {
            None => Ok(false),
            Some(Statement::SignOff(signed)) if signed.officer == one.officer => Ok(true),
            Some(_) => Err("not-yours".into()),
        }
    }
}
