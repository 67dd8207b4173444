//! Words by their key, with what is to be filled in.

use std::borrow::Cow;
use std::fmt;

use fluent_bundle::{FluentArgs, FluentValue};

use super::{catalogue, current};

/// Words of the catalogue. Which language they are in is decided when they are written out.
#[derive(Debug, Clone)]
pub struct Text {
    key: Cow<'static, str>,
    args: Vec<(String, FluentValue<'static>)>,
}

/// The words under `key`, to be filled with [`Text::with`].
pub fn phrase(key: impl Into<Cow<'static, str>>) -> Text {
    Text {
        key: key.into(),
        args: Vec::new(),
    }
}

/// The plain words under `key`, in the language of the request.
#[must_use]
pub fn say(key: &str) -> String {
    catalogue::format(current(), key, None)
}

impl Text {
    /// Fills in `{ $name }`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Variable) -> Self {
        self.args.push((name.to_owned(), value.value()));
        self
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut args = FluentArgs::with_capacity(self.args.len());
        for (name, value) in &self.args {
            args.set(name.as_str(), value.clone());
        }
        f.write_str(&catalogue::format(current(), &self.key, Some(&args)))
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.to_string()
    }
}

impl AsRef<Self> for Text {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// What can be filled in: words, and counts by which a language may choose its form.
pub trait Variable {
    /// The value as Fluent takes it.
    fn value(&self) -> FluentValue<'static>;
}

impl<T: Variable + ?Sized> Variable for &T {
    fn value(&self) -> FluentValue<'static> {
        (**self).value()
    }
}

impl Variable for str {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_owned())
    }
}

impl Variable for String {
    fn value(&self) -> FluentValue<'static> {
        self.as_str().value()
    }
}

impl Variable for Cow<'_, str> {
    fn value(&self) -> FluentValue<'static> {
        (**self).value()
    }
}

impl Variable for Text {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_string())
    }
}

impl Variable for jiff::civil::Date {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_string())
    }
}

impl Variable for usize {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(*self)
    }
}

impl Variable for u64 {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(*self)
    }
}

impl Variable for i64 {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(*self)
    }
}

impl Variable for u16 {
    fn value(&self) -> FluentValue<'static> {
        // Codes, not counts: written as they are.
        FluentValue::from(self.to_string())
    }
}

impl Variable for u32 {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(*self)
    }
}

impl Variable for f64 {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(*self)
    }
}
