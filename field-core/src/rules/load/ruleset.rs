//! A ruleset file. Every name an item uses must be declared at the top of the same file, every class
//! has its number, every item its clause and source.

use std::collections::{BTreeMap, BTreeSet};

use super::RuleError;
use super::reader::{File, Placed, Table, Value};
use crate::rules::ruleset::{
    Applies, Bound, Bounds, Confidence, Direction, Item, OutsourcingRule, PhotoRule, Requirement,
    Ruleset, Section, Status, Term,
};
use crate::rules::{Measure, Unit};

/// More than any checklist that two people could walk in a day.
const MAX_ITEMS: usize = 2000;

pub(super) const CONFIDENCES: [(&str, Confidence); 4] = [
    ("found", Confidence::Found),
    ("high", Confidence::High),
    ("medium", Confidence::Medium),
    ("low", Confidence::Low),
];

const STATUSES: [(&str, Status); 3] = [
    ("active", Status::Active),
    ("inactive", Status::Inactive),
    ("numbers-missing", Status::NumbersMissing),
];

const PHOTO_RULES: [(&str, PhotoRule); 3] = [
    ("optional", PhotoRule::Optional),
    ("on-fail", PhotoRule::OnFail),
    ("required", PhotoRule::Required),
];

#[derive(Clone, Copy)]
enum Kind {
    Confirm,
    Measure,
    Count,
    Certificate,
    Photo,
}

const KINDS: [(&str, Kind); 5] = [
    ("confirm", Kind::Confirm),
    ("measure", Kind::Measure),
    ("count", Kind::Count),
    ("certificate", Kind::Certificate),
    ("photo", Kind::Photo),
];

/// Reads one file of `rulesets/`.
pub(in crate::rules) fn read_ruleset(name: &str, text: &str) -> Result<Ruleset, RuleError> {
    Ok(read_ruleset_placed(name, text)?.0)
}

/// As [`read_ruleset`], with the line on which its dates begin: where it is to blame when it does
/// not fit beside other files.
pub(in crate::rules) fn read_ruleset_placed(
    name: &str,
    text: &str,
) -> Result<(Ruleset, usize), RuleError> {
    let mut root = File::open(name, text)?;
    let file = root.file();
    let from_line = file.line(root.place_of("from").unwrap_or(0));
    let until_at = root.place_of("until").unwrap_or(0);
    let mut ruleset = Ruleset {
        id: id(&mut root)?,
        parts: root
            .strings("parts")?
            .into_iter()
            .map(|part| part.value)
            .collect(),
        status: root.known("status", &STATUSES)?,
        from: root.date("from")?,
        until: root.optional_date("until")?,
        text: root.text("text")?,
        source: root.string("source")?,
        classes: terms(&mut root, "class")?,
        scopes: terms(&mut root, "scope")?,
        features: terms(&mut root, "feature")?,
        sections: Vec::new(),
        items: Vec::new(),
    };
    if ruleset.parts.is_empty() {
        return Err(file.refuse(0, "`parts` is missing: it says whose edition this is"));
    }
    if ruleset.until.is_some_and(|until| until <= ruleset.from) {
        return Err(file.refuse(until_at, "`until` is not after `from`"));
    }
    let sections = terms(&mut root, "section")?;
    let section = |term: Term| Section {
        id: term.id,
        text: term.text,
    };
    ruleset.sections = sections.into_iter().map(section).collect();

    let mut seen = BTreeSet::new();
    for entry in root.tables("item")? {
        let at = entry.at();
        let item = item(entry, &ruleset)?;
        if !seen.insert(item.id.clone()) {
            return Err(file.refuse(at, format!("duplicate id `{}`", item.id)));
        }
        ruleset.items.push(item);
    }
    root.finish()?;
    match (ruleset.status, ruleset.items.len()) {
        (Status::NumbersMissing, 1..) => {
            return Err(file.refuse(0, "a ruleset with status numbers-missing has no items yet"));
        }
        (Status::Active | Status::Inactive, 0) => {
            return Err(file.refuse(
                0,
                "a ruleset without items must have status numbers-missing",
            ));
        }
        (_, items) if items > MAX_ITEMS => {
            return Err(file.refuse(0, format!("more than {MAX_ITEMS} items")));
        }
        _ => {}
    }
    let Ruleset {
        sections, items, ..
    } = &mut ruleset;
    items.sort_by_key(|item| {
        sections
            .iter()
            .position(|section| section.id == item.section)
    });
    Ok((ruleset, from_line))
}

