//! One photo, large, with everything known about it.

use askama::Template;

use crate::office::case::show::Fact;
use crate::office::view::{Shell, Status, filters};

/// One photo.
#[derive(Debug, Clone, Template)]
#[template(path = "photo/show.html")]
pub struct PhotoShow {
    /// The frame.
    pub shell: Shell,
    /// The case it belongs to.
    pub case_id: i64,
    /// The case number.
    pub case_number: String,
    /// Clause and item, e.g. `8.1 接待室（含客户休息室）面积`.
    pub title: String,
    /// What is required, found and judged, e.g. `≥ 20 m² · 21.0 m²`.
    pub finding: String,
    /// The verdict on the item.
    pub verdict: Status,
    /// The picture; `None` while it is still on the tablet.
    pub src: Option<String>,
    /// Why there is no picture, and where it is; empty when there is one.
    pub missing: String,
    /// Officer, time, place, distance, camera.
    pub facts: Vec<Fact>,
    /// SHA-256 of the evidence file, hex.
    pub sha256: String,
    /// Anchor of the item in the page of the case.
    pub item_id: String,
    /// E.g. `第 3 张，共 24 张`.
    pub position: String,
    /// Address of the photo before.
    pub previous: Option<String>,
    /// Address of the photo after.
    pub next: Option<String>,
}
