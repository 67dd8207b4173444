//! What the inspector enters, and what becomes of it.

use std::sync::LazyLock;

use jiff::civil::date;

use super::*;
use crate::rules::{Instrument, Language, Library, Measure, ruleset::Status};

const ON: Date = date(2018, 3, 12);

fn library() -> &'static Library {
    static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::embedded().unwrap());
    &LIBRARY
}

fn small() -> Profile {
    Profile::new("class-2", ["small"], [])
}

fn pass() -> Answer {
    Answer::new(Outcome::Pass)
}

fn fail() -> Answer {
    Answer::new(Outcome::Fail)
}

fn area(value: &str) -> Answer {
    pass().with_value(value.parse().unwrap(), Unit::SquareMetre)
}

fn until(mut answer: Answer, until: Option<Date>) -> Answer {
    let name = "激光测距仪".to_owned();
    answer.instrument = Some(Instrument {
        name,
        serial: None,
        calibrated_until: until,
    });
    answer
}

fn outsourced(contract: Option<&str>, until: Option<Date>) -> Answer {
    let contract = contract.map(str::to_owned);
    let outsourcing = Outsourcing {
        contractor: "某某汽修".to_owned(),
        contract,
        until,
    };
    Answer {
        outsourcing: Some(outsourcing),
        ..pass()
    }
}

/// Judges one item of GB/T 16739.1-2014.
fn one(profile: &Profile, id: &str, answer: Option<Answer>, photos: u32) -> ItemAssessment {
    let library = library();
    let ruleset = library.ruleset_by_id("gbt-16739.1-2014").unwrap();
    let answers = answer
        .into_iter()
        .map(|answer| (id.to_owned(), answer))
        .collect();
    let photos = BTreeMap::from([(id.to_owned(), photos)]);
    let item = ruleset.item(id).unwrap();
    assert!(profile.needs(item), "{id} is not on this checklist");
    judge_items(&[item], profile, &answers, &photos, ON)
        .items
        .remove(0)
}

#[test]
fn verdicts_and_their_words() {
    use Verdict::{Fail, Missing, NotApplicable, Pass};
    let na = || Answer::new(Outcome::NotApplicable);
    let metres = pass().with_value(Measure::whole(25), Unit::Metre);
    let pieces = |n: &str| pass().with_value(n.parse().unwrap(), Unit::Piece);
    let cases: Vec<(&str, Option<Answer>, Verdict, &str)> = vec![
        // The number decides, not the tap.
        ("F1", None, Missing, "未填写"),
        ("F1", Some(area("18.5")), Fail, "接待室 18.5 m² < 20 m²"),
        ("F1", Some(area("19.999")), Fail, "接待室 19.999 m² < 20 m²"),
        ("F1", Some(area("20")), Pass, "接待室 20 m² ≥ 20 m²"),
        (
            "F1",
            Some(Answer {
                result: Outcome::Fail,
                ..area("25")
            }),
            Fail,
            "不符合",
        ),
        ("F1", Some(pass()), Missing, "未填写数值（m²）"),
        ("F1", Some(fail()), Missing, "未填写数值（m²）"),
        ("F1", Some(metres), Missing, "单位应为 m²"),
        ("F1", Some(na()), Missing, "本项不得填“不适用”"),
        (
            "F1",
            Some(outsourced(Some("1"), None)),
            Fail,
            "本项不允许外协",
        ),
        // An officer's own expired instrument is not held against the shop.
        (
            "F1",
            Some(until(area("25"), Some(date(2018, 3, 11)))),
            Missing,
            "测量器具检定已过期 2018-03-11，请重新测量",
        ),
        (
            "F1",
            Some(until(area("25"), Some(ON))),
            Pass,
            "接待室 25 m² ≥ 20 m²",
        ),
        ("F6", Some(na()), NotApplicable, "不适用：场地自有"),
        // Counts are whole.
        (
            "T2-14",
            Some(pieces("1")),
            Fail,
            "举升设备 1 台（套） < 2 台（套）",
        ),
        ("T2-14", Some(pieces("1.5")), Missing, "数量 1.5 不是整数"),
        (
            "T2-14",
            Some(pieces("2")),
            Pass,
            "举升设备 2 台（套） ≥ 2 台（套）",
        ),
        ("T1-1", Some(pass()), Pass, "符合"),
        ("T1-1", Some(fail()), Fail, "不符合"),
        // Outsourcing, where it is allowed.
        (
            "T2-29",
            Some(outsourced(None, None)),
            Missing,
            "外协合同未填写",
        ),
        (
            "T2-29",
            Some(outsourced(Some("合同"), None)),
            Pass,
            "已外协：某某汽修",
        ),
        (
            "T2-29",
            Some(outsourced(Some("合同"), Some(ON))),
            Pass,
            "已外协：某某汽修",
        ),
        (
            "T2-29",
            Some(outsourced(Some("合同"), Some(date(2018, 3, 11)))),
            Fail,
            "外协合同已过期 2018-03-11",
        ),
        (
            "T2-26",
            Some(outsourced(Some("合同"), None)),
            Fail,
            "本项不允许外协",
        ),
        // Certificates.
        ("V1", Some(pass()), Missing, "检定有效期未填写"),
        ("V1", Some(until(pass(), None)), Missing, "检定有效期未填写"),
        ("V1", Some(fail()), Fail, "不符合"),
        (
            "V1",
            Some(until(pass(), Some(date(2018, 1, 1)))),
            Fail,
            "检定已过期 2018-01-01",
        ),
        (
            "V1",
            Some(until(pass(), Some(ON))),
            Pass,
            "检定有效期至 2018-03-12",
        ),
        ("G1", None, Missing, "缺照片"),
        ("G1", Some(fail()), Fail, "不符合"),
    ];
    for (id, answer, verdict, words) in cases {
        let said = format!("{id} {answer:?}");
        let found = one(&small(), id, answer, 0);
        assert_eq!(
            (found.verdict, found.reason.zh().as_str()),
            (verdict, words),
            "{said}"
        );
        assert_eq!(found.note_required, verdict == Fail, "{said}");
        assert!(!found.reason.render(Language::En).is_empty());
    }
    assert_eq!(one(&small(), "G1", None, 1).verdict, Pass);
    let english = one(&small(), "F1", Some(area("18.5")), 0).reason.en();
    assert_eq!(english, "Reception room 18.5 m² < 20 m²");
}