/// Takes `id`: letters, digits, points and hyphens, as it will stand in documents and addresses.
pub(super) fn id(table: &mut Table<'_>) -> Result<String, RuleError> {
    let id = table.placed_string("id")?;
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    if id.value.len() > 64 || !id.value.bytes().all(fits) {
        let reason = "`id` may hold letters, digits, points and hyphens, at most 64";
        return Err(table.file().refuse(id.at, reason));
    }
    Ok(id.value)
}

fn terms(root: &mut Table<'_>, key: &str) -> Result<Vec<Term>, RuleError> {
    let mut terms: Vec<Term> = Vec::new();
    for mut entry in root.tables(key)? {
        let term = Term {
            id: id(&mut entry)?,
            text: entry.text("text")?,
        };
        if terms.iter().any(|other| other.id == term.id) {
            let reason = format!("duplicate {key} `{}`", term.id);
            return Err(entry.file().refuse(entry.at(), reason));
        }
        entry.finish()?;
        terms.push(term);
    }
    Ok(terms)
}

fn item(mut entry: Table<'_>, ruleset: &Ruleset) -> Result<Item, RuleError> {
    let file = entry.file();
    let id = id(&mut entry)?;
    let section = entry.placed_string("section")?;
    if ruleset.section(&section.value).is_none() {
        return Err(file.refuse(section.at, format!("unknown section `{}`", section.value)));
    }
    let applies = Applies {
        classes: names(&mut entry, "classes", "class", &ruleset.classes)?,
        scopes: names(&mut entry, "scopes", "scope", &ruleset.scopes)?,
        features: names(&mut entry, "features", "feature", &ruleset.features)?,
    };
    let confidence = entry.known("confidence", &CONFIDENCES)?;
    let item = Item {
        id,
        section: section.value,
        clause: entry.string("clause")?,
        text: entry.text("text")?,
        short: entry.optional_text("short")?,
        detail: entry.optional_text("detail")?,
        requirement: requirement(&mut entry, &applies, ruleset)?,
        applies,
        not_applicable: entry.optional_text("not_applicable")?,
        outsourcing: outsourcing(&mut entry, confidence, ruleset)?,
        photo: entry
            .optional_known("photo", &PHOTO_RULES)?
            .unwrap_or(PhotoRule::Optional),
        source: entry.string("source")?,
        confidence,
    };
    entry.finish()?;
    Ok(item)
}

fn names(
    entry: &mut Table<'_>,
    key: &str,
    what: &str,
    known: &[Term],
) -> Result<BTreeSet<String>, RuleError> {
    let mut names = BTreeSet::new();
    for Placed { value, at } in entry.strings(key)? {
        if !known.iter().any(|term| term.id == value) {
            return Err(entry.file().refuse(at, format!("unknown {what} `{value}`")));
        }
        names.insert(value);
    }
    Ok(names)
}

fn outsourcing(
    entry: &mut Table<'_>,
    item_confidence: Confidence,
    ruleset: &Ruleset,
) -> Result<OutsourcingRule, RuleError> {
    let Some(mut rule) = entry.optional_table("outsourcing")? else {
        return Ok(OutsourcingRule::Never);
    };
    let allowed = OutsourcingRule::Allowed {
        classes: names(&mut rule, "classes", "class", &ruleset.classes)?,
        scopes: names(&mut rule, "scopes", "scope", &ruleset.scopes)?,
        confidence: rule
            .optional_known("confidence", &CONFIDENCES)?
            .unwrap_or(item_confidence),
    };
    rule.finish()?;
    Ok(allowed)
}

