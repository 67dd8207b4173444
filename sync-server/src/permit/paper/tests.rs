//! Papers as PDF: what they say, their fonts, their validity.

use jiff::civil::{date, datetime};

use super::*;
use crate::permit::papers::{
    Drawing, Finding, Outcome, PermitCopy, RecordEvidence, RecordOfficer, RecordRow,
};
use crate::permit::qr_image;

fn now() -> Timestamp {
    "2026-11-24T07:20:00Z".parse().unwrap()
}

fn permit() -> PermitPaper {
    let code = qr_image::draw("https://check.example.org/check#KY1:ABC").unwrap();
    PermitPaper {
        number: "浙交运管许可金字330784030001号".to_owned(),
        copy: PermitCopy::Original,
        holder: "某某市某某汽车维修有限公司".to_owned(),
        address: "某某市某某街道某某路 100 号一层".to_owned(),
        legal_representative: "某甲".to_owned(),
        credit_code: "91330784MA00000000".to_owned(),
        class: "二类汽车维修".to_owned(),
        scopes: vec!["小型车辆维修".to_owned()],
        valid_from: date(2026, 11, 24),
        valid_until: Some(date(2032, 11, 23)),
        agency: "某某市交通运输局".to_owned(),
        issued_on: date(2026, 11, 24),
        case_number: "330784-2026-0042".to_owned(),
        check_address: "https://check.example.org/check".to_owned(),
        qr_svg: code.svg,
        qr_modules: code.modules,
        seal: None,
        specimen: false,
    }
}

fn decision(outcome: Outcome) -> DecisionPaper {
    DecisionPaper {
        document_number: "某交许准〔2026〕42号".to_owned(),
        case_number: "330784-2026-0042".to_owned(),
        applicant: "某某市某某汽车维修有限公司".to_owned(),
        credit_code: "91330784MA00000000".to_owned(),
        address: "某某市某某街道某某路 100 号一层".to_owned(),
        matter: "机动车维修经营许可".to_owned(),
        applied_on: date(2026, 11, 19),
        accepted_on: date(2026, 11, 20),
        class: "二类汽车维修".to_owned(),
        scopes: vec!["小型车辆维修".to_owned()],
        legal_basis: vec!["《中华人民共和国行政许可法》第三十八条".to_owned()],
        findings: String::new(),
        outcome,
        agency: "某某市交通运输局".to_owned(),
        decided_on: date(2026, 11, 24),
        telephone: "0000-00000000".to_owned(),
        seal: None,
        specimen: true,
    }
}

fn row(number: usize) -> RecordRow {
    RecordRow {
        section: if number < 20 { "人员" } else { "设施" }.to_owned(),
        clause: format!("8.{number}"),
        item: "接待室（含客户休息室）面积".to_owned(),
        condition: "≥ 20 m²".to_owned(),
        measured: "18.5 m²".to_owned(),
        finding: [Finding::Met, Finding::NotMet, Finding::NotApplicable][number % 3],
        note: "实测，#emph[不是标记] *星号* $x$ \\ 反斜杠".to_owned(),
        evidence: vec![1],
        rectification: String::new(),
    }
}

