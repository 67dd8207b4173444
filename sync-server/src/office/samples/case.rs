//! Cases: one whose inspection is coming in, one ready to be decided, one just registered.

use super::{Sample, good, html, shell};
use crate::office::case::assign::{CaseAssign, InspectorChoice};
use crate::office::case::confirm::CaseConfirm;
use crate::office::case::result::{
    Conflict, Counts, InspectionResult, Note, PhotoThumb, Resolution, ResultItem, ResultSection,
    Side,
};
use crate::office::case::show::{
    CaseLive, CaseShow, Check, Completeness, DocumentLink, Fact, HistoryEntry, Leg, NextStep,
    SignOff,
};
use crate::office::view::{Choice, Deadline, Errors, Notice, Place, Progress, Status, Tone};

pub(super) fn pages() -> Vec<Sample> {
    let mut granted = show(reviewing("某某汽修"));
    granted.shell.notice = Some(Notice {
        tone: Tone::Good,
        text: "已受理，法定期限和承诺期限从今天起算。".into(),
    });
    vec![
        ("case-coming-in", html(&show(coming_in("某某汽修")))),
        ("case-ready", html(&show(ready()))),
        ("case-new", html(&show(new_case()))),
        ("case-notice", html(&granted)),
        ("case-assign", html(&assign("某某汽修", Errors::default()))),
        (
            "case-assign-errors",
            html(&assign("某某汽修", one_officer())),
        ),
        ("case-confirm", html(&confirm("某某汽修"))),
        (
            "case-return",
            html(&go_back("某某汽修", "接待室按 8.1 扩建")),
        ),
    ]
}

pub(super) fn with_text(text: &str) -> Vec<Sample> {
    vec![
        ("case", html(&show(coming_in(text)))),
        ("assign", html(&assign(text, Errors::default()))),
        ("confirm", html(&confirm(text))),
        ("return", html(&go_back("某某汽修", text))),
    ]
}

fn show(live: CaseLive) -> CaseShow {
    CaseShow {
        shell: shell(Place::Cases),
        live,
    }
}

fn fact(label: &str, value: &str) -> Fact {
    Fact {
        label: label.into(),
        value: value.into(),
    }
}

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

