//! What is built in is complete, and what replaces it is held to the same.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::civil::date;

use super::*;
use crate::rules::matter::{MatterError, Step};
use crate::rules::{Confidence, Profile, ProfileError, checklist};

fn library() -> Library {
    Library::embedded().unwrap()
}

fn rules_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")
}

#[test]
fn the_folder_and_what_is_built_in_are_the_same() {
    assert_eq!(Library::load_dir(&rules_dir()), Ok(library()));
}

#[test]
fn a_folder_without_a_table_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(Library::load_dir(dir.path()).unwrap_err().file, "matters");
    for folder in ["matters", "rulesets"] {
        fs::create_dir(dir.path().join(folder)).unwrap();
    }
    assert_eq!(
        Library::load_dir(dir.path()).unwrap_err().file,
        "workdays.toml"
    );
}

#[test]
fn which_ruleset_is_in_force() {
    let library = library();
    let in_force = |part, day| library.ruleset_in_force(part, day).map(|r| r.id.as_str());
    let part = "gbt-16739.1";
    assert_eq!(in_force(part, date(2015, 1, 1)), Ok("gbt-16739.1-2014"));
    assert_eq!(in_force(part, date(2018, 3, 12)), Ok("gbt-16739.1-2014"));
    assert_eq!(in_force(part, date(2024, 3, 31)), Ok("gbt-16739.1-2014"));
    let day = date(2014, 12, 31);
    assert_eq!(
        in_force(part, day),
        Err(NotInForce::None {
            part: part.into(),
            day
        })
    );
    let day = date(2024, 4, 1);
    for (part, day, id, status) in [
        (part, day, "gbt-16739-2023", Status::NumbersMissing),
        ("gbt-16739.2", day, "gbt-16739-2023", Status::NumbersMissing),
        (
            "gbt-16739.2",
            date(2018, 3, 12),
            "gbt-16739.2-2014",
            Status::Inactive,
        ),
    ] {
        assert_eq!(
            in_force(part, day),
            Err(NotInForce::NotUsable {
                id: id.into(),
                day,
                status
            })
        );
    }
    for (hash, ruleset) in library.rulesets() {
        assert_eq!(library.ruleset(hash), Some(ruleset));
    }
}

/// An administrator changes a file; inspections that have begun keep the ruleset they began with.
#[test]
fn a_retired_ruleset_is_found_but_never_in_force() {
    let old = library();
    let part = "gbt-16739.1";
    let day = date(2018, 3, 12);
    let before = old.ruleset_in_force(part, day).unwrap();
    let files = EMBEDDED.iter().map(|(name, text)| {
        let text = text.replace("class-1 = 80, class-2 = 20", "class-1 = 80, class-2 = 25");
        ((*name).to_owned(), text)
    });
    let mut new = Library::from_files(files.collect()).unwrap();
    assert_eq!(new.ruleset(before.hash()), None);
    new.retain(before.clone());
    assert_eq!(new.ruleset(before.hash()), Some(before));
    let now = new.ruleset_in_force(part, day).unwrap().hash();
    assert_ne!(now, before.hash());
    // One that is still among the files is not kept twice.
    let again = new.clone();
    new.retain(again.ruleset_in_force(part, day).unwrap().clone());
    assert_eq!(new, again);
}

#[test]
fn checklists_have_their_items() {
    let library = library();
    let ruleset = library.ruleset_by_id("gbt-16739.1-2014").unwrap();
    let count = |class: &str, scopes: &[&str], features: &[&str]| {
        let profile = Profile::new(class, scopes.iter().copied(), features.iter().copied());
        profile.check(ruleset).unwrap();
        checklist(ruleset, &profile).len()
    };
    let counts = [
        count("class-2", &["small"], &[]),
        count("class-1", &["small"], &[]),
        count("class-2", &["large-goods"], &[]),
        count("class-2", &["large-passenger"], &[]),
        count("class-1", &["large-passenger", "large-goods", "small"], &[]),
        count("class-2", &["small"], &["gas"]),
        count("class-2", &["small"], &["new-energy"]),
        count("class-1", &["large-goods"], &["dangerous-goods"]),
    ];
    assert_eq!(counts, COUNTS);
    let profile = Profile::new("class-2", ["small"], []);
    let ids: Vec<_> = checklist(ruleset, &profile)
        .iter()
        .map(|item| item.id.as_str())
        .collect();
    insta::assert_snapshot!("class_2_small", ids.join("\n"));
}

/// Counted from the standard's tables: see the order of the profiles above.
const COUNTS: [usize; 8] = [121, 122, 118, 124, 128, 129, 122, 123];

#[test]
fn every_item_can_be_quoted() {
    for (_, ruleset) in library().rulesets() {
        let sections: Vec<_> = ruleset.sections.iter().map(|section| &section.id).collect();
        let at = |item: &crate::rules::Item| sections.iter().position(|s| **s == item.section);
        assert!(ruleset.items.is_sorted_by_key(at), "{}", ruleset.id);
        let mut texts = BTreeSet::new();
        for item in &ruleset.items {
            let name = format!("{} {}", ruleset.id, item.id);
            assert!(!item.clause.is_empty() && !item.source.is_empty(), "{name}");
            assert!(
                !item.text.zh.is_empty() && !item.text.en.is_empty(),
                "{name}"
            );
            assert!(
                texts.insert((&item.section, &item.text.zh)),
                "{name} stands there twice"
            );
            // Memory is never passed off as something that was read.
            let memory = item.source == "MEM";
            assert!(!memory || item.confidence != Confidence::Found, "{name}");
        }
    }
}

