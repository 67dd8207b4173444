//! The scripts of tests/browser, which look at pages in the system's Chromium.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;

/// One script with what it is told.
pub struct Script(Command);

impl Script {
    /// A script of tests/browser; its pictures go under `target/screens`, into `folder`.
    ///
    /// # Errors
    /// The scripts' packages are not installed.
    pub fn new(name: &str, folder: &str) -> Result<Self, Failure> {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
        if !scripts.join("node_modules").is_dir() {
            return Err("install the browser test's packages first: tests/run does it".into());
        }
        let mut command = Command::new("node");
        command.arg(name).current_dir(&scripts);
        Ok(Self(command).tell("KANYAN_SHOTS", target()?.join("screens").join(folder)))
    }

    /// Adds a variable of its environment.
    #[must_use]
    pub fn tell(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// It found something wrong: everything it said.
    pub fn run(mut self) -> Result<(), Failure> {
        let output = self.0.output()?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stdout);
        let problems = String::from_utf8_lossy(&output.stderr);
        Err(format!("{said}\n{problems}").into())
    }
}

/// The target folder that this test was built into.
fn target() -> Result<PathBuf, Failure> {
    let this = std::env::current_exe()?;
    let target = this
        .ancestors()
        .nth(3)
        .ok_or("a test stands in target/debug/deps")?;
    Ok(target.to_owned())
}
