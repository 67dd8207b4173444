//! One tablet as its last heartbeat described it.

use serde::Deserialize;

use super::list::TabletRow;
use crate::locale::{phrase, say};
use crate::office::format;
use crate::office::view::{Status, Tone};
use crate::store::devices::Device;

const MINUTE_MS: i64 = 60 * 1000;
/// A tablet that was heard of within this time is online.
const ONLINE_MS: i64 = 5 * MINUTE_MS;
/// A tablet with unsent work that was not heard of for this long is worried about.
const STALE_MS: i64 = 24 * 60 * MINUTE_MS;
/// Below this much free space photos will soon be refused.
const LITTLE_SPACE_BYTES: u64 = 2_000_000_000;
/// Beyond this a tablet's clock is said to be off.
const CLOCK_OFF_MS: i64 = 60 * 1000;

/// The heartbeat as it is kept: fields of other versions are ignored, missing ones are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Heartbeat {
    version: String,
    wall_ms: Option<i64>,
    unsent_changes: u64,
    unsent_photos: u64,
    unsent_bytes: u64,
    oldest_unsent_ms: Option<i64>,
    free_bytes: Option<u64>,
    last_error: Option<String>,
}

impl Heartbeat {
    fn of(device: &Device) -> Self {
        let text = device.heartbeat.as_deref();
        text.and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default()
    }

    const fn unsent(&self) -> bool {
        self.unsent_changes + self.unsent_photos > 0
    }
}

/// How a tablet stands, by how much it is to be worried about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Stale,
    Sending,
    Waiting,
    Done,
    Never,
    Revoked,
}

fn standing(device: &Device, beat: &Heartbeat, now: i64) -> Standing {
    let Some(seen) = device.seen_at else {
        return if device.revoked_at.is_some() {
            Standing::Revoked
        } else {
            Standing::Never
        };
    };
    match (device.revoked_at, beat.unsent()) {
        (Some(_), _) => Standing::Revoked,
        (None, true) if now - seen > STALE_MS => Standing::Stale,
        (None, true) if now - seen <= ONLINE_MS => Standing::Sending,
        (None, true) => Standing::Waiting,
        (None, false) => Standing::Done,
    }
}

/// The row of a tablet.
pub(crate) fn fill(device: &Device, people: String, now: i64) -> TabletRow {
    let beat = Heartbeat::of(device);
    let dash = || "—".to_owned();
    let offset = device
        .seen_at
        .zip(beat.wall_ms)
        .map(|(seen, wall)| wall - seen);
    let warn = |warns: bool| if warns { Tone::Warn } else { Tone::Muted };
    let status = match standing(device, &beat, now) {
        Standing::Stale => Status::new(Tone::Warn, say("tablet-stale")),
        Standing::Sending => Status::new(Tone::Busy, say("tablet-sending")),
        Standing::Waiting => Status::new(Tone::Busy, say("tablet-waiting")),
        Standing::Done => Status::new(Tone::Good, say("tablet-done")),
        Standing::Never => Status::new(Tone::Muted, say("tablet-never")),
        Standing::Revoked => Status::new(Tone::Muted, say("tablet-revoked")),
    };
    let status = match &beat.last_error {
        Some(error) if status.tone != Tone::Muted => Status::new(
            Tone::Warn,
            phrase("tablet-error")
                .with("status", &status.word)
                .with("error", error)
                .to_string(),
        ),
        _ => status,
    };
    TabletRow {
        id: device.id.to_string(),
        name: device.name.clone(),
        people,
        seen: device.seen_at.map_or_else(dash, |at| format::ago(at, now)),
        seen_exact: device.seen_at.map(format::second).unwrap_or_default(),
        changes: beat.unsent_changes,
        photos: beat.unsent_photos,
        bytes: format::bytes(beat.unsent_bytes),
        oldest: beat
            .oldest_unsent_ms
            .filter(|_| beat.unsent())
            .map(|at| format::near(at, now))
            .unwrap_or_default(),
        free: beat.free_bytes.map_or_else(dash, format::bytes),
        free_tone: warn(
            beat.free_bytes
                .is_some_and(|free| free < LITTLE_SPACE_BYTES),
        ),
        clock: offset.map_or_else(dash, clock),
        clock_tone: warn(offset.is_some_and(|one| one.abs() > CLOCK_OFF_MS)),
        version: if beat.version.is_empty() {
            dash()
        } else {
            beat.version
        },
        status,
        sending: None,
    }
}

