//! Unlocking without a network, switching between officers who are unlocked, locking.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use crate::app::page::{Done, Frame, act, filters, page, show};
use crate::app::problem::Problem;
use crate::app::state::App;

#[derive(Template)]
#[template(path = "officers/unlock.html")]
struct UnlockPage {
    f: Frame,
    officer: String,
    name: String,
    has_pin: bool,
    with_pin: bool,
}

/// Which secret is asked for.
#[derive(Default, Deserialize)]
pub(in crate::app) struct With {
    #[serde(default)]
    with: String,
}

/// `GET officers/{officer}/unlock`
pub(in crate::app) async fn ask(
    State(app): State<Arc<App>>,
    Path(officer): Path<String>,
    Query(with): Query<With>,
) -> Response {
    show(app, move |app| {
        let (known, has_pin) = app.core(|core| Ok((core.officers()?, core.has_pin(&officer)?)))?;
        let known = known
            .into_iter()
            .find(|one| one.id == officer)
            .ok_or_else(Problem::not_found)?;
        page(&UnlockPage {
            f: Frame::of(app)?,
            officer: known.id,
            name: known.name,
            has_pin,
            with_pin: has_pin && with.with != "password",
        })
    })
    .await
}

/// The secret.
#[derive(Deserialize)]
pub(in crate::app) struct Secret {
    kind: String,
    secret: String,
}

/// `POST officers/{officer}/unlock`
pub(in crate::app) async fn unlock(
    State(app): State<Arc<App>>,
    Path(officer): Path<String>,
    Form(form): Form<Secret>,
) -> Response {
    act(app, move |app| {
        let officer = app.core(|core| {
            if form.kind == "pin" {
                core.unlock_with_pin(&officer, &form.secret)
            } else {
                core.unlock(&officer, &form.secret)
            }
        })?;
        app.set_officer(&officer)?;
        // Edits that wait for this officer's key can be made again now.
        app.keeper.poke();
        Ok(Done::Go(String::new()))
    })
    .await
}

/// `POST officers/{officer}/work`: the second tap of switching.
pub(in crate::app) async fn switch(
    State(app): State<Arc<App>>,
    Path(officer): Path<String>,
) -> Response {
    act(app, move |app| {
        let known = app.core(|core| core.officers())?;
        let known = known.iter().find(|one| one.id == officer);
        if known.is_none_or(|one| !one.unlocked) {
            return Ok(Done::Go(format!("officers/{officer}/unlock")));
        }
        app.set_officer(&officer)?;
        Ok(Done::Go(String::new()))
    })
    .await
}

/// `POST officers/lock`
pub(in crate::app) async fn lock(State(app): State<Arc<App>>) -> Response {
    act(app, |app| {
        app.tablet.lock()?;
        Ok(Done::Go("officers".to_owned()))
    })
    .await
}