fn record(rows: usize) -> RecordPaper {
    RecordPaper {
        case_number: "330784-2026-0042".to_owned(),
        matter: "机动车维修经营许可".to_owned(),
        round: 1,
        applicant: "某某市某某汽车维修有限公司".to_owned(),
        credit_code: "91330784MA00000000".to_owned(),
        class: "二类汽车维修（小型车）".to_owned(),
        place: "某某市某某街道某某路 100 号一层".to_owned(),
        position: String::new(),
        contact: "某甲".to_owned(),
        telephone: "00000000000".to_owned(),
        started_at: datetime(2026, 11, 24, 9, 30, 0, 0),
        ended_at: datetime(2026, 11, 24, 11, 5, 0, 0),
        ruleset: "GB/T 16739.1—2014".to_owned(),
        officers: ["甲", "乙"]
            .map(|name| RecordOfficer {
                name: name.to_owned(),
                licence: "33078400001".to_owned(),
                signed_at: Some(datetime(2026, 11, 24, 11, 4, 0, 0)),
                signature: Some(png()),
            })
            .into(),
        rows: (1..=rows).map(row).collect(),
        conclusion: "各项符合规定。".to_owned(),
        statement: Some(ApplicantStatement::Confirmed {
            name: "某甲".to_owned(),
            role: "法定代表人".to_owned(),
            at: datetime(2026, 11, 24, 11, 2, 0, 0),
            drawing: Drawing::new("M 120 180 C 200 40, 300 280, 420 140 L 700 160"),
            remarks: String::new(),
        }),
        evidence: vec![RecordEvidence {
            number: 1,
            caption: "接待室".to_owned(),
            taken_at: datetime(2026, 11, 24, 9, 41, 0, 0),
            sha256: "9f86d081884c7d659a2feaa0c55ad015".repeat(2),
        }],
        heads: vec!["9f86d081884c7d659a2feaa0c55ad015".repeat(2)],
        agency: "某某市交通运输局".to_owned(),
        specimen: false,
    }
}

/// A red dot of one pixel.
pub(crate) fn png() -> Png {
    let bytes = data_encoding::BASE64
        .decode(
            b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==",
        )
        .unwrap();
    Png::new(bytes).unwrap()
}

fn set(paper: Paper<'_>) -> Result<Pdf, PaperError> {
    render_with(paper, now(), &FallbackFonts::none())
}

fn assert_archival(pdf: &Pdf, title: &str) {
    assert!(pdf.bytes.starts_with(b"%PDF-1.7"));
    let text = String::from_utf8_lossy(&pdf.bytes);
    assert!(text.contains("<pdfaid:part>2</pdfaid:part>"));
    assert!(text.contains("<pdfaid:conformance>B</pdfaid:conformance>"));
    assert!(text.contains(title), "the metadata carry {title}");
    assert!(text.contains("2026-11-24T15:20:00+08:00"));
}

#[test]
fn the_permit_is_one_archival_page_and_always_the_same() {
    let paper = permit();
    let pdf = set(Paper::Permit(&paper)).unwrap();
    assert_eq!(pdf.pages, 1);
    assert_archival(&pdf, "道路运输经营许可证 浙交运管许可金字330784030001号");
    assert_eq!(pdf, set(Paper::Permit(&paper)).unwrap());
    assert!(pdf.bytes.len() < 600_000, "{} bytes", pdf.bytes.len());
    let mut other = paper;
    other.holder.push('厂');
    assert_ne!(pdf.sha256, set(Paper::Permit(&other)).unwrap().sha256);
}

#[test]
fn long_names_addresses_and_scopes_stay_on_the_sheet() {
    let mut paper = permit();
    paper.holder = "某某市某某经济技术开发区超长名称汽车综合维修服务有限公司".repeat(3);
    paper.address = "某某省某某市某某街道某某工业园区某某大道与某某路交叉口 18 号楼".repeat(4);
    paper.scopes = vec!["喷油泵和喷油器维修".to_owned(); 40];
    paper.agency = "某某市某某经济技术开发区交通运输管理局".to_owned();
    paper.valid_until = None;
    paper.seal = Some(png());
    paper.specimen = true;
    assert_eq!(set(Paper::Permit(&paper)).unwrap().pages, 1);
}

#[test]
fn what_cannot_fit_is_refused() {
    let mut paper = permit();
    paper.address = "某某省某某市某某街道".repeat(380);
    assert!(matches!(
        set(Paper::Permit(&paper)),
        Err(PaperError::TooManyPages { max: 1, .. })
    ));
    paper.address = "长".repeat(MAX_TEXT_CHARS + 1);
    assert_eq!(set(Paper::Permit(&paper)), Err(PaperError::TooLong));
    let rows = record(MAX_ROWS + 1);
    assert_eq!(set(Paper::Record(&rows)), Err(PaperError::TooLong));
}

