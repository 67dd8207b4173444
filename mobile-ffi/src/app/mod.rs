//! The tablet's user interface: pages served by the core itself on 127.0.0.1, shown in the
//! tablet's WebView or in a browser on a desk. Rooms are nouns, files are verbs; templates,
//! styles, scripts and words lie under `mobile-ffi/app/`.
//!
//! Nothing is decided here: what may be done and what it means is asked of the tablet. What a
//! page needs to remember is a setting in the tablet's store, so that ending the program loses
//! nothing. No request leaves the device but the tablet's own sync.

mod assets;
mod checklist;
mod enrol;
mod finish;
mod format;
mod guard;
mod keeper;
mod language;
mod live;
mod materials;
mod officers;
mod page;
mod photos;
mod problem;
mod router;
mod state;
mod sync;
#[cfg(test)]
mod tests;
mod today;
mod visit;
mod words;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::{Tablet, TabletError};
use state::App;

/// How the pages are served.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// How often the server is asked for news when nothing is to be sent.
    pub ask_every: Duration,
}

impl Default for Options {
    /// Any free port; every 15 seconds, at which a colleague's answer still feels live and a
    /// radio still sleeps.
    fn default() -> Self {
        Self {
            port: 0,
            ask_every: Duration::from_secs(15),
        }
    }
}

/// The pages being served; they end when this is dropped.
pub struct Server {
    app: Arc<App>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// A new launch address for a browser or WebView. It opens the pages once.
    #[must_use]
    pub fn launch_url(&self) -> String {
        self.app.guard.launch_url()
    }

    /// Ends serving, and asks a sync under way to stop, which it does when its current request
    /// has ended. Harmless when done twice.
    pub fn stop(&mut self) {
        self.app.keeper.stop();
        if let Some(stop) = self.stop.take() {
            // Nobody listens any more: it has ended already.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that serves the pages failed");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

/// Serves the pages of `tablet` on 127.0.0.1 and syncs in the background until the server that
/// is returned is stopped or dropped.
///
/// # Errors
/// The port is taken, or the system gives no thread.
pub fn serve(tablet: Arc<Tablet>, options: Options) -> Result<Server, TabletError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("kanyan-pages")
        .enable_all()
        .build()
        .map_err(TabletError::broken)?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    let listener = std::net::TcpListener::bind(address).map_err(TabletError::broken)?;
    listener
        .set_nonblocking(true)
        .map_err(TabletError::broken)?;
    let port = listener.local_addr().map_err(TabletError::broken)?.port();
    let app = Arc::new(App::new(tablet, port)?);
    let (stop, stopped) = oneshot::channel();
    let (ready, begun) = sync_channel(1);
    let served = Arc::clone(&app);
    let thread = std::thread::Builder::new()
        .name("kanyan-pages".to_owned())
        .spawn(move || {
            let routes = router::router(&served);
            runtime.block_on(async {
                let listener = match tokio::net::TcpListener::from_std(listener) {
                    Ok(listener) => listener,
                    Err(error) => {
                        let _ = ready.send(Err(TabletError::broken(error)));
                        return;
                    }
                };
                // The caller waits for exactly this one.
                let _ = ready.send(Ok(()));
                let serving = axum::serve(listener, routes);
                tokio::select! {
                    ended = serving => if let Err(error) = ended {
                        tracing::error!(%error, "serving the pages ended");
                    },
                    // Live connections never end by themselves, so nothing is waited for: every
                    // edit is on the disk before its answer is sent.
                    _ = stopped => {}
                }
            });
            runtime.shutdown_timeout(Duration::from_secs(2));
        })
        .map_err(TabletError::broken)?;
    begun
        .recv()
        .map_err(|_| TabletError::broken("the pages' thread ended at once"))??;
    keeper::start(&app, options.ask_every)?;
    Ok(Server {
        app,
        stop: Some(stop),
        thread: Some(thread),
    })
}
