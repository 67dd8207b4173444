//! Everything but the case.

use super::lists::{empty_inbox, inbox, tablets};
use super::{Sample, good, html, shell};
use crate::office::application::register::{ApplicationRegister, ScopeGroup, Typed};
use crate::office::case::show::Fact;
use crate::office::decision::check::DecisionCheck;
use crate::office::decision::decide::DecisionDecide;
use crate::office::error::ErrorPage;
use crate::office::permit::show::PermitShow;
use crate::office::photo::show::PhotoShow;
use crate::office::session::code::{SessionCode, SetUp};
use crate::office::session::login::SessionLogin;
use crate::office::view::{Choice, Errors, Place, Shell, TrustedSvg};

pub(super) fn pages() -> Vec<Sample> {
    vec![
        ("login", html(&login(Errors::default(), ""))),
        ("login-error", html(&login(wrong_login(), "ding"))),
        ("login-code", html(&login_code("丁", false))),
        ("login-set-up", html(&login_code("丁", true))),
        ("inbox", html(&inbox("某某汽修"))),
        ("inbox-empty", html(&empty_inbox())),
        ("register", html(&register("", Errors::default()))),
        (
            "register-errors",
            html(&register("某某汽修", register_errors())),
        ),
        ("decide", html(&decide("某某汽修"))),
        ("decide-blocked", html(&decide_blocked())),
        ("decide-check", html(&check("某某汽修", "granted"))),
        ("decide-check-refuse", html(&check("某某汽修", "refused"))),
        ("permit", html(&permit("某某汽修"))),
        ("photo", html(&photo("甲", true))),
        ("photo-missing", html(&photo("甲", false))),
        ("tablets", html(&tablets("平板-07"))),
        ("error", html(&error("找不到这个页面"))),
    ]
}

pub(super) fn with_text(text: &str) -> Vec<Sample> {
    vec![
        ("login", html(&login(wrong_login(), text))),
        ("login-code", html(&login_code(text, true))),
        ("inbox", html(&inbox(text))),
        ("register", html(&register(text, register_errors()))),
        ("decide", html(&decide(text))),
        ("check", html(&check(text, "refused"))),
        ("permit", html(&permit(text))),
        ("photo", html(&photo(text, true))),
        ("tablets", html(&tablets(text))),
        ("error", html(&error(text))),
    ]
}

fn fact(label: &str, value: &str) -> Fact {
    Fact {
        label: label.into(),
        value: value.into(),
    }
}

fn login(errors: Errors, name: &str) -> SessionLogin {
    SessionLogin {
        shell: Shell {
            officer: None,
            ..shell(Place::Nowhere)
        },
        errors,
        login: name.into(),
        next: "/inbox".into(),
    }
}

fn login_code(name: &str, first: bool) -> SessionCode {
    SessionCode {
        shell: Shell {
            officer: None,
            ..shell(Place::Nowhere)
        },
        errors: Errors::default(),
        csrf: "csrf-of-the-login".into(),
        next: "/inbox".into(),
        name: name.into(),
        set_up: first.then(|| SetUp {
            qr: TrustedSvg::drawn_here("<svg viewBox=\"0 0 1 1\"></svg>".into()),
            secret: "ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567".into(),
        }),
        training_code: first.then(|| "123456".into()),
        training_wait: (!first).then_some(17),
    }
}

fn wrong_login() -> Errors {
    let mut errors = Errors::default();
    errors.add("login", "用户名或密码不对，请检查后再试");
    errors
}

fn choice(value: &str, label: &str, hint: &str, checked: bool) -> Choice {
    Choice {
        value: value.into(),
        label: label.into(),
        hint: hint.into(),
        checked,
    }
}

fn register(applicant: &str, errors: Errors) -> ApplicationRegister {
    ApplicationRegister {
        shell: shell(Place::Register),
        errors,
        matter: "机动车维修经营许可".into(),
        typed: Typed {
            applicant: applicant.into(),
            credit_code: if applicant.is_empty() {
                String::new()
            } else {
                "91350100M000100Y44".into()
            },
            ..Typed::default()
        },
        classes: vec![
            choice("1", "一类汽车维修", "厂房 800 m² 起，不得兼职", false),
            choice("2", "二类汽车维修", "厂房 200 m² 起", true),
        ],
        groups: vec![
            ScopeGroup {
                class: "1".into(),
                label: "一类汽车维修".into(),
                shown: false,
                scopes: vec![choice("04103", "小型车辆维修", "", false)],
            },
            ScopeGroup {
                class: "2".into(),
                label: "二类汽车维修".into(),
                shown: true,
                scopes: vec![
                    choice("04201", "大中型客车维修", "", false),
                    choice("04202", "大中型货车维修", "", false),
                    choice("04203", "小型车辆维修", "", true),
                ],
            },
        ],
        features: vec![
            choice("gas", "燃气汽车维修", "", false),
            choice("nev", "新能源汽车维修", "", false),
        ],
        materials: vec![
            choice("M05-1", "《交通行政许可申请书》", "", true),
            choice(
                "M05-2",
                "经营场地、停车场面积材料，土地使用权及产权证明复印件",
                "租赁的：书面合同，期限一年以上",
                true,
            ),
            choice("M05-3", "技术人员汇总表及相应职业资格证明", "", false),
            choice(
                "M05-4",
                "维修检测设备及计量设备检定合格证明复印件",
                "",
                false,
            ),
            choice("M05-5", "维修管理制度、环境保护措施等其他材料", "", false),
        ],
        special_materials: vec![choice("MD-3", "安全管理人员汇总表", "", false)],
    }
}

