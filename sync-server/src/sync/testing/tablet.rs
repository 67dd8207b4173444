//! A tablet of the tests: keys, documents and an outbox, honest unless a test makes it otherwise.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Request;
use field_core::digest::Sha256;
use field_core::identity::{
    ActorCertificate, ApplicantConfirmation, Confirmation, SignOff, Signed, SigningKey, Statement,
    Withdrawal, change_signature_message,
};
use field_core::ids::{Actor, DocId};
use field_core::inspection::{Author, Container, Edit, Heads, Inspection, Photo};
use field_core::protocol::{
    self, CaseRow, ChangeRow, Cursor, ExchangeReply, ExchangeRequest, FeedItem, HeadSignature,
    Heartbeat, StatementRow,
};
use field_core::rules::Answer;

use super::{AT, World, receipt, send};
use crate::auth::Device;

/// A tablet with one officer on it.
pub(crate) struct Tablet {
    pub(crate) device: Device,
    pub(crate) key: SigningKey,
    pub(crate) token: String,
    pub(crate) officer: String,
    pub(crate) officer_key: SigningKey,
    pub(crate) certificate: Vec<u8>,
    pub(crate) cursor: Option<Cursor>,
    pub(crate) documents: BTreeMap<DocId, Inspection>,
    pub(crate) actors: BTreeMap<DocId, Actor>,
    pub(crate) cases: BTreeMap<DocId, CaseRow>,
    pub(crate) known: BTreeMap<DocId, BTreeSet<Sha256>>,
    pub(crate) changes: Vec<ChangeRow>,
    pub(crate) statements: Vec<StatementRow>,
}

