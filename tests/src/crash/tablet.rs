//! A tablet as a process of its own: it works, takes photos and syncs without end, and says on
//! its output what it kept and what the server acknowledged, each line once the fact is one.

use std::io::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use field_core::identity::{Confirmation, PublicKey, Receipt};
use field_core::ids::DocId;
use field_core::protocol::{ExchangeReply, decode};
use field_core::tablet::sync::{self, Http, Transport, Upload};
use field_core::tablet::{StorageKey, Tablet, TabletError};
use jiff::civil::date;
use rand::{Rng, RngExt};

use crate::Failure;
use crate::painter::Subject;
use crate::pictures::Pictures;
use crate::seed::PASSWORD;

/// Edits of one run of the process; afterwards it only syncs, so that documents stay small.
const EDITS: u32 = 24;
/// Waiting for a server that is not there, or for something to happen.
const PAUSE: Duration = Duration::from_millis(40);

/// The key of every tablet in these tests.
#[must_use]
pub fn storage_key() -> StorageKey {
    StorageKey::new([7; 32])
}

/// Says something, at once.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // Whoever listened has gone: then nothing was said.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Hears what the server acknowledges before the tablet takes it in.
struct Listening {
    http: Http,
    server: PublicKey,
}

impl Transport for Listening {
    fn exchange(&mut self, body: &[u8]) -> Result<Vec<u8>, TabletError> {
        let reply = self.http.exchange(body)?;
        let content: ExchangeReply =
            decode(&reply).map_err(|error| TabletError::Answer(error.to_string()))?;
        let receipt = Receipt::open(&content.receipt, &self.server)?;
        for name in &receipt.changes {
            say(&format!("acknowledged change {name}"));
        }
        for name in &receipt.statements {
            say(&format!("acknowledged statement {name}"));
        }
        for name in &receipt.blobs {
            say(&format!("acknowledged file {name}"));
        }
        Ok(reply)
    }

    fn have(&mut self, body: &[u8]) -> Result<Vec<u8>, TabletError> {
        self.http.have(body)
    }

    fn offset(&mut self, url: &str) -> Result<Upload, TabletError> {
        self.http.offset(url)
    }

    fn append(&mut self, url: &str, offset: u64, content: &[u8]) -> Result<Upload, TabletError> {
        self.http.append(url, offset, content)
    }
}

/// Who works where.
#[derive(Debug)]
pub struct Options<'a> {
    /// The tablet's folder.
    pub folder: &'a Path,
    /// Address of the server.
    pub server: &'a str,
    /// The inspector.
    pub login: &'a str,
    /// For enrolling, the first time.
    pub code: &'a str,
    /// End after everything is synced, without any work.
    pub only_sync: bool,
}

/// Works until killed.
///
/// # Errors
/// Something that no fault explains.
pub fn work(options: &Options<'_>) -> Result<(), Failure> {
    let tablet = Mutex::new(Tablet::open(options.folder, &storage_key())?);
    enrol(&tablet, options)?;
    let officer = hold(&tablet).unlock(options.login, PASSWORD)?;
    let server = hold(&tablet)
        .enrolment()?
        .ok_or("not enrolled")?
        .server_public_key()?;
    say("ready");
    let mut rng = rand::rng();
    let run = rng.next_u32();
    let pictures = Pictures::small(date(2018, 3, 12).at(9, 0, 0, 0));
    let mut edits = 0;
    loop {
        if !options.only_sync && edits < EDITS {
            for _ in 0..3 {
                edits += 1;
                let text = format!("text-{run:08x}-{edits:03}");
                edit(&mut hold(&tablet), &officer, &text, &pictures, &mut rng)?;
            }
        }
        let mut transport = Listening {
            http: Http::connect(&tablet)?.via(options.server),
            server,
        };
        match sync::run(&tablet, &mut transport, &AtomicBool::new(false), |_| {}) {
            Ok(summary) if !summary.refused.is_empty() => say(&format!("refused {summary:?}")),
            Ok(_) => {
                say("synced");
                if options.only_sync {
                    return Ok(());
                }
            }
            Err(error) => say(&format!("trouble {error}")),
        }
        if edits >= EDITS || options.only_sync {
            std::thread::sleep(PAUSE);
        }
    }
}

fn hold(tablet: &Mutex<Tablet>) -> std::sync::MutexGuard<'_, Tablet> {
    tablet
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Enrols and signs in, as often as it takes: the server may be killed over it.
fn enrol(tablet: &Mutex<Tablet>, options: &Options<'_>) -> Result<(), Failure> {
    while hold(tablet).enrolment()?.is_none() {
        if let Err(error) = Http::enrol(tablet, options.server, options.code) {
            say(&format!("trouble {error}"));
            std::thread::sleep(PAUSE);
        }
    }
    while hold(tablet).officers()?.is_empty() {
        let mut http = Http::connect(tablet)?.via(options.server);
        if let Err(error) = http.sign_in(tablet, options.login, PASSWORD) {
            say(&format!("trouble {error}"));
            std::thread::sleep(PAUSE);
        }
    }
    Ok(())
}

/// One thing that an officer does; what is kept is said.
fn edit(
    tablet: &mut Tablet,
    officer: &str,
    text: &str,
    pictures: &Pictures,
    rng: &mut impl Rng,
) -> Result<(), Failure> {
    let cases = tablet.cases()?;
    if cases.is_empty() {
        return Ok(());
    }
    let doc: DocId = cases[rng.random_range(0..cases.len())].doc;
    let items = tablet.view(doc)?.facts.items;
    let item = &items[rng.random_range(0..items.len())];
    let done = match rng.next_u32() % 8 {
        0 | 1 => {
            let picture = pictures.take(rng.random_range(0..40), Subject::Front)?;
            let mut picture = picture;
            picture.extend_from_slice(text.as_bytes());
            let added = tablet.add_photo(doc, officer, item, &picture, None);
            if let Ok(added) = &added {
                say(&format!("kept file-{}", added.photo.sha256));
            }
            added.map(|_| ())
        }
        2 => {
            let confirmation = Confirmation::Absent {
                reason: text.to_owned(),
                witness: "乙".to_owned(),
            };
            let confirmed = tablet.confirm(doc, officer, confirmation);
            if let Ok(name) = &confirmed {
                say(&format!("kept statement-{name}"));
            }
            confirmed.map(|_| ())
        }
        _ => {
            let noted = tablet.note(doc, officer, item, text);
            if noted.is_ok() {
                say(&format!("kept {text}"));
            }
            noted
        }
    };
    match done {
        // A full disk is said to the officer, who goes on later.
        Err(
            error
            @ (TabletError::Store(_) | TabletError::StorageFull { .. } | TabletError::File(_)),
        ) => {
            say(&format!("trouble {error}"));
            std::thread::sleep(PAUSE);
            Ok(())
        }
        other => Ok(other?),
    }
}
