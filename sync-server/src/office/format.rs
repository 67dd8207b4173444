//! How times, durations, sizes and distances are written.

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::clock::CHINA;
use crate::locale::{phrase, say};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

fn local(at_ms: i64) -> DateTime {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    CHINA.to_datetime(at)
}

/// `2018-03-12 14:02:31`, China's time.
pub(crate) fn second(at_ms: i64) -> String {
    local(at_ms).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `14:02`, China's time.
pub(crate) fn clock(at_ms: i64) -> String {
    local(at_ms).strftime("%H:%M").to_string()
}

/// `14:02` on the day of `now_ms`, `11-22 14:02` on another.
pub(crate) fn near(at_ms: i64, now_ms: i64) -> String {
    if local(at_ms).date() == local(now_ms).date() {
        clock(at_ms)
    } else {
        local(at_ms).strftime("%m-%d %H:%M").to_string()
    }
}

/// The business day of a step with the time of day it was taken at: a training installation's
/// days are not the real ones.
pub(crate) fn business(on_date: &str, at_ms: i64) -> String {
    format!("{on_date} {}", clock(at_ms))
}

/// `2 小时 40 分`; seconds only below a minute.
pub(crate) fn duration(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (days, hours, minutes) = (seconds / DAY, seconds % DAY / HOUR, seconds % HOUR / MINUTE);
    match (days, hours, minutes) {
        (0, 0, 0) => phrase("duration-seconds")
            .with("seconds", seconds)
            .to_string(),
        (0, 0, _) => phrase("duration-minutes")
            .with("minutes", minutes)
            .to_string(),
        (0, _, 0) => phrase("duration-hours").with("hours", hours).to_string(),
        (0, ..) => phrase("duration-hours-minutes")
            .with("hours", hours)
            .with("minutes", minutes)
            .to_string(),
        (_, 0, _) => phrase("duration-days").with("days", days).to_string(),
        _ => phrase("duration-days-hours")
            .with("days", days)
            .with("hours", hours)
            .to_string(),
    }
}

/// `3 分钟前`.
pub(crate) fn ago(at_ms: i64, now_ms: i64) -> String {
    let seconds = (now_ms - at_ms) / 1000;
    if seconds < MINUTE {
        return say("ago-now");
    }
    if seconds < HOUR {
        return phrase("ago-minutes")
            .with("count", seconds / MINUTE)
            .to_string();
    }
    if seconds < DAY {
        return phrase("ago-hours")
            .with("count", seconds / HOUR)
            .to_string();
    }
    phrase("ago-days").with("count", seconds / DAY).to_string()
}

/// `0.8 MB`: decimal units, one decimal below ten.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if count < 1000 {
        return format!("{count} B");
    }
    let (mut tenths, mut unit) = (count / 100, 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1000;
        unit += 1;
    }
    if tenths < 100 {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    } else {
        format!("{} {}", tenths / 10, UNITS[unit])
    }
}

/// `38 m`, `1.2 km`.
pub(crate) fn distance(metres: f64) -> String {
    if metres < 1000.0 {
        format!("{metres:.0} m")
    } else {
        format!("{:.1} km", metres / 1000.0)
    }
}

/// Metres between two places (degrees, WGS 84) on a sphere; half a percent is exact enough to
/// see whether a photo was taken at the shop.
pub(crate) fn metres_between(a: (f64, f64), b: (f64, f64)) -> f64 {
    const EARTH_RADIUS_M: f64 = 6_371_000.0;
    let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
    let (d_lat, d_lon) = (lat_b - lat_a, (b.1 - a.1).to_radians());
    let h = (d_lat / 2.0).sin().powi(2) + lat_a.cos() * lat_b.cos() * (d_lon / 2.0).sin().powi(2);
    2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
}

/// The first eight digits of a hash, as people read them to each other.
pub(crate) fn short_hash(hash: &impl std::fmt::Display) -> String {
    hash.to_string().chars().take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        let said = [0, 59, 60, 3600, 9600, 86_400, 100_000, -5].map(duration);
        assert_eq!(
            said,
            [
                "0 秒",
                "59 秒",
                "1 分",
                "1 小时",
                "2 小时 40 分",
                "1 天",
                "1 天 3 小时",
                "0 秒"
            ]
        );
    }

    #[test]
    fn sizes_keep_one_decimal_below_ten() {
        let said = [
            0,
            999,
            1000,
            812_000,
            15_000_000,
            1_240_000_000,
            41_000_000_000,
        ]
        .map(bytes);
        assert_eq!(
            said,
            [
                "0 B", "999 B", "1.0 kB", "812 kB", "15 MB", "1.2 GB", "41 GB"
            ]
        );
    }

    #[test]
    fn a_day_is_chinas() {
        // 2018-03-11T16:30:00Z is half past midnight on the 12th in China.
        let at = 1_520_785_800_000;
        assert_eq!(second(at), "2018-03-12 00:30:00");
        assert_eq!(near(at, at + 1000), "00:30");
        assert_eq!(near(at, at - 3_600_000), "03-12 00:30");
        assert_eq!(ago(at, at + 180_000), "3 分钟前");
    }

    #[test]
    fn a_degree_of_latitude_is_111_km() {
        let metres = metres_between((28.0, 120.0), (29.0, 120.0));
        assert!((metres - 111_195.0).abs() < 10.0, "{metres}");
        assert_eq!(distance(37.6), "38 m");
        assert_eq!(distance(metres), "111.2 km");
        assert!(metres_between((28.9, 120.0), (28.9, 120.0)) < 0.001);
    }
}
