//! The tablet on a desk: opens a store, serves its pages on 127.0.0.1 and prints the address that
//! opens them. Enter prints another one, since each opens the pages once.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use field_core::tablet::{StorageKey, storage_key};
use kanyan::Tablet;
use kanyan::app::{Options, Server, serve};
use tracing_subscriber::EnvFilter;

/// An inspector's tablet on a desk, in the browser.
#[derive(Debug, Parser)]
#[command(name = "tablet", version)]
struct Arguments {
    /// Folder of the tablet's store; made when it is missing.
    #[arg(long)]
    data: PathBuf,
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// File whose first line is the passphrase; asked for when left out.
    #[arg(long)]
    passphrase_file: Option<PathBuf>,
    /// Seconds between asking the server for news when nothing is to be sent.
    #[arg(long, default_value_t = 15)]
    ask_every: u64,
    /// Opens the system's browser.
    #[arg(long)]
    open: bool,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn")),
        )
        .with_writer(std::io::stderr)
        .init();
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&mut std::io::stderr(), &format!("tablet: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let key = unlock(arguments)?;
    let folder = arguments.data.to_string_lossy();
    let tablet = Arc::new(Tablet::open(&folder, key.to_vec())?);
    let options = Options {
        port: arguments.port,
        ask_every: Duration::from_secs(arguments.ask_every.max(1)),
    };
    let server = serve(tablet, options)?;
    let address = print_address(&server);
    if arguments.open {
        browse(&address)?;
    }
    for line in std::io::stdin().lock().lines() {
        line?;
        print_address(&server);
    }
    // Nobody is at the keyboard: serve until the process is ended.
    loop {
        std::thread::park();
    }
}

fn print_address(server: &Server) -> String {
    let address = server.launch_url();
    say(&mut std::io::stdout(), &format!("open {address}"));
    address
}

fn say(to: &mut impl Write, line: &str) {
    // Nobody may be listening any more, which is no reason to end.
    let _ = writeln!(to, "{line}").and_then(|()| to.flush());
}

fn unlock(arguments: &Arguments) -> Result<StorageKey, Box<dyn std::error::Error>> {
    let passphrase = match &arguments.passphrase_file {
        Some(file) => std::fs::read_to_string(file)?,
        None => ask()?,
    };
    let first = passphrase.lines().next().unwrap_or_default();
    Ok(storage_key(&arguments.data, first)?)
}

/// Reads the passphrase without showing it, where the terminal can do that.
fn ask() -> std::io::Result<String> {
    say(
        &mut std::io::stderr(),
        "passphrase of the tablet's store / 存储口令：",
    );
    let echo = |word: &str| {
        if std::io::stdin().is_terminal() {
            // Without stty the letters show, and that is all.
            let _ = Command::new("stty").arg(word).status();
        }
    };
    echo("-echo");
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    echo("echo");
    read?;
    Ok(line)
}

fn browse(address: &str) -> std::io::Result<()> {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    Command::new(program)
        .arg(address)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(drop)
}