#[test]
fn class_1_has_its_own_numbers() {
    let class_1 = Profile::new("class-1", ["small"], []);
    let found = one(&class_1, "F1", Some(area("79.999")), 0);
    assert_eq!(found.reason.zh(), "接待室 79.999 m² < 80 m²");
    assert_eq!(
        one(&class_1, "F1", Some(area("80")), 0).verdict,
        Verdict::Pass
    );
}

/// Only lorry shops may outsource refrigerant equipment: one that repairs cars as well may not.
#[test]
fn outsourcing_must_be_allowed_for_every_scope() {
    let answer = || Some(outsourced(Some("合同"), None));
    let verdict = |scopes: &[&str]| {
        let profile = Profile::new("class-2", scopes.iter().copied(), []);
        one(&profile, "T2-12", answer(), 0).verdict
    };
    assert_eq!(verdict(&["large-goods"]), Verdict::Pass);
    assert_eq!(verdict(&["small"]), Verdict::Fail);
    assert_eq!(verdict(&["large-goods", "small"]), Verdict::Fail);
    // Paint booths are demanded for buses and cars only, and buses may outsource them: adding
    // lorries changes nothing.
    let paint = |scopes: &[&str]| {
        let profile = Profile::new("class-1", scopes.iter().copied(), []);
        one(&profile, "T2-26", answer(), 0).verdict
    };
    assert_eq!(paint(&["large-passenger", "large-goods"]), Verdict::Pass);
    assert_eq!(paint(&["large-passenger", "small"]), Verdict::Fail);
    // The frame straightener may be outsourced by class 2 alone.
    let frame = |class| {
        one(
            &Profile::new(class, ["large-goods"], []),
            "T2-24",
            answer(),
            0,
        )
    };
    assert_eq!(frame("class-2").verdict, Verdict::Pass);
    assert_eq!(frame("class-1").verdict, Verdict::Fail);
}

