//! Running the server: inside the binary, in tests and in the demonstration alike.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::door::listen::Entry;
use crate::door::peer::Remote;
use crate::error::AppError;
use crate::router::router;

/// Requests in flight get so long to end; event streams never end by themselves.
const GRACE: Duration = Duration::from_secs(5);

/// A server that runs.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it shares, for services without HTTP.
    pub app: App,
    task: JoinHandle<Result<(), AppError>>,
}

impl Running {
    /// Waits until it has stopped and everything is written.
    ///
    /// # Errors
    /// Why it stopped by itself.
    pub async fn stopped(self) -> Result<(), AppError> {
        self.task
            .await
            .map_err(|e| AppError::Internal(format!("the server's task failed: {e}")))?
    }
}

/// Starts the server; it stops when `shutdown` completes.
///
/// # Errors
/// The address is taken, or the data directory cannot be opened.
pub async fn serve(
    config: Config,
    clock: Clock,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<Running, AppError> {
    let wanted = config.listen;
    let listen = |e: std::io::Error| AppError::Listen {
        address: wanted,
        cause: e.to_string(),
    };
    let listener = TcpListener::bind(wanted).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let app = App::open(config, clock, address).await?;
    let scheme = if app.tls.is_some() { "https" } else { "http" };
    tracing::info!(
        address = %format!("{scheme}://{address}"),
        public_url = %app.public_url,
        data = %app.store.directory().display(),
        business_day = %app.clock.today(),
        "listening"
    );
    if let Some(tls) = &app.tls {
        tracing::info!(sha256 = %tls.fingerprint(), "the certificate's fingerprint");
    } else if !address.ip().is_loopback() {
        tracing::warn!(
            "no TLS: passwords can be read on the way; set [tls], or listen on loopback behind a proxy"
        );
    }
    if app.clock.is_training() {
        tracing::warn!("training: the business day is not the real one");
    }
    let routes = router(app.clone());
    let store = app.store.clone();
    let acceptor = app.tls.as_ref().map(|tls| tls.acceptor.clone());
    let entry = Entry::new(listener, acceptor).map_err(listen)?;
    let task = tokio::spawn(async move {
        let served = until_stopped(entry, routes, shutdown).await;
        store.close().await;
        served
    });
    Ok(Running { address, app, task })
}

async fn until_stopped(
    entry: Entry,
    routes: axum::Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), AppError> {
    let (stopping, mut stopped) = watch::channel(false);
    let routes = routes.into_make_service_with_connect_info::<Remote>();
    let graceful = axum::serve(entry, routes).with_graceful_shutdown(async move {
        shutdown.await;
        // The receiver lives as long as the server.
        let _ = stopping.send(true);
    });
    let cut_off = async move {
        // An error means that the sender is gone, with the server.
        let _ = stopped.wait_for(|stopping| *stopping).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = graceful.into_future() => {
            served.map_err(|e| AppError::Internal(format!("the server stopped: {e}")))
        }
        () = cut_off => Ok(()),
    }
}

/// Completes on Ctrl-C, and on SIGTERM where there is one.
pub async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;
    use crate::setup::{self, Administrator};
    use crate::store::StoreError;

    #[tokio::test]
    async fn a_second_server_on_the_same_data_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config {
            data: dir.path().to_owned(),
            listen: "127.0.0.1:0".parse().unwrap(),
            ..Config::default()
        };
        let clock = Clock::system();
        setup::init(&config, &clock, Administrator::default())
            .await
            .unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let first = serve(config.clone(), clock.clone(), async {
            let _ = stopped.await;
        })
        .await
        .unwrap();
        assert_ne!(first.address.port(), 0);

        let second = serve(config.clone(), clock.clone(), std::future::pending()).await;
        assert_eq!(
            second.map(|_| ()).unwrap_err(),
            AppError::Store(StoreError::DirectoryInUse {
                dir: dir.path().to_owned()
            })
        );
        let taken = Config {
            listen: first.address,
            ..config.clone()
        };
        let second = serve(taken, clock.clone(), std::future::pending()).await;
        assert!(matches!(second.map(|_| ()), Err(AppError::Listen { .. })));

        drop(stop);
        first.stopped().await.unwrap();
        let again = serve(config, clock, async {}).await.unwrap();
        again.stopped().await.unwrap();
    }
}
