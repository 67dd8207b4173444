//! All tablets with what they still hold, the ones to worry about first; and enrolment codes.

use askama::Template;

use crate::office::view::{Errors, Progress, Shell, Status, Tone, filters};

/// All tablets.
#[derive(Debug, Clone, Template)]
#[template(path = "tablet/list.html")]
pub struct TabletList {
    /// The frame.
    pub shell: Shell,
    /// What is wrong with the enrolment form.
    pub errors: Errors,
    /// Counts at the top, each in words with its tone.
    pub summary: Vec<Status>,
    /// The tablets.
    pub rows: Vec<TabletRow>,
    /// The name typed for a new tablet.
    pub new_name: String,
    /// The code just made; shown once, never again.
    pub code: Option<EnrolmentCode>,
}

/// A code that enrols one tablet, once.
#[derive(Debug, Clone)]
pub struct EnrolmentCode {
    /// The code in groups, e.g. `K7QD-2MXA-9RTB`.
    pub code: String,
    /// The tablet it is for.
    pub device_name: String,
    /// Until when it may be used, local.
    pub valid_until: String,
}

/// One tablet.
#[derive(Debug, Clone)]
pub struct TabletRow {
    /// Hex of its id, for the row's identity.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Who unlocked it last; may be empty.
    pub people: String,
    /// E.g. `3 分钟前`, with the exact time beside it.
    pub seen: String,
    /// The exact time, local.
    pub seen_exact: String,
    /// Unsent changes.
    pub changes: u64,
    /// Unsent photos.
    pub photos: u64,
    /// Unsent bytes, e.g. `15 MB`.
    pub bytes: String,
    /// Since when something waits; empty for nothing.
    pub oldest: String,
    /// Free space, e.g. `41 GB`.
    pub free: String,
    /// Free space is short.
    pub free_tone: Tone,
    /// Offset of its clock, e.g. `+0.3 s`.
    pub clock: String,
    /// The clock is off.
    pub clock_tone: Tone,
    /// Version of its software.
    pub version: String,
    /// How it stands.
    pub status: Status,
    /// While it is sending.
    pub sending: Option<Progress>,
}
