//! The edge where the time is read. Real time is for tokens, sessions and logs; the business
//! clock is for legal dates and may stand on another day in a training installation. Everything
//! else takes both as arguments.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};
use rusqlite::{Connection, Transaction};

use crate::store::{StoreError, meta};

/// China keeps one time, UTC+8, without daylight saving since 1991: no time zone file is needed.
pub const CHINA: Offset = Offset::constant(8);

const OFFSET_KEY: &str = "business_offset_days";
const CONFIGURED_KEY: &str = "business_date_configured";

/// The two clocks.
#[derive(Debug, Clone)]
pub struct Clock {
    source: Source,
    /// Business day minus real day.
    offset_days: i64,
}

#[derive(Debug, Clone)]
enum Source {
    System,
    Given(Arc<AtomicI64>),
}

/// Why the business clock cannot be set as configured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// Legal dates never go back.
    #[error(
        "business_date {wanted} lies before {today}, the day this data directory stands on: choose a later day, or another data directory"
    )]
    Backwards {
        /// What the configuration asks for.
        wanted: Date,
        /// The business day now.
        today: Date,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Clock {
    /// The machine's clock, the business clock equal to it.
    #[must_use]
    pub const fn system() -> Self {
        Self {
            source: Source::System,
            offset_days: 0,
        }
    }

    /// A clock that stands still until [`Clock::advance`]; for tests and simulations.
    #[must_use]
    pub fn standing_at(now: Timestamp) -> Self {
        Self {
            source: Source::Given(Arc::new(AtomicI64::new(now.as_millisecond()))),
            offset_days: 0,
        }
    }

    /// Moves a clock that was made by [`Clock::standing_at`], and all its clones; a real clock
    /// goes by itself.
    pub fn advance(&self, milliseconds: i64) {
        if let Source::Given(now) = &self.source {
            now.fetch_add(milliseconds, Ordering::SeqCst);
        }
    }

    /// Real time.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the edge")]
    pub fn now(&self) -> Timestamp {
        match &self.source {
            Source::System => Timestamp::now(),
            Source::Given(now) => {
                Timestamp::from_millisecond(now.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// Real time as Unix milliseconds, as the database keeps it.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// The business day in China.
    #[must_use]
    pub fn today(&self) -> Date {
        self.business_day(self.now())
    }

    /// The business day at a point of real time. At the ends of the calendar, thousands of years
    /// from here, it stays the real day.
    #[must_use]
    pub fn business_day(&self, at: Timestamp) -> Date {
        let real = real_day(at);
        real.checked_add(self.offset_days.days()).unwrap_or(real)
    }

    /// Business day minus real day.
    #[must_use]
    pub fn offset_days(&self) -> i32 {
        i32::try_from(self.offset_days).unwrap_or(0)
    }

    /// Whether the business day is another than the real one, which every page must say.
    #[must_use]
    pub const fn is_training(&self) -> bool {
        self.offset_days != 0
    }

    /// The clock with the business day as it was fixed before, for who only reads.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn stored_business_day(self, connection: &Connection) -> Result<Self, StoreError> {
        Ok(Self {
            offset_days: stored_offset(connection)?.unwrap_or(0),
            ..self
        })
    }

    /// Fixes the business clock: at first use of `configured` it stands on that day, afterwards
    /// it goes on with the real days, over restarts too. A training installation stays one when
    /// the setting is taken away, since its cases carry its dates.
    ///
    /// # Errors
    /// A new date that lies before the business day reached so far.
    pub fn fix_business_day(
        self,
        transaction: &Transaction<'_>,
        configured: Option<Date>,
    ) -> Result<Self, ClockError> {
        let offset = stored_offset(transaction)?;
        let known = meta::get_text(transaction, CONFIGURED_KEY)?;
        let stored = Self {
            offset_days: offset.unwrap_or(0),
            ..self
        };
        let Some(wanted) = configured.filter(|date| known.as_deref() != Some(&date.to_string()))
        else {
            return Ok(stored);
        };
        let today = stored.today();
        if offset.is_some() && wanted < today {
            return Err(ClockError::Backwards { wanted, today });
        }
        let seconds = wanted.duration_since(real_day(stored.now())).as_secs();
        let fixed = Self {
            offset_days: seconds / (24 * 60 * 60),
            ..stored
        };
        meta::set(
            transaction,
            OFFSET_KEY,
            fixed.offset_days.to_string().as_bytes(),
        )?;
        meta::set(transaction, CONFIGURED_KEY, wanted.to_string().as_bytes())?;
        Ok(fixed)
    }
}

fn stored_offset(connection: &Connection) -> Result<Option<i64>, StoreError> {
    meta::get_text(connection, OFFSET_KEY)?
        .map(|text| text.parse())
        .transpose()
        .map_err(|e| StoreError::unreadable(OFFSET_KEY, e))
}

/// The day in China at a point of real time.
#[must_use]
pub fn real_day(at: Timestamp) -> Date {
    CHINA.to_datetime(at).date()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::store::Store;

    const DAY_MS: i64 = 24 * 60 * 60 * 1000;

    fn at(text: &str) -> Clock {
        Clock::standing_at(text.parse().unwrap())
    }

    async fn fix(store: &Store, clock: &Clock, day: Option<Date>) -> Result<Clock, ClockError> {
        let clock = clock.clone();
        store
            .transact(move |tx| clock.fix_business_day(tx, day))
            .await
    }

    #[test]
    fn the_day_is_chinas() {
        assert_eq!(at("2026-11-23T15:59:59Z").today(), date(2026, 11, 23));
        assert_eq!(at("2026-11-23T16:00:00Z").today(), date(2026, 11, 24));
    }

    #[tokio::test]
    async fn the_business_day_goes_on_over_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let real = at("2026-11-24T02:00:00Z");
        let start = Some(date(2018, 3, 12));
        let clock = fix(&store, &real, start).await.unwrap();
        assert_eq!(clock.today(), date(2018, 3, 12));
        assert!(clock.is_training());
        real.advance(3 * DAY_MS);
        for configured in [start, None] {
            let again = fix(&store, &real, configured).await.unwrap();
            assert_eq!(again.today(), date(2018, 3, 15));
        }
        let back = fix(&store, &real, Some(date(2018, 3, 14))).await;
        assert!(matches!(back, Err(ClockError::Backwards { .. })));
        let forth = fix(&store, &real, Some(date(2018, 4, 2))).await.unwrap();
        assert_eq!(forth.today(), date(2018, 4, 2));
    }

    #[tokio::test]
    async fn without_a_setting_the_clocks_are_one() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let clock = fix(&store, &at("2026-11-24T02:00:00Z"), None)
            .await
            .unwrap();
        assert_eq!(clock.today(), date(2026, 11, 24));
        assert!(!clock.is_training());
    }
}
