//! One text for one answer, and nothing else is taken for one.

use proptest::option;
use proptest::prelude::*;

use super::*;

fn full() -> Answer {
    Answer {
        result: Outcome::Fail,
        value: Some("18.5".parse().unwrap()),
        unit: Some(Unit::SquareMetre),
        instrument: Some(Instrument {
            name: "激光测距仪".into(),
            serial: Some("A-1".into()),
            calibrated_until: Some(jiff::civil::date(2018, 12, 31)),
        }),
        outsourcing: Some(Outsourcing {
            contractor: "某某汽修".into(),
            contract: Some("合同 1 号".into()),
            until: Some(jiff::civil::date(2019, 1, 1)),
        }),
        reason: Some("复测".into()),
    }
}

#[test]
fn the_text_is_pinned() {
    assert_eq!(
        full().to_canonical_json(),
        concat!(
            r#"{"result":"fail","value":"18.5","unit":"m2","#,
            r#""instrument":{"name":"激光测距仪","serial":"A-1","calibrated_until":"2018-12-31"},"#,
            r#""outsourcing":{"contractor":"某某汽修","contract":"合同 1 号","until":"2019-01-01"},"#,
            r#""reason":"复测"}"#
        )
    );
    assert_eq!(
        Answer::new(Outcome::Pass).to_canonical_json(),
        r#"{"result":"pass"}"#
    );
    assert_eq!(
        Answer::new(Outcome::NotApplicable).to_canonical_json(),
        r#"{"result":"not-applicable"}"#
    );
}

#[test]
fn refuses_another_writing_of_the_same() {
    for text in [
        r#"{"result": "pass"}"#,
        r#" {"result":"pass"}"#,
        r#"{"result":"pass","value":null}"#,
        r#"{"value":"1","result":"pass","unit":"m"}"#,
        r#"{"result":"pass","value":"18.50","unit":"m2"}"#,
        r#"{"result":"pass","value":"018","unit":"m2"}"#,
        r#"{"result":"pass","reason":"\u590d\u6d4b"}"#,
        r#"{"result":"pass","instrument":{"name":"a","calibrated_until":"20181231"}}"#,
        r#"{"result":"pass","instrument":{"name":"a","calibrated_until":"2018-12-31T00:00:00"}}"#,
    ] {
        assert_eq!(
            Answer::parse(text),
            Err(AnswerError::NotCanonical),
            "{text}"
        );
    }
}

#[test]
fn refuses_what_is_no_answer() {
    for text in [
        "",
        "null",
        "[]",
        r#"{"result":"maybe"}"#,
        r#"{"value":"1","unit":"m"}"#,
        r#"{"result":"pass","result":"fail"}"#,
        r#"{"result":"pass","note":"x"}"#,
        r#"{"result":"pass","value":18.5,"unit":"m2"}"#,
        r#"{"result":"pass","value":"-1","unit":"m2"}"#,
        r#"{"result":"pass","value":"1","unit":"sqm"}"#,
        r#"{"result":"pass","instrument":{"name":"a","calibrated_until":"soon"}}"#,
        r#"{"result":"pass","instrument":{"serial":"a"}}"#,
        r#"{"result":"pass","instrument":{"name":"a","colour":"red"}}"#,
        r#"{"result":"pass"}{"result":"pass"}"#,
    ] {
        assert!(
            matches!(Answer::parse(text), Err(AnswerError::Malformed(_))),
            "{text}"
        );
    }
}

#[test]
fn every_limit_is_named() {
    let reason = |text: &str| Answer {
        reason: Some(text.into()),
        ..Answer::new(Outcome::Pass)
    };
    let field = "reason";
    let cases = [
        (reason(""), AnswerError::TextNotTrimmed { field }),
        (reason(" x"), AnswerError::TextNotTrimmed { field }),
        (reason("x\u{3000}"), AnswerError::TextNotTrimmed { field }),
        (
            reason(&"复".repeat(501)),
            AnswerError::TextTooLong { field },
        ),
        (reason("a\u{0}b"), AnswerError::TextNotPrintable { field }),
        (
            Answer {
                unit: None,
                ..full()
            },
            AnswerError::UnitWithoutValue,
        ),
        (
            Answer {
                value: None,
                ..full()
            },
            AnswerError::UnitWithoutValue,
        ),
        (
            Answer {
                instrument: Some(Instrument {
                    name: "a".into(),
                    serial: None,
                    calibrated_until: Some(jiff::civil::date(1018, 1, 1)),
                }),
                ..full()
            },
            AnswerError::ImplausibleDate {
                field: "instrument.calibrated_until",
            },
        ),
    ];
    for (answer, error) in cases {
        assert_eq!(answer.check(), Err(error.clone()));
        assert_eq!(Answer::parse(&answer.to_canonical_json()), Err(error));
    }
    assert_eq!(reason(&"复".repeat(500)).check(), Ok(()));
    assert_eq!(reason("第一行\n第二行").check(), Ok(()));
}

