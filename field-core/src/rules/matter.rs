//! A matter (事项): a kind of permit or filing, as data. Which materials it asks for, which steps it
//! takes, who answers for each, how long it may take and what comes out.

use super::{Confidence, Date, Profile, Text};

/// A step in the life of a case, in the order in which a permit takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The application and its materials were handed in.
    Submitted,
    /// It was found complete; the clock runs.
    Accepted,
    /// Two inspectors and a day are set.
    Scheduled,
    /// The verification on site is sealed.
    Inspected,
    /// It was granted or refused.
    Decided,
    /// The permit exists.
    Issued,
    /// The applicant has it.
    Delivered,
}

impl Step {
    /// Every step in order.
    pub const ALL: [Step; 7] = [
        Step::Submitted,
        Step::Accepted,
        Step::Scheduled,
        Step::Inspected,
        Step::Decided,
        Step::Issued,
        Step::Delivered,
    ];

    /// The name in files.
    pub const fn id(self) -> &'static str {
        match self {
            Step::Submitted => "submitted",
            Step::Accepted => "accepted",
            Step::Scheduled => "scheduled",
            Step::Inspected => "inspected",
            Step::Decided => "decided",
            Step::Issued => "issued",
            Step::Delivered => "delivered",
        }
    }

    /// The step named `id`.
    pub fn from_id(id: &str) -> Option<Step> {
        Self::ALL.into_iter().find(|step| step.id() == id)
    }
}

/// Who answers for a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 窗口
    Clerk,
    /// 勘验人员
    Inspector,
    /// 审核
    Reviewer,
    /// 审批
    Approver,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 4] = [Role::Clerk, Role::Inspector, Role::Reviewer, Role::Approver];

    /// The name in files.
    pub const fn id(self) -> &'static str {
        match self {
            Role::Clerk => "clerk",
            Role::Inspector => "inspector",
            Role::Reviewer => "reviewer",
            Role::Approver => "approver",
        }
    }

    /// The role named `id`.
    pub fn from_id(id: &str) -> Option<Role> {
        Self::ALL.into_iter().find(|role| role.id() == id)
    }
}

/// What comes out of a matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MatterKind {
    /// 许可
    Permit,
    /// 备案
    Filing,
}

/// When the shop is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verification {
    /// The decision rests on sealed inspections.
    BeforeDecision,
    /// The decision rests on materials alone; the visit comes later.
    AfterDecision,
}

/// A kind of permit or filing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matter {
    /// Stable name, such as `repair-permit`.
    pub id: String,
    /// What comes out.
    pub kind: MatterKind,
    /// Its name.
    pub text: Text,
    /// GB/T 2260 division of the office whose variant this is; none for the general one.
    pub division: Option<String>,
    /// First day on which an application may be accepted under it.
    pub from: Date,
    /// First day on which it no longer exists; open where absent.
    pub until: Option<Date>,
    /// Where it comes from.
    pub source: String,
    /// When the shop is verified.
    pub verification: Verification,
    /// Officers who must verify together.
    pub officers_min: u32,
    /// A warning is due when this share of a limit is used up, in percent.
    pub warn_at_percent: u32,
    /// Calendar days before its end by which a renewal must be applied for.
    pub renew_before_days: Option<u32>,
    /// Classes of business.
    pub classes: Vec<MatterClass>,
    /// Scopes that can be applied for, by code.
    pub scopes: Vec<MatterScope>,
    /// Materials to be handed in.
    pub materials: Vec<Material>,
    /// Steps in order, each with who answers for it.
    pub steps: Vec<MatterStep>,
    /// Limits in working days.
    pub limits: Vec<Limit>,
    /// What stops the clock.
    pub stops: Vec<ClockStop>,
    /// How the licence is numbered; none where nothing is issued.
    pub licence_number: Option<LicenceNumber>,
}

/// A class of business within a matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterClass {
    /// The name that rulesets use, such as `class-1`.
    pub id: String,
    /// Its name.
    pub text: Text,
    /// The part of the rules that judges it; none where no conditions are known.
    pub part: Option<String>,
    /// How long the permit is valid, in years; none for open-ended.
    pub validity_years: Option<u32>,
}

/// A scope of business, as it stands on the permit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterScope {
    /// The authority's code, such as `04103`.
    pub code: String,
    /// Its name.
    pub text: Text,
    /// Id of its class.
    pub class: String,
    /// What rulesets call it, such as `small`.
    pub scope: Option<String>,
    /// The feature that it brings, such as `dangerous-goods`.
    pub feature: Option<String>,
}

/// Something the applicant hands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// Stable name, such as `M05-2`.
    pub id: String,
    /// What it is.
    pub text: Text,
    /// Needed only with one of these features; empty means always.
    pub features: Vec<String>,
    /// Whether it may be left out because the authority can look it up.
    pub waivable: bool,
    /// Keys of the sources.
    pub source: String,
    /// How sure we are.
    pub confidence: Confidence,
}