#[test]
fn photo_rules() {
    let library = library();
    let ruleset = library.ruleset_by_id("gbt-16739.1-2014").unwrap();
    let judge_with = |rule, answer: Answer, photos| {
        let mut item = ruleset.item("T1-1").unwrap().clone();
        item.photo = rule;
        let answers = BTreeMap::from([(item.id.clone(), answer)]);
        let photos = BTreeMap::from([(item.id.clone(), photos)]);
        judge_items(&[&item], &small(), &answers, &photos, ON)
    };
    for (rule, answer, photos, verdict, missing) in [
        (PhotoRule::Optional, fail(), 0, Verdict::Fail, false),
        (PhotoRule::OnFail, pass(), 0, Verdict::Pass, false),
        (PhotoRule::OnFail, fail(), 0, Verdict::Fail, true),
        (PhotoRule::OnFail, fail(), 1, Verdict::Fail, false),
        (PhotoRule::Required, pass(), 0, Verdict::Missing, true),
        (PhotoRule::Required, fail(), 0, Verdict::Fail, true),
        (PhotoRule::Required, pass(), 1, Verdict::Pass, false),
    ] {
        let found = judge_with(rule, answer, photos);
        assert_eq!(found.items[0].verdict, verdict, "{rule:?}");
        assert_eq!(found.items[0].photo_missing, missing, "{rule:?}");
        assert_eq!(found.is_complete(), !missing, "{rule:?}");
    }
}

/// Answers with which every item passes.
fn all_right(ruleset: &Ruleset, profile: &Profile) -> BTreeMap<String, Answer> {
    let right = |item: &&Item| match &item.requirement {
        Requirement::Measure { unit, bounds } | Requirement::Count { unit, bounds } => {
            Some(pass().with_value(bounds.per_class[&profile.class].value, *unit))
        }
        Requirement::Certificate => Some(until(pass(), Some(ON))),
        Requirement::Confirm => Some(pass()),
        Requirement::Photo { .. } => None,
    };
    let items = checklist(ruleset, profile);
    items
        .iter()
        .filter_map(|item| Some((item.id.clone(), right(item)?)))
        .collect()
}

#[test]
fn the_whole_passes_only_when_everything_does() {
    let library = library();
    let ruleset = library.ruleset_by_id("gbt-16739.1-2014").unwrap();
    let profile = small();
    let mut answers = all_right(ruleset, &profile);
    let mut photos: BTreeMap<String, u32> = ["G1", "G2", "G3"].map(|id| (id.to_owned(), 1)).into();
    let found = judge(ruleset, &profile, &answers, &photos, ON);
    assert_eq!((found.verdict, found.is_complete()), (Verdict::Pass, true));
    assert_eq!(found.counts.pass, found.counts.total());
    let sections: u32 = found
        .sections
        .iter()
        .map(|section| section.counts.total())
        .sum();
    assert_eq!(sections as usize, found.items.len());

    photos.remove("G3");
    let found = judge(ruleset, &profile, &answers, &photos, ON);
    assert_eq!(
        (found.verdict, found.is_complete()),
        (Verdict::Missing, false)
    );

    answers.insert("F1".to_owned(), area("18.5"));
    let found = judge(ruleset, &profile, &answers, &photos, ON);
    assert_eq!(found.verdict, Verdict::Fail);
    assert_eq!(found.failed().collect::<Vec<_>>(), ["F1"]);

    // Answers to what is not on the checklist change nothing.
    answers.insert("P11".to_owned(), fail());
    assert_eq!(judge(ruleset, &profile, &answers, &photos, ON), found);
}

#[test]
fn an_empty_checklist_proves_nothing() {
    let library = library();
    let ruleset = library.ruleset_by_id("gbt-16739-2023").unwrap();
    assert_eq!(ruleset.status, Status::NumbersMissing);
    let found = judge(ruleset, &small(), &BTreeMap::new(), &BTreeMap::new(), ON);
    assert_eq!(
        (found.verdict, found.is_complete()),
        (Verdict::Missing, false)
    );
    let ruleset = library.ruleset_by_id("gbt-16739.1-2014").unwrap();
    let unknown = Profile::new("class-9", ["small"], []);
    let found = judge(ruleset, &unknown, &BTreeMap::new(), &BTreeMap::new(), ON);
    assert_eq!((found.items.len(), found.verdict), (0, Verdict::Missing));
}