fn clock(offset_ms: i64) -> String {
    let sign = if offset_ms < 0 { '−' } else { '+' };
    let tenths = offset_ms.abs() / 100;
    if tenths < 100 {
        format!("{sign}{}.{} s", tenths / 10, tenths % 10)
    } else {
        format!("{sign}{} s", tenths / 10)
    }
}

/// What to worry about first comes first.
pub(crate) const fn urgency(row: &TabletRow) -> u8 {
    match row.status.tone {
        Tone::Bad | Tone::Warn => 0,
        Tone::Busy => 1,
        Tone::Good => 2,
        Tone::Muted => 3,
    }
}

/// Counts over all tablets.
pub(crate) fn summary(devices: &[Device], now: i64) -> Vec<Status> {
    let count = |test: &dyn Fn(&Device, &Heartbeat) -> bool| {
        let in_use = devices.iter().filter(|one| one.revoked_at.is_none());
        in_use.filter(|one| test(one, &Heartbeat::of(one))).count()
    };
    let online = count(&|one, _| one.seen_at.is_some_and(|at| now - at <= ONLINE_MS));
    let unsent = count(&|_, beat| beat.unsent());
    let stale = count(&|one, beat| standing(one, beat, now) == Standing::Stale);
    let mut parts = vec![
        Status::new(
            Tone::Good,
            phrase("tablets-online").with("online", online).to_string(),
        ),
        Status::new(
            if unsent > 0 { Tone::Busy } else { Tone::Muted },
            phrase("tablets-with-unsent")
                .with("unsent", unsent)
                .to_string(),
        ),
    ];
    if stale > 0 {
        parts.push(Status::new(
            Tone::Warn,
            phrase("tablets-stale").with("stale", stale).to_string(),
        ));
    }
    parts
}

#[cfg(test)]
mod tests {
    use field_core::ids::DeviceId;

    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn device(seen: Option<i64>, heartbeat: Option<&str>) -> Device {
        Device {
            id: DeviceId::from_bytes([7; 16]),
            name: "平板-07".into(),
            public_key: [0; 32],
            enrolled_at: NOW,
            revoked_at: None,
            seen_at: seen,
            heartbeat: heartbeat.map(str::to_owned),
        }
    }

    #[test]
    fn stale_with_unsent_work_comes_first() {
        let beat = r#"{"version":"0.1.0","wall_ms":1799999906000,"unsent_changes":118,
            "unsent_photos":36,"unsent_bytes":15000000,"free_bytes":1200000000,"new_field":1}"#;
        let old = device(Some(NOW - 2 * STALE_MS), Some(beat));
        let row = fill(&old, "丙".into(), NOW);
        assert_eq!(row.status.tone, Tone::Warn);
        assert_eq!(
            (row.changes, row.photos, row.bytes.as_str()),
            (118, 36, "15 MB")
        );
        assert_eq!(row.free_tone, Tone::Warn);
        let fresh = device(Some(NOW), Some(beat));
        let row_fresh = fill(&fresh, String::new(), NOW);
        assert_eq!(row_fresh.status.word, "传输中");
        assert_eq!(
            (row_fresh.clock.as_str(), row_fresh.clock_tone),
            ("−94 s", Tone::Warn)
        );
        assert!(urgency(&row) < urgency(&row_fresh));
        let words: Vec<_> = summary(&[old, fresh], NOW)
            .into_iter()
            .map(|one| one.word)
            .collect();
        assert_eq!(
            words,
            ["在线 1", "有未传数据 2", "超过 24 小时未联系且有未传 1"]
        );
    }

    #[test]
    fn a_tablet_without_a_heartbeat_has_a_row() {
        let row = fill(&device(None, Some("not JSON")), String::new(), NOW);
        assert_eq!(row.status.word, "已登记，未联系");
        assert_eq!((row.seen.as_str(), row.clock.as_str()), ("—", "—"));
    }
}
