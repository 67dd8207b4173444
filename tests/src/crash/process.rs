//! The processes: started, listened to, killed.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use crate::Failure;
use crate::process::program;

/// Nothing that a test waits for takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was heard of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A line.
    Line(usize, String),
    /// It has ended, and everything it said was heard.
    End(usize),
}

/// Running processes by number; whatever still runs is killed when dropped.
pub struct Processes {
    children: Vec<Option<Child>>,
    said: Receiver<Heard>,
    speak: Sender<Heard>,
}

impl Default for Processes {
    fn default() -> Self {
        let (speak, said) = mpsc::channel();
        Self {
            children: Vec::new(),
            said,
            speak,
        }
    }
}

impl Processes {
    /// Starts `command` as process `number`.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(&mut self, number: usize, mut command: Command) -> Result<(), Failure> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let streams: [Option<Box<dyn Read + Send>>; 2] = [
            child.stdout.take().map(|one| Box::new(one) as _),
            child.stderr.take().map(|one| Box::new(one) as _),
        ];
        let speak = self.speak.clone();
        let readers: Vec<_> = streams
            .into_iter()
            .flatten()
            .map(|stream| {
                let speak = speak.clone();
                std::thread::spawn(move || {
                    for line in BufReader::new(stream).lines().map_while(Result::ok) {
                        // Nobody listens any more once the test has ended.
                        let _ = speak.send(Heard::Line(number, line));
                    }
                })
            })
            .collect();
        std::thread::spawn(move || {
            for reader in readers {
                let _ = reader.join();
            }
            let _ = speak.send(Heard::End(number));
        });
        if self.children.len() <= number {
            self.children.resize_with(number + 1, || None);
        }
        self.children[number] = Some(child);
        Ok(())
    }

    /// Whether it was started and has not been reaped.
    #[must_use]
    pub fn runs(&self, number: usize) -> bool {
        self.children.get(number).is_some_and(Option::is_some)
    }

    /// What is heard next, of any process.
    ///
    /// # Errors
    /// Nothing is heard for a minute.
    pub fn hear(&self) -> Result<Heard, Failure> {
        let heard = self.said.recv_timeout(PATIENCE);
        Ok(heard.map_err(|_| "nothing is heard of any process for a minute")?)
    }

    /// What was heard already.
    #[must_use]
    pub fn heard(&self) -> Option<Heard> {
        self.said.try_recv().ok()
    }

    /// Kills it, without a word (SIGKILL).
    pub fn kill(&mut self, number: usize) {
        if let Some(child) = self.children.get_mut(number).and_then(Option::as_mut) {
            // An error means that it has ended by itself.
            let _ = child.kill();
        }
    }

    /// Takes leave of a process whose end was heard; the signal that ended it, if one did.
    pub fn reap(&mut self, number: usize) -> Option<i32> {
        use std::os::unix::process::ExitStatusExt;
        let child = self.children.get_mut(number)?.take();
        child?.wait().ok()?.signal()
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        for child in self.children.iter_mut().flatten() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A port that was free just now; the server takes it again and again.
///
/// # Errors
/// None is free.
pub fn free_port() -> Result<u16, Failure> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// The server on `data`, listening on `port`.
///
/// # Errors
/// It was not built.
pub fn server(data: &Path, port: u16) -> Result<Command, Failure> {
    let mut command = Command::new(program("sync-server")?);
    command
        .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
        .args(["--business-date", "2018-03-12", "--data"])
        .arg(data)
        // Every tablet of a test comes from one address.
        .env("KANYAN_LIMITS__DOOR_PER_MINUTE", "1000000")
        .env("KANYAN_LIMITS__ACCOUNT_PER_MINUTE", "1000000");
    Ok(command)
}

/// A tablet in `folder` on which inspector `number` (1 or 2) works.
///
/// # Errors
/// It was not built.
pub fn tablet(folder: &Path, port: u16, number: usize, code: &str) -> Result<Command, Failure> {
    let mut command = Command::new(program("tablet-process")?);
    command
        .arg("--folder")
        .arg(folder)
        .args(["--server", &format!("http://127.0.0.1:{port}")])
        .args(["--login", &format!("inspector-{number}")])
        .args(["--code", code]);
    Ok(command)
}
