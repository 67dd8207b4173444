//! The language of the pages, changed without a restart.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use field_core::rules::Language;
use serde::Deserialize;

use super::page::{Done, act};
use super::state::App;

/// Which language, and the page to come back to.
#[derive(Deserialize)]
pub(super) struct Choice {
    language: String,
    #[serde(default)]
    back: String,
}

/// `POST language`
pub(super) async fn choose(State(app): State<Arc<App>>, Form(form): Form<Choice>) -> Response {
    act(app, move |app| {
        let language = if form.language == "en" {
            Language::En
        } else {
            Language::Zh
        };
        app.set_language(language)?;
        // Only a path of ours, never an address of somebody else's.
        let base = app.guard.base();
        let back = form.back.strip_prefix(&base).unwrap_or_default();
        Ok(Done::Go(back.to_owned()))
    })
    .await
}
