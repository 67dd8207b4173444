//! Who works on this tablet: two officers may share it and switch in two taps.

pub(super) mod pin;
pub(super) mod sign_in;
pub(super) mod unlock;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::page::{Frame, filters, page, show};
use super::state::App;

struct Card {
    id: String,
    name: String,
    card_number: String,
    unlocked: bool,
    working: bool,
}

#[derive(Template)]
#[template(path = "officers/list.html")]
struct ListPage {
    f: Frame,
    cards: Vec<Card>,
    enrolled: bool,
}

/// `GET officers`
pub(super) async fn list(State(app): State<Arc<App>>) -> Response {
    show(app, |app| {
        let working = app.officer();
        let (enrolled, cards) = app.core(|core| {
            let cards = core
                .officers()?
                .into_iter()
                .map(|one| {
                    Ok(Card {
                        working: one.id == working,
                        id: one.id,
                        name: one.name,
                        card_number: one.card_number.unwrap_or_default(),
                        unlocked: one.unlocked,
                    })
                })
                .collect::<Result<_, field_core::tablet::TabletError>>()?;
            Ok((core.enrolment()?.is_some(), cards))
        })?;
        page(&ListPage {
            f: Frame::of(app)?,
            cards,
            enrolled,
        })
    })
    .await
}
