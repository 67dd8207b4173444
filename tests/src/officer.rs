//! An officer with the own tablet, as the demo and the end-to-end tests need one: a real store in
//! its own folder, enrolled and signed in over real HTTP.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};

use field_core::tablet::sync::{self, Http, Progress, Summary};
use field_core::tablet::{StorageKey, Tablet, TabletError};

use crate::Failure;
use crate::office::Browser;
use crate::seed::PASSWORD;

/// One officer with the own tablet.
pub struct Officer {
    /// Login name.
    pub login: &'static str,
    /// User id.
    pub id: String,
    /// Enrolled and unlocked.
    pub tablet: Mutex<Tablet>,
}

impl Officer {
    /// The officer at the tablet `name`, whose store is kept under `folder`: enrolled at the
    /// server and signed in when that was not done before, unlocked otherwise.
    ///
    /// # Errors
    /// The server or the tablet refuses.
    pub fn at(
        server: &str,
        folder: &Path,
        login: &'static str,
        name: &str,
    ) -> Result<Self, Failure> {
        let folder = folder.join("tablets").join(name);
        let tablet = Mutex::new(Tablet::open(&folder, &storage_key(&folder)?)?);
        if hold(&tablet).enrolment()?.is_none() {
            let code = enrolment_code(server, name)?;
            Http::enrol(&tablet, server, &code)?;
        }
        let unlocked = hold(&tablet).unlock(login, PASSWORD);
        let id = match unlocked {
            Ok(id) => id,
            Err(TabletError::UnknownOfficer(_)) => Http::connect(&tablet)?
                .via(server)
                .sign_in(&tablet, login, PASSWORD)?,
            Err(error) => return Err(error.into()),
        };
        Ok(Self { login, id, tablet })
    }

    /// The tablet, for one step.
    pub fn hold(&self) -> MutexGuard<'_, Tablet> {
        hold(&self.tablet)
    }

    /// Syncs with `server` until nothing is left to send or fetch.
    ///
    /// # Errors
    /// The connection fails; what was acknowledged stays acknowledged.
    pub fn sync(&self, server: &str, progress: impl FnMut(Progress)) -> Result<Summary, Failure> {
        let mut http = Http::connect(&self.tablet)?.via(server);
        let never = AtomicBool::new(false);
        Ok(sync::run(&self.tablet, &mut http, &never, progress)?)
    }
}

/// The administrator makes a one-time code with which one tablet can enrol under `name`.
///
/// # Errors
/// The page does not give one.
pub fn enrolment_code(server: &str, name: &str) -> Result<String, Failure> {
    let mut admin = Browser::log_in(server, "admin", PASSWORD)?;
    let csrf = admin.get("/tablets")?.value("csrf")?;
    let fields = [("csrf", csrf.as_str()), ("device_name", name)];
    let page = admin.post("/tablets/codes", &fields)?;
    page.marked("data-code")
        .ok_or_else(|| format!("no code on the page: {}", page.said()).into())
}

fn hold(tablet: &Mutex<Tablet>) -> MutexGuard<'_, Tablet> {
    tablet.lock().unwrap_or_else(PoisonError::into_inner)
}

/// On a desk the key lies beside the store; on a device it is in the system's key store.
fn storage_key(folder: &Path) -> Result<StorageKey, Failure> {
    use rand::Rng;
    std::fs::create_dir_all(folder)?;
    let path = folder.join("storage.key");
    if !path.exists() {
        let mut key = [0; 32];
        rand::rng().fill_bytes(&mut key);
        std::fs::write(&path, key)?;
    }
    let key: [u8; 32] = std::fs::read(&path)?
        .try_into()
        .map_err(|_| format!("{} is damaged", path.display()))?;
    Ok(StorageKey::new(key))
}
