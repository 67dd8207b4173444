//! The stream that tells open pages that something is new. It says where to look, never what is
//! there: the page asks again, with its own session.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use serde::Deserialize;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::{Stream, StreamExt};

use crate::app::{App, Poke};
use crate::auth::{Officer, Permission};
use crate::error::AppError;

/// After this long the stream ends and the browser comes again, so that who was logged out does
/// not go on listening.
const LONGEST_MS: i64 = 10 * 60 * 1000;
/// Often enough that proxies do not close a quiet stream.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// What a page listens for.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Listen {
    /// One case; without it everything that a list shows.
    case: Option<i64>,
}

/// `GET /events`
pub(crate) async fn stream(
    State(app): State<App>,
    officer: Officer,
    Query(listen): Query<Listen>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, AppError> {
    officer.require(Permission::ViewCases)?;
    let until = app.clock.now_ms() + LONGEST_MS;
    let clock = app.clock.clone();
    let pokes = BroadcastStream::new(app.pokes())
        .take_while(move |_| clock.now_ms() < until)
        .filter_map(move |poke| {
            // Who was too slow to hear everything looks at everything.
            let name = poke.map_or_else(|_| missed(&listen), |poke| event(&listen, &poke))?;
            Some(Ok(Event::default().event(name).data("1")))
        });
    Ok(Sse::new(pokes).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

fn missed(listen: &Listen) -> Option<String> {
    Some(listen.case.map_or_else(|| "inbox".to_owned(), case_event))
}

/// The name under which a page hears of a poke; none where it does not concern it.
fn event(listen: &Listen, poke: &Poke) -> Option<String> {
    match (listen.case, poke) {
        (Some(case), Poke::Case { case_id, .. }) if case == *case_id => Some(case_event(case)),
        (None, Poke::Case { .. }) => Some("inbox".to_owned()),
        (None, Poke::Tablets) => Some("tablets".to_owned()),
        _ => None,
    }
}

fn case_event(case: i64) -> String {
    format!("case-{case}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_hears_of_its_own_case_alone() {
        let poke = Poke::Case {
            case_id: 7,
            doc: None,
        };
        let listen = |case| Listen { case };
        assert_eq!(event(&listen(Some(7)), &poke).as_deref(), Some("case-7"));
        assert_eq!(event(&listen(Some(8)), &poke), None);
        assert_eq!(event(&listen(None), &poke).as_deref(), Some("inbox"));
        assert_eq!(
            event(&listen(None), &Poke::Tablets).as_deref(),
            Some("tablets")
        );
        assert_eq!(event(&listen(Some(7)), &Poke::Tablets), None);
        assert_eq!(missed(&listen(Some(7))).as_deref(), Some("case-7"));
    }
}
