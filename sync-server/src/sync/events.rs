//! `GET /sync/v1/events`: a stream that says "something is new for you" and never what. The tablet
//! then makes an ordinary exchange. Losing an event costs nothing but time: tablets exchange from
//! time to time anyway.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use field_core::ids::DeviceId;
use tokio::sync::Semaphore;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::{Stream, StreamExt};

use super::Failure;
use crate::app::{App, Poke};
use crate::auth::Device;
use crate::error::{AppError, Problem};
use crate::store::{devices, feed};

/// Open streams of all tablets together.
static STREAMS: Semaphore = Semaphore::const_new(4_000);
/// Shorter than what proxies and mobile networks forget a silent connection after.
const KEEP_ALIVE: Duration = Duration::from_secs(25);

/// `GET /sync/v1/events`
pub(super) async fn events(
    State(app): State<App>,
    device: Device,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Failure> {
    let place = Arc::new(STREAMS.try_acquire().map_err(|_| full())?);
    let pokes = BroadcastStream::new(app.pokes());
    // The first event says that the stream is open: whoever waited for it misses nothing after it.
    let hello = tokio_stream::once(Ok(Event::default().event("open").data("")));
    let news = pokes
        .then(move |poke| {
            let (app, place, id) = (app.clone(), Arc::clone(&place), device.id);
            async move {
                let news = match poke {
                    Ok(Poke::Case { case_id, .. }) => concerns(&app, id, case_id).await,
                    // Revoked in the meantime: the stream ends with the next exchange's 401.
                    Ok(Poke::Tablets) => Ok(false),
                    // It was too slow and missed some; perhaps one of its own.
                    Err(_) => Ok(true),
                };
                drop(place);
                news.unwrap_or(true)
            }
        })
        .filter_map(|news| news.then(|| Ok(Event::default().event("poke").data(""))));
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    Ok(Sse::new(hello.chain(news)).keep_alive(keep_alive))
}

/// Whether a case is any of this tablet's business.
async fn concerns(app: &App, device: DeviceId, case_id: i64) -> Result<bool, AppError> {
    let concerned = app.store.read(move |c| {
        let trusted = devices::get(c, device)?.is_some_and(|one| one.revoked_at.is_none());
        Ok(trusted && feed::sees_case(c, device, case_id)?)
    });
    Ok(concerned.await?)
}

fn full() -> Problem {
    Problem {
        retry_after: Some(60),
        ..Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "连接数已满：平板会按时自动同步",
            "too many open streams: the tablet exchanges from time to time anyway",
        )
    }
}
