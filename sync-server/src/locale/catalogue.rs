//! The catalogue: all words of both languages, read once.

use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::langid;

use super::Language;

/// One file of words, in both languages.
pub(super) struct Words {
    /// Its name under `locales/<language>/`.
    pub(super) file: &'static str,
    chinese: &'static str,
    english: &'static str,
}

impl Words {
    pub(super) const fn source(&self, language: Language) -> &'static str {
        match language {
            Language::Chinese => self.chinese,
            Language::English => self.english,
        }
    }
}

/// A file of words by its name.
macro_rules! words {
    ($($file:literal),+ $(,)?) => {
        &[$(Words {
            file: $file,
            chinese: include_str!(concat!("../../locales/zh-CN/", $file)),
            english: include_str!(concat!("../../locales/en/", $file)),
        }),+]
    };
}

/// Every file; a room adds its own.
pub(super) const FILES: &[Words] = words![
    "board.ftl",
    "case.ftl",
    "decision.ftl",
    "frame.ftl",
    "inbox.ftl",
    "permit.ftl",
    "permits.ftl",
    "photo.ftl",
    "session.ftl",
    "tablet.ftl",
    "window.ftl",
    "words.ftl",
];

type Bundle = FluentBundle<FluentResource>;

fn bundle(language: Language) -> &'static Bundle {
    static CHINESE: OnceLock<Bundle> = OnceLock::new();
    static ENGLISH: OnceLock<Bundle> = OnceLock::new();
    match language {
        Language::Chinese => CHINESE.get_or_init(|| read(language)),
        Language::English => ENGLISH.get_or_init(|| read(language)),
    }
}

/// What cannot be read is left out and said in the log; a test reads everything, so that nothing
/// of the kind is ever built in.
fn read(language: Language) -> Bundle {
    let locale = match language {
        Language::Chinese => langid!("zh-CN"),
        Language::English => langid!("en"),
    };
    let mut bundle = Bundle::new_concurrent(vec![locale]);
    // The marks that isolate filled-in words from text of the other direction; we have none.
    bundle.set_use_isolating(false);
    for words in FILES {
        let resource = FluentResource::try_new(words.source(language).to_owned());
        let resource = resource.unwrap_or_else(|(resource, errors)| {
            tracing::error!(file = words.file, ?errors, "words cannot be read");
            resource
        });
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(file = words.file, ?errors, "words stand twice");
        }
    }
    bundle
}

/// The words under a key; the key itself where there are none, so that a page is never lost.
pub(super) fn format(language: Language, key: &str, args: Option<&FluentArgs<'_>>) -> String {
    let bundle = bundle(language);
    let pattern = bundle.get_message(key).and_then(|one| one.value());
    let Some(pattern) = pattern else {
        debug_assert!(false, "no words under {key}");
        tracing::error!(key, "no words under this key");
        return key.to_owned();
    };
    let mut errors = Vec::new();
    let words = bundle.format_pattern(pattern, args, &mut errors);
    debug_assert!(errors.is_empty(), "{key}: {errors:?}");
    words.into_owned()
}
