//! Styles, scripts and icons, built into the program. What the office's pages use as well is
//! taken from there, with its licence beside it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

/// `GET static/{name}`
pub(super) async fn serve(Path(name): Path<String>) -> Response {
    const CSS: &str = "text/css; charset=utf-8";
    const JS: &str = "text/javascript; charset=utf-8";
    const SVG: &str = "image/svg+xml";
    macro_rules! vendor {
        ($path:literal) => {
            include_str!(concat!("../../../sync-server/static/vendor/", $path))
        };
    }
    let (kind, content) = match name.as_str() {
        "tablet.css" => (CSS, include_str!("../../app/static/tablet.css")),
        "tablet.js" => (JS, include_str!("../../app/static/tablet.js")),
        "photos.js" => (JS, include_str!("../../app/static/photos.js")),
        "draw.js" => (JS, include_str!("../../app/static/draw.js")),
        "htmx.min.js" => (JS, vendor!("htmx/htmx.min.js")),
        "sse.min.js" => (JS, vendor!("htmx-ext-sse/sse.min.js")),
        "idiomorph-ext.min.js" => (JS, vendor!("idiomorph/idiomorph-ext.min.js")),
        "icons.svg" => (SVG, vendor!("tabler-icons/icons.svg")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    // The path is another one each time the program starts, so nothing old is ever shown.
    let headers = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "private, max-age=86400, immutable"),
    ];
    (headers, content).into_response()
}
