//! The files the pages need, built into the binary: style, scripts, icons.
//!
//! `static/check/`, the public check page, is served by its own room.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::LazyLock;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

struct Asset {
    media: &'static str,
    bytes: &'static [u8],
    tag: String,
}

macro_rules! files {
    ($($media:ident $path:literal),* $(,)?) => {
        [$(($path, $media, include_bytes!(concat!("../../static/", $path)).as_slice())),*]
    };
}

/// Name below `/static/`, media type and bytes of everything served.
static ASSETS: LazyLock<HashMap<&'static str, Asset>> = LazyLock::new(|| {
    files![
        CSS "office.css",
        CSS "vendor/tabler/tabler.min.css",
        JS "office.js",
        JS "theme.js",
        JS "vendor/htmx/htmx.min.js",
        JS "vendor/htmx-ext-sse/sse.min.js",
        JS "vendor/idiomorph/idiomorph-ext.min.js",
        SVG "icon.svg",
        SVG "icons/dot.svg",
        SVG "icons/down.svg",
        SVG "icons/tick.svg",
        SVG "vendor/tabler-icons/icons.svg",
    ]
    .into_iter()
    .map(|(path, media, bytes)| {
        let hash = Sha256::digest(bytes);
        let tag = format!("\"{}\"", data_encoding::HEXLOWER.encode(&hash[..8]));
        (path, Asset { media, bytes, tag })
    })
    .collect()
});

/// `GET /static/{*path}`: one of the built-in files. The browser keeps it and asks whether it is
/// still the same, so that an update of the server is seen at once.
pub async fn serve(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.get(path.as_str()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let caching = [
        (header::ETAG, asset.tag.as_str()),
        (header::CACHE_CONTROL, "public, no-cache"),
    ];
    let same = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|tag| tag.as_bytes() == asset.tag.as_bytes());
    if same {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, asset.media)], asset.bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_the_frame_asks_for_is_there() {
        let frame = include_str!("../../templates/base.html");
        let asked: Vec<&str> = frame
            .split('"')
            .filter_map(|part| part.strip_prefix("/static/"))
            .collect();
        assert!(asked.len() >= 8, "the frame asks for its files");
        for path in asked {
            assert!(ASSETS.contains_key(path), "{path} is not built in");
        }
    }

    #[test]
    fn every_icon_that_is_asked_for_is_drawn() {
        let drawn = include_str!("../../static/vendor/tabler-icons/icons.svg");
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let mut asked = 0;
        for noun in std::fs::read_dir(folder).unwrap() {
            let noun = noun.unwrap().path();
            let files = if noun.is_dir() {
                std::fs::read_dir(noun)
                    .unwrap()
                    .map(|one| one.unwrap().path())
                    .collect()
            } else {
                vec![noun]
            };
            for file in files {
                let text = std::fs::read_to_string(&file).unwrap();
                for part in text
                    .split("\"|icon")
                    .filter_map(|part| part.rsplit_once('"'))
                {
                    if part.1.is_empty() || !text.contains(&format!("\"{}\"|icon", part.1)) {
                        continue;
                    }
                    asked += 1;
                    let id = format!("id=\"{}\"", part.1);
                    assert!(
                        drawn.contains(&id),
                        "{} asks for {}",
                        file.display(),
                        part.1
                    );
                }
            }
        }
        assert!(asked > 30, "templates ask for icons");
    }

    #[test]
    fn style_and_scripts_ask_for_nothing_elsewhere() {
        for (path, asset) in ASSETS.iter() {
            let text = std::str::from_utf8(asset.bytes).expect("every asset is text");
            assert!(!text.contains("@import"), "{path}");
            assert!(!text.contains("url(http"), "{path}");
            assert!(!text.contains("url(\"http"), "{path}");
        }
    }
}
