//! A world for tests: an office with one inspection, and tablets that are honest unless a test
//! makes them otherwise. Real store, real keys, real documents, the real routes.

use std::collections::{BTreeMap, BTreeSet};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use data_encoding::BASE64URL_NOPAD;
use field_core::digest::Sha256;
use field_core::identity::{
    ActorCertificate, ApplicantConfirmation, Confirmation, Receipt, SignOff, Signed, SigningKey,
    Statement, Withdrawal, change_signature_message, nonce_message,
};
use field_core::ids::{Actor, DocId};
use field_core::inspection::{Author, Container, Edit, Heads, Inspection, Photo};
use field_core::moment::Moment;
use field_core::protocol::{
    self, CaseRow, ChangeRow, Cursor, ExchangeReply, ExchangeRequest, FeedItem, HeadSignature,
    Heartbeat, StatementRow,
};
use field_core::rules::{Answer, Outcome};
use tower::ServiceExt;

use crate::app::{App, testing};
use crate::auth::devices::{self, Certify, Enrol, Prove};
use crate::auth::{Device, Officer, Role, users};
use crate::cases::{self, Application, Assigned, NewCase};
use crate::extract::binary;
use crate::store::cases::Case;
use crate::store::inspections;

pub(crate) const AT: Moment = Moment {
    wall_ms: 1_520_812_800_000,
    monotonic_ms: 5,
    server_offset_ms: Some(0),
};

pub(crate) struct World {
    _dir: tempfile::TempDir,
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) clerk: Officer,
    pub(crate) inspectors: [Officer; 3],
}

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

