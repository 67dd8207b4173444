//! Where a case stands, and what can be asked of it. Words only; what follows from what is in
//! [`super::step()`].

use std::collections::BTreeSet;

use field_core::rules::{Date, RulesetHash, Step};
use serde::{Deserialize, Serialize};

use crate::auth::{Permission, Role};

/// The state of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Handed in.
    Submitted,
    /// Something is missing and was asked for, once.
    Correction,
    /// Not accepted; ended.
    NotAccepted,
    /// The clock runs.
    Accepted,
    /// Inspectors are assigned.
    Scheduled,
    /// The inspection is sealed.
    Inspected,
    /// Failed items went back to the applicant.
    Rectification,
    /// Granted; the permit can be issued.
    DecidedGranted,
    /// Refused; ended.
    DecidedRefused,
    /// The permit exists.
    Issued,
    /// The applicant has it; ended.
    Delivered,
}

impl State {
    /// Every state, in the order of a case's life.
    pub const ALL: [Self; 11] = [
        Self::Submitted,
        Self::Correction,
        Self::NotAccepted,
        Self::Accepted,
        Self::Scheduled,
        Self::Inspected,
        Self::Rectification,
        Self::DecidedGranted,
        Self::DecidedRefused,
        Self::Issued,
        Self::Delivered,
    ];

    /// The word in the database and on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Correction => "correction",
            Self::NotAccepted => "not-accepted",
            Self::Accepted => "accepted",
            Self::Scheduled => "scheduled",
            Self::Inspected => "inspected",
            Self::Rectification => "rectification",
            Self::DecidedGranted => "decided-granted",
            Self::DecidedRefused => "decided-refused",
            Self::Issued => "issued",
            Self::Delivered => "delivered",
        }
    }

    /// What people read.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Submitted => "已提交",
            Self::Correction => "待补正",
            Self::NotAccepted => "不予受理",
            Self::Accepted => "已受理",
            Self::Scheduled => "待勘验",
            Self::Inspected => "已勘验",
            Self::Rectification => "整改中",
            Self::DecidedGranted => "准予许可",
            Self::DecidedRefused => "不予许可",
            Self::Issued => "已发证",
            Self::Delivered => "已送达",
        }
    }

    /// The state with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// The step of the matter that is reached with it, if it is one.
    #[must_use]
    pub const fn reaches(self) -> Option<Step> {
        match self {
            Self::Submitted => Some(Step::Submitted),
            Self::Accepted => Some(Step::Accepted),
            Self::Scheduled => Some(Step::Scheduled),
            Self::Inspected => Some(Step::Inspected),
            Self::DecidedGranted | Self::DecidedRefused => Some(Step::Decided),
            Self::Issued => Some(Step::Issued),
            Self::Delivered => Some(Step::Delivered),
            Self::Correction | Self::NotAccepted | Self::Rectification => None,
        }
    }

    /// Whether nothing more is expected.
    #[must_use]
    pub const fn is_ended(self) -> bool {
        matches!(
            self,
            Self::NotAccepted | Self::DecidedRefused | Self::Delivered
        )
    }
}

/// What a decision says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// 准予许可
    Granted,
    /// 不予许可
    Refused {
        /// Why, for the applicant; with the remedies it stands in the notice.
        reasons: String,
    },
}

/// Something that is to be done to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Tell the applicant everything that is missing, once.
    RequestCorrection {
        /// Ids of the missing materials.
        missing: Vec<String>,
        /// What else is to be corrected, one thing each, in the clerk's words.
        others: Vec<String>,
    },
    /// The applicant handed in what was missing.
    ReceiveCorrection,
    /// Note what was handed in, before anything is asked for.
    RecordMaterials {
        /// Ids of the materials that are there now.
        received: Vec<String>,
    },
    /// Hand the responsibility over to another clerk (首问负责).
    HandOver {
        /// User id.
        to: String,
        /// What the other has to know.
        note: String,
    },
    /// The applicant came for something that no other step counts.
    RecordVisit {
        /// What for.
        purpose: String,
    },
    /// The clock stands still, for a reason the law knows.
    StopClock {
        /// Id of the matter's stop.
        reason: String,
        /// What is awaited, and how long it will probably take.
        note: String,
    },
    /// The clock goes on.
    ResumeClock,
    /// A head gives the case more time, once.
    Extend {
        /// Working days.
        days: u32,
        /// Why; the applicant is told.
        reason: String,
    },
    /// Accept; the clock starts today.
    Accept,
    /// Refuse acceptance.
    RefuseAcceptance {
        /// Why.
        reason: String,
    },
    /// Assign the inspectors of the next round, or replace those of this one.
    AssignInspectors {
        /// Who, each with a stand-in or none.
        officers: Vec<Assigned>,
    },
    /// The inspection is sealed; done by the system when the last piece has arrived.
    Seal,
    /// The seal is void; done by the system when a sign-off is withdrawn.
    Unseal,
    /// Send failed items back to the applicant.
    ReturnForRectification {
        /// Ids of the failed items.
        items: Vec<String>,
        /// What to do about them.
        reason: String,
    },
    /// Grant or refuse.
    Decide(Outcome),
    /// Issue the permit.
    Issue,
    /// The applicant has it.
    Deliver,
    /// The permit has no force for a time.
    SuspendPermit {
        /// Why, and until when.
        reason: String,
    },
    /// A suspended permit has its force again.
    ReinstatePermit {
        /// Why.
        reason: String,
    },
    /// The permit has no force any more.
    RevokePermit {
        /// Why, and by which law.
        reason: String,
    },
}

