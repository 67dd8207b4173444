//! The frame of every page: where am I, how does the sync stand, who works, in which language;
//! and what an action answers.

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};

use super::format;
use super::keeper::Phase;
use super::problem::Problem;
use super::state::App;
use super::words::Said;

/// Filters the templates use.
#[expect(
    unreachable_pub,
    reason = "askama's macro makes items that are public, in a module that is not"
)]
pub(super) mod filters {
    use askama::filters::Safe;

    /// Draws an icon of the sprite by its name.
    ///
    /// # Errors
    /// None; the signature is askama's.
    #[askama::filter_fn]
    pub(crate) fn icon(name: &str, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
        debug_assert!(
            name.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
            "icon names are ours, not a user's"
        );
        Ok(Safe(format!(
            "<svg class=\"icon\" aria-hidden=\"true\"><use href=\"static/icons.svg#{name}\"/></svg>"
        )))
    }
}

/// An officer in the frame.
#[derive(Debug, Clone)]
pub(super) struct Chip {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) unlocked: bool,
}

/// How the sync stands, in one line.
#[derive(Debug, Clone, Default)]
pub(super) struct SyncLine {
    /// Icon of the sprite.
    pub(super) icon: &'static str,
    /// `good`, `busy`, `warn` or `off`.
    pub(super) tone: &'static str,
    pub(super) words: String,
    /// "↑ 12".
    pub(super) waiting: String,
}

/// The frame.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) said: Said,
    pub(super) base: String,
    pub(super) csrf: String,
    /// Of the tablet; empty before it is enrolled.
    pub(super) tablet: String,
    /// Who works.
    pub(super) officer: Option<Chip>,
    pub(super) sync: SyncLine,
}

impl Frame {
    /// Reads it from the tablet.
    pub(super) fn of(app: &App) -> Result<Self, Problem> {
        let said = app.said();
        let (enrolment, officers) = app.core(|core| Ok((core.enrolment()?, core.officers()?)))?;
        let working = app.officer();
        let officer = officers.into_iter().find(|one| one.id == working);
        Ok(Self {
            said,
            base: app.guard.base(),
            csrf: app.guard.csrf().to_owned(),
            tablet: enrolment.map(|one| one.name).unwrap_or_default(),
            officer: officer.map(|one| Chip {
                id: one.id,
                name: one.name,
                unlocked: one.unlocked,
            }),
            sync: sync_line(app, said)?,
        })
    }

    pub(super) fn t(&self, key: &str) -> String {
        self.said.t(key)
    }

    pub(super) fn n(&self, key: &str, n: impl std::fmt::Display) -> String {
        self.said.n(key, n)
    }

    pub(super) fn n_of(
        &self,
        key: &str,
        n: impl std::fmt::Display,
        of: impl std::fmt::Display,
    ) -> String {
        self.said.n_of(key, n, of)
    }

    pub(super) fn a(&self, key: &str, a: impl std::fmt::Display) -> String {
        self.said.a(key, a)
    }

    pub(super) fn ab(
        &self,
        key: &str,
        a: impl std::fmt::Display,
        b: impl std::fmt::Display,
    ) -> String {
        self.said.ab(key, a, b)
    }

    /// Who works and is unlocked; the pages that write ask for it.
    pub(super) fn worker(&self) -> Option<&Chip> {
        self.officer.as_ref().filter(|one| one.unlocked)
    }
}

/// The line that is on every page.
pub(super) fn sync_line(app: &App, said: Said) -> Result<SyncLine, Problem> {
    let (status, enrolled) = app.core(|core| Ok((core.status()?, core.enrolment()?.is_some())))?;
    let keeper = app.keeper.look();
    let left = status.unsent_changes + status.unsent_photos;
    let waiting = if left == 0 {
        String::new()
    } else {
        said.n("sync-waiting", left)
    };
    let line = |icon, tone, words| SyncLine {
        icon,
        tone,
        words,
        waiting,
    };
    if !enrolled {
        return Ok(line("device-tablet", "off", said.t("sync-not-enrolled")));
    }
    if keeper.airplane {
        return Ok(line("wifi-off", "warn", said.t("sync-airplane")));
    }
    Ok(match keeper.phase {
        Phase::Running(progress) => {
            let left = progress.photos_left;
            let words = if left > 0 {
                said.ab(
                    "sync-sending-photos",
                    left,
                    format::bytes(status.unsent_bytes),
                )
            } else {
                said.t("sync-running")
            };
            line("refresh", "busy", words)
        }
        Phase::Failed if left > 0 => line("wifi-off", "warn", said.t("sync-offline")),
        Phase::Failed => line("wifi-off", "off", said.t("sync-offline-clean")),
        Phase::Idle if left > 0 => line("cloud-upload", "busy", said.t("sync-saved-here")),
        Phase::Idle => line("circle-check", "good", said.t("sync-safe")),
    })
}

/// A page.
pub(super) fn page(template: &impl Template) -> Result<Response, Problem> {
    let html = template
        .render()
        .map_err(|error| Problem::broken(&error.to_string()))?;
    Ok(Html(html).into_response())
}

/// What an action answers: another page to go to, or a piece of this one.
pub(super) enum Done {
    /// Goes to a page below the random path.
    Go(String),
    /// Puts this in place of what the action named.
    Piece(String),
}

impl Done {
    pub(super) fn piece(template: &impl Template) -> Result<Self, Problem> {
        template
            .render()
            .map(Self::Piece)
            .map_err(|error| Problem::broken(&error.to_string()))
    }
}

/// Answers an action, or says in the page's problem bar why it was not done.
pub(super) async fn act(
    app: Arc<App>,
    work: impl FnOnce(&App) -> Result<Done, Problem> + Send + 'static,
) -> Response {
    let said = app.said();
    match app.ask(work).await {
        Ok(Done::Go(to)) => {
            let mut headers = HeaderMap::new();
            let to = format!("{}{to}", app.guard.base());
            match HeaderValue::from_str(&to) {
                Ok(to) => headers.insert(HeaderName::from_static("hx-redirect"), to),
                Err(_) => return Problem::broken("an address is no header").into_response(),
            };
            (StatusCode::OK, headers).into_response()
        }
        Ok(Done::Piece(html)) => Html(html).into_response(),
        Err(problem) => problem.fragment(said),
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    f: &'a Frame,
    words: &'a str,
}

/// Shows a page, or the page that says why there is none.
pub(super) async fn show(
    app: Arc<App>,
    work: impl FnOnce(&App) -> Result<Response, Problem> + Send + 'static,
) -> Response {
    let shown = app
        .ask(|app| {
            work(app).or_else(|problem| {
                let f = Frame::of(app)?;
                let words = problem.words(f.said);
                let mut response = page(&ProblemPage { f: &f, words })?;
                *response.status_mut() = problem.status();
                Ok(response)
            })
        })
        .await;
    shown.unwrap_or_else(IntoResponse::into_response)
}
