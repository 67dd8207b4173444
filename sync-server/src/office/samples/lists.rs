//! The lists: cases and tablets.

use super::{good, shell};
use crate::office::inbox::show::{EmptyList, InboxList, InboxRow, InboxShow, InboxTab};
use crate::office::tablet::list::{EnrolmentCode, TabletList, TabletRow};
use crate::office::view::{Deadline, Errors, Paging, Place, Progress, Status, Tone};

fn tab(label: &str, count: u64, active: bool) -> InboxTab {
    InboxTab {
        label: label.into(),
        count,
        href: "/inbox?state=x".into(),
        active,
        warns: label == "已逾期",
    }
}

fn row(id: i64, applicant: &str, tone: Tone, state: &str) -> InboxRow {
    InboxRow {
        id,
        number: format!("330784-2018-{id:04}"),
        applicant: applicant.into(),
        address: format!("某某市某某路 {id} 号"),
        class_scope: "二类 · 小型车辆".into(),
        state: Status::new(tone, state),
        mine: None,
        photos: None,
        responsible: "丁".into(),
        deadline: Some(Deadline {
            kind: "承诺".into(),
            date: "2018-03-26".into(),
            left: "还剩 7 个工作日".into(),
            tone: Tone::Muted,
        }),
        working_day: "第 3/10 个工作日".into(),
        submitted: "2018-03-12".into(),
    }
}

pub(super) fn inbox(applicant: &str) -> InboxShow {
    let late = |left: &str, date: &str, tone| {
        Some(Deadline {
            kind: "承诺".into(),
            date: date.into(),
            left: left.into(),
            tone,
        })
    };
    let rows = vec![
        InboxRow {
            mine: Some("待您决定".into()),
            deadline: late("逾期 1 个工作日", "2018-03-09", Tone::Bad),
            working_day: "第 11/10 个工作日".into(),
            ..row(31, "某某汽车服务部", Tone::Busy, "待决定")
        },
        InboxRow {
            mine: Some("待您决定".into()),
            deadline: late("还剩 2 个工作日", "2018-03-14", Tone::Warn),
            working_day: "第 8/10 个工作日".into(),
            ..row(38, applicant, Tone::Busy, "待决定")
        },
        InboxRow {
            mine: Some("待您受理".into()),
            deadline: None,
            working_day: String::new(),
            ..row(43, "甲乙汽修厂", Tone::Warn, "待受理")
        },
        InboxRow {
            photos: Some(Progress {
                label: "照片".into(),
                done: 22,
                total: 24,
            }),
            responsible: "甲、乙".into(),
            ..row(42, "某某汽修（二店）", Tone::Busy, "勘验中")
        },
        InboxRow {
            responsible: "丙".into(),
            class_scope: "一类 · 大中型客车、大型货车、小型车辆".into(),
            ..row(41, "某某客车修理有限公司", Tone::Warn, "待指派")
        },
        InboxRow {
            deadline: late("03-09 已办结", "2018-03-21", Tone::Good),
            working_day: "用 4 个工作日".into(),
            responsible: "—".into(),
            ..row(36, "丙记汽车快修", Tone::Good, "已发证")
        },
        InboxRow {
            deadline: late("03-08 已办结", "2018-03-20", Tone::Good),
            working_day: "用 5 个工作日".into(),
            responsible: "—".into(),
            ..row(35, "某某摩托车维修部", Tone::Bad, "不予许可")
        },
    ];
    InboxShow {
        shell: shell(Place::Cases),
        tabs: vec![
            tab("我的待办", 3, false),
            tab("全部", 128, true),
            tab("待受理", 6, false),
            tab("待指派", 4, false),
            tab("勘验中", 9, false),
            tab("待决定", 5, false),
            tab("待发证", 2, false),
            tab("已办结", 102, false),
            tab("已逾期", 1, false),
        ],
        query: String::new(),
        list: InboxList {
            rows,
            paging: Paging {
                first: 1,
                last: 25,
                total: 128,
                previous: None,
                next: Some("/inbox?page=2".into()),
            },
            live_href: "/inbox/live?page=1".into(),
            empty: EmptyList::default(),
        },
    }
}

pub(super) fn empty_inbox() -> InboxShow {
    let mut page = inbox("");
    page.query = "不存在".into();
    page.list.rows.clear();
    page.list.paging = Paging::default();
    page.list.empty = EmptyList {
        title: "没有找到业务件".into(),
        advice: "可以按业务件号、申请人名称或地址中的几个字查找。".into(),
        href: Some("/inbox".into()),
        link: "查看全部业务件".into(),
    };
    page
}

pub(super) fn tablets(name: &str) -> TabletList {
    let quiet = TabletRow {
        id: "07".into(),
        name: name.into(),
        people: "甲".into(),
        seen: "3 分钟前".into(),
        seen_exact: "2018-03-12 14:29:10".into(),
        changes: 0,
        photos: 2,
        bytes: "0.8 MB".into(),
        oldest: "14:31".into(),
        free: "41 GB".into(),
        free_tone: Tone::Muted,
        clock: "+0.3 s".into(),
        clock_tone: Tone::Muted,
        version: "0.1.0".into(),
        status: Status::new(Tone::Busy, "传输中"),
        sending: Some(Progress {
            label: "照片".into(),
            done: 22,
            total: 24,
        }),
    };
    TabletList {
        shell: shell(Place::Tablets),
        errors: Errors::default(),
        summary: vec![
            good("在线 12"),
            Status::new(Tone::Busy, "有未传数据 5"),
            Status::new(Tone::Warn, "超过 24 小时未联系且有未传 1"),
        ],
        rows: vec![
            TabletRow {
                id: "19".into(),
                name: "平板-19".into(),
                people: "丙".into(),
                seen: "2 天前".into(),
                seen_exact: "2018-03-10 09:12:44".into(),
                changes: 118,
                photos: 36,
                bytes: "15 MB".into(),
                oldest: "03-09".into(),
                free: "1.2 GB".into(),
                free_tone: Tone::Warn,
                clock: "−94 s".into(),
                clock_tone: Tone::Warn,
                status: Status::new(Tone::Warn, "久未联系"),
                sending: None,
                ..quiet.clone()
            },
            quiet.clone(),
            TabletRow {
                id: "08".into(),
                name: "平板-08".into(),
                people: "乙".into(),
                photos: 0,
                bytes: "0 B".into(),
                oldest: String::new(),
                status: good("全部已传"),
                sending: None,
                ..quiet
            },
        ],
        enrols: true,
        new_name: String::new(),
        code: Some(EnrolmentCode {
            code: "K7QD-2MXA-9RTB".into(),
            device_name: "平板-20".into(),
            valid_until: "今天 15:00".into(),
        }),
    }
}
