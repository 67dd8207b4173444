//! A short code for the officer who works, for gloves and hurry; it can be done without.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use crate::app::page::{Done, Frame, act, filters, page, show};
use crate::app::problem::Problem;
use crate::app::state::App;

#[derive(Template)]
#[template(path = "officers/pin.html")]
struct PinPage {
    f: Frame,
}

/// `GET officers/pin`
pub(in crate::app) async fn ask(State(app): State<Arc<App>>) -> Response {
    show(app, |app| page(&PinPage { f: Frame::of(app)? })).await
}

/// The code, twice.
#[derive(Deserialize)]
pub(in crate::app) struct Fields {
    pin: String,
    again: String,
}

/// `POST officers/pin`
pub(in crate::app) async fn set(
    State(app): State<Arc<App>>,
    Form(fields): Form<Fields>,
) -> Response {
    act(app, move |app| {
        if fields.pin != fields.again {
            return Err(Problem::key("problem-pins-differ"));
        }
        let officer = app.officer();
        app.core(|core| core.set_pin(&officer, &fields.pin))?;
        Ok(Done::Go(String::new()))
    })
    .await
}
