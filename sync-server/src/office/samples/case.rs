//! Cases: one whose inspection is coming in, one ready to be decided, one just registered.

use super::findings::{equipment, facilities, people};
use super::{Sample, good, html, shell};
use crate::office::case::assign::{CaseAssign, InspectorChoice};
use crate::office::case::confirm::CaseConfirm;
use crate::office::case::result::{Counts, InspectionResult};
use crate::office::case::show::{
    CaseLive, CaseShow, Check, Completeness, DocumentLink, Fact, HistoryEntry, Leg, NextStep,
    SetAside, SignOff, StepLimit,
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
        limits: vec![StepLimit {
            name: "全程".into(),
            due: "2018-03-26 / 2018-04-17".into(),
            used: "3/10 个工作日".into(),
            state: Status::new(Tone::Muted, "进行中"),
        }],
        stopped: String::new(),
        documents: vec![],
        papers_due: 1,
        csrf: "csrf-of-the-session".into(),
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
            tablets: vec![],
            set_aside: vec![SetAside {
                text: "平板-19 的 1 项更改被拒收（不是本件勘验人员），已另存".into(),
                href: "/cases/42/aside/00".into(),
            }],
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
            tablets: vec![],
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
        options_label: String::new(),
        options: vec![],
        reason_label: String::new(),
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
        options_label: String::new(),
        options: vec![],
        reason_label: "理由和要求".into(),
        reason: Some(reason.into()),
        action: "/cases/42/return".into(),
        button: "退回整改".into(),
        ..confirm(applicant)
    }
}
