//! An officer's first time on this tablet, and the way back after a forgotten secret: the
//! administrator gives a new password, and signing in with it makes a new key. What was captured
//! stays, signed as it was.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use crate::app::page::{Done, Frame, act, filters, page, show};
use crate::app::state::App;

#[derive(Template)]
#[template(path = "officers/sign_in.html")]
struct SignInPage {
    f: Frame,
}

/// `GET officers/sign-in`
pub(in crate::app) async fn ask(State(app): State<Arc<App>>) -> Response {
    show(app, |app| page(&SignInPage { f: Frame::of(app)? })).await
}

/// Login and password, as the office knows them.
#[derive(Deserialize)]
pub(in crate::app) struct Fields {
    login: String,
    password: String,
}

/// `POST officers/sign-in`
pub(in crate::app) async fn sign_in(
    State(app): State<Arc<App>>,
    Form(fields): Form<Fields>,
) -> Response {
    act(app, move |app| {
        let officer = app.tablet.sign_in(fields.login.trim(), &fields.password)?;
        app.set_officer(&officer)?;
        app.keeper.poke();
        Ok(Done::Go("officers/pin".to_owned()))
    })
    .await
}