/// An officer of a round.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Assigned {
    /// User id.
    pub officer: String,
    /// User id of who steps in when the officer is away (AB岗).
    pub standin: Option<String>,
}

impl Action {
    /// The word in the history.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::RequestCorrection { .. } => "request-correction",
            Self::ReceiveCorrection => "receive-correction",
            Self::RecordMaterials { .. } => "materials",
            Self::HandOver { .. } => "hand-over",
            Self::RecordVisit { .. } => "visit",
            Self::StopClock { .. } => "stop-clock",
            Self::ResumeClock => "resume-clock",
            Self::Extend { .. } => "extend",
            Self::Accept => "accept",
            Self::RefuseAcceptance { .. } => "refuse-acceptance",
            Self::AssignInspectors { .. } => "assign",
            Self::Seal => "seal",
            Self::Unseal => "unseal",
            Self::ReturnForRectification { .. } => "return",
            Self::Decide(Outcome::Granted) => "grant",
            Self::Decide(Outcome::Refused { .. }) => "refuse",
            Self::Issue => "issue",
            Self::Deliver => "deliver",
            Self::SuspendPermit { .. } => "suspend-permit",
            Self::ReinstatePermit { .. } => "reinstate-permit",
            Self::RevokePermit { .. } => "revoke-permit",
        }
    }

    /// What people read.
    #[must_use]
    pub const fn chinese(&self) -> &'static str {
        match self {
            Self::RequestCorrection { .. } => "一次性告知补正",
            Self::ReceiveCorrection => "收到补正材料",
            Self::RecordMaterials { .. } => "登记材料",
            Self::HandOver { .. } => "移交",
            Self::RecordVisit { .. } => "登记到场",
            Self::StopClock { .. } => "暂停计时",
            Self::ResumeClock => "恢复计时",
            Self::Extend { .. } => "延长期限",
            Self::Accept => "受理",
            Self::RefuseAcceptance { .. } => "不予受理",
            Self::AssignInspectors { .. } => "指派勘验人员",
            Self::Seal => "封存勘验记录",
            Self::Unseal => "解除封存",
            Self::ReturnForRectification { .. } => "退回整改",
            Self::Decide(Outcome::Granted) => "准予许可",
            Self::Decide(Outcome::Refused { .. }) => "不予许可",
            Self::Issue => "发证",
            Self::Deliver => "送达",
            Self::SuspendPermit { .. } => "暂停许可",
            Self::ReinstatePermit { .. } => "恢复许可",
            Self::RevokePermit { .. } => "撤销许可",
        }
    }

    /// What it takes; none for what only the system does.
    #[must_use]
    pub const fn permission(&self) -> Option<Permission> {
        match self {
            Self::RequestCorrection { .. }
            | Self::ReceiveCorrection
            | Self::Accept
            | Self::RefuseAcceptance { .. } => Some(Permission::Accept),
            Self::RecordMaterials { .. } | Self::HandOver { .. } | Self::RecordVisit { .. } => {
                Some(Permission::Register)
            }
            Self::StopClock { .. } | Self::ResumeClock => Some(Permission::Review),
            Self::Extend { .. }
            | Self::SuspendPermit { .. }
            | Self::ReinstatePermit { .. }
            | Self::RevokePermit { .. } => Some(Permission::Decide),
            Self::AssignInspectors { .. } => Some(Permission::Assign),
            Self::Seal | Self::Unseal => None,
            Self::ReturnForRectification { .. } => Some(Permission::Review),
            Self::Decide(_) => Some(Permission::Decide),
            Self::Issue => Some(Permission::Issue),
            Self::Deliver => Some(Permission::Deliver),
        }
    }
}

/// What force a permit has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Force {
    /// Full force, within its validity.
    #[default]
    Full,
    /// None for a time.
    Suspended,
    /// None any more.
    Revoked,
}

/// Who acts, and on which state of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The server itself, upon what tablets sent.
    System,
    /// An officer.
    Officer {
        /// User id.
        id: String,
        /// What the officer was appointed for.
        roles: BTreeSet<Role>,
        /// The revision of the case the officer was looking at; none where it was read in the
        /// same transaction.
        seen: Option<u32>,
    },
}

/// How the inspection of a case stands when it is to be decided, read at its sealed heads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Items that fail, as the latest round of each says.
    pub failed: Vec<String>,
    /// Items without a usable answer or without the photo they need.
    pub open: Vec<String>,
}

/// What the state machine has to know of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseState {
    /// Where it stands.
    pub state: State,
    /// Raised with every step.
    pub revision: u32,
    /// Day of submission.
    pub submitted_on: Date,
    /// Whether the applicant was already told what is missing.
    pub corrected: bool,
    /// Names of the demanded materials that are not there.
    pub missing: Vec<String>,
    /// Rounds begun; 0 before the first assignment.
    pub round: u32,
    /// Revision of the assignment of this round; 0 before the first.
    pub assignment: u32,
    /// Everybody who was ever assigned: none of them decides.
    pub inspectors: BTreeSet<String>,
    /// The conditions the case is judged by, once accepted.
    pub ruleset: Option<RulesetHash>,
    /// Number of the permit, once issued.
    pub permit: Option<String>,
    /// What force the permit has.
    pub force: Force,
    /// Whether the clock stands still.
    pub stopped: bool,
    /// Whether more time was given before.
    pub extended: bool,
    /// How the inspection stands; read only where it is to be decided.
    pub findings: Findings,
}