fn requirement(
    entry: &mut Table<'_>,
    applies: &Applies,
    ruleset: &Ruleset,
) -> Result<Requirement, RuleError> {
    let file = entry.file();
    let at = entry.place_of("requirement").unwrap_or(entry.at());
    let kind = entry.known("requirement", &KINDS)?;
    // What belongs to another kind is refused by name, since "unknown field" would mislead.
    let stray = |entry: &Table<'_>, keys: &[&str], what: &str| {
        let places = keys
            .iter()
            .filter_map(|key| Some((entry.place_of(key)?, *key)));
        let stray = places.min();
        match stray {
            Some((at, key)) => Err(file.refuse(at, format!("`{key}` has no place on {what}"))),
            None => Ok(()),
        }
    };
    let numbers = ["at_least", "at_most", "unit"];
    match kind {
        Kind::Confirm => {
            stray(entry, &numbers, "an item with requirement = \"confirm\"")?;
            Ok(Requirement::Confirm)
        }
        Kind::Certificate => {
            stray(
                entry,
                &numbers,
                "an item with requirement = \"certificate\"",
            )?;
            Ok(Requirement::Certificate)
        }
        Kind::Photo => {
            stray(
                entry,
                &["at_least", "at_most", "unit", "photo"],
                "a photo item: use `photos`",
            )?;
            let at_least = entry.optional_number("photos")?.unwrap_or(1);
            if !(1..=20).contains(&at_least) {
                return Err(file.refuse(at, "`photos` must be from 1 to 20"));
            }
            Ok(Requirement::Photo { at_least })
        }
        Kind::Measure | Kind::Count => {
            let unit = unit(entry)?;
            let whole = matches!(kind, Kind::Count);
            let bounds = bounds(entry, at, whole, applies, ruleset)?;
            Ok(match kind {
                Kind::Count => Requirement::Count { unit, bounds },
                _ => Requirement::Measure { unit, bounds },
            })
        }
    }
}

fn unit(entry: &mut Table<'_>) -> Result<Unit, RuleError> {
    let unit = entry.placed_string("unit")?;
    let parsed = unit.value.parse::<Unit>();
    parsed.map_err(|error| entry.file().refuse(unit.at, error.to_string()))
}

fn bounds(
    entry: &mut Table<'_>,
    at: usize,
    whole: bool,
    applies: &Applies,
    ruleset: &Ruleset,
) -> Result<Bounds, RuleError> {
    let file = entry.file();
    let (direction, value) = match (entry.any("at_least")?, entry.any("at_most")?) {
        (Some(value), None) => (Direction::AtLeast, value),
        (None, Some(value)) => (Direction::AtMost, value),
        (Some(_), Some(_)) => return Err(file.refuse(at, "either `at_least` or `at_most`")),
        (None, None) => return Err(file.refuse(at, "`at_least` or `at_most` is missing")),
    };
    let needed: Vec<&str> = match applies.classes.is_empty() {
        true => ruleset
            .classes
            .iter()
            .map(|class| class.id.as_str())
            .collect(),
        false => applies.classes.iter().map(String::as_str).collect(),
    };
    let mut per_class = BTreeMap::new();
    match value.value {
        Value::Table(mut table) => {
            for key in table.keys() {
                if !needed.contains(&key.value.as_str()) {
                    let reason = format!(
                        "unknown class `{}`: this item applies to {}",
                        key.value,
                        needed.join(", ")
                    );
                    return Err(file.refuse(key.at, reason));
                }
                if let Some(value) = table.any(&key.value)? {
                    per_class.insert(key.value, bound(file, value, whole)?);
                }
            }
            if let Some(class) = needed.iter().find(|class| !per_class.contains_key(**class)) {
                return Err(file.refuse(value.at, format!("no threshold for class `{class}`")));
            }
        }
        number => {
            let bound = bound(
                file,
                Placed {
                    value: number,
                    at: value.at,
                },
                whole,
            )?;
            per_class.extend(needed.iter().map(|class| ((*class).to_owned(), bound)));
        }
    }
    Ok(Bounds {
        direction,
        per_class,
    })
}

/// `20`, `"18.5"`, or `{ value = 20, confidence = "medium" }`.
fn bound(file: File<'_>, placed: Placed<Value<'_>>, whole: bool) -> Result<Bound, RuleError> {
    let at = placed.at;
    let (number, confidence) = match placed.value {
        Value::Integer(number) | Value::Text(number) => (number, None),
        Value::Table(mut table) => {
            let confidence = table.known("confidence", &CONFIDENCES)?;
            let number = match table.any("value")?.map(|placed| placed.value) {
                Some(Value::Integer(number) | Value::Text(number)) => number,
                _ => return Err(file.refuse(at, "`value` must be a number")),
            };
            table.finish()?;
            (number, Some(confidence))
        }
    };
    let value: Measure = number
        .parse()
        .map_err(|error: crate::rules::MeasureError| file.refuse(at, error.to_string()))?;
    if whole && !value.is_whole() {
        return Err(file.refuse(at, format!("a count must be whole, not {value}")));
    }
    Ok(Bound { value, confidence })
}
