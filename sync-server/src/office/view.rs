//! What all pages share: the frame around them and the small parts they are built from.
//!
//! Everything here is ready to be shown. Text that came from people is escaped by the templates;
//! the only thing shown unescaped is [`TrustedSvg`], which the server draws itself.

use askama::Template;
use askama::filters::HtmlSafe;

/// Filters the templates use.
#[expect(
    unreachable_pub,
    reason = "askama's macro makes items that are public, in a module that is not"
)]
pub(crate) mod filters {
    use askama::filters::Safe;

    use crate::locale::{Text, Variable, phrase};

    /// The words under a key of the catalogue, in the language of the request.
    ///
    /// # Errors
    /// None; the signature is askama's.
    #[askama::filter_fn]
    pub(crate) fn t(key: &str, _: &dyn askama::Values) -> askama::Result<Text> {
        Ok(phrase(key.to_owned()))
    }

    /// Fills a value into words: `{{ "list-count"|t|with("count", rows.len()) }}`.
    ///
    /// # Errors
    /// None; the signature is askama's.
    #[askama::filter_fn]
    pub(crate) fn with<T: AsRef<Text>, V: Variable>(
        text: T,
        _: &dyn askama::Values,
        name: &str,
        value: V,
    ) -> askama::Result<Text> {
        Ok(text.as_ref().clone().with(name, value))
    }

    /// Draws an icon of the sprite `static/vendor/tabler-icons/icons.svg` by its name.
    ///
    /// # Errors
    /// None; the signature is askama's.
    #[askama::filter_fn]
    pub(crate) fn icon(name: &str, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
        debug_assert!(
            name.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
            "icon names are ours, not a user's"
        );
        Ok(Safe(format!(
            "<svg class=\"icon\" aria-hidden=\"true\"><use href=\"/static/vendor/tabler-icons/icons.svg#{name}\"/></svg>"
        )))
    }
}

/// The frame of every page: whose house this is, who is in it, and which day it is.
#[derive(Debug, Clone, Default)]
pub struct Shell {
    /// The agency's name, e.g. `某某市道路运输管理局`.
    pub agency: String,
    /// Who is logged in; `None` on the login page and on public errors.
    pub officer: Option<OfficerChip>,
    /// The business date, when the business clock is set to another day than today.
    pub training_date: Option<String>,
    /// Which entry of the menu is marked.
    pub place: Place,
    /// A year whose working days are not there and are soon needed; only for whoever can load it.
    pub missing_year: Option<i16>,
    /// A message that one page leaves for the next, e.g. after a successful POST.
    pub notice: Option<Notice>,
}

/// The logged-in person, as the frame shows them.
#[derive(Debug, Clone, Default)]
pub struct OfficerChip {
    /// The person's name.
    pub name: String,
    /// Their roles in words, e.g. `窗口 · 审批`.
    pub roles: String,
    /// Goes into every form; the server compares it with the session's.
    pub csrf: String,
    /// May register applications (the menu shows the entry).
    pub registers: bool,
    /// May administer (the menu shows the tablets).
    pub administers: bool,
}

impl Shell {
    /// The CSRF token of the session; empty where nobody is logged in.
    #[must_use]
    pub fn csrf(&self) -> &str {
        self.officer.as_ref().map_or("", |officer| &officer.csrf)
    }

    /// Whether an entry of the menu, by the name the template uses, is the one marked.
    #[must_use]
    pub fn is_at(&self, entry: &str) -> bool {
        match self.place {
            Place::Nowhere => false,
            Place::Cases => entry == "cases",
            Place::Register => entry == "register",
            Place::Tablets => entry == "tablets",
            Place::Permits => entry == "permits",
        }
    }
}

/// Which entry of the menu is marked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Place {
    /// None of them.
    #[default]
    Nowhere,
    /// The list of cases, and every page below a case.
    Cases,
    /// Registering an application.
    Register,
    /// The tablets.
    Tablets,
    /// The permits.
    Permits,
}

/// A sentence about what just happened, shown once at the top of the page.
#[derive(Debug, Clone)]
pub struct Notice {
    /// How it went.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
}

