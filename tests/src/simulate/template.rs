//! The world as it is before anything happens: an agency with its officers, four tablets, two
//! cases assigned. Made once in a process, by the real ways over a real connection, and copied for
//! every seed; the same in every process.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use field_core::digest::Sha256;
use field_core::identity::SigningKey;
use field_core::tablet::sync::{self, Http};
use field_core::tablet::{StorageKey, Tablet, Unlocked};
use jiff::civil::date;
use rand::SeedableRng;
use rand::rngs::StdRng;
use sync_server::App;
use sync_server::auth::{Role, devices, users};
use sync_server::cases::{self, Application, Assigned, NewCase};
use sync_server::clock::Clock;
use sync_server::config::{Config, Limits};
use sync_server::random::Random;
use sync_server::setup::{self, Administrator};
use sync_server::store::users::User;
use sync_server::store::{DATABASE_FILE, StoreError};

use super::device::SimClock;
use super::disk::{Host, Image};
use super::vfs;
use crate::Failure;

/// Everybody's password in a simulation.
const PASSWORD: &str = "simulated-password";
/// When simulations begin, real time.
pub(super) const BEGIN: &str = "2026-11-24T01:00:00Z";
/// User id of the officer who does all of the office's work.
pub(super) const OFFICE: &str = "office";
/// User ids of the inspectors.
pub(super) const INSPECTORS: [&str; 3] = ["u1", "u2", "u3"];
/// Whose keys are on which tablet; on the last one two officers work.
const TABLETS: [&[usize]; 4] = [&[0], &[1], &[2], &[0, 1]];
/// Who inspects which case.
const CASES: [[usize; 2]; 2] = [[0, 1], [1, 2]];
/// Tokens of tablets are good for longer than any simulation.
const TOKEN_MS: i64 = 10 * 365 * 24 * 60 * 60 * 1000;

static RULES: [(&str, &str); 3] = [
    (
        "matters/repair-permit.toml",
        include_str!("../../../field-core/rules/matters/repair-permit.toml"),
    ),
    ("rulesets/simulated.toml", include_str!("rules.toml")),
    (
        "workdays.toml",
        include_str!("../../../field-core/rules/workdays.toml"),
    ),
];

/// A tablet to be copied.
pub(super) struct TabletImage {
    pub(super) files: Image,
    pub(super) unlocked: Unlocked,
    pub(super) officers: Vec<String>,
    pub(super) token: String,
}

/// Everything to be copied.
pub(super) struct Template {
    pub(super) server: Image,
    pub(super) rules: PathBuf,
    pub(super) tablets: Vec<TabletImage>,
}

/// A folder that nothing else uses, on a file system in memory where there is one.
pub(super) fn fresh_folder() -> Result<PathBuf, Failure> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let memory = Path::new("/dev/shm");
    let above = if memory.is_dir() {
        memory.to_path_buf()
    } else {
        std::env::temp_dir()
    };
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = above.join(format!("kanyan-sim-{}-{number}", std::process::id()));
    // What a process of the same number left behind.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The template, made on first use.
///
/// # Errors
/// It cannot be made; asking again tries again.
pub(super) fn template() -> Result<&'static Template, Failure> {
    static TEMPLATE: OnceLock<Template> = OnceLock::new();
    static MAKING: Mutex<()> = Mutex::new(());
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(made) = TEMPLATE.get() {
        return Ok(made);
    }
    vfs::install();
    let made = make()?;
    Ok(TEMPLATE.get_or_init(|| made))
}

pub(super) fn config(data: &Path, rules: &Path) -> Config {
    Config {
        data: data.to_path_buf(),
        business_date: Some(date(2018, 3, 12)),
        rules: Some(rules.to_path_buf()),
        // Everybody comes from one address, in no time.
        limits: Limits {
            door_per_minute: 1_000_000,
            account_per_minute: 1_000_000,
            ..Limits::default()
        },
        ..Config::default()
    }
}

pub(super) fn storage_key(number: usize) -> StorageKey {
    StorageKey::new([u8::try_from(number % 200).unwrap_or(0) + 1; 32])
}

fn make() -> Result<Template, Failure> {
    let folder = fresh_folder()?;
    // The rules stay: every server of the process reads them.
    let rules = folder.join("rules");
    for (name, text) in RULES {
        let path = rules.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(&rules))?;
        std::fs::write(path, text)?;
    }
    let data = folder.join("server");
    let config = config(&data, &rules);
    let clock = Clock::standing_at(BEGIN.parse()?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let app = runtime.block_on(open(&config, &clock))?;
    let address = runtime.block_on(listen(&app))?;
    let mut tablets = Vec::new();
    for (number, officers) in TABLETS.into_iter().enumerate() {
        let folder = folder.join(format!("t{number}"));
        let code = runtime.block_on(async {
            let office = users::officer(&app, OFFICE).await?;
            devices::new_code(&app, &office, &format!("平板-{number}")).await
        })?;
        tablets.push((enrol(&folder, number, officers, address, &code)?, folder));
    }
    runtime.block_on(register(&app))?;
    let mut images = Vec::new();
    for (number, (tablet, folder)) in tablets.into_iter().enumerate() {
        images.push(finish(&runtime, &app, number, tablet, &folder)?);
    }
    runtime.block_on(app.store.close());
    runtime.shutdown_background();
    Ok(Template {
        server: Host::of(&data).image(),
        rules,
        tablets: images,
    })
}

