//! A table of a TOML file, taken apart key by key. What is left over at the end is an unknown field.
//! Every refusal knows its line.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::RuleError;
use crate::rules::{Date, Text};

/// The longest text in a rule file, in characters.
const MAX_TEXT_CHARS: usize = 1000;
/// The largest rule file, in bytes; the largest shipped one has about 60,000.
const MAX_FILE_BYTES: usize = 1_000_000;

/// The file that is being read, to turn places into lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct File<'a> {
    name: &'a str,
    text: &'a str,
}

/// A value with its place in the file.
#[derive(Debug, Clone)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) at: usize,
}

/// A table whose keys are taken one after the other.
#[derive(Debug)]
pub(super) struct Table<'a> {
    file: File<'a>,
    /// Where the table begins: the place of what is missing.
    at: usize,
    entries: BTreeMap<String, (usize, Spanned<DeValue<'a>>)>,
}

/// A value that may have several shapes; see [`Table::any`].
#[derive(Debug)]
pub(super) enum Value<'a> {
    Integer(String),
    Text(String),
    Table(Table<'a>),
}

impl<'a> File<'a> {
    /// Parses `text`; `name` is what errors call it.
    pub(super) fn open(name: &'a str, text: &'a str) -> Result<Table<'a>, RuleError> {
        let file = File { name, text };
        if text.len() > MAX_FILE_BYTES {
            return Err(RuleError::whole(
                name,
                format!("larger than {MAX_FILE_BYTES} bytes"),
            ));
        }
        let parsed = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            file.refuse(at, error.message())
        })?;
        Ok(file.table(parsed.span(), parsed.into_inner()))
    }

    /// An error at the byte `at`.
    pub(super) fn refuse(self, at: usize, reason: impl Into<String>) -> RuleError {
        RuleError {
            file: self.name.to_owned(),
            line: self.line(at),
            reason: reason.into(),
        }
    }

    /// The line of the byte `at`, from 1.
    pub(super) fn line(self, at: usize) -> usize {
        let before = self.text.as_bytes().iter().take(at);
        1 + before.filter(|byte| **byte == b'\n').count()
    }

    fn table(self, span: Range<usize>, table: DeTable<'a>) -> Table<'a> {
        let entries = table
            .into_iter()
            .map(|(key, value)| (key.get_ref().to_string(), (key.span().start, value)))
            .collect();
        Table {
            file: self,
            at: span.start,
            entries,
        }
    }

    fn wrong_type(self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) -> RuleError {
        let found = value.get_ref().type_str();
        self.refuse(
            value.span().start,
            format!("`{key}` must be {expected}, not {found}"),
        )
    }

    fn checked_text(self, key: &str, at: usize, text: &str) -> Result<String, RuleError> {
        if text.trim().is_empty() || text.trim().len() != text.len() {
            return Err(self.refuse(
                at,
                format!("`{key}` is empty or begins or ends with a space"),
            ));
        }
        if text.chars().count() > MAX_TEXT_CHARS {
            let reason = format!("`{key}` is longer than {MAX_TEXT_CHARS} characters");
            return Err(self.refuse(at, reason));
        }
        Ok(text.to_owned())
    }
}

