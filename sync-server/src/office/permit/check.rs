//! The public page that checks a permit, and the two lists it asks for. Nobody logs in here, and
//! what a visitor checks never reaches the server.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::issue::PURPOSE;
use crate::app::App;
use crate::auth::{Access, Doors};
use crate::error::AppError;
use crate::permit::check_page::{ASSETS, CheckAsset, RevokedList};
use crate::permit::key::{Jwk, KeySet};
use crate::store::{StoreError, decisions, keys, overview};

/// A phone that comes back after this long asks again; until then it works without us.
const CACHING: &str = "public, max-age=300";

/// The page's files and lists.
pub(crate) fn routes() -> Doors {
    let lists = Doors::new()
        .get("/check/keys.json", Access::Anybody, key_list)
        .get("/check/revoked.json", Access::Anybody, revoked);
    ASSETS.iter().fold(lists, |doors, asset| {
        doors.get(
            asset.path,
            Access::Anybody,
            move || async move { file(asset) },
        )
    })
}

fn file(asset: &'static CheckAsset) -> Response {
    let mut response = (
        [
            (header::CONTENT_TYPE, asset.content_type),
            (header::CACHE_CONTROL, CACHING),
        ],
        asset.body,
    )
        .into_response();
    if let Some((name, value)) = asset.header {
        response.headers_mut().insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    response
}

async fn key_list(State(app): State<App>) -> Result<Response, AppError> {
    let keys = app
        .store
        .read(|c| {
            let rows = keys::all(c, PURPOSE)?;
            rows.iter()
                .map(|row| serde_json::from_slice::<Jwk>(&row.public).map_err(StoreError::from))
                .collect::<Result<Vec<_>, _>>()
        })
        .await?;
    Ok(list(&KeySet { keys }))
}

async fn revoked(State(app): State<App>) -> Result<Response, AppError> {
    let (numbers, suspended) = app
        .store
        .read(|c| Ok((overview::revoked_permits(c)?, decisions::suspended(c)?)))
        .await?;
    Ok(list(&RevokedList {
        updated: app.clock.now(),
        numbers,
        suspended,
        training_day: app.clock.is_training().then(|| app.clock.today()),
    }))
}

fn list(list: &impl serde::Serialize) -> Response {
    ([(header::CACHE_CONTROL, CACHING)], Json(list)).into_response()
}