/// A new server whose key and officers are the same in every process.
async fn open(config: &Config, clock: &Clock) -> Result<App, Failure> {
    let administrator = Administrator {
        password: Some(PASSWORD.to_owned()),
        ..Administrator::default()
    };
    setup::init(config, clock, administrator).await?;
    // Its database is in memory; the server looks whether there is a file of this name.
    std::fs::write(config.data.join(DATABASE_FILE), b"")?;
    let app = App::open_with(
        config.clone(),
        clock.clone(),
        Random::seeded(1),
        config.listen,
    )
    .await?;
    let key = SigningKey::from_secret(&[42; 32]);
    app.store
        .write(move |tx| {
            tx.execute(
                "UPDATE server_keys SET key_id = ?1, secret = ?2, public = ?3 WHERE purpose = 'server'",
                rusqlite::params![
                    &key.public().as_bytes()[..8],
                    &key.secret()[..],
                    key.public().as_bytes()
                ],
            )?;
            let hash: String = tx.query_row(
                "SELECT password_hash FROM users WHERE login = 'admin'",
                [],
                |row| row.get(0),
            )?;
            insert_users(tx, &hash)
        })
        .await?;
    app.store.close().await;
    drop(app);
    // Opened again, so that it signs with that key.
    Ok(App::open_with(
        config.clone(),
        clock.clone(),
        Random::seeded(2),
        config.listen,
    )
    .await?)
}

fn insert_users(tx: &rusqlite::Transaction<'_>, hash: &str) -> Result<(), StoreError> {
    let office = [
        Role::Clerk,
        Role::Reviewer,
        Role::Approver,
        Role::Administrator,
    ];
    let inspectors = INSPECTORS
        .into_iter()
        .map(|id| (id, &[Role::Inspector][..]));
    for (id, roles) in std::iter::once((OFFICE, &office[..])).chain(inspectors) {
        let user = User {
            id: id.to_owned(),
            login: id.to_owned(),
            name: id.to_owned(),
            card_number: None,
            password_hash: hash.to_owned(),
            active: true,
            created_at: 0,
            roles: roles.iter().copied().collect::<BTreeSet<_>>(),
        };
        sync_server::store::users::insert(tx, &user)?;
    }
    Ok(())
}

async fn listen(app: &App) -> Result<SocketAddr, Failure> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = sync_server::router::router(app.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

fn enrol(
    folder: &Path,
    number: usize,
    officers: &[usize],
    server: SocketAddr,
    code: &str,
) -> Result<Mutex<Tablet>, Failure> {
    std::fs::create_dir_all(folder)?;
    let rng = StdRng::seed_from_u64(1_000 + number as u64);
    let clock = Arc::new(SimClock::at(BEGIN.parse()?));
    let tablet = Mutex::new(Tablet::open_with(folder, &storage_key(number), clock, rng)?);
    Http::enrol(&tablet, &format!("http://{server}"), code)?;
    let mut http = Http::connect(&tablet)?;
    for officer in officers {
        http.sign_in(&tablet, INSPECTORS[*officer], PASSWORD)?;
    }
    Ok(tablet)
}

async fn register(app: &App) -> Result<(), Failure> {
    let office = users::officer(app, OFFICE).await?;
    for officers in CASES {
        let case = cases::register(app, &office, new_case(app)?).await?;
        cases::accept(app, &office, &case.number, None).await?;
        let officers = officers.map(|n| Assigned {
            officer: INSPECTORS[n].to_owned(),
            standin: None,
        });
        cases::assign(app, &office, &case.number, None, officers.into()).await?;
    }
    Ok(())
}

/// An application for a small shop, and the ids of all its materials.
///
/// # Errors
/// The rules have no such matter.
pub fn application(app: &App) -> Result<(Application, Vec<String>), Failure> {
    let library = app.library();
    let matter = library.matter("repair-permit").ok_or("no matter")?;
    let application = Application {
        applicant: "某某汽车维修厂".to_owned(),
        credit_code: "91330784MA00000001".to_owned(),
        address: "某某市某某路 1 号".to_owned(),
        legal_representative: "甲".to_owned(),
        contact: "乙".to_owned(),
        phone: "0579-0000000".to_owned(),
        scopes: vec!["04203".to_owned()],
        features: vec![],
        place: None,
    };
    let profile = application.check(matter)?;
    let received = matter.materials_for(&profile).map(|one| one.id.clone());
    Ok((application, received.collect()))
}

pub(super) fn new_case(app: &App) -> Result<NewCase, Failure> {
    let (application, received) = application(app)?;
    Ok(NewCase {
        matter: "repair-permit".to_owned(),
        application,
        received,
    })
}

/// The first sync, and a token that lasts.
fn finish(
    runtime: &tokio::runtime::Runtime,
    app: &App,
    number: usize,
    tablet: Mutex<Tablet>,
    folder: &Path,
) -> Result<TabletImage, Failure> {
    let mut http = Http::connect(&tablet)?;
    sync::run(&tablet, &mut http, &AtomicBool::new(false), |_| {})?;
    let tablet = tablet.into_inner().unwrap_or_else(PoisonError::into_inner);
    let device = tablet.enrolment()?.ok_or("not enrolled")?.device;
    let token = format!("simulated-token-{number}");
    let hash = *Sha256::of(token.as_bytes()).as_bytes();
    let now = app.clock.now_ms();
    runtime.block_on(app.store.write(move |tx| {
        sync_server::store::devices::insert_token(tx, &hash, device, now, now + TOKEN_MS)
    }))?;
    let unlocked = tablet.unlocked();
    drop(tablet);
    Ok(TabletImage {
        files: Host::of(folder).image(),
        unlocked,
        officers: TABLETS[number]
            .iter()
            .map(|officer| INSPECTORS[*officer].to_owned())
            .collect(),
        token,
    })
}