#[test]
fn the_whole_has_its_own_limit() {
    let text = "复".repeat(500);
    let answer = Answer {
        instrument: Some(Instrument {
            name: text.clone(),
            serial: Some(text.clone()),
            calibrated_until: None,
        }),
        reason: Some(text),
        ..Answer::new(Outcome::Pass)
    };
    let bytes = answer.to_canonical_json().len();
    assert!(bytes > Answer::MAX_BYTES);
    assert_eq!(answer.check(), Err(AnswerError::TooLarge { bytes }));
    assert_eq!(
        Answer::parse(&answer.to_canonical_json()),
        Err(AnswerError::TooLarge { bytes })
    );
}

#[test]
fn a_finding_is_the_same_whatever_the_reason() {
    let other = Answer {
        reason: None,
        ..full()
    };
    assert!(full().same_finding(&other));
    assert_ne!(full(), other);
    assert!(!full().same_finding(&Answer {
        result: Outcome::Pass,
        ..full()
    }));
    assert!(!full().same_finding(&Answer {
        value: Some(Measure::ZERO),
        ..full()
    }));
    assert!(!full().same_finding(&Answer {
        outsourcing: None,
        ..full()
    }));
}

fn any_text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9\"\\\\/甲乙复测\u{1F697}]{1,12}( [a-z\n甲]{0,6}[a-z甲])?"
}

fn any_date() -> impl Strategy<Value = Date> {
    (1900i16..2200, 1i8..13, 1i8..29).prop_map(|(y, m, d)| jiff::civil::date(y, m, d))
}

fn any_answer() -> impl Strategy<Value = Answer> {
    let result = prop::sample::select(vec![Outcome::Pass, Outcome::Fail, Outcome::NotApplicable]);
    let value = (
        0i64..=9_999_999_999,
        prop::sample::select(Unit::ALL.to_vec()),
    )
        .prop_map(|(thousandths, unit)| {
            let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
            (text.parse::<Measure>().unwrap(), unit)
        });
    let instrument = (any_text(), option::of(any_text()), option::of(any_date())).prop_map(
        |(name, serial, calibrated_until)| Instrument {
            name,
            serial,
            calibrated_until,
        },
    );
    let outsourcing = (any_text(), option::of(any_text()), option::of(any_date())).prop_map(
        |(contractor, contract, until)| Outsourcing {
            contractor,
            contract,
            until,
        },
    );
    (
        result,
        option::of(value),
        option::of(instrument),
        option::of(outsourcing),
        option::of(any_text()),
    )
        .prop_map(|(result, value, instrument, outsourcing, reason)| Answer {
            result,
            value: value.map(|v| v.0),
            unit: value.map(|v| v.1),
            instrument,
            outsourcing,
            reason,
        })
}

proptest! {
    #[test]
    fn reads_back_what_it_writes(answer in any_answer()) {
        prop_assert_eq!(Answer::parse(&answer.to_canonical_json()), Ok(answer));
    }

    #[test]
    fn equal_text_is_equal_answer(a in any_answer(), b in any_answer()) {
        prop_assert_eq!(a == b, a.to_canonical_json() == b.to_canonical_json());
    }

    #[test]
    fn whatever_is_read_is_what_would_be_written(
        text in r#"\{"result":"(pass|fail)"(,"value":"[0-9]{1,3}(\.[0-9]{1,2})?","unit":"m2?")?\}"#
    ) {
        if let Ok(answer) = Answer::parse(&text) {
            prop_assert_eq!(answer.to_canonical_json(), text);
        }
    }
}