/// A step and who answers for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterStep {
    /// Which step.
    pub step: Step,
    /// Its name.
    pub text: Text,
    /// Who answers for it.
    pub role: Role,
}

/// A time limit between two steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Stable name, such as `decision`.
    pub id: String,
    /// Its name.
    pub text: Text,
    /// The clock starts on the day of this step, which does not count.
    pub from: Step,
    /// It ends with this step.
    pub to: Step,
    /// What the law allows, in working days.
    pub statutory_days: u32,
    /// What the office promises, in working days.
    pub promised_days: Option<u32>,
    /// Keys of the sources.
    pub source: String,
    /// How sure we are.
    pub confidence: Confidence,
}

/// Something that stops the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockStop {
    /// Stable name, such as `hearing`.
    pub id: String,
    /// Its name.
    pub text: Text,
    /// Whether the applicant must be told in writing.
    pub written_notice: bool,
    /// Keys of the sources.
    pub source: String,
    /// How sure we are.
    pub confidence: Confidence,
}

/// How a licence is numbered: division, then a serial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenceNumber {
    /// Digits of the GB/T 2260 division in front.
    pub division_digits: u32,
    /// Digits of the serial behind it.
    pub serial_digits: u32,
    /// What every serial begins with.
    pub serial_prefix: String,
    /// What stands around the number on paper, with `{number}` and the places an office fills in.
    pub pattern: String,
    /// Keys of the sources.
    pub source: String,
    /// How sure we are.
    pub confidence: Confidence,
}

/// A choice of codes that is no application.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MatterError {
    /// Nothing was chosen.
    #[error("no scope was chosen: choose at least one code")]
    NoScope,
    /// A code that the matter does not have.
    #[error("{matter} has no scope code `{code}`")]
    UnknownCode {
        /// Id of the matter.
        matter: String,
        /// The code.
        code: String,
    },
    /// Codes of two classes: one permit is for one class.
    #[error("codes of two classes: {first} and {second}; one application is for one class")]
    TwoClasses {
        /// Class of the first code.
        first: String,
        /// Another class.
        second: String,
    },
    /// A licence number that does not fit.
    #[error("no licence number can be made of division `{division}` and serial {serial}")]
    LicenceNumber {
        /// The division.
        division: String,
        /// The serial.
        serial: u64,
    },
}

impl Matter {
    /// Whether an application may be accepted under it on `day`.
    pub fn covers(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }

    /// The class named `id`.
    pub fn class(&self, id: &str) -> Option<&MatterClass> {
        self.classes.iter().find(|class| class.id == id)
    }

    /// The limit named `id`.
    pub fn limit(&self, id: &str) -> Option<&Limit> {
        self.limits.iter().find(|limit| limit.id == id)
    }

    /// What `codes` mean to a ruleset, with further `features` of the shop such as `gas`.
    ///
    /// # Errors
    /// [`MatterError`] when there is no code, an unknown one, or codes of two classes.
    pub fn profile<'a>(
        &self,
        codes: impl IntoIterator<Item = &'a str>,
        features: impl IntoIterator<Item = &'a str>,
    ) -> Result<Profile, MatterError> {
        let mut profile = Profile::new("", [], features);
        for code in codes {
            let scope = self.scopes.iter().find(|scope| scope.code == code);
            let scope = scope.ok_or_else(|| MatterError::UnknownCode {
                matter: self.id.clone(),
                code: code.to_owned(),
            })?;
            if profile.class.is_empty() {
                profile.class.clone_from(&scope.class);
            } else if profile.class != scope.class {
                let (first, second) = (profile.class, scope.class.clone());
                return Err(MatterError::TwoClasses { first, second });
            }
            profile.scopes.extend(scope.scope.clone());
            profile.features.extend(scope.feature.clone());
        }
        if profile.class.is_empty() {
            Err(MatterError::NoScope)
        } else {
            Ok(profile)
        }
    }

    /// The materials that `profile` has to hand in.
    pub fn materials_for(&self, profile: &Profile) -> impl Iterator<Item = &Material> {
        self.materials.iter().filter(|material| {
            material.features.is_empty()
                || material
                    .features
                    .iter()
                    .any(|feature| profile.features.contains(feature))
        })
    }
}

impl LicenceNumber {
    /// The number of the licence `serial` of `division`, such as 330282033001.
    ///
    /// # Errors
    /// [`MatterError::LicenceNumber`] when the division has other than the right digits or the
    /// serials are used up.
    pub fn number(&self, division: &str, serial: u64) -> Result<String, MatterError> {
        let refuse = || MatterError::LicenceNumber {
            division: division.to_owned(),
            serial,
        };
        let fits = division.len() == self.division_digits as usize
            && division.bytes().all(|b| b.is_ascii_digit());
        let width = (self.serial_digits as usize)
            .checked_sub(self.serial_prefix.len())
            .filter(|width| fits && *width > 0)
            .ok_or_else(refuse)?;
        let digits = format!("{serial:0width$}");
        if digits.len() > width {
            return Err(refuse());
        }
        Ok(format!("{division}{}{digits}", self.serial_prefix))
    }
}