pub(crate) fn application() -> Application {
    Application {
        applicant: "某某汽车维修厂".to_owned(),
        credit_code: "91330784MA00000001".to_owned(),
        address: "某某市某某路 1 号".to_owned(),
        legal_representative: "甲".to_owned(),
        contact: "乙".to_owned(),
        phone: "0579-0000000".to_owned(),
        scopes: vec!["04203".to_owned()],
        features: vec![],
        place: None,
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let (dir, app) = testing::app().await;
        Self {
            clerk: testing::user(&app, "clerk", &[Role::Clerk]).await,
            inspectors: [
                testing::user(&app, "jia", &[Role::Inspector]).await,
                testing::user(&app, "yi", &[Role::Inspector]).await,
                testing::user(&app, "bing", &[Role::Inspector]).await,
            ],
            router: super::routes()
                .merge(crate::photos::routes())
                .with_state(app.clone()),
            app,
            _dir: dir,
        }
    }

    /// An accepted case whose inspectors are the first two; answers with its document.
    pub(crate) async fn inspection(&self) -> (Case, DocId) {
        let library = self.app.library();
        let matter = library.matter("repair-permit").unwrap();
        let profile = application().check(matter).unwrap();
        let received = matter.materials_for(&profile).map(|one| one.id.clone());
        let new = NewCase {
            matter: "repair-permit".to_owned(),
            application: application(),
            received: received.collect(),
        };
        let case = cases::register(&self.app, &self.clerk, new).await.unwrap();
        cases::accept(&self.app, &self.clerk, &case.number, None)
            .await
            .unwrap();
        self.assign(&case.number, [0, 1]).await;
        let id = case.id;
        let rows = self.app.store.read(move |c| inspections::of_case(c, id));
        (case, rows.await.unwrap().pop().unwrap().doc)
    }

    pub(crate) async fn assign(&self, number: &str, who: [usize; 2]) {
        let officers = who.map(|n| Assigned {
            officer: self.inspectors[n].id.clone(),
            standin: None,
        });
        cases::assign(&self.app, &self.clerk, number, None, officers.into())
            .await
            .unwrap();
    }

    /// Two tablets, one for each of the first two inspectors, and a case that is on both.
    pub(crate) async fn two_tablets() -> (Self, Case, DocId, Tablet, Tablet) {
        let world = Self::new().await;
        let mut a = world.tablet(0, 1).await;
        let mut b = world.tablet(1, 2).await;
        let (case, doc) = world.inspection().await;
        a.sync(&world).await;
        b.sync(&world).await;
        (world, case, doc, a, b)
    }

    /// Enrols a tablet and signs an inspector in on it.
    pub(crate) async fn tablet(&self, inspector: usize, secret: u8) -> Tablet {
        let app = &self.app;
        let key = SigningKey::from_secret(&[secret; 32]);
        let admin = users::officer(app, "admin").await.unwrap();
        let code = devices::new_code(app, &admin, &format!("平板-{secret}"))
            .await
            .unwrap();
        let enrol = Enrol {
            code,
            public_key: key.public().to_string(),
        };
        let enrolled = devices::enrol(app, &enrol).await.unwrap();
        let nonce = devices::challenge(app, enrolled.device).await.unwrap();
        let nonce: [u8; 32] = binary(&nonce.nonce).unwrap();
        let prove = Prove {
            device: enrolled.device,
            signature: BASE64URL_NOPAD.encode(&key.sign(&nonce_message(&nonce))),
        };
        let token = devices::prove(app, &prove).await.unwrap().token;
        let device = Device {
            id: enrolled.device,
            name: enrolled.name,
            public_key: *key.public().as_bytes(),
        };
        let officer = &self.inspectors[inspector];
        let officer_key = SigningKey::from_secret(&[secret + 100; 32]);
        let certify = Certify {
            login: officer.login.clone(),
            password: testing::PASSWORD.to_owned(),
            public_key: officer_key.public().to_string(),
        };
        let certified = devices::certify(app, &device, certify).await.unwrap();
        Tablet {
            certificate: BASE64URL_NOPAD
                .decode(certified.certificate.as_bytes())
                .unwrap(),
            officer: certified.officer,
            device,
            key,
            token,
            officer_key,
            cursor: None,
            documents: BTreeMap::new(),
            actors: BTreeMap::new(),
            cases: BTreeMap::new(),
            known: BTreeMap::new(),
            changes: vec![],
            statements: vec![],
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> (StatusCode, HeaderMap, Bytes) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, parts.headers, body)
    }

    pub(crate) async fn post_cbor(
        &self,
        tablet: &Tablet,
        path: &str,
        body: Vec<u8>,
    ) -> (StatusCode, HeaderMap, Bytes) {
        let request = tablet
            .request(path)
            .method("POST")
            .header("content-type", "application/cbor");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    pub(crate) async fn count(&self, table: &'static str) -> i64 {
        let count = self.app.store.read(move |c| {
            let sql = format!("SELECT count(*) FROM {table}");
            Ok(c.query_row(&sql, [], |row| row.get(0))?)
        });
        count.await.unwrap()
    }
}

pub(crate) fn pass() -> Answer {
    Answer::new(Outcome::Pass)
}

/// What is listed of a photo whose file, thumbnail and original are these bytes.
pub(crate) fn photo(item: &str, files: [&[u8]; 3]) -> Photo {
    let [evidence, thumbnail, original] = files;
    Photo {
        item: item.to_owned(),
        sha256: Sha256::of(evidence),
        bytes: evidence.len() as u64,
        width: 2048,
        height: 1536,
        thumbnail: Sha256::of(thumbnail),
        thumbnail_bytes: thumbnail.len() as u64,
        original: Sha256::of(original),
        original_bytes: original.len() as u64,
        taken: None,
        camera: None,
        place: None,
    }
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
        self.changes.push(ChangeRow {
            doc,
            bytes: change.bytes.into(),
            late: false,
        });
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
        let mut newest: BTreeMap<(DocId, Actor), (u64, Sha256)> = BTreeMap::new();
        for row in &self.changes {
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

pub(crate) async fn send(
    world: &World,
    tablet: &Tablet,
    request: &ExchangeRequest,
) -> ExchangeReply {
    let body = protocol::encode(request);
    let (status, _, body) = world.post_cbor(tablet, "/sync/v1/exchange", body).await;
    assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&body));
    protocol::decode(&body).unwrap()
}

pub(crate) fn receipt(world: &World, reply: &ExchangeReply) -> Receipt {
    Receipt::open(&reply.receipt, &world.app.server_key.public()).unwrap()
}

pub(crate) fn codes(reply: &ExchangeReply) -> Vec<&str> {
    reply.refused.iter().map(|one| one.code.as_str()).collect()
}