fn register_errors() -> Errors {
    let mut errors = Errors::default();
    errors.add(
        "credit_code",
        "统一社会信用代码的校验码不对，请对照营业执照核对末位",
    );
    errors.add("address", "请填写经营地址，勘验人员要按它找到现场");
    errors
}

fn decide(applicant: &str) -> DecisionDecide {
    DecisionDecide {
        shell: shell(Place::Cases),
        errors: Errors::default(),
        id: 42,
        number: "330784-2018-0042".into(),
        applicant: applicant.into(),
        grounds: vec![
            fact(
                "勘验",
                "第 1 轮，甲（浙G-0001）、乙（浙G-0002），2018-03-12",
            ),
            fact("结果", "72 项：71 符合，1 不符合"),
            fact("条件标准", "GB/T 16739.1-2014"),
            fact("封存状态", "3fa9c1d2"),
        ],
        failed: vec!["8.3 生产厂房面积：186 m² < 200 m²".into()],
        grant_blocked: vec!["有 1 项不符合，只能退回整改或不予许可".into()],
        blocked: vec![],
        outcome: String::new(),
        reasons: String::new(),
        revision: 5,
    }
}

fn decide_blocked() -> DecisionDecide {
    DecisionDecide {
        blocked: vec!["照片还差 2 张，在甲的平板上".into(), "乙还没有签署".into()],
        failed: vec![],
        grant_blocked: vec![],
        ..decide("某某汽修")
    }
}

fn check(applicant: &str, outcome: &str) -> DecisionCheck {
    DecisionCheck {
        shell: shell(Place::Cases),
        errors: Errors::default(),
        id: 42,
        number: "330784-2018-0042".into(),
        applicant: applicant.into(),
        outcome: outcome.into(),
        reasons: if outcome == "refused" {
            "生产厂房面积 186 m²，低于 8.3 要求的 200 m²。".into()
        } else {
            String::new()
        },
        facts: vec![
            fact("事项", "机动车维修经营许可 · 二类 · 小型车辆"),
            fact("决定日期", "2018-03-12"),
            fact("有效期", "六年，至 2024-03-11"),
            fact("依据", "《道路运输条例》，GB/T 16739.1-2014"),
        ],
        bound: vec!["第 1 轮 · 状态 3fa9c1d2 · 证据 24 件".into()],
        revision: 5,
    }
}

fn permit(holder: &str) -> PermitShow {
    let qr = qrcode::QrCode::new(b"https://example.org/check#6BFOXN*TS0BI$ZDYSHGKT")
        .expect("the sample is short")
        .render::<qrcode::render::svg::Color<'_>>()
        .min_dimensions(240, 240)
        .build();
    PermitShow {
        shell: shell(Place::Cases),
        case_id: 42,
        case_number: "330784-2018-0042".into(),
        number: "浙交运管许可金字 330784030001 号".into(),
        state: good("有效"),
        facts: vec![
            fact("业户名称", holder),
            fact("经营地址", "某某市某某路 8 号"),
            fact("经营范围", "二类汽车维修（小型车辆维修）"),
            fact("有效期", "2018-03-12 至 2024-03-11"),
            fact("核发机关", "某某市道路运输管理局"),
            fact("发证", "戊，2018-03-12"),
        ],
        qr: TrustedSvg::drawn_here(qr),
        pdf_href: "/permits/330784030001.pdf".into(),
        pdf_size: "182 KB".into(),
        check_href: "/check#6BFOXN".into(),
        next_label: "登记送达".into(),
        next_href: "/cases/42/deliver".into(),
    }
}

fn photo(officer: &str, here: bool) -> PhotoShow {
    PhotoShow {
        shell: shell(Place::Cases),
        case_id: 42,
        case_number: "330784-2018-0042".into(),
        title: "8.1 接待室（含客户休息室）面积".into(),
        finding: "≥ 20 m² · 测得 21.0 m²".into(),
        verdict: good("符合"),
        src: here.then(|| "/sample/photo.jpg".into()),
        missing: if here {
            String::new()
        } else {
            "在甲的平板上，14:31 还有 2 张在传。到达后本页可以打开。".into()
        },
        facts: vec![
            fact("拍摄人", officer),
            fact("时间", "2018-03-12 14:02:31"),
            fact("位置", "28.88950, 120.03810（±8 m）"),
            fact("距登记地址", "38 m"),
            fact("设备", "平板-07"),
            fact("大小", "2048 × 1536 · 412 KB"),
        ],
        sha256: "3fa9c1d2e4b07a6159f0c2d84be7a31096cd5e2f71b84a0d93c6e8f5a217b40c".into(),
        item_id: "F1".into(),
        position: "第 2 张，共 24 张".into(),
        previous: Some("/cases/42/photos/1".into()),
        next: Some("/cases/42/photos/3".into()),
    }
}

fn error(title: &str) -> ErrorPage {
    ErrorPage {
        shell: shell(Place::Nowhere),
        code: 404,
        title: title.into(),
        advice: vec![
            "地址可能有误，或者业务件不存在。".into(),
            "没有数据因此改变。".into(),
        ],
        href: "/inbox".into(),
        link: "回到业务件".into(),
    }
}
