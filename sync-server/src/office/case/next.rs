//! What an officer can do to a case now: the one next step, and what else there is. Whether a
//! step is allowed is decided by the state machine when it is taken; here people are told before.

use super::record::CaseRecord;
use super::show::NextStep;
use crate::auth::{Officer, Permission};
use crate::cases::{Force, State};
use crate::locale::{phrase, say};
use crate::office::words;

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
            State::Submitted => self.step(
                &say("step-accept"),
                "accept",
                Permission::Accept,
                materials(blocks),
            ),
            State::Correction => self.step(
                &say("step-receive-correction"),
                "receive-correction",
                Permission::Accept,
                none(),
            ),
            State::Accepted => {
                self.step(&say("assign-first"), "assign", Permission::Assign, none())
            }
            State::Rectification => self.step(
                &say("step-assign-again"),
                "assign",
                Permission::Assign,
                none(),
            ),
            State::Scheduled => self.step(
                &say("decision-decide"),
                "decide",
                Permission::Decide,
                blocks.inspection.clone(),
            ),
            State::Inspected => self.step(
                &say("decision-decide"),
                "decide",
                Permission::Decide,
                self.own(),
            ),
            State::DecidedGranted => {
                self.step(&say("step-issue"), "issue", Permission::Issue, none())
            }
            State::Issued => {
                self.step(&say("step-deliver"), "deliver", Permission::Deliver, none())
            }
            State::NotAccepted | State::DecidedRefused | State::Delivered => return None,
        })
    }

    fn others(&self, blocks: &Blocks) -> Vec<NextStep> {
        let mut steps = Vec::new();
        let mut add = |label: String, verb, permission, blocked| {
            if self.officer.may(permission) {
                steps.push(self.step(&label, verb, permission, blocked));
            }
        };
        let stopped = self.record.stop().is_some();
        match self.record.case.state {
            State::Submitted | State::Correction => {
                add(
                    say("step-materials"),
                    "materials",
                    Permission::Register,
                    Vec::new(),
                );
                if self.record.case.state == State::Submitted && !blocks.materials.is_empty() {
                    add(
                        say("step-request-correction"),
                        "request-correction",
                        Permission::Accept,
                        Vec::new(),
                    );
                }
                add(
                    say("step-refuse-acceptance"),
                    "refuse-acceptance",
                    Permission::Accept,
                    Vec::new(),
                );
            }
            State::Scheduled => add(
                say("assign-replace"),
                "assign",
                Permission::Assign,
                Vec::new(),
            ),
            State::Inspected => {
                let mut blocked = self.own();
                if blocks.failed == 0 {
                    blocked.push(say("block-nothing-failed"));
                }
                add(say("step-return"), "return", Permission::Review, blocked);
            }
            State::Rectification => add(
                say("decision-decide"),
                "decide",
                Permission::Decide,
                self.own(),
            ),
            State::Issued | State::Delivered => {
                add(
                    say("step-permit"),
                    "permit",
                    Permission::ViewCases,
                    Vec::new(),
                );
            }
            _ => {}
        }
        match self.record.case.state {
            State::Accepted | State::Scheduled | State::Inspected | State::Rectification => {
                if stopped {
                    let label = say("step-resume-clock");
                    add(label, "resume-clock", Permission::Review, Vec::new());
                } else {
                    let label = say("step-stop-clock");
                    add(label, "stop-clock", Permission::Review, Vec::new());
                }
                let label = say("step-extend");
                add(label, "extend", Permission::Decide, Vec::new());
            }
            _ => {}
        }
        if matches!(self.record.case.state, State::Issued | State::Delivered) {
            let steps: &[(&str, &str)] = match self.record.force {
                Force::Full => &[
                    ("step-suspend-permit", "suspend-permit"),
                    ("step-revoke-permit", "revoke-permit"),
                ],
                Force::Suspended => &[
                    ("step-reinstate-permit", "reinstate-permit"),
                    ("step-revoke-permit", "revoke-permit"),
                ],
                Force::Revoked => &[],
            };
            for (label, verb) in steps {
                add(say(label), *verb, Permission::Decide, Vec::new());
            }
        }
        if !self.record.case.state.is_ended() {
            let label = say("step-visit");
            add(label, "visit", Permission::Register, Vec::new());
            let label = say("step-hand-over");
            add(label, "hand-over", Permission::Register, Vec::new());
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
            vec![say("block-own")]
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
            blocked.push(
                phrase("block-role")
                    .with("roles", words::held_by(permission))
                    .to_string(),
            );
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
        count => vec![phrase("block-materials").with("count", count).to_string()],
    }
}
