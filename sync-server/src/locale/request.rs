//! Which language a request speaks: what its cookie says, else what its browser prefers.

use axum::extract::{Form, Request};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use field_core::rules;
use serde::Deserialize;

const COOKIE: &str = "kanyan_language";
/// A year.
const COOKIE_SECONDS: u32 = 365 * 24 * 60 * 60;
/// The longest address a switch leads back to.
const PATH_BYTES: usize = 1000;

/// A language the pages speak.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// 简体中文
    #[default]
    Chinese,
    /// English
    English,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// The tag of the `lang` attribute.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Chinese => Self::English,
            Self::English => Self::Chinese,
        }
    }

    /// Its own name, short, for the switch.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chinese => "中文",
            Self::English => "English",
        }
    }

    /// The language of the rules' own texts.
    #[must_use]
    pub const fn of_rules(self) -> rules::Language {
        match self {
            Self::Chinese => rules::Language::Zh,
            Self::English => rules::Language::En,
        }
    }

    fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', ';']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("zh") {
            Some(Self::Chinese)
        } else if primary.eq_ignore_ascii_case("en") {
            Some(Self::English)
        } else {
            None
        }
    }

    fn of(headers: &HeaderMap) -> Self {
        let cookies = headers.get_all(header::COOKIE).iter();
        let chosen = cookies
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == COOKIE).then(|| Self::from_tag(value))?);
        chosen
            .or_else(|| Self::preferred(headers))
            .unwrap_or_default()
    }

    /// The first of ours that the browser names; browsers name the best first.
    fn preferred(headers: &HeaderMap) -> Option<Self> {
        let wanted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        wanted.split(',').find_map(Self::from_tag)
    }
}

/// What a request speaks, and the page its answer is.
#[derive(Debug, Clone, Default)]
pub struct Here {
    /// The language.
    pub language: Language,
    /// Path and query of the page, to come back to.
    pub path: String,
}

impl Here {
    /// The tag of the `lang` attribute.
    #[must_use]
    pub const fn tag(&self) -> &'static str {
        self.language.tag()
    }
}

tokio::task_local! {
    static HERE: Here;
}

/// The request that is being answered; Chinese on no page outside of one.
#[must_use]
pub fn here() -> Here {
    HERE.try_with(Clone::clone).unwrap_or_default()
}

/// The language spoken now.
#[must_use]
pub(crate) fn current() -> Language {
    HERE.try_with(|here| here.language).unwrap_or_default()
}

/// The rules' words in the language spoken now.
#[must_use]
pub(crate) fn pick(text: &rules::Text) -> &str {
    text.get(current().of_rules())
}

/// Takes the request's language along to another thread.
pub(crate) fn carry<T>(work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let here = here();
    move || HERE.sync_scope(here, work)
}

/// The layer that finds the language and answers the request in it.
pub async fn speak(request: Request, next: Next) -> Response {
    let here = Here {
        language: Language::of(request.headers()),
        path: page_of(&request),
    };
    HERE.scope(here, next.run(request)).await
}

#[cfg(test)]
pub(crate) fn speaking<F: Future>(
    language: Language,
    answer: F,
) -> impl Future<Output = F::Output> {
    let here = Here {
        language,
        path: "/".to_owned(),
    };
    HERE.scope(here, answer)
}

/// The page that is on the screen: the one asked for, or the one whose form was sent.
fn page_of(request: &Request) -> String {
    if request.method() == Method::GET {
        let asked = request.uri().path_and_query();
        return asked.map_or_else(|| "/".to_owned(), ToString::to_string);
    }
    let sender = request.headers().get(header::REFERER);
    let sender = sender.and_then(|value| value.to_str().ok());
    let path = sender
        .and_then(|address| address.split_once("://"))
        .and_then(|(_, rest)| rest.find('/').map(|start| rest[start..].to_owned()));
    path.unwrap_or_else(|| "/".to_owned())
}

/// What the switch sends.
#[derive(Debug, Deserialize)]
pub struct Switch {
    to: String,
    #[serde(default)]
    back: String,
}

/// `POST /language`: keeps the choice in a cookie and leads back to the page.
pub async fn switch(Form(switch): Form<Switch>) -> Response {
    let language = Language::from_tag(&switch.to).unwrap_or_default();
    let cookie = format!(
        "{COOKIE}={}; Path=/; Max-Age={COOKIE_SECONDS}; SameSite=Lax; HttpOnly",
        language.tag()
    );
    let mut response = Redirect::to(back(&switch.back)).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// A path of this server: nobody is led elsewhere.
fn back(path: &str) -> &str {
    let fits = path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= PATH_BYTES
        && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if fits { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(cookie: &str, accepts: &str) -> Language {
        let mut headers = HeaderMap::new();
        for (name, value) in [(header::COOKIE, cookie), (header::ACCEPT_LANGUAGE, accepts)] {
            if !value.is_empty() {
                headers.insert(name, value.parse().unwrap());
            }
        }
        Language::of(&headers)
    }

    #[test]
    fn the_cookie_stands_above_the_browser() {
        use Language::{Chinese, English};
        assert_eq!(spoken("", ""), Chinese);
        assert_eq!(spoken("", "en-GB,en;q=0.9,zh;q=0.8"), English);
        assert_eq!(spoken("", "fr,zh-CN;q=0.9,en;q=0.8"), Chinese);
        assert_eq!(spoken("", "fr"), Chinese);
        assert_eq!(spoken("a=b; kanyan_language=zh-CN", "en"), Chinese);
        assert_eq!(spoken("kanyan_language=en", "zh-CN"), English);
        assert_eq!(spoken("kanyan_language=nonsense", "en"), English);
    }

    #[test]
    fn a_switch_leads_nowhere_else() {
        for path in ["", "//example.org", "https://example.org", "/a\\b", "/a b"] {
            assert_eq!(back(path), "/", "{path}");
        }
        assert_eq!(back("/cases/1?done=x"), "/cases/1?done=x");
    }

    #[tokio::test]
    async fn a_language_goes_along_to_another_thread() {
        let spoken = speaking(Language::English, async {
            tokio::task::spawn_blocking(carry(current)).await.unwrap()
        });
        assert_eq!(spoken.await, Language::English);
        assert_eq!(current(), Language::Chinese);
    }
}
