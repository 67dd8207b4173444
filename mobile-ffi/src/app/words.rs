//! Every word of the pages, in Chinese and English, from `app/words/`. What the rules say comes
//! with the rules and is not here.

use std::borrow::Cow;
use std::fmt::Display;
use std::sync::LazyLock;

use field_core::rules::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::langid;

use crate::Words;

pub(super) const ZH: &str = include_str!("../../app/words/zh-CN.ftl");
pub(super) const EN: &str = include_str!("../../app/words/en.ftl");

static BUNDLE_ZH: LazyLock<FluentBundle<FluentResource>> =
    LazyLock::new(|| bundle(langid!("zh-CN"), ZH));
static BUNDLE_EN: LazyLock<FluentBundle<FluentResource>> =
    LazyLock::new(|| bundle(langid!("en"), EN));

fn bundle(language: unic_langid::LanguageIdentifier, source: &str) -> FluentBundle<FluentResource> {
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(rest, errors)| {
        tracing::error!(?errors, "words that cannot be read");
        rest
    });
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // The pages are in one direction only; isolating marks would show in copied text.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}

/// The words in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) language: Language,
}

impl Said {
    pub(super) const fn new(language: Language) -> Self {
        Self { language }
    }

    pub(super) const fn is_english(self) -> bool {
        matches!(self.language, Language::En)
    }

    /// For the page's `lang`.
    pub(super) const fn tag(self) -> &'static str {
        match self.language {
            Language::Zh => "zh-CN",
            Language::En => "en",
        }
    }

    /// The one of two that the user reads.
    pub(super) fn of(self, words: &Words) -> &str {
        match self.language {
            Language::Zh => &words.zh,
            Language::En => &words.en,
        }
    }

    /// Plain words.
    pub(super) fn t(self, key: &str) -> String {
        self.say(key, None)
    }

    /// Words with a number `n`.
    pub(super) fn n(self, key: &str, n: impl Display) -> String {
        let mut args = FluentArgs::new();
        args.set("n", number(n));
        self.say(key, Some(&args))
    }

    /// Words with a number `n` of `of`.
    pub(super) fn n_of(self, key: &str, n: impl Display, of: impl Display) -> String {
        let mut args = FluentArgs::new();
        args.set("n", number(n));
        args.set("of", number(of));
        self.say(key, Some(&args))
    }

    /// Words with a text `a`.
    pub(super) fn a(self, key: &str, a: impl Display) -> String {
        let mut args = FluentArgs::new();
        args.set("a", a.to_string());
        self.say(key, Some(&args))
    }

    /// Words with two texts, `a` and `b`.
    pub(super) fn ab(self, key: &str, a: impl Display, b: impl Display) -> String {
        let mut args = FluentArgs::new();
        args.set("a", a.to_string());
        args.set("b", b.to_string());
        self.say(key, Some(&args))
    }

    fn say(self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let bundle = match self.language {
            Language::Zh => &*BUNDLE_ZH,
            Language::En => &*BUNDLE_EN,
        };
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            // The tests know every key; should one slip through, its name says what is meant.
            tracing::error!(key, "words are missing");
            return key.to_owned();
        };
        let mut errors = vec![];
        let said: Cow<'_, str> = bundle.format_pattern(pattern, args, &mut errors);
        if !errors.is_empty() {
            tracing::error!(key, ?errors, "words do not fit their arguments");
        }
        said.into_owned()
    }
}

/// Numbers choose the plural; what is no number is shown as it is.
fn number(n: impl Display) -> FluentValue<'static> {
    let text = n.to_string();
    match text.parse::<i64>() {
        Ok(n) => FluentValue::from(n),
        Err(_) => FluentValue::from(text),
    }
}
