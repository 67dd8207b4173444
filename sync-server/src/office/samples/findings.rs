//! Sections of a result table: passed, failed, unanswered, in conflict, outsourced.

use super::good;
use crate::office::case::result::{
    Conflict, Note, PhotoThumb, Resolution, ResultItem, ResultSection, Side,
};
use crate::office::view::{Status, Tone};

fn item(id: &str, clause: &str, text: &str, requirement: &str, value: &str) -> ResultItem {
    ResultItem {
        id: id.into(),
        clause: clause.into(),
        text: text.into(),
        requirement: requirement.into(),
        value: value.into(),
        verdict: good("符合"),
        reason: String::new(),
        unconfirmed: false,
        particulars: vec![],
        reused: vec![],
        earlier: vec![],
        photos: vec![],
        notes: vec![],
        conflict: None,
    }
}

fn thumb(n: u8, here: bool) -> PhotoThumb {
    PhotoThumb {
        href: format!("/cases/42/photos/{n}"),
        src: here.then(|| format!("/sample/thumb-{n}.jpg")),
        alt: format!("8.{n} 甲 14:0{n}"),
    }
}

pub(super) fn people() -> ResultSection {
    ResultSection {
        id: "people".into(),
        title: "人员".into(),
        status: good("9/9 符合"),
        items: vec![
            item("P1", "4.1", "维修企业负责人", "≥ 1 人", "1 人"),
            item(
                "P2",
                "4.1",
                "维修技术负责人：大专以上相关专业或工程师",
                "≥ 1 人",
                "1 人",
            ),
            ResultItem {
                unconfirmed: true,
                notes: vec![Note {
                    officer: "乙".into(),
                    text: "一人证件换发中，已看原件".into(),
                }],
                photos: vec![thumb(3, true)],
                ..item(
                    "P3",
                    "4.2",
                    "维修质量检验员：持证并有相应驾驶证",
                    "≥ 2 人",
                    "2 人",
                )
            },
        ],
    }
}

pub(super) fn facilities(text: &str, resolved: bool) -> ResultSection {
    let conflict = Conflict {
        sides: vec![
            Side {
                value: "18.5 m²".into(),
                officer: "甲".into(),
                at: "14:02".into(),
            },
            Side {
                value: "21.0 m²".into(),
                officer: "乙".into(),
                at: "14:05".into(),
            },
        ],
        resolution: resolved.then(|| Resolution {
            value: "21.0 m²".into(),
            officer: "乙".into(),
            at: "14:20".into(),
            reason: "两人一起复测，前一次漏量了休息区".into(),
        }),
    };
    let mut reception = ResultItem {
        photos: vec![thumb(1, true), thumb(2, true)],
        particulars: vec!["仪器：激光测距仪 L-01".into()],
        conflict: Some(conflict),
        ..item(
            "F1",
            "8.1",
            "接待室（含客户休息室）面积",
            "≥ 20 m²",
            "21.0 m²",
        )
    };
    if !resolved {
        reception.value = "18.5 m²".into();
        reception.verdict = Status::new(Tone::Warn, "有分歧");
    }
    ResultSection {
        id: "facilities".into(),
        title: "设施".into(),
        status: if resolved {
            good("17/17 符合")
        } else {
            Status::new(Tone::Bad, "14/17 符合 · 1 不符合 · 1 分歧 · 1 未填")
        },
        items: vec![
            reception,
            ResultItem {
                photos: vec![thumb(4, true), thumb(5, resolved), thumb(6, resolved)],
                notes: vec![Note {
                    officer: "甲".into(),
                    text: text.into(),
                }],
                ..item(
                    "F2",
                    "8.2",
                    "停车场面积，平整坚实，有界定标志，不占公共用地",
                    "≥ 150 m²",
                    "160 m²",
                )
            },
            if resolved {
                item(
                    "F3",
                    "8.3",
                    "生产厂房面积，地面平整坚实",
                    "≥ 200 m²",
                    "236 m²",
                )
            } else {
                ResultItem {
                    verdict: Status::new(Tone::Bad, "不符合"),
                    reason: "186 m² < 200 m²".into(),
                    photos: vec![thumb(7, true)],
                    ..item(
                        "F3",
                        "8.3",
                        "生产厂房面积，地面平整坚实",
                        "≥ 200 m²",
                        "186 m²",
                    )
                }
            },
            if resolved {
                item("F4", "8.3.2", "总成维修间面积", "≥ 20 m²", "24 m²")
            } else {
                ResultItem {
                    verdict: Status::new(Tone::Warn, "未填"),
                    ..item("F4", "8.3.2", "总成维修间面积", "≥ 20 m²", "")
                }
            },
            ResultItem {
                verdict: Status::new(Tone::Muted, "不适用"),
                ..item(
                    "F8",
                    "8.3.6",
                    "燃气汽车：永久性非易燃专用厂房",
                    "",
                    "不适用",
                )
            },
        ],
    }
}

pub(super) fn equipment() -> ResultSection {
    let mut rows: Vec<ResultItem> = [
        ("E1", "废油收集设备"),
        ("E2", "齿轮油加注设备"),
        ("E3", "轮胎轮辋拆装设备"),
        ("E4", "车轮动平衡机"),
        ("E5", "四轮定位仪"),
        ("E6", "汽车故障电脑诊断仪"),
    ]
    .into_iter()
    .map(|(id, text)| item(id, "表 2", text, "有", "有"))
    .collect();
    rows.push(ResultItem {
        particulars: vec!["外协：某某检测服务部，合同至 2019-12-31".into()],
        photos: vec![thumb(8, true)],
        ..item("E7", "表 2", "悬架试验台", "有或外协", "外协")
    });
    ResultSection {
        id: "special".into(),
        title: "专用设备".into(),
        status: good("26/26 符合"),
        items: rows,
    }
}
