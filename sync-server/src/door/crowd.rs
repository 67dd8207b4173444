//! How many requests are worked on at once. One more waits a moment for a place, and is then sent
//! away with the word when to come back: a crowd makes the server slow for nobody it has let in.
//! Uploads have places of their own, so that slow photos never keep an answer out.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use crate::error::Problem;

/// So long a request waits for a place.
const PATIENCE: Duration = Duration::from_secs(2);
/// When to come back, in seconds.
const RETRY_SECONDS: u32 = 5;

/// Places for requests.
#[derive(Debug, Clone)]
pub struct Crowd {
    places: Arc<Semaphore>,
    patience: Duration,
}

impl Crowd {
    /// So many at once.
    #[must_use]
    pub fn of(places: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            patience: PATIENCE,
        }
    }
}

/// The layer. A request holds its place until its answer begins.
pub async fn hold(State(crowd): State<Crowd>, request: Request, next: Next) -> Response {
    let place = tokio::time::timeout(crowd.patience, crowd.places.acquire()).await;
    let Ok(Ok(_place)) = place else {
        return full().into_response();
    };
    next.run(request).await
}

fn full() -> Problem {
    Problem {
        retry_after: Some(RETRY_SECONDS),
        ..Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "服务器正忙，内容没有保存：请稍后重试",
            "the server is busy, nothing was kept: try again in a moment",
        )
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::header;
    use axum::middleware;
    use axum::routing::get;
    use tokio::sync::Notify;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn beyond_the_cap_one_is_told_when_to_come_back() {
        let crowd = Crowd {
            patience: Duration::ZERO,
            ..Crowd::of(1)
        };
        let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (inside, go) = (Arc::clone(&entered), Arc::clone(&leave));
        let slow = move || {
            let (inside, go) = (Arc::clone(&inside), Arc::clone(&go));
            async move {
                inside.notify_one();
                go.notified().await;
            }
        };
        let routes = Router::new()
            .route("/slow", get(slow))
            .layer(middleware::from_fn_with_state(crowd, hold));
        let ask = || {
            let request = Request::get("/slow").body(Body::empty()).unwrap();
            routes.clone().oneshot(request)
        };
        let first = tokio::spawn(ask());
        entered.notified().await;
        let turned_away = ask().await.unwrap();
        assert_eq!(turned_away.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(turned_away.headers()[header::RETRY_AFTER], "5");
        leave.notify_one();
        assert_eq!(first.await.unwrap().unwrap().status(), StatusCode::OK);
        leave.notify_one();
        assert_eq!(ask().await.unwrap().status(), StatusCode::OK);
    }
}
