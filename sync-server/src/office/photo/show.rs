//! One photo, large, with everything known about it.

use askama::Template;
use axum::extract::{Path, State};
use field_core::inspection::{PhotoKey, PhotoView};

use super::href;
use crate::app::App;
use crate::auth::Officer;
use crate::error::AppError;
use crate::locale::{current, phrase, pick, say};
use crate::office::case::fill::Against;
use crate::office::case::findings::{author, reused, value, verdict};
use crate::office::case::open;
use crate::office::case::record::{CaseRecord, Round};
use crate::office::case::show::Fact;
use crate::office::format;
use crate::office::page::{Page, shell};
use crate::office::view::{Place, Shell, Status, Tone, filters};
use crate::store::overview;

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

/// `GET /cases/{id}/photos/{round}/{key}`
pub(crate) async fn page(
    State(app): State<App>,
    officer: Officer,
    Path((id, round, key)): Path<(i64, u32, String)>,
) -> Result<Page<PhotoShow>, AppError> {
    let gone = || AppError::NotFound { what: "照片" };
    let key: PhotoKey = key.parse().map_err(|_| gone())?;
    let record = open::record(&app, &officer, id).await?;
    let frame = shell(&app, Some(&officer), Place::Cases);
    open::fill(&app, &officer, move |against| {
        fill(frame, &record, round, key, against)
    })
    .await?
    .map(Page)
    .ok_or_else(gone)
}

fn fill(
    shell: Shell,
    record: &CaseRecord,
    number: u32,
    key: PhotoKey,
    against: &Against<'_>,
) -> Option<PhotoShow> {
    let mut rounds = record.rounds.iter();
    let round = rounds.find(|round| round.inspection.round == number)?;
    let photos = in_order(round);
    let place = photos.iter().position(|one| one.key == key)?;
    let one = photos[place];
    let item = one.photo.item.as_str();
    let judged = against.judge(round)?;
    let rule = judged.items.iter().find(|rule| rule.id == item)?;
    let answer = round.view.answers.get(item);
    let held = round.around.held.contains(&one.photo.sha256);
    let required = rule.threshold(&round.view.facts.class, current().of_rules());
    let found = answer.map_or_else(|| say("value-none"), |one| value(&one.answer));
    let turn = |place: usize| {
        photos
            .get(place)
            .map(|one| href::page(record.case.id, number, one.key))
    };
    let judgement = judged.assessment.item(item).map(|one| {
        let open = answer.is_some_and(|one| !one.conflict.is_empty());
        verdict(one, answer.is_some(), open)
    });
    Some(PhotoShow {
        shell,
        case_id: record.case.id,
        case_number: record.case.number.clone(),
        title: format!("{} {}", rule.clause, pick(rule.short())),
        finding: if required.is_empty() {
            found
        } else {
            phrase("photo-finding")
                .with("required", &required)
                .with("found", &found)
                .to_string()
        },
        verdict: judgement.unwrap_or_else(|| Status::new(Tone::Muted, say("photo-unjudged"))),
        src: held.then(|| href::file(one.photo.sha256)),
        missing: if held {
            String::new()
        } else {
            where_it_is(record, round, one, against)
        },
        facts: about(record, round, one),
        sha256: one.photo.sha256.to_string(),
        item_id: item.to_owned(),
        position: phrase("photo-position")
            .with("place", place + 1)
            .with("total", photos.len())
            .to_string(),
        previous: place.checked_sub(1).and_then(turn),
        next: turn(place + 1),
    })
}

/// In the order of the checklist, so that turning the pages follows the table.
fn in_order(round: &Round) -> Vec<&PhotoView> {
    let items = &round.view.facts.items;
    let mut photos: Vec<_> = round.view.present_photos().collect();
    photos.sort_by_key(|one| items.iter().position(|item| *item == one.photo.item));
    photos
}

fn where_it_is(
    record: &CaseRecord,
    round: &Round,
    one: &PhotoView,
    against: &Against<'_>,
) -> String {
    let known = overview::author(&round.around, &one.by.actor);
    let tablet = known.and_then(|(_, device)| record.tablets.get(&device.to_string()));
    let who = author(record, round, &one.by.actor);
    match tablet {
        Some((name, Some(seen))) => phrase("photo-is-on")
            .with("who", &who)
            .with("name", name)
            .with("at", format::near(*seen, against.now_ms))
            .to_string(),
        _ => phrase("photo-is-on-unknown").with("who", &who).to_string(),
    }
}

fn about(record: &CaseRecord, round: &Round, one: &PhotoView) -> Vec<Fact> {
    let fact = |label: &str, value: String| Fact {
        label: label.to_owned(),
        value,
    };
    let photo = &one.photo;
    let mut facts = vec![fact(&say("photo-by"), author(record, round, &one.by.actor))];
    if let Some(at) = one.by.at {
        facts.push(fact(&say("photo-kept"), format::second(at.corrected_ms())));
    }
    if let Some(taken) = &photo.taken {
        facts.push(fact(&say("photo-taken"), taken.clone()));
    }
    match photo.place {
        Some(place) => {
            let accuracy = place.accuracy_m.map(|one| format!(" (±{one:.0} m)"));
            let accuracy = accuracy.unwrap_or_default();
            let at = format!("{:.5}, {:.5}{accuracy}", place.latitude, place.longitude);
            facts.push(fact(&say("photo-place"), at));
            facts.push(fact(&say("photo-distance"), distance(round, place)));
        }
        None => facts.push(fact(&say("photo-place"), say("photo-no-place"))),
    }
    let known = overview::author(&round.around, &one.by.actor);
    let tablet = known.and_then(|(_, device)| record.tablets.get(&device.to_string()));
    if let Some((name, _)) = tablet {
        facts.push(fact(&say("photo-tablet"), name.clone()));
    }
    if let Some(camera) = &photo.camera {
        facts.push(fact(&say("photo-camera"), camera.clone()));
    }
    if let Some(words) = reused(round, one) {
        facts.insert(0, fact(&say("photo-used-before"), words));
    }
    let size = format::bytes(photo.bytes);
    facts.push(fact(
        &say("photo-size"),
        format!("{} × {} · {size}", photo.width, photo.height),
    ));
    if !one.strokes.is_empty() {
        facts.push(fact(
            &say("photo-marks"),
            phrase("photo-marks-count")
                .with("count", one.strokes.len())
                .to_string(),
        ));
    }
    facts
}

fn distance(round: &Round, place: field_core::inspection::Place) -> String {
    match round.view.facts.place {
        Some(shop) => format::distance(format::metres_between(
            (shop.latitude, shop.longitude),
            (place.latitude, place.longitude),
        )),
        None => say("photo-no-distance"),
    }
}
