//! Dates counted by hand, so that an error in the table and one in the counting cannot agree.

use jiff::civil::date;

use super::*;
use crate::rules::Library;

fn days() -> WorkingDays {
    Library::embedded().unwrap().workdays().clone()
}

#[test]
fn hand_counted_deadlines() {
    // start, working days, end
    for (start, n, end) in [
        // Mon 12 March 2018: no holiday near; two weeks are ten days.
        (date(2018, 3, 12), 10, date(2018, 3, 26)),
        // 5 and 6 April are off (清明), Sunday 8 April is worked.
        (date(2018, 3, 30), 4, date(2018, 4, 8)),
        (date(2018, 3, 30), 5, date(2018, 4, 9)),
        // Spring Festival 2018: off 15 to 21 February, worked Saturday 24.
        (date(2018, 2, 14), 1, date(2018, 2, 22)),
        (date(2018, 2, 14), 3, date(2018, 2, 24)),
        // A period that starts on a Saturday begins to count on Monday.
        (date(2018, 3, 17), 1, date(2018, 3, 19)),
        // Across the turn of the year: 31 December 2018 and 1 January 2019 are off, Saturday 29
        // December is worked.
        (date(2018, 12, 28), 1, date(2018, 12, 29)),
        (date(2018, 12, 28), 2, date(2019, 1, 2)),
        (date(2018, 3, 17), 0, date(2018, 3, 17)),
    ] {
        assert_eq!(days().add(start, n), Ok(end), "{start} + {n}");
        assert_eq!(days().between(start, end), Ok(n), "{start} to {end}");
    }
    assert_eq!(days().between(date(2018, 3, 12), date(2018, 3, 1)), Ok(0));
}

#[test]
fn a_year_without_a_table_is_an_error_that_says_so() {
    let missing = CalendarError::YearMissing { year: 2027 };
    // Ten days from 18 December 2026 would end in January 2027.
    assert_eq!(days().add(date(2026, 12, 18), 10), Err(missing));
    assert_eq!(
        days().between(date(2026, 12, 18), date(2027, 1, 8)),
        Err(missing)
    );
    assert_eq!(days().add(date(2026, 12, 18), 9), Ok(date(2026, 12, 31)));
    // Even a Sunday may be a worked one.
    assert_eq!(
        days().is_working_day(date(2013, 1, 6)),
        Err(CalendarError::YearMissing { year: 2013 })
    );
    let said = missing.to_string();
    assert!(said.contains("2027") && said.contains("load it"), "{said}");
    assert_eq!(
        days().add(date(2018, 3, 12), 1001),
        Err(CalendarError::TooFar { days: 1001 })
    );
}

#[test]
fn every_year_is_there() {
    assert_eq!(
        days().years().collect::<Vec<_>>(),
        (2014..=2026).collect::<Vec<_>>()
    );
}

/// The vectors that came with the facts, where they are present.
#[test]
fn shared_vectors() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/domain/deadline-vectors.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        return;
    };
    let vectors: Vec<std::collections::BTreeMap<String, String>> =
        serde_json::from_str(&text).unwrap();
    let days = days();
    let mut checked = 0;
    for vector in &vectors {
        let day = |key: &str| vector[key].parse::<Date>().unwrap();
        for (from, n, to) in [
            ("start", 5, "correction_5wd"),
            ("start", 10, "promise_10wd"),
            ("start", 15, "decision_15wd"),
            ("decision_15wd", 10, "issue_10wd_after_decision"),
            ("start", 20, "general_20wd"),
            ("start", 30, "general_30wd"),
        ] {
            assert_eq!(
                days.add(day(from), n),
                Ok(day(to)),
                "{} + {n}",
                vector[from]
            );
            assert_eq!(days.between(day(from), day(to)), Ok(n));
            checked += 1;
        }
    }
    assert!(checked >= 72, "{checked} deadlines");
}