#[test]
fn a_bound_may_be_less_sure_than_its_item() {
    let library = library();
    let ruleset = library.ruleset_by_id("gbt-16739.1-2014").unwrap();
    let lifts = ruleset.item("T2-14").unwrap();
    assert_eq!(lifts.confidence("class-1"), Confidence::Found);
    assert_eq!(lifts.confidence("class-2"), Confidence::Medium);
    assert!(lifts.confidence("class-2").to_be_confirmed());
    assert_eq!(
        lifts.threshold("class-1", crate::rules::Language::Zh),
        "≥ 5 台（套）"
    );
    assert_eq!(
        ruleset
            .item("T1-1")
            .unwrap()
            .threshold("class-1", crate::rules::Language::Zh),
        ""
    );
}

#[test]
fn profiles_that_no_ruleset_understands() {
    let library = library();
    let ruleset = library.ruleset_by_id("gbt-16739.1-2014").unwrap();
    for (profile, what) in [
        (Profile::new("class-3", ["small"], []), "class"),
        (Profile::new("class-2", ["tram"], []), "scope"),
        (Profile::new("class-2", ["small"], ["steam"]), "feature"),
    ] {
        let error = profile.check(ruleset).unwrap_err();
        assert!(
            matches!(&error, ProfileError::Unknown { what: w, .. } if *w == what),
            "{error}"
        );
    }
    let nothing = Profile::new("class-2", [], []);
    assert!(matches!(
        nothing.check(ruleset),
        Err(ProfileError::NoScope { .. })
    ));
}

#[test]
fn matters_over_the_years() {
    let library = library();
    let permit = library.matter("repair-permit").unwrap();
    let filing = library.matter("filing").unwrap();
    let last = date(2019, 3, 1);
    let first = date(2019, 3, 2);
    assert!(permit.covers(date(2018, 3, 12)) && permit.covers(last) && !permit.covers(first));
    assert!(!filing.covers(last) && filing.covers(first) && filing.covers(date(2026, 11, 24)));
    let days = |id: &str| {
        permit
            .limit(id)
            .map(|l| (l.statutory_days, l.promised_days))
    };
    assert_eq!(days("correction"), Some((5, None)));
    assert_eq!(days("decision"), Some((15, None)));
    assert_eq!(days("certificate"), Some((10, None)));
    assert_eq!(days("whole"), Some((25, Some(10))));
    let validity = |id: &str| permit.class(id).and_then(|class| class.validity_years);
    assert_eq!(validity("class-1"), Some(6));
    assert_eq!(validity("class-2"), Some(6));
    assert_eq!(validity("class-3"), Some(3));
    assert!(
        filing
            .classes
            .iter()
            .all(|class| class.validity_years.is_none())
    );
    let steps: Vec<_> = permit.steps.iter().map(|step| step.step).collect();
    assert_eq!(steps, Step::ALL);
    assert_eq!(library.matter_in("filing", "330784"), Some(filing));
}

#[test]
fn from_codes_to_a_profile() {
    let library = library();
    let permit = library.matter("repair-permit").unwrap();
    let profile = permit.profile(["04203", "04202"], ["gas"]).unwrap();
    assert_eq!(
        profile,
        Profile::new("class-2", ["small", "large-goods"], ["gas"])
    );
    let profile = permit.profile(["04102", "04104"], []).unwrap();
    assert_eq!(
        profile,
        Profile::new("class-1", ["large-goods"], ["dangerous-goods"])
    );
    let materials = |profile: &Profile| permit.materials_for(profile).count();
    assert_eq!(materials(&profile), 9);
    assert_eq!(materials(&Profile::new("class-2", ["small"], [])), 5);
    assert_eq!(permit.profile([], []), Err(MatterError::NoScope));
    assert!(matches!(
        permit.profile(["99999"], []),
        Err(MatterError::UnknownCode { .. })
    ));
    let two = permit.profile(["04103", "04203"], []);
    assert!(matches!(two, Err(MatterError::TwoClasses { .. })));
}

/// Every scope that a matter names is one that the rules of its class know, on every day.
#[test]
fn matters_and_rulesets_speak_the_same_words() {
    let library = library();
    for matter in library.matters() {
        for scope in &matter.scopes {
            let class = matter.class(&scope.class).unwrap();
            let Some(part) = &class.part else { continue };
            for (_, ruleset) in library.rulesets() {
                if !ruleset.parts.contains(part) || ruleset.status == Status::NumbersMissing {
                    continue;
                }
                let scopes = scope
                    .scope
                    .as_deref()
                    .or(ruleset.scopes.first().map(|s| &*s.id));
                let profile = Profile::new(&class.id, scopes, scope.feature.as_deref());
                assert_eq!(
                    profile.check(ruleset),
                    Ok(()),
                    "{} {}",
                    matter.id,
                    scope.code
                );
            }
        }
    }
}

#[test]
fn licence_numbers() {
    let library = library();
    let rule = library
        .matter("repair-permit")
        .unwrap()
        .licence_number
        .clone()
        .unwrap();
    assert_eq!(rule.number("330282", 3001).unwrap(), "330282033001");
    assert_eq!(rule.number("330784", 42).unwrap(), "330784030042");
    assert!(rule.number("330784", 9_999).is_ok());
    assert!(rule.number("330784", 10_000).is_err());
    assert!(rule.number("33078", 1).is_err());
    assert!(rule.number("33078x", 1).is_err());
}
