//! Tells open pages that something is new; they ask for it themselves, so that a lost word costs
//! nothing but time.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event as Sse, KeepAlive, Sse as Stream};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use tokio_stream::{Stream as Items, StreamExt};

use super::keeper::Event;
use super::state::App;

const ALIVE: Duration = Duration::from_secs(20);

/// `GET live`
pub(super) async fn live(
    State(app): State<Arc<App>>,
) -> Stream<impl Items<Item = Result<Sse, Infallible>>> {
    let events = BroadcastStream::new(app.keeper.listen()).map(|event| {
        Ok(match event {
            Ok(Event::Status) => Sse::default().event("status").data("."),
            // Whoever was left behind reads everything anew.
            Ok(Event::News) | Err(BroadcastStreamRecvError::Lagged(_)) => {
                Sse::default().event("news").data(".")
            }
        })
    });
    Stream::new(events).keep_alive(KeepAlive::new().interval(ALIVE))
}
