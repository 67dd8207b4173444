//! A world for tests: an office with one inspection, and tablets that are honest unless a test
//! makes them otherwise. Real store, real keys, real documents, the real routes.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use data_encoding::BASE64URL_NOPAD;
use field_core::digest::Sha256;
use field_core::identity::{Receipt, SigningKey, nonce_message};
use field_core::ids::DocId;
use field_core::inspection::Photo;
use field_core::moment::Moment;
use field_core::protocol::{self, ExchangeReply, ExchangeRequest};
use field_core::rules::{Answer, Outcome};
use tower::ServiceExt;

pub(crate) use self::tablet::Tablet;
use crate::app::{App, testing};
use crate::auth::devices::{self, Certify, Enrol, Prove};
use crate::auth::{Device, Officer, Role, users};
use crate::cases::{self, Application, Assigned, NewCase};
use crate::door::Peer;
use crate::extract::binary;
use crate::store::cases::Case;
use crate::store::{DATABASE_FILE, inspections};

mod tablet;

pub(crate) const AT: Moment = Moment {
    wall_ms: 1_520_812_800_000,
    monotonic_ms: 5,
    server_offset_ms: Some(0),
};

pub(crate) struct World {
    dir: tempfile::TempDir,
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) clerk: Officer,
    pub(crate) inspectors: [Officer; 3],
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
            router: router(&app),
            app,
            dir,
        }
    }

    /// A copy of the database as it is now.
    pub(crate) fn back_up(&self) -> tempfile::TempDir {
        let copy = tempfile::tempdir().unwrap();
        let database = rusqlite::Connection::open(self.dir.path().join(DATABASE_FILE)).unwrap();
        let target = copy.path().join(DATABASE_FILE);
        database
            .execute("VACUUM INTO ?1", [target.to_str().unwrap()])
            .unwrap();
        copy
    }

    /// The same office after the machine was lost and this copy put in its place.
    pub(crate) async fn restored(&self, dir: tempfile::TempDir) -> Self {
        let config = crate::config::Config {
            data: dir.path().to_owned(),
            ..self.app.config.clone()
        };
        let bound = std::net::SocketAddr::from(([127, 0, 0, 1], 8080));
        let app = App::open(config, self.app.clock.clone(), bound)
            .await
            .unwrap();
        Self {
            clerk: self.clerk.clone(),
            inspectors: self.inspectors.clone(),
            router: router(&app),
            app,
            dir,
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
        let certified = devices::certify(app, Peer::default(), &device, certify)
            .await
            .unwrap();
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

fn router(app: &App) -> Router {
    super::routes()
        .merge(crate::photos::routes())
        .router(app)
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(app.clone())
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
