//! The server of a simulation: the real application behind its real routes, on a simulated disk.
//! It answers one request at a time, dies with its disk and comes up again, and can be set back to
//! an old backup.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, Request, StatusCode};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rusqlite::Connection;
use sync_server::App;
use sync_server::clock::Clock;
use sync_server::config::Config;
use sync_server::random::Random;
use sync_server::store::DATABASE_FILE;
use tower::ServiceExt;

use super::disk::{Host, Image};
use super::template::{self, BEGIN, Template};
use crate::Failure;

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

struct Open {
    app: App,
    router: Router,
    /// A second connection, to look at what is stored.
    look: Connection,
}

/// A backup: the database and the evidence files as they were.
#[derive(Clone)]
pub(super) struct Backup {
    image: Image,
    blobs: PathBuf,
}

/// One server.
pub(super) struct Server {
    runtime: tokio::runtime::Runtime,
    folder: PathBuf,
    pub(super) host: Arc<Host>,
    config: Config,
    pub(super) clock: Clock,
    random: Random,
    open: Option<Open>,
    pub(super) backup: Option<Backup>,
    backups: u32,
    /// How often it was started.
    pub(super) starts: u32,
}

impl Server {
    pub(super) fn new(template: &Template, folder: &Path, seed: u64) -> Result<Self, Failure> {
        let data = folder.join("server");
        std::fs::create_dir_all(&data)?;
        std::fs::write(data.join(DATABASE_FILE), b"")?;
        let host = Host::of(&data);
        host.put(&template.server);
        Ok(Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?,
            config: template::config(&data, &template.rules),
            folder: data,
            host,
            clock: Clock::standing_at(BEGIN.parse()?),
            random: Random::seeded(seed),
            open: None,
            backup: None,
            backups: 0,
            starts: 0,
        })
    }

    /// The running application; started when it is not.
    pub(super) fn app(&mut self) -> Result<App, Failure> {
        Ok(self.opened()?.app.clone())
    }

    /// A connection to look at what is stored.
    pub(super) fn look(&mut self) -> Result<&Connection, Failure> {
        Ok(&self.opened()?.look)
    }

    fn opened(&mut self) -> Result<&Open, Failure> {
        if self.open.is_none() {
            let (config, clock) = (self.config.clone(), self.clock.clone());
            let bound = config.listen;
            let opening = App::open_with(config, clock, self.random.clone(), bound);
            let app = self.runtime.block_on(opening)?;
            let router = sync_server::sync::routes()
                .merge(sync_server::photos::routes())
                .router(&app)
                .layer(DefaultBodyLimit::disable())
                .with_state(app.clone());
            let look = Connection::open(self.folder.join(DATABASE_FILE))?;
            self.starts += 1;
            self.open = Some(Open { app, router, look });
        }
        self.open.as_ref().ok_or_else(|| "just opened".into())
    }

    /// One request, to its end. None when the server died over it.
    pub(super) fn call(&mut self, request: Request<Body>) -> Result<Option<Reply>, Failure> {
        let router = self.opened().map(|open| open.router.clone());
        let router = match router {
            Ok(router) => router,
            Err(_) if self.host.is_dead() => return Ok(None),
            Err(error) => return Err(error),
        };
        let reply = self.runtime.block_on(async {
            let response = router
                .oneshot(request)
                .await
                .map_err(|never| match never {})?;
            let (parts, body) = response.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await?;
            Ok::<_, Failure>(Reply {
                status: parts.status,
                headers: parts.headers,
                body: body.into(),
            })
        });
        if self.host.is_dead() {
            return Ok(None);
        }
        reply.map(Some)
    }

    /// Runs something on the application, to its end. None when the server died over it.
    pub(super) fn run<T, E, F>(
        &mut self,
        work: impl FnOnce(App) -> F,
    ) -> Result<Option<Result<T, E>>, Failure>
    where
        F: Future<Output = Result<T, E>>,
    {
        let app = match self.app() {
            Ok(app) => app,
            Err(_) if self.host.is_dead() => return Ok(None),
            Err(error) => return Err(error),
        };
        let outcome = self.runtime.block_on(work(app));
        Ok((!self.host.is_dead()).then_some(outcome))
    }

    /// Ends the program; whatever it had not written is gone.
    pub(super) fn stop(&mut self) {
        if let Some(open) = self.open.take() {
            drop(open.look);
            drop(open.router);
            self.runtime.block_on(open.app.store.close());
        }
    }

    /// Loses power, or only the program, and comes up again.
    pub(super) fn crash(&mut self, power: bool, rng: &mut StdRng) -> Result<(), Failure> {
        self.host.kill();
        self.stop();
        self.host.restart(power, rng);
        self.opened().map(|_| ())
    }

    /// Takes a backup, and says so to the tablets.
    pub(super) fn back_up(&mut self) -> Result<(), Failure> {
        self.opened()?;
        let image = self.host.image();
        self.backups += 1;
        let blobs = self.folder.join(format!("../backup-{}", self.backups));
        copy_folder(&self.folder.join("blobs"), &blobs)?;
        self.backup = Some(Backup { image, blobs });
        let now = self.clock.now_ms().to_string();
        // A server that dies over the note has the backup all the same.
        self.run(|app| async move {
            app.store
                .write(move |tx| sync_server::store::meta::set(tx, "backed_up_to", now.as_bytes()))
                .await
        })?;
        Ok(())
    }

    /// Sets the server back to its last backup; the numbers in between are skipped.
    pub(super) fn restore(&mut self, skip: bool) -> Result<bool, Failure> {
        let Some(backup) = self.backup.clone() else {
            return Ok(false);
        };
        self.host.kill();
        self.stop();
        self.host.restart(false, &mut StdRng::seed_from_u64(0));
        self.host.put(&backup.image);
        let blobs = self.folder.join("blobs");
        if blobs.exists() {
            std::fs::remove_dir_all(&blobs)?;
        }
        copy_folder(&backup.blobs, &blobs)?;
        let connection = Connection::open(self.folder.join(DATABASE_FILE))?;
        connection.execute("DELETE FROM meta WHERE key = 'log_epoch'", [])?;
        if skip {
            connection.execute("UPDATE serials SET next = next + 1000", [])?;
        }
        drop(connection);
        self.opened().map(|_| true)
    }

    /// Where an evidence file lies once it is held.
    pub(super) fn blob_path(&self, name: &str) -> PathBuf {
        self.folder.join("blobs").join(&name[..2]).join(&name[2..])
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
        Host::forget(&self.folder);
    }
}

pub(super) fn copy_folder(from: &Path, to: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(to)?;
    let Ok(entries) = std::fs::read_dir(from) else {
        return Ok(());
    };
    for entry in entries {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