impl Tablet {
    pub(crate) fn request(&self, path: &str) -> axum::http::request::Builder {
        Request::builder()
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token))
    }

    pub(crate) fn items(&self, doc: DocId) -> Vec<String> {
        self.documents[&doc].facts().items.clone()
    }

    /// The tablet's actor in a document; the first time it is certified.
    pub(crate) fn author(&mut self, doc: DocId) -> Author {
        let actor = match self.actors.get(&doc) {
            Some(actor) => *actor,
            None => {
                let actor = Actor::random(&mut rand::rng());
                self.certify(doc, actor);
                self.actors.insert(doc, actor);
                actor
            }
        };
        Author {
            actor,
            officer: self.officer.clone(),
        }
    }

    pub(crate) fn certify(&mut self, doc: DocId, actor: Actor) {
        let certificate = ActorCertificate {
            doc,
            actor,
            certificate: self.certificate.clone(),
            at: AT,
        };
        self.say(Statement::ActorCertificate(certificate));
    }

    pub(crate) fn edit(&mut self, doc: DocId, edit: &Edit) -> Sha256 {
        let author = self.author(doc);
        let document = self.documents.get_mut(&doc).unwrap();
        let change = document.edit(&author, &AT, edit).unwrap().unwrap();
        self.changes.push(ChangeRow::new(doc, change.bytes));
        change.hash
    }

    pub(crate) fn answer(&mut self, doc: DocId, item: usize, answer: &Answer) -> Sha256 {
        let item = self.items(doc)[item].clone();
        let answer = answer.to_canonical_json();
        self.edit(doc, &Edit::Answer { item, answer })
    }

    pub(crate) fn add_photo(&mut self, doc: DocId, photo: Photo) -> Sha256 {
        let author = self.author(doc);
        let document = self.documents.get_mut(&doc).unwrap();
        let key = document.next_key(Container::Photos, author.actor);
        self.edit(doc, &Edit::AddPhoto { key, photo })
    }

    pub(crate) fn heads(&mut self, doc: DocId) -> Heads {
        self.documents.get_mut(&doc).unwrap().heads()
    }

    pub(crate) fn say(&mut self, statement: Statement) -> Sha256 {
        let signed = statement.sign(&self.key, &self.officer_key);
        self.statements.push(StatementRow {
            doc: statement.doc(),
            bytes: signed.to_bytes().into(),
        });
        signed.hash()
    }

    pub(crate) fn confirm(&mut self, doc: DocId) -> Sha256 {
        let heads = self.heads(doc);
        self.say(Statement::ApplicantConfirmation(ApplicantConfirmation {
            doc,
            round: 1,
            heads,
            confirmation: Confirmation::Signed {
                name: "某某".to_owned(),
                strokes: "M10 20L30 40".to_owned(),
            },
            officer: self.officer.clone(),
            at: AT,
        }))
    }

    pub(crate) fn sign_off(&mut self, doc: DocId, applicant: Sha256) -> Sha256 {
        let view = self.documents.get_mut(&doc).unwrap().view().unwrap();
        self.say(Statement::SignOff(SignOff {
            doc,
            round: 1,
            ruleset: view.facts.ruleset_hash,
            evidence: view.evidence(),
            heads: view.heads,
            applicant,
            assignment: self.cases[&doc].assignment,
            officer: self.officer.clone(),
            at: AT,
        }))
    }

    pub(crate) fn withdraw(&mut self, doc: DocId, sign_off: Sha256) -> Sha256 {
        self.say(Statement::Withdrawal(Withdrawal {
            doc,
            sign_off,
            reason: "看错了".to_owned(),
            officer: self.officer.clone(),
            at: AT,
        }))
    }

    /// Signatures over the newest change of each actor of this tablet.
    fn signatures(&self) -> Vec<HeadSignature> {
        self.sign(&self.changes, |_| true)
    }

    /// The tablet's signature over the newest change of `actor` among `changes`.
    pub(crate) fn vouch(&self, changes: &[ChangeRow], actor: Actor) -> Vec<HeadSignature> {
        self.sign(changes, |one| one == actor)
    }

    fn sign(&self, changes: &[ChangeRow], whose: impl Fn(Actor) -> bool) -> Vec<HeadSignature> {
        let mut newest: BTreeMap<(DocId, Actor), (u64, Sha256)> = BTreeMap::new();
        for row in changes {
            let Ok(header) = field_core::gate::inspect(&row.bytes) else {
                continue;
            };
            let place = newest
                .entry((row.doc, Actor::from_bytes(header.actor)))
                .or_insert((header.seq, header.hash));
            *place = (*place).max((header.seq, header.hash));
        }
        newest
            .into_iter()
            .filter(|((_, actor), _)| whose(*actor))
            .map(|((doc, actor), (_, change))| HeadSignature {
                doc,
                actor,
                change,
                signature: self
                    .key
                    .sign(&change_signature_message(doc, actor, change))
                    .into(),
            })
            .collect()
    }

    /// What the tablet would send now.
    pub(crate) fn exchange(&self) -> ExchangeRequest {
        ExchangeRequest {
            protocol: protocol::version::CURRENT,
            cursor: self.cursor,
            changes: self.changes.clone(),
            signatures: self.signatures(),
            statements: self.statements.clone(),
            heartbeat: Heartbeat {
                version: "0.1.0".to_owned(),
                ..Heartbeat::default()
            },
            limit: 0,
            holding: vec![],
        }
    }

    /// One exchange, taken in; what the receipt names leaves the outbox.
    pub(crate) async fn sync(&mut self, world: &World) -> ExchangeReply {
        let request = self.exchange();
        let reply = send(world, self, &request).await;
        self.take_in(world, &reply);
        reply
    }

    pub(crate) fn take_in(&mut self, world: &World, reply: &ExchangeReply) {
        let receipt = receipt(world, reply);
        assert_eq!(receipt.device, self.device.id);
        let refused: Vec<Sha256> = reply.refused.iter().map(|one| one.hash).collect();
        let done = |hash: &Sha256, safe: &[Sha256]| safe.contains(hash) || refused.contains(hash);
        self.changes.retain(|row| {
            let hash = field_core::gate::inspect(&row.bytes).unwrap().hash;
            !done(&hash, &receipt.changes)
        });
        self.statements.retain(|row| {
            let signed = Signed::from_bytes(&row.bytes).unwrap();
            let safe = done(&signed.hash(), &receipt.statements);
            if safe {
                self.known.entry(row.doc).or_default().insert(signed.hash());
            }
            !safe
        });
        self.apply(&reply.feed);
        self.cursor = Some(reply.cursor);
    }

    pub(crate) fn apply(&mut self, feed: &[FeedItem]) {
        for item in feed {
            match item {
                FeedItem::Enter(enter) => {
                    let doc = enter.case.doc;
                    let mut whole = Inspection::load(&enter.snapshot).unwrap();
                    if let Some(mine) = self.documents.get_mut(&doc) {
                        let have = mine.heads();
                        let new = whole.changes_since(&have);
                        let bytes = new.iter().map(|one| one.bytes.as_slice());
                        mine.apply_bytes(bytes).unwrap();
                    } else {
                        self.documents.insert(doc, whole);
                    }
                    self.cases.insert(doc, enter.case.clone());
                    for bytes in &enter.statements {
                        self.note(doc, bytes);
                    }
                }
                FeedItem::Change(row) => {
                    let document = self.documents.get_mut(&row.doc).unwrap();
                    document.apply_bytes([row.bytes.as_slice()]).unwrap();
                }
                FeedItem::Statement(row) => self.note(row.doc, &row.bytes),
                FeedItem::Case(row) => {
                    self.cases.insert(row.doc, row.clone());
                }
                FeedItem::Leave(doc) => {
                    self.documents.remove(doc);
                    self.cases.remove(doc);
                    self.known.remove(doc);
                }
            }
        }
    }

    fn note(&mut self, doc: DocId, bytes: &[u8]) {
        let hash = Signed::from_bytes(bytes).unwrap().hash();
        self.known.entry(doc).or_default().insert(hash);
    }
}
