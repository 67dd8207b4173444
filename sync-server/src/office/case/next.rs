//! What an officer can do to a case now: the one next step, and what else there is. Whether a
//! step is allowed is decided by the state machine when it is taken; here people are told before.

use super::record::CaseRecord;
use super::show::NextStep;
use crate::auth::{Officer, Permission};
use crate::cases::State;

/// What stands against steps, in words.
pub(crate) struct Blocks {
    /// Materials that are not there.
    pub(crate) materials: Vec<String>,
    /// What is missing of the inspection.
    pub(crate) inspection: Vec<String>,
    /// How many items fail.
    pub(crate) failed: usize,
}

/// The next step and the others.
pub(crate) fn steps(
    record: &CaseRecord,
    officer: &Officer,
    blocks: &Blocks,
) -> (Option<NextStep>, Vec<NextStep>) {
    let maker = Maker { record, officer };
    let next = maker.next(blocks);
    let others = maker.others(blocks);
    (next, others)
}

struct Maker<'a> {
    record: &'a CaseRecord,
    officer: &'a Officer,
}

impl Maker<'_> {
    fn next(&self, blocks: &Blocks) -> Option<NextStep> {
        let none = Vec::new;
        Some(match self.record.case.state {
            State::Submitted => self.step("受理", "accept", Permission::Accept, materials(blocks)),
            State::Correction => self.step(
                "收到补正材料",
                "receive-correction",
                Permission::Accept,
                none(),
            ),
            State::Accepted => self.step("指派勘验人员", "assign", Permission::Assign, none()),
            State::Rectification => self.step("指派复验", "assign", Permission::Assign, none()),
            State::Scheduled => self.step(
                "作出决定",
                "decide",
                Permission::Decide,
                blocks.inspection.clone(),
            ),
            State::Inspected => self.step("作出决定", "decide", Permission::Decide, self.own()),
            State::DecidedGranted => self.step("签发证件", "issue", Permission::Issue, none()),
            State::Issued => self.step("登记送达", "deliver", Permission::Deliver, none()),
            State::NotAccepted | State::DecidedRefused | State::Delivered => return None,
        })
    }

    fn others(&self, blocks: &Blocks) -> Vec<NextStep> {
        let mut steps = Vec::new();
        let mut add = |label, verb, permission, blocked| {
            if self.officer.may(permission) {
                steps.push(self.step(label, verb, permission, blocked));
            }
        };
        match self.record.case.state {
            State::Submitted | State::Correction => {
                if self.record.case.state == State::Submitted && !blocks.materials.is_empty() {
                    add(
                        "一次性告知补正",
                        "request-correction",
                        Permission::Accept,
                        Vec::new(),
                    );
                }
                add(
                    "不予受理",
                    "refuse-acceptance",
                    Permission::Accept,
                    Vec::new(),
                );
            }
            State::Scheduled => add("更换勘验人员", "assign", Permission::Assign, Vec::new()),
            State::Inspected => {
                let mut blocked = self.own();
                if blocks.failed == 0 {
                    blocked.push("没有不符合的条目".to_owned());
                }
                add("退回不符合项", "return", Permission::Review, blocked);
            }
            State::Rectification => add("作出决定", "decide", Permission::Decide, self.own()),
            State::Issued | State::Delivered => {
                add("查看证件", "permit", Permission::ViewCases, Vec::new());
            }
            _ => {}
        }
        steps
    }

    /// Whoever inspected does not judge.
    fn own(&self) -> Vec<String> {
        let officers = self.record.assignment.iter().flat_map(|one| &one.officers);
        let took_part = officers
            .into_iter()
            .any(|one| one.officer == self.officer.id);
        if took_part {
            vec!["您参加了本件的勘验，须由其他审批人员决定".to_owned()]
        } else {
            Vec::new()
        }
    }

    fn step(
        &self,
        label: &str,
        verb: &str,
        permission: Permission,
        mut blocked: Vec<String>,
    ) -> NextStep {
        if !self.officer.may(permission) {
            blocked.push(format!("由{}办理", permission.held_by()));
        }
        NextStep {
            label: label.to_owned(),
            href: format!("/cases/{}/{verb}", self.record.case.id),
            blocked,
        }
    }
}

fn materials(blocks: &Blocks) -> Vec<String> {
    match blocks.materials.len() {
        0 => Vec::new(),
        count => vec![format!("材料缺 {count} 份")],
    }
}