#[test]
fn a_character_without_a_glyph_is_named() {
    let mut paper = permit();
    paper.holder = "𠮷野汽修\u{10ffff}".to_owned();
    let Err(error) = set(Paper::Permit(&paper)) else {
        panic!("a paper with a box");
    };
    let text = error.to_string();
    assert!(text.starts_with("字体缺字：「𠮷」U+20BB7、"), "{text}");
    assert!(text.contains("U+10FFFF"), "{text}");
}

#[test]
fn a_rare_character_comes_from_the_machine_where_it_has_one() {
    let mut paper = permit();
    paper.holder = "𠮷野汽修".to_owned();
    let machine = FallbackFonts::system();
    if machine.fonts_for(&BTreeSet::from(['𠮷'])).is_empty() {
        return;
    }
    let pdf = render(Paper::Permit(&paper), now()).unwrap();
    assert_archival(&pdf, "道路运输经营许可证");
}

#[test]
fn a_character_nobody_sees_is_refused() {
    let mut paper = permit();
    for hidden in ['\u{202e}', '\u{200b}', '\u{7}', '\u{feff}'] {
        paper.holder = format!("某某{hidden}汽修");
        let Err(PaperError::HiddenCharacters { named }) = set(Paper::Permit(&paper)) else {
            panic!("{hidden:?} was set");
        };
        assert_eq!(named, format!("U+{:04X}", u32::from(hidden)));
    }
}

#[test]
fn both_decisions_are_set() {
    let granted = decision(Outcome::Granted {
        validity: "自发证之日起 6 年".to_owned(),
        handover: "到窗口领取".to_owned(),
    });
    let pdf = set(Paper::Decision(&granted)).unwrap();
    assert_eq!(pdf.pages, 1);
    assert_archival(&pdf, "准予交通行政许可决定书");
    let mut refused = decision(Outcome::Refused {
        reasons: vec!["接待室面积不足。".to_owned(), "未配备设备。".to_owned()],
        remedies: "如不服本决定，可以自收到之日起六十日内申请行政复议。".to_owned(),
    });
    refused.seal = Some(png());
    let pdf = set(Paper::Decision(&refused)).unwrap();
    assert_archival(&pdf, "不予交通行政许可决定书");
}

#[test]
fn a_record_of_many_rows_is_set_and_text_is_never_markup() {
    let mut paper = record(126);
    let pdf = set(Paper::Record(&paper)).unwrap();
    assert_archival(&pdf, "机动车维修经营许可现场核查记录");
    assert!((4..20).contains(&pdf.pages), "{} pages", pdf.pages);
    paper.statement = Some(ApplicantStatement::Refused {
        reason: "对面积有异议".to_owned(),
        witness: "丙".to_owned(),
        at: datetime(2026, 11, 24, 11, 2, 0, 0),
    });
    paper.rows.truncate(3);
    paper.evidence.clear();
    assert!(set(Paper::Record(&paper)).unwrap().pages <= 2);
    paper.statement = None;
    paper.rows.clear();
    assert_eq!(set(Paper::Record(&paper)).unwrap().pages, 1);
}

#[test]
fn only_png_pictures_are_taken() {
    assert_eq!(Png::new(b"GIF89a".to_vec()), Err(PaperError::Picture));
    let mut huge = png().bytes().to_vec();
    huge[16..20].copy_from_slice(&100_000u32.to_be_bytes());
    assert_eq!(Png::new(huge), Err(PaperError::Picture));
    // Past the header, what is broken shows when the paper is set.
    let mut paper = permit();
    paper.seal = Some(Png::new(png().bytes()[..40].to_vec()).unwrap());
    assert!(matches!(
        set(Paper::Permit(&paper)),
        Err(PaperError::Template { .. })
    ));
}
