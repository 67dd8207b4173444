//! Steps by their word in the address, with the keys of what is said about them.

use crate::auth::Permission;

/// A step by its word in the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    RequestCorrection,
    ReceiveCorrection,
    Accept,
    RefuseAcceptance,
    Return,
    Issue,
    Deliver,
    HandOver,
    Visit,
    StopClock,
    ResumeClock,
    Extend,
    SuspendPermit,
    ReinstatePermit,
    RevokePermit,
}

impl Verb {
    pub(super) const ALL: [Self; 15] = [
        Self::RequestCorrection,
        Self::ReceiveCorrection,
        Self::Accept,
        Self::RefuseAcceptance,
        Self::Return,
        Self::Issue,
        Self::Deliver,
        Self::HandOver,
        Self::Visit,
        Self::StopClock,
        Self::ResumeClock,
        Self::Extend,
        Self::SuspendPermit,
        Self::ReinstatePermit,
        Self::RevokePermit,
    ];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::RequestCorrection => "request-correction",
            Self::ReceiveCorrection => "receive-correction",
            Self::Accept => "accept",
            Self::RefuseAcceptance => "refuse-acceptance",
            Self::Return => "return",
            Self::Issue => "issue",
            Self::Deliver => "deliver",
            Self::HandOver => "hand-over",
            Self::Visit => "visit",
            Self::StopClock => "stop-clock",
            Self::ResumeClock => "resume-clock",
            Self::Extend => "extend",
            Self::SuspendPermit => "suspend-permit",
            Self::ReinstatePermit => "reinstate-permit",
            Self::RevokePermit => "revoke-permit",
        }
    }

    pub(super) const fn permission(self) -> Permission {
        match self {
            Self::RequestCorrection
            | Self::ReceiveCorrection
            | Self::Accept
            | Self::RefuseAcceptance => Permission::Accept,
            Self::Return => Permission::Review,
            Self::Issue => Permission::Issue,
            Self::Deliver => Permission::Deliver,
            Self::HandOver | Self::Visit => Permission::Register,
            Self::StopClock | Self::ResumeClock => Permission::Review,
            Self::Extend | Self::SuspendPermit | Self::ReinstatePermit | Self::RevokePermit => {
                Permission::Decide
            }
        }
    }

    pub(super) const fn question(self) -> &'static str {
        match self {
            Self::RequestCorrection => "ask-request-correction",
            Self::ReceiveCorrection => "ask-receive-correction",
            Self::Accept => "ask-accept",
            Self::RefuseAcceptance => "ask-refuse-acceptance",
            Self::Return => "ask-return",
            Self::Issue => "ask-issue",
            Self::Deliver => "ask-deliver",
            Self::HandOver => "ask-hand-over",
            Self::Visit => "ask-visit",
            Self::StopClock => "ask-stop-clock",
            Self::ResumeClock => "ask-resume-clock",
            Self::Extend => "ask-extend",
            Self::SuspendPermit => "ask-suspend-permit",
            Self::ReinstatePermit => "ask-reinstate-permit",
            Self::RevokePermit => "ask-revoke-permit",
        }
    }

    pub(super) const fn button(self) -> &'static str {
        match self {
            Self::RequestCorrection => "button-request-correction",
            Self::ReceiveCorrection => "button-receive-correction",
            Self::Accept => "step-accept",
            Self::RefuseAcceptance => "step-refuse-acceptance",
            Self::Return => "button-return",
            Self::Issue => "step-issue",
            Self::Deliver => "step-deliver",
            Self::HandOver => "step-hand-over",
            Self::Visit => "step-visit",
            Self::StopClock => "step-stop-clock",
            Self::ResumeClock => "step-resume-clock",
            Self::Extend => "step-extend",
            Self::SuspendPermit => "step-suspend-permit",
            Self::ReinstatePermit => "step-reinstate-permit",
            Self::RevokePermit => "step-revoke-permit",
        }
    }

    pub(super) const fn ticks_label(self) -> Option<&'static str> {
        match self {
            Self::RequestCorrection => Some("ticks-request-correction"),
            Self::ReceiveCorrection => Some("register-materials-received"),
            Self::Return => Some("ticks-return"),
            _ => None,
        }
    }

    /// What is asked about the one thing to choose; none for nothing to choose.
    pub(super) const fn options_label(self) -> Option<&'static str> {
        match self {
            Self::HandOver => Some("options-hand-over"),
            Self::StopClock => Some("options-stop-clock"),
            Self::Extend => Some("options-extend"),
            _ => None,
        }
    }

    /// How a text is asked for; none where none is.
    pub(super) const fn reason_label(self) -> Option<&'static str> {
        match self {
            Self::RefuseAcceptance | Self::Return => Some("confirm-reason"),
            Self::RequestCorrection => Some("reason-others"),
            Self::HandOver => Some("reason-hand-over"),
            Self::Visit => Some("reason-visit"),
            Self::StopClock => Some("reason-stop-clock"),
            Self::Extend => Some("reason-extend"),
            Self::SuspendPermit | Self::ReinstatePermit | Self::RevokePermit => {
                Some("reason-force")
            }
            _ => None,
        }
    }

    pub(super) fn consequences(self) -> &'static [&'static str] {
        match self {
            Self::RequestCorrection => &[
                "then-request-correction-once",
                "then-request-correction-clock",
            ],
            Self::ReceiveCorrection => &["then-receive-correction"],
            Self::Accept => &["then-accept-ruleset", "then-accept-final"],
            Self::RefuseAcceptance => &["then-refuse-acceptance"],
            Self::Return => &["then-return-items", "then-return-rest"],
            Self::Issue => &["then-issue"],
            Self::Deliver => &["then-deliver"],
            Self::HandOver => &["then-hand-over"],
            Self::Visit => &["then-visit"],
            Self::StopClock => &["then-stop-clock", "then-paper"],
            Self::ResumeClock => &["then-resume-clock", "then-paper"],
            Self::Extend => &["then-extend", "then-paper"],
            Self::SuspendPermit => &["then-suspend-permit", "then-paper"],
            Self::ReinstatePermit => &["then-reinstate-permit", "then-paper"],
            Self::RevokePermit => &["then-revoke-permit", "then-paper"],
        }
    }
}
