//! Which originals are worth fetching: those of photos that the rules demand and of items that
//! fail. The others stay a claim of the tablet; their bytes are many and prove nothing more.

use std::collections::BTreeSet;

use field_core::digest::Sha256;
use field_core::inspection::View;
use field_core::rules::{Date, Item, Outcome, PhotoRule, Profile, Ruleset, Verdict, judge_items};

/// The originals of `view` that are called for, as judged on `today`. Without the ruleset nothing
/// can be judged, so all are.
pub(super) fn called_for(view: &View, ruleset: Option<&Ruleset>, today: Date) -> BTreeSet<Sha256> {
    let photos = view.present_photos().map(|one| &one.photo);
    let Some(ruleset) = ruleset else {
        return photos.map(|photo| photo.original).collect();
    };
    let facts = &view.facts;
    let items: Vec<&Item> = ruleset
        .items
        .iter()
        .filter(|item| facts.has_item(&item.id))
        .collect();
    let profile = Profile::new(
        &facts.class,
        facts.scopes.iter().map(String::as_str),
        facts.features.iter().map(String::as_str),
    );
    let assessment = judge_items(
        &items,
        &profile,
        &view.answers_only(),
        &view.photo_counts(),
        today,
    );
    photos
        .filter(|photo| {
            let demanded = ruleset
                .item(&photo.item)
                .is_some_and(|item| item.photo == PhotoRule::Required);
            let failed = assessment
                .item(&photo.item)
                .is_some_and(|item| item.verdict == Verdict::Fail);
            // An inspector's "fail" without the measured value is not judged yet, and is one.
            let said = view.answers.get(&photo.item);
            let said = said.is_some_and(|one| one.answer.result == Outcome::Fail);
            demanded || failed || said
        })
        .map(|photo| photo.original)
        .collect()
}
