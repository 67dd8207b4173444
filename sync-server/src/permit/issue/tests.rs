//! Issuing: one number, one paper, whatever happens in between.

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::civil::date;
use serde_json::{Value, json};

use super::*;
use crate::permit::claims::tests::sample;
use crate::permit::key::KeySet;
use crate::permit::key::tests::test_key;
use crate::permit::{IssuerKey, qr};

const URL: &str = "https://permit.example.org";

fn now() -> Timestamp {
    "2026-11-24T07:20:00Z".parse().unwrap()
}

fn sheet() -> PermitSheet {
    PermitSheet {
        copy: PermitCopy::Original,
        address: "某某市某某街道某某路 100 号一层".to_owned(),
        legal_representative: "某甲".to_owned(),
        credit_code: "91330784MA00000000".to_owned(),
        seal: None,
        specimen: false,
    }
}

/// Whether a tool is installed; tests that need one pass where it is not.
fn has(tool: &str) -> bool {
    Command::new(tool).arg("--version").output().is_ok()
}

#[test]
fn an_issued_permit_is_checked_by_its_own_text() {
    let issued = issue_paper(&sample(), &sheet(), &test_key(), URL, now()).unwrap();
    let keys = [test_key().public()];
    assert_eq!(qr::verify(&issued.link, &keys), Ok(sample()));
    assert_eq!(qr::verify(&issued.payload, &keys), Ok(sample()));
    assert_eq!(issued.pdf.pages, 1);
    assert!(issued.qr.modules <= 93, "{} modules", issued.qr.modules);
    let again = issue_paper(&sample(), &sheet(), &test_key(), URL, now()).unwrap();
    assert_eq!(issued, again);
}

#[test]
fn what_cannot_be_issued_says_why() {
    let mut claims = sample();
    claims.valid_until = Some(date(2020, 1, 1));
    assert!(matches!(
        issue_paper(&claims, &sheet(), &test_key(), URL, now()),
        Err(IssueError::Qr(QrError::Claims(_)))
    ));
    assert!(matches!(
        issue_paper(
            &sample(),
            &sheet(),
            &test_key(),
            "permit.example.org",
            now()
        ),
        Err(IssueError::Qr(QrError::PublicUrl))
    ));
}

/// A printed sheet, rasterised coarsely, must still be read by an ordinary scanner.
#[test]
fn the_printed_code_is_read_at_150_dpi() {
    if !has("pdftoppm") || !has("zbarimg") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("permit.pdf");
    let mut many = sample();
    many.class = "三类汽车维修".to_owned();
    let scopes = [
        "发动机维修",
        "车身维修",
        "四轮定位检测调整",
        "喷油泵和喷油器维修",
    ];
    many.scopes = scopes.repeat(3).into_iter().map(str::to_owned).collect();
    for claims in [many, sample()] {
        let issued = issue_paper(&claims, &sheet(), &test_key(), URL, now()).unwrap();
        std::fs::write(&pdf, &issued.pdf.bytes).unwrap();
        assert_eq!(scan(&pdf, 150), issued.link);
    }
    if has("qpdf") {
        let checked = Command::new("qpdf")
            .arg("--check")
            .arg(&pdf)
            .output()
            .unwrap();
        assert!(checked.status.success(), "{checked:?}");
    }
}

fn scan(pdf: &Path, dpi: u32) -> String {
    let page = pdf.with_extension("");
    let drawn = Command::new("pdftoppm")
        .args(["-r", &dpi.to_string(), "-png", "-singlefile"])
        .args([pdf, &page])
        .output()
        .unwrap();
    assert!(drawn.status.success(), "{drawn:?}");
    let read = Command::new("zbarimg")
        .args(["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"])
        .arg(page.with_extension("png"))
        .output()
        .unwrap();
    String::from_utf8(read.stdout)
        .unwrap()
        .trim_end()
        .to_owned()
}

/// The check page's script is tested against this file: it is written here and must not change
/// by accident. To write it anew: `KANYAN_WRITE_FIXTURES=1 cargo nextest run -p sync-server permit`.
#[test]
fn the_script_s_fixture_is_what_the_server_writes() {
    let path = fixture_path();
    let expected = fixture();
    if std::env::var_os("KANYAN_WRITE_FIXTURES").is_some() {
        let text = serde_json::to_string_pretty(&expected).unwrap() + "\n";
        std::fs::write(&path, text).unwrap();
    }
    let stored: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(stored, expected, "{} is not current", path.display());
}

fn fixture_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/js/fixtures/permit-qr.json")
}

fn fixture() -> Value {
    let keys = KeySet::new(&[test_key().public()]);
    let good = |claims: &PermitClaims| {
        let payload = qr::sign(claims, &test_key()).unwrap();
        let link = qr::link(URL, &payload).unwrap();
        json!({ "payload": payload, "link": link, "claims": claims })
    };
    let mut without_end = sample();
    without_end.valid_until = None;
    without_end.scopes.clear();
    let mut many = sample();
    many.scopes = ["发动机维修", "车身维修", "电气系统维修", "自动变速器维修"]
        .repeat(3)
        .into_iter()
        .map(str::to_owned)
        .collect();
    let mut valid = vec![good(&sample()), good(&without_end), good(&many)];
    // Payloads whose own % and spaces look like escapes, in every mix.
    for serial in 30_002..30_030 {
        let mut claims = sample();
        claims.number = format!("浙交运管许可金字330784{serial:06}号");
        valid.push(good(&claims));
    }
    let other = IssuerKey::from_bytes(&[9; 32]).unwrap();
    let unknown = qr::sign(&sample(), &other).unwrap();
    let payload = qr::sign(&sample(), &test_key()).unwrap();
    json!({
        "keys": keys,
        "valid": valid,
        "refused": [
            { "text": "hello", "code": "not_a_permit" },
            { "text": "KY1:", "code": "damaged" },
            { "text": "KY1:QED8WEX0", "code": "damaged" },
            { "text": "KY1:GGW:", "code": "damaged" },
            { "text": &payload[..payload.len() - 3], "code": "damaged" },
            { "text": unknown, "code": "unknown_key" },
            { "text": qr::tests::changed_payload(), "code": "forged" },
            { "text": qr::tests::bomb(), "code": "too_long" },
        ],
    })
}