impl<'a> Table<'a> {
    /// The file, for errors about values found here.
    pub(super) fn file(&self) -> File<'a> {
        self.file
    }

    /// Where the table begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The place of `key`, before it is taken.
    pub(super) fn place_of(&self, key: &str) -> Option<usize> {
        self.entries.get(key).map(|(at, _)| *at)
    }

    /// Refuses whatever was not taken.
    pub(super) fn finish(self) -> Result<(), RuleError> {
        // The first one in the file, so that an editor goes through it from top to bottom.
        match self.entries.iter().min_by_key(|(_, (at, _))| *at) {
            None => Ok(()),
            Some((key, (at, _))) => Err(self.file.refuse(*at, format!("unknown field `{key}`"))),
        }
    }

    fn take(&mut self, key: &str) -> Option<Spanned<DeValue<'a>>> {
        self.entries.remove(key).map(|(_, value)| value)
    }

    fn require<T>(&self, key: &str, value: Option<T>) -> Result<T, RuleError> {
        value.ok_or_else(|| self.file.refuse(self.at, format!("`{key}` is missing")))
    }

    /// A text, where present.
    pub(super) fn optional_string(
        &mut self,
        key: &str,
    ) -> Result<Option<Placed<String>>, RuleError> {
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        let at = value.span().start;
        let Some(text) = value.get_ref().as_str() else {
            return Err(self.file.wrong_type(key, &value, "a text in quotes"));
        };
        Ok(Some(Placed {
            value: self.file.checked_text(key, at, text)?,
            at,
        }))
    }

    /// A text with its place.
    pub(super) fn placed_string(&mut self, key: &str) -> Result<Placed<String>, RuleError> {
        let text = self.optional_string(key)?;
        self.require(key, text)
    }

    /// A text.
    pub(super) fn string(&mut self, key: &str) -> Result<String, RuleError> {
        Ok(self.placed_string(key)?.value)
    }

    /// A name that the program knows, turned into what it means.
    pub(super) fn known<T: Copy>(
        &mut self,
        key: &str,
        known: &[(&str, T)],
    ) -> Result<T, RuleError> {
        let found = self.optional_known(key, known)?;
        self.require(key, found)
    }

    /// As [`Table::known`], where present.
    pub(super) fn optional_known<T: Copy>(
        &mut self,
        key: &str,
        known: &[(&str, T)],
    ) -> Result<Option<T>, RuleError> {
        let Some(text) = self.optional_string(key)? else {
            return Ok(None);
        };
        match known.iter().find(|(name, _)| *name == text.value) {
            Some((_, meaning)) => Ok(Some(*meaning)),
            None => {
                let names = known
                    .iter()
                    .map(|(name, _)| *name)
                    .collect::<Vec<_>>()
                    .join(", ");
                let reason = format!("unknown {key} `{}`: known are {names}", text.value);
                Err(self.file.refuse(text.at, reason))
            }
        }
    }

    /// `{ zh = "…", en = "…" }`, where present.
    pub(super) fn optional_text(&mut self, key: &str) -> Result<Option<Text>, RuleError> {
        let Some(mut table) = self.optional_table(key)? else {
            return Ok(None);
        };
        let text = Text {
            zh: table.string("zh")?,
            en: table.string("en")?,
        };
        table.finish()?;
        Ok(Some(text))
    }

    /// `{ zh = "…", en = "…" }`.
    pub(super) fn text(&mut self, key: &str) -> Result<Text, RuleError> {
        let text = self.optional_text(key)?;
        self.require(key, text)
    }

    /// A date without quotes and time, where present.
    pub(super) fn optional_date(&mut self, key: &str) -> Result<Option<Date>, RuleError> {
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        let date = read_date(value.get_ref());
        date.map(Some).ok_or_else(|| {
            self.file
                .wrong_type(key, &value, "a date such as 2015-01-01")
        })
    }

    /// A date without quotes and time.
    pub(super) fn date(&mut self, key: &str) -> Result<Date, RuleError> {
        let date = self.optional_date(key)?;
        self.require(key, date)
    }

    /// A list of dates, each with its place.
    pub(super) fn dates(&mut self, key: &str) -> Result<Vec<Placed<Date>>, RuleError> {
        let file = self.file;
        self.list(key, |value| {
            let date = read_date(value.get_ref());
            date.ok_or_else(|| file.wrong_type(key, value, "a list of dates such as 2015-01-01"))
        })
    }

    /// A list of texts, each with its place; empty where absent.
    pub(super) fn strings(&mut self, key: &str) -> Result<Vec<Placed<String>>, RuleError> {
        let file = self.file;
        self.list(key, |value| match value.get_ref().as_str() {
            Some(text) => file.checked_text(key, value.span().start, text),
            None => Err(file.wrong_type(key, value, "a list of texts in quotes")),
        })
    }

    fn list<T>(
        &mut self,
        key: &str,
        read: impl Fn(&Spanned<DeValue<'a>>) -> Result<T, RuleError>,
    ) -> Result<Vec<Placed<T>>, RuleError> {
        let Some(value) = self.take(key) else {
            return Ok(Vec::new());
        };
        let Some(array) = value.get_ref().as_array() else {
            return Err(self.file.wrong_type(key, &value, "a list in brackets"));
        };
        let place = |value| {
            Ok(Placed {
                at: Spanned::span(value).start,
                value: read(value)?,
            })
        };
        array.iter().map(place).collect()
    }

    /// A whole number from 0 to 100,000, where present.
    pub(super) fn optional_number(&mut self, key: &str) -> Result<Option<u32>, RuleError> {
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        let number = value
            .get_ref()
            .as_integer()
            .filter(|integer| integer.radix() == 10);
        let number = number.and_then(|integer| integer.as_str().parse::<u32>().ok());
        match number.filter(|number| *number <= 100_000) {
            Some(number) => Ok(Some(number)),
            None => Err(self
                .file
                .wrong_type(key, &value, "a whole number from 0 to 100000")),
        }
    }

    /// A whole number from 0 to 100,000.
    pub(super) fn number(&mut self, key: &str) -> Result<u32, RuleError> {
        let number = self.optional_number(key)?;
        self.require(key, number)
    }

    /// `true` or `false`; false where absent.
    pub(super) fn flag(&mut self, key: &str) -> Result<bool, RuleError> {
        let Some(value) = self.take(key) else {
            return Ok(false);
        };
        value
            .get_ref()
            .as_bool()
            .ok_or_else(|| self.file.wrong_type(key, &value, "true or false"))
    }

    /// A table, where present.
    pub(super) fn optional_table(&mut self, key: &str) -> Result<Option<Table<'a>>, RuleError> {
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(table) => Ok(Some(self.file.table(span, table))),
            other => {
                let other = Spanned::new(span, other);
                Err(self.file.wrong_type(key, &other, "a table in braces"))
            }
        }
    }

    /// A list of tables (`[[key]]`); empty where absent.
    pub(super) fn tables(&mut self, key: &str) -> Result<Vec<Table<'a>>, RuleError> {
        let Some(value) = self.take(key) else {
            return Ok(Vec::new());
        };
        let span = value.span();
        let array = match value.into_inner() {
            DeValue::Array(array) => array,
            other => {
                let other = Spanned::new(span, other);
                return Err(self.file.wrong_type(key, &other, "a list of tables, [[…]]"));
            }
        };
        let file = self.file;
        let read = |value: Spanned<DeValue<'a>>| {
            let span = value.span();
            match value.into_inner() {
                DeValue::Table(table) => Ok(file.table(span, table)),
                other => {
                    let other = Spanned::new(span, other);
                    Err(file.wrong_type(key, &other, "a list of tables, [[…]]"))
                }
            }
        };
        array.into_iter().map(read).collect()
    }

    /// A whole number, a text or a table, where present: what a threshold may be.
    pub(super) fn any(&mut self, key: &str) -> Result<Option<Placed<Value<'a>>>, RuleError> {
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        let span = value.span();
        let at = span.start;
        let value = match value.into_inner() {
            DeValue::Integer(integer) if integer.radix() == 10 => {
                Value::Integer(integer.as_str().to_owned())
            }
            DeValue::String(text) => Value::Text(text.into_owned()),
            DeValue::Table(table) => Value::Table(self.file.table(span, table)),
            other => {
                let expected = "a whole number, or a decimal in quotes such as \"18.5\"";
                let other = Spanned::new(span, other);
                return Err(self.file.wrong_type(key, &other, expected));
            }
        };
        Ok(Some(Placed { value, at }))
    }

    /// The keys that are left, in the order of the file.
    pub(super) fn keys(&self) -> Vec<Placed<String>> {
        let placed = |(key, (at, _)): (&String, &(usize, _))| Placed {
            value: key.clone(),
            at: *at,
        };
        let mut keys: Vec<_> = self.entries.iter().map(placed).collect();
        keys.sort_by_key(|key| key.at);
        keys
    }
}

fn read_date(value: &DeValue<'_>) -> Option<Date> {
    let datetime = value.as_datetime()?;
    if datetime.time.is_some() || datetime.offset.is_some() {
        return None;
    }
    let date = datetime.date?;
    let year = i16::try_from(date.year).ok()?;
    Date::new(
        year,
        i8::try_from(date.month).ok()?,
        i8::try_from(date.day).ok()?,
    )
    .ok()
}
