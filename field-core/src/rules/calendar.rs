//! Working days: weekdays but for the public holidays, plus the weekend days that are worked for
//! them (调休), as the State Council publishes them year by year.
//!
//! A year that has not been published is an error that says so. It is never guessed: a deadline
//! that is wrong by a holiday is a wrong deadline.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Weekday;

use super::Date;

/// The working-day table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkingDays {
    pub(super) years: BTreeMap<i16, YearTable>,
}

/// What differs from Monday to Friday in one year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct YearTable {
    /// Weekdays off.
    pub(super) off: BTreeSet<Date>,
    /// Weekend days worked.
    pub(super) worked: BTreeSet<Date>,
}

/// Why a working day cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The table of that year is not there.
    #[error(
        "the working-day table of {year} is missing: load it once the State Council has published \
         that year's holidays ({year} 年工作日表缺失，请管理员在国务院公布节假日安排后载入)"
    )]
    YearMissing {
        /// The year.
        year: i16,
    },
    /// More than [`WorkingDays::MAX_DAYS`].
    #[error("{days} working days are more than {max}, the longest period counted here", max = WorkingDays::MAX_DAYS)]
    TooFar {
        /// What was asked for.
        days: u32,
    },
}

impl WorkingDays {
    /// The longest period counted, in working days; the longest legal one is 60.
    pub const MAX_DAYS: u32 = 1000;

    /// Whether people work on `day`.
    ///
    /// # Errors
    /// [`CalendarError::YearMissing`], also for a Sunday: it may be a worked one.
    pub fn is_working_day(&self, day: Date) -> Result<bool, CalendarError> {
        let table = self
            .years
            .get(&day.year())
            .ok_or(CalendarError::YearMissing { year: day.year() })?;
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        Ok(if weekend {
            table.worked.contains(&day)
        } else {
            !table.off.contains(&day)
        })
    }

    /// The last day of a period of `days` working days that begins after `start`: the start day
    /// does not count, whether it is a working day or not. Zero days end on the start day.
    ///
    /// # Errors
    /// [`CalendarError::YearMissing`] when the period reaches into a year without a table,
    /// [`CalendarError::TooFar`] beyond [`WorkingDays::MAX_DAYS`].
    pub fn add(&self, start: Date, days: u32) -> Result<Date, CalendarError> {
        if days > Self::MAX_DAYS {
            return Err(CalendarError::TooFar { days });
        }
        let (mut day, mut counted) = (start, 0);
        while counted < days {
            day = self.following(day)?;
            counted += u32::from(self.is_working_day(day)?);
        }
        Ok(day)
    }

    /// The working days used up when `end` is reached: those after `start` up to and including
    /// `end`, so that `between(d, add(d, n)) == n`. Zero where `end` is not after `start`.
    ///
    /// # Errors
    /// As [`WorkingDays::add`].
    pub fn between(&self, start: Date, end: Date) -> Result<u32, CalendarError> {
        let (mut day, mut counted) = (start, 0);
        while day < end {
            day = self.following(day)?;
            counted += u32::from(self.is_working_day(day)?);
            if counted > Self::MAX_DAYS {
                return Err(CalendarError::TooFar { days: counted });
            }
        }
        Ok(counted)
    }

    /// Years with a table, ascending.
    pub fn years(&self) -> impl Iterator<Item = i16> {
        self.years.keys().copied()
    }

    /// Working days of one year, as a check against the published number.
    ///
    /// # Errors
    /// [`CalendarError::YearMissing`].
    pub fn in_year(&self, year: i16) -> Result<u32, CalendarError> {
        if !self.years.contains_key(&year) {
            return Err(CalendarError::YearMissing { year });
        }
        let mut counted = 0;
        for day in jiff::civil::date(year, 1, 1)
            .series(1.day())
            .take_while(|d| d.year() == year)
        {
            counted += u32::from(self.is_working_day(day)?);
        }
        Ok(counted)
    }

    fn following(&self, day: Date) -> Result<Date, CalendarError> {
        // Fails only at the end of time, for which there is no table either.
        day.tomorrow()
            .map_err(|_| CalendarError::YearMissing { year: day.year() })
    }
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