/// How something stands. Never shown by its colour alone: every tone has an icon and a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Done, fulfilled.
    Good,
    /// Failed, refused.
    Bad,
    /// Needs somebody's eye.
    Warn,
    /// Under way.
    Busy,
    /// Not yet, or not applicable.
    Muted,
}

impl Tone {
    /// The class that colours it.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Good => "tone-good",
            Self::Bad => "tone-bad",
            Self::Warn => "tone-warn",
            Self::Busy => "tone-busy",
            Self::Muted => "tone-muted",
        }
    }

    /// The icon that stands before the word.
    #[must_use]
    pub fn icon(self) -> &'static str {
        match self {
            Self::Good => "circle-check",
            Self::Bad => "circle-x",
            Self::Warn => "alert-triangle",
            Self::Busy => "circle-half-2",
            Self::Muted => "circle-dashed",
        }
    }
}

/// An icon and a word that say how something stands.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/status.html")]
pub struct Status {
    /// How it stands.
    pub tone: Tone,
    /// The word, e.g. `符合`.
    pub word: String,
}

impl HtmlSafe for Status {}

impl Status {
    /// A status of a tone and a word.
    pub fn new(tone: Tone, word: impl Into<String>) -> Self {
        Self {
            tone,
            word: word.into(),
        }
    }
}

/// A legal or promised limit and how far it is.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/deadline.html")]
pub struct Deadline {
    /// Whose limit, e.g. `承诺` or `法定`.
    pub kind: String,
    /// The last day, ISO.
    pub date: String,
    /// What is left, in words: `还剩 7 个工作日`, `今天到期`, `逾期 2 个工作日`.
    pub left: String,
    /// [`Tone::Muted`] calm, [`Tone::Warn`] from 4/5 on, [`Tone::Bad`] overdue, [`Tone::Good`] kept.
    pub tone: Tone,
}

impl HtmlSafe for Deadline {}

/// Something done of something to do, e.g. photos that arrived.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/progress.html")]
pub struct Progress {
    /// What is counted, for people who hear the page, e.g. `照片`.
    pub label: String,
    /// How many are done.
    pub done: u64,
    /// How many there are.
    pub total: u64,
}

impl HtmlSafe for Progress {}

/// One error of a form: where it is and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The id of the field; the summary links to it.
    pub field: String,
    /// What is wrong and what would be right.
    pub text: String,
}

/// What a form got wrong, and how its fields ask for it.
#[derive(Debug, Clone, Default)]
pub struct Errors(pub Vec<FieldError>);

impl Errors {
    /// Whether the form may go on.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The error of a field, if it has one.
    #[must_use]
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|error| error.field == field)
            .map(|error| error.text.as_str())
    }

    /// Notes an error.
    pub fn add(&mut self, field: &str, text: impl Into<String>) {
        self.0.push(FieldError {
            field: field.to_owned(),
            text: text.into(),
        });
    }
}

/// One of several things to choose.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What people read.
    pub label: String,
    /// A line of help below it; empty for none.
    pub hint: String,
    /// Chosen already.
    pub checked: bool,
}

/// Where in a long list this page is.
#[derive(Debug, Clone, Default)]
pub struct Paging {
    /// Position of the first row shown, from 1; 0 when there is none.
    pub first: u64,
    /// Position of the last row shown.
    pub last: u64,
    /// All rows.
    pub total: u64,
    /// Address of the page before.
    pub previous: Option<String>,
    /// Address of the page after.
    pub next: Option<String>,
}

/// An SVG drawing the server made itself, shown as it is.
///
/// The only thing in the office's pages that is not escaped, so it must never hold a user's text.
#[derive(Debug, Clone)]
pub struct TrustedSvg(String);

impl TrustedSvg {
    /// Takes a drawing made by this server (a QR code), without an XML prologue.
    #[must_use]
    pub fn drawn_here(svg: String) -> Self {
        let start = svg.find("<svg").unwrap_or(0);
        Self(svg[start..].to_owned())
    }
}

impl std::fmt::Display for TrustedSvg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for TrustedSvg {}
