//! Times, sizes and places as people read them. All times are those of China, whatever the
//! tablet's own zone is.

use field_core::rules::{Date, Language};
use jiff::civil::{DateTime, Weekday};
use jiff::{SignedDuration, civil};

use super::words::Said;

/// China keeps one time, UTC+8.
const CHINA_OFFSET_MS: i64 = 8 * 60 * 60 * 1_000;

/// A moment in China.
fn in_china(wall_ms: i64) -> Option<DateTime> {
    let since = SignedDuration::from_millis(wall_ms.checked_add(CHINA_OFFSET_MS)?);
    civil::datetime(1970, 1, 1, 0, 0, 0, 0)
        .checked_add(since)
        .ok()
}

/// "11月24日 周二 14:02", or "24 Nov, Tue 14:02".
pub(super) fn moment(said: Said, wall_ms: i64) -> String {
    let Some(at) = in_china(wall_ms) else {
        return String::new();
    };
    format!(
        "{} {:02}:{:02}",
        day(said, at.date()),
        at.hour(),
        at.minute()
    )
}

/// "14:02"; with the day in front when it is another than `now_ms`.
pub(super) fn clock(said: Said, wall_ms: i64, now_ms: i64) -> String {
    match (in_china(wall_ms), in_china(now_ms)) {
        (Some(at), Some(now)) if at.date() == now.date() => {
            format!("{:02}:{:02}", at.hour(), at.minute())
        }
        _ => moment(said, wall_ms),
    }
}

/// "11月24日 周二", or "24 Nov, Tue".
pub(super) fn day(said: Said, day: Date) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = usize::from(day.month().unsigned_abs());
    match said.language {
        Language::Zh => {
            let weekday = match day.weekday() {
                Weekday::Monday => "周一",
                Weekday::Tuesday => "周二",
                Weekday::Wednesday => "周三",
                Weekday::Thursday => "周四",
                Weekday::Friday => "周五",
                Weekday::Saturday => "周六",
                Weekday::Sunday => "周日",
            };
            format!("{month}月{}日 {weekday}", day.day())
        }
        Language::En => {
            let weekday = match day.weekday() {
                Weekday::Monday => "Mon",
                Weekday::Tuesday => "Tue",
                Weekday::Wednesday => "Wed",
                Weekday::Thursday => "Thu",
                Weekday::Friday => "Fri",
                Weekday::Saturday => "Sat",
                Weekday::Sunday => "Sun",
            };
            let name = MONTHS.get(month.wrapping_sub(1)).copied().unwrap_or("?");
            format!("{} {name}, {weekday}", day.day())
        }
    }
}

/// "48 MB".
pub(super) fn bytes(bytes: u64) -> String {
    const KIB: u64 = 1 << 10;
    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;
    match bytes {
        0..KIB => format!("{bytes} B"),
        KIB..MIB => format!("{} KB", bytes / KIB),
        MIB..GIB => format!("{}.{} MB", bytes / MIB, bytes % MIB * 10 / MIB),
        _ => format!("{}.{} GB", bytes / GIB, bytes % GIB * 10 / GIB),
    }
}

/// "29.60212, 120.31042 (±8 m)".
pub(super) fn place(place: &field_core::inspection::Place) -> String {
    let at = format!("{:.5}, {:.5}", place.latitude, place.longitude);
    match place.accuracy_m {
        Some(metres) => format!("{at} (±{metres:.0} m)"),
        None => at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_china_in_both_languages() {
        // 2026-11-24 06:02 UTC
        let at = 1_795_500_120_000;
        assert_eq!(moment(Said::new(Language::Zh), at), "11月24日 周二 14:02");
        assert_eq!(moment(Said::new(Language::En), at), "24 Nov, Tue 14:02");
        assert_eq!(clock(Said::new(Language::Zh), at, at + 60_000), "14:02");
    }

    #[test]
    fn sizes_are_rounded_down() {
        let said: Vec<_> = [12, 2_048, 50_331_648, 3 << 30].map(bytes).into();
        assert_eq!(said, ["12 B", "2 KB", "48.0 MB", "3.0 GB"]);
    }
}
