//! The workspace's programs as real processes.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::Failure;

/// A program of the workspace: it stands beside this one, or beside this test's own folder.
///
/// # Errors
/// It was not built.
pub fn program(name: &str) -> Result<PathBuf, Failure> {
    let this = std::env::current_exe()?;
    this.ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .ok_or_else(|| "build it first: cargo build --workspace --bins".into())
}

/// A server process on a free port, killed when dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Starts it on a data directory that was set up.
    ///
    /// # Errors
    /// It does not say within a minute where it listens.
    pub fn start(data: &Path) -> Result<Self, Failure> {
        Self::start_at(data, SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// The same at a certain address, so that tablets find it again after a restart.
    ///
    /// # Errors
    /// It does not say within a minute where it listens.
    pub fn start_at(data: &Path, listen: SocketAddr) -> Result<Self, Failure> {
        let mut child = Command::new(program("sync-server")?)
            .args(["serve", "--listen", &listen.to_string()])
            .args(["--business-date", "2018-03-12", "--data"])
            .arg(data)
            // Every tablet and officer of a test comes from one address.
            .env("KANYAN_LIMITS__DOOR_PER_MINUTE", "1000000")
            .env("KANYAN_LIMITS__ACCOUNT_PER_MINUTE", "1000000")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (heard, lines) = mpsc::channel();
        let streams: [Option<Box<dyn Read + Send>>; 2] = [
            child.stdout.take().map(|one| Box::new(one) as _),
            child.stderr.take().map(|one| Box::new(one) as _),
        ];
        for stream in streams.into_iter().flatten() {
            let heard = heard.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    tracing::debug!(%line, "server");
                    // Nobody waits any more once the address is known.
                    let _ = heard.send(line);
                }
            });
        }
        drop(heard);
        // From here on the process is ended also when nothing is heard of it.
        let mut server = Self {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        server.address = listening(&lines)?;
        Ok(server)
    }

    /// Its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its address as a browser takes it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // An error means that it ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address it tells; all it said instead when it ends, or says nothing for a minute.
fn listening(lines: &mpsc::Receiver<String>) -> Result<SocketAddr, Failure> {
    let mut said = String::new();
    loop {
        match lines.recv_timeout(Duration::from_secs(60)) {
            Ok(line) => {
                if let Some(address) = address_in(&line) {
                    return Ok(address);
                }
                said = format!("{said}{line}\n");
            }
            Err(_) => {
                return Err(format!("the server does not say where it listens: {said}").into());
            }
        }
    }
}

fn address_in(line: &str) -> Option<SocketAddr> {
    let rest = line.split("listening").nth(1)?;
    let begin = rest.find("http://")? + "http://".len();
    let digits = |c: char| c.is_ascii_digit() || c == '.' || c == ':';
    let address: String = rest[begin..].chars().take_while(|c| digits(*c)).collect();
    address.parse().ok()
}
