//! The working-day table: one entry per year.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Weekday;

use super::RuleError;
use super::reader::{File, Placed};
use crate::rules::Date;
use crate::rules::calendar::{WorkingDays, YearTable};

/// Reads `workdays.toml`. The count of working days is in the file as a check: a year with a day
/// too few or too many does not load.
pub(in crate::rules) fn read_workdays(name: &str, text: &str) -> Result<WorkingDays, RuleError> {
    let mut root = File::open(name, text)?;
    let mut days = WorkingDays {
        years: BTreeMap::new(),
    };
    for mut entry in root.tables("year")? {
        let file = entry.file();
        let at = entry.at();
        let year = entry.number("year")?;
        let year = i16::try_from(year)
            .ok()
            .filter(|year| (2000..=2199).contains(year))
            .ok_or_else(|| file.refuse(at, format!("year {year} is not from 2000 to 2199")))?;
        let expected = entry.number("working_days")?;
        let off = set(file, year, "off", false, entry.dates("off")?)?;
        let worked = set(file, year, "worked", true, entry.dates("worked")?)?;
        entry.finish()?;
        if days.years.insert(year, YearTable { off, worked }).is_some() {
            return Err(file.refuse(at, format!("year {year} stands here twice")));
        }
        match days.in_year(year) {
            Ok(counted) if counted == expected => {}
            Ok(counted) => {
                let reason =
                    format!("year {year} has {counted} working days, not {expected} as it says");
                return Err(file.refuse(at, reason));
            }
            Err(error) => return Err(file.refuse(at, error.to_string())),
        }
    }
    root.finish()?;
    Ok(days)
}

fn set(
    file: File<'_>,
    year: i16,
    key: &str,
    weekend: bool,
    dates: Vec<Placed<Date>>,
) -> Result<BTreeSet<Date>, RuleError> {
    let mut set = BTreeSet::new();
    for Placed { value: date, at } in dates {
        let refuse = |why: &str| Err(file.refuse(at, format!("{date} in `{key}` {why}")));
        if date.year() != year {
            return refuse(&format!("is not in {year}"));
        }
        if matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) != weekend {
            return refuse(if weekend {
                "is no weekend day"
            } else {
                "is no weekday"
            });
        }
        if !set.insert(date) {
            return refuse("stands there twice");
        }
    }
    Ok(set)
}
