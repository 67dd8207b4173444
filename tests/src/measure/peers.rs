//! The peers as processes. All of them take the same commands and say the same lines; see
//! tests/peers.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::Options;
use crate::Failure;

/// A sync server and client that is not ours.
#[derive(Debug, Clone)]
pub struct Peer {
    /// As its authors call it.
    pub name: &'static str,
    program: PathBuf,
    before: Vec<String>,
}

/// The peers of the sync measurements.
#[must_use]
pub fn peers(options: &Options) -> [Peer; 2] {
    let repo = options.js.join("repo.mjs");
    [
        Peer {
            name: "samod",
            program: options.samod.clone(),
            before: vec![],
        },
        Peer {
            name: "automerge-repo",
            program: PathBuf::from("node"),
            before: vec![repo.display().to_string()],
        },
    ]
}

impl Peer {
    pub(super) fn start(&self, arguments: &[&str]) -> Result<Running, Failure> {
        Running::start(
            Command::new(&self.program)
                .args(&self.before)
                .args(arguments),
        )
    }

    /// Runs a command to its end; what it said last.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<String, Failure> {
        let mut running = self.start(arguments)?;
        let mut last = String::new();
        while let Some(line) = running.line()? {
            last = line;
        }
        let status = running.child.wait()?;
        if status.success() {
            Ok(last)
        } else {
            Err(format!("{} {}: {status}", self.name, arguments.join(" ")).into())
        }
    }

    /// Takes saved documents in. Returns the file with their ids and heads.
    pub(super) fn import(&self, store: &Path, documents: &Path) -> Result<PathBuf, Failure> {
        let ids = store.with_extension("ids");
        self.run(&["import", text(store)?, text(documents)?, text(&ids)?])?;
        Ok(ids)
    }
}

/// A process, ended when dropped.
pub(super) struct Running {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Running {
    pub(super) fn start(command: &mut Command) -> Result<Self, Failure> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let lines = BufReader::new(child.stdout.take().ok_or("its output was asked for")?);
        Ok(Self { child, lines })
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line; none at its end.
    pub(super) fn line(&mut self) -> Result<Option<String>, Failure> {
        let mut line = String::new();
        let read = self.lines.read_line(&mut line)?;
        Ok((read > 0).then(|| line.trim_end().to_owned()))
    }

    /// Waits for a line that begins so; the rest of it.
    pub(super) fn wait_for(&mut self, word: &str) -> Result<String, Failure> {
        while let Some(line) = self.line()? {
            if let Some(rest) = line.strip_prefix(word) {
                return Ok(rest.trim().to_owned());
            }
        }
        Err(format!("the peer ended before it said {word}").into())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // An error means that it ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(super) fn text(path: &Path) -> Result<&str, Failure> {
    path.to_str().ok_or_else(|| "a path is no text".into())
}
