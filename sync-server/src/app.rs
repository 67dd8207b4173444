//! What every handler and service shares. Nothing in here is state that a second server would
//! need: that is in the store.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;

use field_core::identity::SigningKey;
use field_core::ids::DocId;
use field_core::rules::Library;
use tokio::sync::broadcast;

use crate::auth::keys;
use crate::clock::Clock;
use crate::config::{Agency, Config};
use crate::door::Pace;
use crate::door::tls::{self, Tls};
use crate::error::AppError;
use crate::random::Random;
use crate::setup;
use crate::store::Store;

/// Pokes that a slow listener may be behind; then it is told to look at everything.
const POKES: usize = 256;

/// Something is new; never the data itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Poke {
    /// A case was moved, or something of its inspections arrived.
    Case {
        /// The case.
        case_id: i64,
        /// Its document, where one is concerned.
        doc: Option<DocId>,
    },
    /// A tablet was heard of, enrolled or revoked.
    Tablets,
}

/// The shared parts. Cloning is cheap.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

/// What an [`App`] holds.
pub struct Inner {
    /// The configuration.
    pub config: Config,
    /// The store.
    pub store: Store,
    /// The two clocks.
    pub clock: Clock,
    /// Where names, codes and tokens come from.
    pub random: Random,
    /// Who issues the permits.
    pub agency: Agency,
    /// Signs receipts and officers' certificates.
    pub server_key: SigningKey,
    /// The address under which others reach this server, without a slash at its end.
    pub public_url: String,
    /// Whether that address is https.
    pub https: bool,
    /// The server's certificate, where it speaks TLS itself.
    pub tls: Option<Tls>,
    /// How fast one address or account may come.
    pub pace: Pace,
    library: Arc<Library>,
    pokes: broadcast::Sender<Poke>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App")
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl App {
    /// Opens the data directory that `config` names. `bound` is where the server listens.
    ///
    /// # Errors
    /// The directory was not set up, is in use, or newer; the rules are wrong.
    pub async fn open(config: Config, clock: Clock, bound: SocketAddr) -> Result<Self, AppError> {
        Self::open_with(config, clock, Random::system(), bound).await
    }

    /// The same with randomness from outside, for simulations.
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn open_with(
        config: Config,
        clock: Clock,
        random: Random,
        bound: SocketAddr,
    ) -> Result<Self, AppError> {
        let library = load_rules(&config)?;
        setup::require_database(&config.data)?;
        let store = Store::open(&config.data)?;
        let date = config.business_date;
        let (clock, agency, server_key) = store
            .transact(move |tx| {
                let agency = setup::agency(tx)?;
                let clock = clock.fix_business_day(tx, date)?;
                Ok::<_, AppError>((clock, agency, keys::server(tx)?))
            })
            .await?;
        let tls = tls::load(&config, &clock, bound)?;
        let public_url = match &config.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None if tls.is_some() => format!("https://{bound}"),
            None => format!("http://{bound}"),
        };
        Ok(Self {
            inner: Arc::new(Inner {
                https: config.is_https(),
                tls,
                pace: Pace::new(&config.limits),
                public_url,
                store,
                clock,
                random,
                agency,
                server_key,
                library: Arc::new(library),
                pokes: broadcast::channel(POKES).0,
                config,
            }),
        })
    }

    /// The rules as they are now.
    #[must_use]
    pub fn library(&self) -> Arc<Library> {
        Arc::clone(&self.library)
    }

    /// Tells whoever looks at it that something is new. Call it after the commit.
    pub fn poke(&self, poke: Poke) {
        // Nobody listening is no error.
        let _ = self.pokes.send(poke);
    }

    /// What is new from now on.
    #[must_use]
    pub fn pokes(&self) -> broadcast::Receiver<Poke> {
        self.pokes.subscribe()
    }
}

/// The rules that `config` names, or the built-in ones.
///
/// # Errors
/// The first file that is wrong, with line and reason.
pub fn load_rules(config: &Config) -> Result<Library, AppError> {
    match &config.rules {
        Some(folder) => Library::load_dir(folder),
        None => Library::embedded(),
    }
    .map_err(|e| AppError::Rules(e.to_string()))
}

#[cfg(test)]
pub(crate) mod testing {
    //! An app on a directory of its own, with a clock that stands still on 2018-03-12.

    use std::net::Ipv4Addr;

    use jiff::civil::date;

    use super::*;
    use crate::auth::second_factor::{self, TrainingCode};
    use crate::auth::sessions::{self, LoggedIn};
    use crate::auth::users::{self, NewUser};
    use crate::auth::{Officer, Role};
    use crate::door::Peer;
    use crate::setup::{self, Administrator};

    /// Everybody's.
    pub(crate) const PASSWORD: &str = "every user's password";

    pub(crate) async fn app() -> (tempfile::TempDir, App) {
        let dir = tempfile::tempdir().unwrap();
        let config = Config {
            data: dir.path().to_owned(),
            business_date: Some(date(2018, 3, 12)),
            ..Config::default()
        };
        let clock = Clock::standing_at("2026-11-24T01:00:00Z".parse().unwrap());
        setup::init(&config, &clock, Administrator::default())
            .await
            .unwrap();
        let bound = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        let app = App::open(config, clock, bound).await.unwrap();
        (dir, app)
    }

    pub(crate) async fn user(app: &App, login: &str, roles: &[Role]) -> Officer {
        let new = NewUser {
            login: login.to_owned(),
            name: login.to_owned(),
            card_number: None,
            password: PASSWORD.to_owned(),
            roles: roles.iter().copied().collect(),
        };
        users::create(app, None, new).await.unwrap()
    }

    /// A session of this user, the code of a training installation included.
    pub(crate) async fn log_in(app: &App, login: &str) -> LoggedIn {
        let (peer, password) = (Peer::default(), PASSWORD.to_owned());
        let begun = sessions::log_in(app, peer, login, password, None)
            .await
            .unwrap();
        let Some(pending) = sessions::pending(app, &begun.token).await.unwrap() else {
            return begun;
        };
        let shown = second_factor::training_code(app, &pending).await.unwrap();
        let Some(TrainingCode::Code(code)) = shown else {
            panic!("{login} must wait for a code: {shown:?}");
        };
        second_factor::prove(app, peer, &begun.token, &begun.officer.csrf, &code)
            .await
            .unwrap()
    }
}
