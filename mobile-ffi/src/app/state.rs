//! What every page reaches: the tablet, the guard, the keeper of the sync; and how a page asks
//! the tablet something without holding up the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use field_core::ids::DocId;
use field_core::rules::Language;
use field_core::tablet::{Tablet as Core, TabletError as CoreError};

use super::guard::Guard;
use super::keeper::Keeper;
use super::problem::Problem;
use super::today::Progress;
use super::words::Said;
use crate::tablet::guard as lock;
use crate::{Tablet, TabletError};

/// Settings of the pages in the tablet's store.
pub(super) mod setting {
    pub(crate) const LANGUAGE: &str = "ui.language";
    pub(crate) const OFFICER: &str = "ui.officer";
    pub(crate) const AIRPLANE: &str = "ui.airplane";
}

/// As the tablet gives it; means nothing but "something changed".
type Revision = (i64, i64, i64);

/// Shared by all pages.
pub(super) struct App {
    pub(super) tablet: Arc<Tablet>,
    pub(super) guard: Guard,
    pub(super) keeper: Keeper,
    language: Mutex<Language>,
    /// Who works, by user id; empty when nobody was chosen.
    officer: Mutex<String>,
    /// How far each case is, by what its revision was then.
    pub(super) progress: Mutex<HashMap<DocId, (Revision, Progress)>>,
}

impl App {
    pub(super) fn new(tablet: Arc<Tablet>, port: u16) -> Result<Self, TabletError> {
        let read = |key: &str| tablet.with(|core| core.setting(key));
        let language = match read(setting::LANGUAGE)?.as_deref() {
            Some("en") => Language::En,
            _ => Language::Zh,
        };
        let officer = read(setting::OFFICER)?.unwrap_or_default();
        let airplane = read(setting::AIRPLANE)?.as_deref() == Some("on");
        Ok(Self {
            tablet,
            guard: Guard::new(port),
            keeper: Keeper::new(airplane),
            language: Mutex::new(language),
            officer: Mutex::new(officer),
            progress: Mutex::default(),
        })
    }

    /// The words in the language that was chosen.
    pub(super) fn said(&self) -> Said {
        Said::new(*lock(&self.language))
    }

    pub(super) fn set_language(&self, language: Language) -> Result<(), TabletError> {
        let word = match language {
            Language::Zh => "zh-CN",
            Language::En => "en",
        };
        self.tablet
            .with(|core| core.set_setting(setting::LANGUAGE, word))?;
        *lock(&self.language) = language;
        Ok(())
    }

    /// Who works, as it was chosen; whether the officer is unlocked is asked of the tablet.
    pub(super) fn officer(&self) -> String {
        lock(&self.officer).clone()
    }

    pub(super) fn set_officer(&self, officer: &str) -> Result<(), TabletError> {
        self.tablet
            .with(|core| core.set_setting(setting::OFFICER, officer))?;
        officer.clone_into(&mut lock(&self.officer));
        Ok(())
    }

    /// Does something with the tablet on a thread that may wait, in the words of the page.
    pub(super) async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&App) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let app = Arc::clone(self);
        tokio::task::spawn_blocking(move || work(&app))
            .await
            .map_err(|_| Problem::broken("a page's work failed"))?
    }

    /// The core, alone.
    pub(super) fn core<T>(
        &self,
        work: impl FnOnce(&mut Core) -> Result<T, CoreError>,
    ) -> Result<T, Problem> {
        let core = self.tablet.core()?;
        let mut core = lock(&core);
        Ok(work(&mut core)?)
    }
}

/// Wall clock, Unix milliseconds, as the tablet reads it.
pub(super) fn now_ms() -> i64 {
    use field_core::tablet::{Clock, SystemClock};
    SystemClock::start().wall_ms()
}
