//! A matter file.

use std::collections::BTreeSet;

use super::RuleError;
use super::reader::{File, Table};
use super::ruleset::{CONFIDENCES, id};
use crate::rules::Confidence;
use crate::rules::matter::{
    ClockStop, LicenceNumber, Limit, Material, Matter, MatterClass, MatterKind, MatterScope,
    MatterStep, Role, Step, Verification,
};

/// Reads one file of `matters/`.
pub(in crate::rules) fn read_matter(name: &str, text: &str) -> Result<Matter, RuleError> {
    let mut root = File::open(name, text)?;
    let file = root.file();
    let until_at = root.place_of("until").unwrap_or(0);
    let warn_at = root.place_of("warn_at_percent").unwrap_or(0);
    let kinds = [
        ("permit", MatterKind::Permit),
        ("filing", MatterKind::Filing),
    ];
    let verifications = [
        ("before-decision", Verification::BeforeDecision),
        ("after-decision", Verification::AfterDecision),
    ];
    let matter = Matter {
        id: id(&mut root)?,
        kind: root.known("kind", &kinds)?,
        text: root.text("text")?,
        division: division(&mut root)?,
        from: root.date("from")?,
        until: root.optional_date("until")?,
        source: root.string("source")?,
        verification: root.known("verification", &verifications)?,
        officers_min: root.number("officers_min")?,
        warn_at_percent: root.number("warn_at_percent")?,
        renew_before_days: root.optional_number("renew_before_days")?,
        classes: unique(&mut root, "class", class, |class| &class.id)?,
        scopes: unique(&mut root, "scope", scope, |scope| &scope.code)?,
        materials: unique(&mut root, "material", material, |material| &material.id)?,
        steps: unique(&mut root, "step", step, |step| step.step.id())?,
        limits: unique(&mut root, "limit", limit, |limit| &limit.id)?,
        stops: unique(&mut root, "stop", stop, |stop| &stop.id)?,
        licence_number: root
            .optional_table("licence_number")?
            .map(licence_number)
            .transpose()?,
    };
    root.finish()?;
    if matter.until.is_some_and(|until| until <= matter.from) {
        return Err(file.refuse(until_at, "`until` is not after `from`"));
    }
    if !(1..=100).contains(&matter.warn_at_percent) {
        return Err(file.refuse(warn_at, "`warn_at_percent` must be from 1 to 100"));
    }
    if let Some(scope) = matter
        .scopes
        .iter()
        .find(|scope| matter.class(&scope.class).is_none())
    {
        let reason = format!(
            "scope {} has the unknown class `{}`",
            scope.code, scope.class
        );
        return Err(file.refuse(0, reason));
    }
    let has = |step| matter.steps.iter().any(|has| has.step == step);
    if let Some(limit) = matter.limits.iter().find(|l| !has(l.from) || !has(l.to)) {
        let reason = format!(
            "limit `{}` lies between steps that are not listed",
            limit.id
        );
        return Err(file.refuse(0, reason));
    }
    Ok(matter)
}

/// Reads `[[key]]` and refuses a name that stands there twice.
fn unique<T>(
    root: &mut Table<'_>,
    key: &str,
    read: impl Fn(&mut Table<'_>) -> Result<T, RuleError>,
    name: impl Fn(&T) -> &str,
) -> Result<Vec<T>, RuleError> {
    let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
    for mut entry in root.tables(key)? {
        let (file, at) = (entry.file(), entry.at());
        let one = read(&mut entry)?;
        entry.finish()?;
        if !seen.insert(name(&one).to_owned()) {
            return Err(file.refuse(at, format!("duplicate {key} `{}`", name(&one))));
        }
        all.push(one);
    }
    Ok(all)
}

fn division(root: &mut Table<'_>) -> Result<Option<String>, RuleError> {
    let Some(division) = root.optional_string("division")? else {
        return Ok(None);
    };
    if division.value.len() != 6 || !division.value.bytes().all(|b| b.is_ascii_digit()) {
        return Err(root
            .file()
            .refuse(division.at, "`division` must be six digits (GB/T 2260)"));
    }
    Ok(Some(division.value))
}

fn optional(entry: &mut Table<'_>, key: &str) -> Result<Option<String>, RuleError> {
    Ok(entry.optional_string(key)?.map(|text| text.value))
}

fn confidence(entry: &mut Table<'_>) -> Result<Confidence, RuleError> {
    entry.known("confidence", &CONFIDENCES)
}

fn step_named(entry: &mut Table<'_>, key: &str) -> Result<Step, RuleError> {
    entry.known(key, &Step::ALL.map(|step| (step.id(), step)))
}

fn class(entry: &mut Table<'_>) -> Result<MatterClass, RuleError> {
    Ok(MatterClass {
        id: id(entry)?,
        text: entry.text("text")?,
        part: optional(entry, "part")?,
        validity_years: entry.optional_number("validity_years")?,
    })
}

fn scope(entry: &mut Table<'_>) -> Result<MatterScope, RuleError> {
    Ok(MatterScope {
        code: entry.string("code")?,
        text: entry.text("text")?,
        class: entry.string("class")?,
        scope: optional(entry, "scope")?,
        feature: optional(entry, "feature")?,
    })
}

fn material(entry: &mut Table<'_>) -> Result<Material, RuleError> {
    Ok(Material {
        id: id(entry)?,
        text: entry.text("text")?,
        features: entry
            .strings("features")?
            .into_iter()
            .map(|feature| feature.value)
            .collect(),
        waivable: entry.flag("waivable")?,
        source: entry.string("source")?,
        confidence: confidence(entry)?,
    })
}

fn step(entry: &mut Table<'_>) -> Result<MatterStep, RuleError> {
    Ok(MatterStep {
        step: step_named(entry, "id")?,
        text: entry.text("text")?,
        role: entry.known("role", &Role::ALL.map(|role| (role.id(), role)))?,
    })
}

fn limit(entry: &mut Table<'_>) -> Result<Limit, RuleError> {
    let limit = Limit {
        id: id(entry)?,
        text: entry.text("text")?,
        from: step_named(entry, "from")?,
        to: step_named(entry, "to")?,
        statutory_days: entry.number("statutory_days")?,
        promised_days: entry.optional_number("promised_days")?,
        source: entry.string("source")?,
        confidence: confidence(entry)?,
    };
    let refuse = |reason: &str| Err(entry.file().refuse(entry.at(), reason));
    if limit.from >= limit.to {
        return refuse("a limit ends with a later step than the one it starts with");
    }
    if limit
        .promised_days
        .is_some_and(|promised| promised > limit.statutory_days)
    {
        return refuse("an office cannot promise more days than the law allows");
    }
    Ok(limit)
}

fn stop(entry: &mut Table<'_>) -> Result<ClockStop, RuleError> {
    Ok(ClockStop {
        id: id(entry)?,
        text: entry.text("text")?,
        written_notice: entry.flag("written_notice")?,
        source: entry.string("source")?,
        confidence: confidence(entry)?,
    })
}

fn licence_number(mut entry: Table<'_>) -> Result<LicenceNumber, RuleError> {
    let number = LicenceNumber {
        division_digits: entry.number("division_digits")?,
        serial_digits: entry.number("serial_digits")?,
        serial_prefix: optional(&mut entry, "serial_prefix")?.unwrap_or_default(),
        pattern: entry.string("pattern")?,
        source: entry.string("source")?,
        confidence: confidence(&mut entry)?,
    };
    entry.finish()?;
    Ok(number)
}
