//! Wrong files, each with the line and the reason it is refused for.

use super::*;
use crate::rules::{Library, Requirement};

/// A small right file: line 1 is `id`, line 18 begins the item.
const RIGHT: &str = r#"id = "x-2014"
parts = ["x"]
status = "active"
from = 2015-01-01
text = { zh = "标准", en = "Standard" }
source = "MEM"
[[class]]
id = "class-1"
text = { zh = "一类", en = "Class 1" }
[[class]]
id = "class-2"
text = { zh = "二类", en = "Class 2" }
[[section]]
id = "facility"
text = { zh = "设施", en = "Facilities" }

# the one item
[[item]]
id = "F1"
section = "facility"
clause = "8.1"
text = { zh = "接待室", en = "Reception room" }
requirement = "measure"
unit = "m2"
at_least = { class-1 = 80, class-2 = "18.5" }
source = "MEM"
confidence = "high"
"#;

fn read(text: &str) -> Result<crate::rules::Ruleset, RuleError> {
    read_ruleset("rulesets/x.toml", text)
}

#[test]
fn a_right_file() {
    let ruleset = read(RIGHT).unwrap();
    let Requirement::Measure { bounds, .. } = &ruleset.items[0].requirement else {
        panic!("a measure was written");
    };
    assert_eq!(bounds.per_class["class-1"].value.to_string(), "80");
    assert_eq!(bounds.per_class["class-2"].value.to_string(), "18.5");
}

