//! Reading a case for a page.

use super::fill::Against;
use super::record::CaseRecord;
use crate::app::App;
use crate::auth::{Officer, Permission};
use crate::error::AppError;
use crate::store::cases::{self, Case};

/// Everything known of the case.
///
/// # Errors
/// It does not exist, or the officer may not see it.
pub(crate) async fn record(app: &App, officer: &Officer, id: i64) -> Result<CaseRecord, AppError> {
    officer.require(Permission::ViewCases)?;
    app.store
        .read(move |c| CaseRecord::read(c, id))
        .await?
        .ok_or(AppError::NotFound { what: "业务件" })
}

/// The row alone.
///
/// # Errors
/// It does not exist, or the officer may not see it.
pub(crate) async fn row(app: &App, officer: &Officer, id: i64) -> Result<Case, AppError> {
    officer.require(Permission::ViewCases)?;
    app.store
        .read(move |c| cases::by_id(c, id))
        .await?
        .ok_or(AppError::NotFound { what: "业务件" })
}

/// Runs `fill` with everything a page is filled against, off the async threads: judging and
/// drawing a large inspection takes milliseconds.
///
/// # Errors
/// The thread was lost.
pub(crate) async fn fill<T, F>(app: &App, officer: &Officer, fill: F) -> Result<T, AppError>
where
    T: Send + 'static,
    F: FnOnce(&Against<'_>) -> T + Send + 'static,
{
    let (library, officer) = (app.library(), officer.clone());
    let clock = app.clock.clone();
    let work = crate::locale::carry(move || {
        fill(&Against {
            library: &library,
            officer: &officer,
            clock: &clock,
            today: clock.today(),
            now_ms: clock.now_ms(),
        })
    });
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| AppError::Internal(format!("a page was not filled: {error}")))
}
