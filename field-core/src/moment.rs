//! A point in time as a tablet knew it. Clocks on tablets are wrong, so nothing is ordered by
//! them: three readings are kept together and the office sees how far they are apart.

use serde::{Deserialize, Serialize};

/// What a tablet's clocks said when something happened.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, minicbor::Encode, minicbor::Decode,
)]
#[cbor(map)]
pub struct Moment {
    /// The wall clock, Unix milliseconds.
    #[n(0)]
    pub wall_ms: i64,
    /// The monotonic clock, milliseconds since the tablet was started.
    #[n(1)]
    pub monotonic_ms: u64,
    /// Server time minus wall clock at the last exchange, milliseconds; absent before the first.
    #[n(2)]
    pub server_offset_ms: Option<i64>,
}

impl Moment {
    /// The best guess of the true time: the wall clock corrected by the last known offset.
    #[must_use]
    pub fn corrected_ms(&self) -> i64 {
        self.wall_ms
            .saturating_add(self.server_offset_ms.unwrap_or(0))
    }

    /// One line for a change's message: `wall,monotonic,offset`, the offset empty when unknown.
    #[must_use]
    pub fn to_line(&self) -> String {
        let offset = self
            .server_offset_ms
            .map(|offset| offset.to_string())
            .unwrap_or_default();
        format!("{},{},{offset}", self.wall_ms, self.monotonic_ms)
    }

    /// Reads what [`Moment::to_line`] wrote, and nothing else.
    #[must_use]
    pub fn from_line(line: &str) -> Option<Self> {
        let mut parts = line.split(',');
        let moment = Self {
            wall_ms: parts.next()?.parse().ok()?,
            monotonic_ms: parts.next()?.parse().ok()?,
            server_offset_ms: match parts.next()? {
                "" => None,
                offset => Some(offset.parse().ok()?),
            },
        };
        (parts.next().is_none() && moment.to_line() == line).then_some(moment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_back_and_only_a_line() {
        for server_offset_ms in [None, Some(-94_000)] {
            let moment = Moment {
                wall_ms: 1_520_812_800_123,
                monotonic_ms: 77,
                server_offset_ms,
            };
            assert_eq!(Moment::from_line(&moment.to_line()), Some(moment));
        }
        for bad in ["", "1,2", "1,2,3,4", "+1,2,", "1,-2,", "01,2,", "x,2,3"] {
            assert_eq!(Moment::from_line(bad), None, "{bad}");
        }
    }
}