#[test]
fn wrong_rulesets_are_refused_with_line_and_reason() {
    const ITEM: &str = r#"unit = "m2""#;
    const BOUNDS: &str = r#"at_least = { class-1 = 80, class-2 = "18.5" }"#;
    const MEASURE: &str = r#"requirement = "measure""#;
    // what stands in the file, what it is replaced by, line, part of the reason
    let cases = [
        (ITEM, r#"unit = "sqm""#, 24, "unknown unit `sqm`"),
        (
            ITEM,
            "unit = \"m2\"\ncolour = \"red\"",
            25,
            "unknown field `colour`",
        ),
        (
            r#"source = "MEM"
[["#,
            "source = \"MEM\"\nversion = 2\n[[",
            7,
            "unknown field `version`",
        ),
        (
            r#"en = "Standard" }"#,
            r#"en = "Standard", fr = "x" }"#,
            5,
            "unknown field `fr`",
        ),
        (r#", en = "Standard""#, "", 5, "`en` is missing"),
        (BOUNDS, "at_least = 18.5", 25, "a decimal in quotes"),
        (
            BOUNDS,
            "at_least = true",
            25,
            "`at_least` must be a whole number",
        ),
        (BOUNDS, "at_least = \"much\"", 25, "`much` is not a number"),
        (BOUNDS, "at_least = -3", 25, "`-3` is negative"),
        (
            BOUNDS,
            "at_least = \"1.2345\"",
            25,
            "more than three decimals",
        ),
        (
            BOUNDS,
            "at_least = 0x10",
            25,
            "`at_least` must be a whole number",
        ),
        (
            BOUNDS,
            "at_least = { class-1 = 80 }",
            25,
            "no threshold for class `class-2`",
        ),
        (
            BOUNDS,
            "at_least = { class-1 = 8, class-9 = 2 }",
            25,
            "unknown class `class-9`",
        ),
        (
            BOUNDS,
            "at_least = 8\nat_most = 9",
            23,
            "either `at_least` or `at_most`",
        ),
        (BOUNDS, "", 23, "`at_least` or `at_most` is missing"),
        (
            MEASURE,
            r#"requirement = "confirm""#,
            24,
            "`unit` has no place on",
        ),
        (
            MEASURE,
            r#"requirement = "certificate""#,
            24,
            "`unit` has no place on",
        ),
        (
            MEASURE,
            r#"requirement = "count""#,
            25,
            "a count must be whole, not 18.5",
        ),
        (
            MEASURE,
            r#"requirement = "guess""#,
            23,
            "unknown requirement `guess`",
        ),
        (MEASURE, "", 18, "`requirement` is missing"),
        (
            r#"section = "facility""#,
            r#"section = "garden""#,
            20,
            "unknown section `garden`",
        ),
        (r#"clause = "8.1""#, "", 18, "`clause` is missing"),
        (
            r#"clause = "8.1""#,
            r#"clause = """#,
            21,
            "`clause` is empty",
        ),
        (
            r#"clause = "8.1""#,
            "clause = 8",
            21,
            "`clause` must be a text in quotes",
        ),
        (
            r#"confidence = "high""#,
            r#"confidence = "sure""#,
            27,
            "unknown confidence `sure`",
        ),
        (r#"confidence = "high""#, "", 18, "`confidence` is missing"),
        (
            r#"id = "F1""#,
            "id = \"F1\"\nclasses = [\"class-9\"]",
            20,
            "unknown class `class-9`",
        ),
        (
            r#"id = "F1""#,
            "id = \"F1\"\nscopes = [\"tram\"]",
            20,
            "unknown scope `tram`",
        ),
        (
            r#"id = "F1""#,
            "id = \"F1\"\nfeatures = [\"gas\"]",
            20,
            "unknown feature `gas`",
        ),
        (r#"id = "F1""#, r#"id = "F 1""#, 19, "`id` may hold"),
        (
            r#"id = "F1""#,
            "id = \"F1\"\nid = \"F2\"",
            20,
            "duplicate key",
        ),
        (
            r#"id = "class-2""#,
            r#"id = "class-1""#,
            10,
            "duplicate class `class-1`",
        ),
        (
            "from = 2015-01-01",
            "from = \"2015-01-01\"",
            4,
            "`from` must be a date",
        ),
        (
            "from = 2015-01-01",
            "from = 2015-01-01T00:00:00",
            4,
            "`from` must be a date",
        ),
        (
            "from = 2015-01-01",
            "from = 2015-01-01\nuntil = 2015-01-01",
            5,
            "not after `from`",
        ),
        (
            r#"status = "active""#,
            r#"status = "on""#,
            3,
            "unknown status `on`",
        ),
        (
            r#"status = "active""#,
            r#"status = "numbers-missing""#,
            1,
            "has no items yet",
        ),
        (r#"parts = ["x"]"#, "", 1, "`parts` is missing"),
        (
            r#"parts = ["x"]"#,
            "parts = \"x\"",
            2,
            "`parts` must be a list",
        ),
    ];
    for (from, to, line, reason) in cases {
        assert_eq!(
            RIGHT.matches(from).count().min(1),
            1,
            "{from} is not in the file"
        );
        let error = read(&RIGHT.replacen(from, to, 1)).unwrap_err();
        assert_eq!(
            (error.line, error.reason.contains(reason)),
            (line, true),
            "{to}: {error}"
        );
        assert!(
            error
                .to_string()
                .starts_with(&format!("rulesets/x.toml:{line}: ")),
            "{error}"
        );
    }
    let (head, item) = RIGHT.split_at(RIGHT.find("# the one item").unwrap());
    let error = read(&format!("{head}{item}{item}")).unwrap_err();
    assert_eq!(
        (error.line, error.reason.as_str()),
        (29, "duplicate id `F1`")
    );
    let error = read(head).unwrap_err();
    assert!(error.reason.contains("numbers-missing"), "{error}");
}

#[test]
fn one_day_has_one_ruleset() {
    let files = |second: &str| {
        vec![
            ("rulesets/a.toml".to_owned(), RIGHT.to_owned()),
            ("rulesets/b.toml".to_owned(), second.to_owned()),
        ]
    };
    let load = |second: &str| Library::from_files(files(second)).map(|_| ());
    let later = RIGHT
        .replace("x-2014", "x-2020")
        .replace("2015-01-01", "2020-01-01");
    let error = load(&later).unwrap_err();
    let said = error.to_string();
    assert!(
        said.starts_with("rulesets/b.toml:4: overlaps x-2014 in x"),
        "{said}"
    );
    assert!(
        load(RIGHT)
            .unwrap_err()
            .reason
            .contains("duplicate ruleset")
    );
    // Another part, or a day on which the other has ended, is fine.
    assert_eq!(load(&later.replace("[\"x\"]", "[\"y\"]")), Ok(()));
    let earlier = RIGHT
        .replace("x-2014", "x-2010")
        .replace("from = 2015-01-01", "from = 2010-01-01\nuntil = 2015-01-01");
    assert_eq!(load(&earlier), Ok(()));
    let day_too_long = earlier.replace("until = 2015-01-01", "until = 2015-01-02");
    assert!(load(&day_too_long).unwrap_err().reason.contains("overlaps"));
}

#[test]
fn the_hash_is_of_the_content() {
    let hash = read(RIGHT).unwrap().hash();
    let commented = RIGHT.replace("[[item]]", "# a comment\n\n[[item]]  # another");
    let reordered = RIGHT.replace(
        "class-1 = 80, class-2 = \"18.5\"",
        "class-2 = \"18.50\", class-1 = \"80\"",
    );
    assert_ne!(commented, RIGHT);
    assert_ne!(reordered, RIGHT);
    assert_eq!(read(&commented).unwrap().hash(), hash);
    assert_eq!(read(&reordered).unwrap().hash(), hash);
    for (from, to) in [
        ("class-1 = 80", "class-1 = 81"),
        ("接待室", "接待厅"),
        ("8.1", "8.2"),
        ("confidence = \"high\"", "confidence = \"found\""),
        ("from = 2015-01-01", "from = 2015-01-02"),
    ] {
        let changed = read(&RIGHT.replacen(from, to, 1)).unwrap();
        assert_ne!(changed.hash(), hash, "{to}");
    }
}

#[test]
fn wrong_working_days_are_refused() {
    let right = "[[year]]\nyear = 2018\nworking_days = 260\noff = [2018-01-01]\nworked = []\n";
    assert!(read_workdays("workdays.toml", right).is_ok());
    for (from, to, line, reason) in [
        ("260", "261", 1, "has 260 working days, not 261"),
        ("[2018-01-01]", "[2018-01-06]", 4, "is no weekday"),
        ("[2018-01-01]", "[2017-01-02]", 4, "is not in 2018"),
        (
            "[2018-01-01]",
            "[2018-01-01, 2018-01-01]",
            4,
            "stands there twice",
        ),
        (
            "worked = []",
            "worked = [2018-01-02]",
            5,
            "is no weekend day",
        ),
        ("year = 2018", "year = 1018", 1, "is not from 2000 to 2199"),
    ] {
        let error = read_workdays("workdays.toml", &right.replacen(from, to, 1)).unwrap_err();
        assert_eq!(
            (error.line, error.reason.contains(reason)),
            (line, true),
            "{error}"
        );
    }
    let error = read_workdays("workdays.toml", &right.repeat(2)).unwrap_err();
    assert_eq!(
        (error.line, error.reason.as_str()),
        (6, "year 2018 stands here twice")
    );
}

#[test]
fn wrong_matters_are_refused() {
    let right = include_str!("../../../rules/matters/filing.toml");
    assert!(read_matter("matters/m.toml", right).is_ok());
    for (from, to, reason) in [
        (
            "statutory_days = 5",
            "statutory_days = 5\npromised_days = 6",
            "promise more days",
        ),
        (
            "statutory_days = 5",
            "statutory_days = \"5\"",
            "must be a whole number",
        ),
        ("role = \"clerk\"", "role = \"king\"", "unknown role `king`"),
        (
            "id = \"submitted\"",
            "id = \"dreamt\"",
            "unknown id `dreamt`",
        ),
        ("to = \"accepted\"", "to = \"submitted\"", "a later step"),
        (
            "class = \"class-1\"",
            "class = \"class-9\"",
            "unknown class `class-9`",
        ),
        (
            "code = \"04102\"",
            "code = \"04101\"",
            "duplicate scope `04101`",
        ),
        (
            "kind = \"filing\"",
            "kind = \"filing\"\ndivision = \"33\"",
            "six digits",
        ),
        (
            "warn_at_percent = 80",
            "warn_at_percent = 0",
            "from 1 to 100",
        ),
    ] {
        assert!(right.contains(from), "{from} is not in the file");
        let error = read_matter("matters/m.toml", &right.replacen(from, to, 1)).unwrap_err();
        assert!(error.reason.contains(reason), "{to}: {error}");
    }
}