fn people() -> ResultSection {
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

fn facilities(text: &str, resolved: bool) -> ResultSection {
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

fn equipment() -> ResultSection {
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

fn legs(current: usize) -> Vec<Leg> {
    let done = [
        ("申请", "03-12 08:52", "用时 18 分", "丁"),
        ("受理", "03-12 09:10", "用时 25 分", "丁"),
        ("指派", "03-12 09:35", "用时 3 小时 58 分", "丁"),
        ("勘验", "03-12 13:33", "已 57 分", "甲、乙"),
        ("审核决定", "03-12 14:30", "已 6 分", "戊"),
        ("发证", "", "", "戊"),
        ("送达", "", "", "丁"),
    ];
    done.iter()
        .enumerate()
        .map(|(i, (name, at, took, who))| Leg {
            name: (*name).into(),
            tone: match i.cmp(&current) {
                std::cmp::Ordering::Less => Tone::Good,
                std::cmp::Ordering::Equal => Tone::Busy,
                std::cmp::Ordering::Greater => Tone::Muted,
            },
            at: if i > current {
                String::new()
            } else {
                (*at).into()
            },
            took: if i > current {
                String::new()
            } else {
                took.to_string()
            },
            who: (*who).into(),
        })
        .collect()
}

fn base(applicant: &str) -> CaseLive {
    CaseLive {
        id: 42,
        number: "330784-2018-0042".into(),
        applicant: applicant.into(),
        class_scope: "二类汽车维修 · 小型车辆".into(),
        state: Status::new(Tone::Busy, "勘验中"),
        working_day: "第 3/10 个工作日".into(),
        summary: "甲、乙正在现场勘验，结果陆续到达。".into(),
        next: None,
        others: vec![],
        legs: legs(3),
        deadlines: vec![
            Deadline {
                kind: "承诺".into(),
                date: "2018-03-26".into(),
                left: "还剩 7 个工作日".into(),
                tone: Tone::Muted,
            },
            Deadline {
                kind: "法定".into(),
                date: "2018-04-02".into(),
                left: "还剩 12 个工作日".into(),
                tone: Tone::Muted,
            },
        ],
        visits: "申请人到场 1 次（目标不超过 2 次）".into(),
        facts: vec![
            fact("业户名称", applicant),
            fact("信用代码", "91350100M000100Y43"),
            fact("负责人", "己"),
            fact("联系人", "庚 0579-00000000"),
            fact("经营地址", "某某市某某路 8 号"),
            fact("条件标准", "GB/T 16739.1-2014（2015-01-01 起）"),
        ],
        materials: vec![
            good("《交通行政许可申请书》"),
            good("经营场地、停车场面积材料，土地使用权及产权证明复印件"),
            good("技术人员汇总表及相应职业资格证明"),
            good("维修检测设备及计量设备检定合格证明复印件"),
            good("维修管理制度、环境保护措施等材料"),
        ],
        completeness: None,
        result: None,
        history: vec![
            HistoryEntry {
                at: "2018-03-12 09:35".into(),
                who: "丁".into(),
                what: "指派勘验人员甲、乙".into(),
                detail: "替岗：丙 · 第 1 轮".into(),
            },
            HistoryEntry {
                at: "2018-03-12 09:10".into(),
                who: "丁".into(),
                what: "受理申请".into(),
                detail: "材料齐全 · 承诺 03-26，法定 04-02".into(),
            },
            HistoryEntry {
                at: "2018-03-12 08:52".into(),
                who: "丁".into(),
                what: "登记申请".into(),
                detail: "首问负责：丁".into(),
            },
        ],
        documents: vec![],
        as_of: "14:32:05".into(),
    }
}

fn coming_in(text: &str) -> CaseLive {
    CaseLive {
        next: Some(NextStep {
            label: "作出决定".into(),
            href: "/cases/42/decide".into(),
            blocked: vec![
                "照片还差 2 张，在甲的平板上".into(),
                "8.1 有一处分歧未处理".into(),
                "乙还没有签署".into(),
            ],
        }),
        others: vec![NextStep {
            label: "更换勘验人员".into(),
            href: "/cases/42/assign".into(),
            blocked: vec![],
        }],
        completeness: Some(Completeness {
            overall: Status::new(Tone::Busy, "正在到达"),
            photos: Progress {
                label: "照片".into(),
                done: 22,
                total: 24,
            },
            photos_where: "甲的平板，14:31 在传".into(),
            checks: vec![
                Check {
                    status: Status::new(Tone::Warn, "1 项未填"),
                    detail: "8.3.2 总成维修间面积".into(),
                },
                Check {
                    status: Status::new(Tone::Warn, "1 处分歧未处理"),
                    detail: "8.1 接待室（含客户休息室）面积".into(),
                },
                Check {
                    status: good("申请人已确认勘验记录"),
                    detail: String::new(),
                },
                Check {
                    status: good("没有被拒收的内容"),
                    detail: String::new(),
                },
            ],
            sign_offs: vec![
                SignOff {
                    officer: "甲".into(),
                    card: "浙G-0001".into(),
                    status: Status::new(Tone::Warn, "签署的是旧状态"),
                    detail: "14:18 · 状态 91ab04c7，之后又有更改".into(),
                },
                SignOff {
                    officer: "乙".into(),
                    card: "浙G-0002".into(),
                    status: Status::new(Tone::Muted, "未签署"),
                    detail: "最近联系 14:31".into(),
                },
            ],
            set_aside: vec!["平板-19 的 1 项更改被拒收（不是本件勘验人员），已另存".into()],
            sealed: String::new(),
        }),
        result: Some(InspectionResult {
            title: "第 1 轮 · GB/T 16739.1-2014".into(),
            counts: Counts {
                all: 15,
                pass: 12,
                fail: 1,
                missing: 2,
                photos: 6,
                conflicts: 1,
            },
            distance: "照片距登记地址 12–38 m（22 张有定位）".into(),
            sections: vec![people(), facilities(text, false), equipment()],
        }),
        ..base(text)
    }
}

fn reviewing(text: &str) -> CaseLive {
    CaseLive {
        state: Status::new(Tone::Busy, "待决定"),
        summary: "勘验已封存，全部条目符合。请审核并作出决定。".into(),
        next: Some(NextStep {
            label: "作出决定".into(),
            href: "/cases/42/decide".into(),
            blocked: vec![],
        }),
        others: vec![NextStep {
            label: "退回不符合项".into(),
            href: "/cases/42/return".into(),
            blocked: vec!["没有不符合的条目".into()],
        }],
        legs: legs(4),
        completeness: Some(Completeness {
            overall: good("完整"),
            photos: Progress {
                label: "照片".into(),
                done: 24,
                total: 24,
            },
            photos_where: String::new(),
            checks: vec![
                Check {
                    status: good("72 项全部填写"),
                    detail: String::new(),
                },
                Check {
                    status: good("分歧 1 处，已处理"),
                    detail: String::new(),
                },
                Check {
                    status: good("两名勘验人员签署同一状态"),
                    detail: String::new(),
                },
                Check {
                    status: good("申请人已确认勘验记录"),
                    detail: String::new(),
                },
            ],
            sign_offs: vec![
                SignOff {
                    officer: "甲".into(),
                    card: "浙G-0001".into(),
                    status: good("已签署"),
                    detail: "14:28 · 状态 3fa9c1d2".into(),
                },
                SignOff {
                    officer: "乙".into(),
                    card: "浙G-0002".into(),
                    status: good("已签署"),
                    detail: "14:29 · 状态 3fa9c1d2".into(),
                },
            ],
            set_aside: vec![],
            sealed: "3fa9c1d2".into(),
        }),
        result: Some(InspectionResult {
            title: "第 1 轮 · GB/T 16739.1-2014".into(),
            counts: Counts {
                all: 15,
                pass: 14,
                fail: 0,
                missing: 0,
                photos: 5,
                conflicts: 1,
            },
            distance: "照片距登记地址 12–38 m（24 张有定位）".into(),
            sections: vec![people(), facilities(text, true), equipment()],
        }),
        ..base("某某汽修")
    }
}

fn ready() -> CaseLive {
    CaseLive {
        deadlines: vec![
            Deadline {
                kind: "承诺".into(),
                date: "2018-03-26".into(),
                left: "还剩 2 个工作日".into(),
                tone: Tone::Warn,
            },
            Deadline {
                kind: "法定".into(),
                date: "2018-04-02".into(),
                left: "还剩 7 个工作日".into(),
                tone: Tone::Muted,
            },
        ],
        documents: vec![DocumentLink {
            name: "受理通知书".into(),
            kind: "PDF · 96 KB".into(),
            href: "/cases/42/documents/1".into(),
        }],
        working_day: "第 8/10 个工作日".into(),
        ..reviewing("地面有界定标线")
    }
}

fn new_case() -> CaseLive {
    CaseLive {
        state: Status::new(Tone::Warn, "待受理"),
        working_day: String::new(),
        summary: "申请已登记，材料缺 2 份。收齐后受理，期限从受理当天起算。".into(),
        next: Some(NextStep {
            label: "受理".into(),
            href: "/cases/43/accept".into(),
            blocked: vec!["材料缺 2 份".into()],
        }),
        legs: legs(0),
        deadlines: vec![Deadline {
            kind: "补正告知".into(),
            date: "2018-03-19".into(),
            left: "还剩 5 个工作日".into(),
            tone: Tone::Muted,
        }],
        materials: vec![
            good("《交通行政许可申请书》"),
            good("经营场地、停车场面积材料，土地使用权及产权证明复印件"),
            Status::new(Tone::Warn, "缺：技术人员汇总表及相应职业资格证明"),
            Status::new(Tone::Warn, "缺：维修检测设备及计量设备检定合格证明复印件"),
            good("维修管理制度、环境保护措施等材料"),
        ],
        id: 43,
        number: "330784-2018-0043".into(),
        ..base("某某汽车服务部")
    }
}

fn assign(applicant: &str, errors: Errors) -> CaseAssign {
    let inspector = |id: &str, name: &str, card: &str, workload: &str, chosen| InspectorChoice {
        user_id: id.into(),
        name: name.into(),
        card: card.into(),
        workload: workload.into(),
        chosen,
        standin: if chosen { "c".into() } else { String::new() },
    };
    CaseAssign {
        shell: shell(Place::Cases),
        errors,
        id: 42,
        number: "330784-2018-0042".into(),
        applicant: applicant.into(),
        address: "某某市某某路 8 号".into(),
        revision: 3,
        inspectors: vec![
            inspector("a", "甲", "浙G-0001", "在办 2 件", true),
            inspector("b", "乙", "浙G-0002", "在办 1 件", false),
            inspector("c", "丙", "浙G-0003", "没有在办", false),
        ],
        replaces: false,
    }
}

fn one_officer() -> Errors {
    let mut errors = Errors::default();
    errors.add("officers", "要选两名勘验人员，现在选了 1 名");
    errors
}

fn confirm(applicant: &str) -> CaseConfirm {
    CaseConfirm {
        shell: shell(Place::Cases),
        errors: Errors::default(),
        id: 42,
        number: "330784-2018-0042".into(),
        question: "受理这件申请？".into(),
        facts: vec![
            fact("申请人", applicant),
            fact("事项", "机动车维修经营许可 · 二类 · 小型车辆"),
            fact("材料", "5 份，齐全"),
        ],
        consequences: vec![
            "期限从 2018-03-12 起算：承诺 2018-03-26，法定 2018-04-02。".into(),
            "勘验按当日有效的 GB/T 16739.1-2014 进行，之后标准变更不影响本件。".into(),
        ],
        ticks_label: String::new(),
        ticks: vec![],
        reason: None,
        action: "/cases/42/accept".into(),
        button: "受理".into(),
        revision: 1,
    }
}

fn go_back(applicant: &str, reason: &str) -> CaseConfirm {
    let tick = |id: &str, label: &str, hint: &str| Choice {
        value: id.into(),
        label: label.into(),
        hint: hint.into(),
        checked: true,
    };
    CaseConfirm {
        question: "退回哪些条目整改？".into(),
        consequences: vec!["复验只验这些条目，之前的照片并排显示。".into()],
        ticks_label: "不符合的条目".into(),
        ticks: vec![
            tick("F1", "8.1 接待室（含客户休息室）面积", "18.5 m² < 20 m²"),
            tick("F3", "8.3 生产厂房面积", "186 m² < 200 m²"),
        ],
        reason: Some(reason.into()),
        action: "/cases/42/return".into(),
        button: "退回整改".into(),
        ..confirm(applicant)
    }
}
