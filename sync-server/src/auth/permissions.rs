//! Who may do what: one table, read by pages, services and tests alike.

use std::collections::BTreeSet;

/// What an officer was appointed for; one officer may have several.
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
    /// 管理员
    Administrator,
    /// 审计
    Auditor,
}

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// See cases, inspections and evidence files.
    ViewCases,
    /// Register an application and its materials.
    Register,
    /// Accept it, ask for what is missing, or refuse acceptance.
    Accept,
    /// Choose and replace the inspectors.
    Assign,
    /// Work on a tablet and sign.
    Inspect,
    /// Send failed items back for rectification.
    Review,
    /// Grant or refuse.
    Decide,
    /// Issue the permit.
    Issue,
    /// Hand the permit over.
    Deliver,
    /// See what tablets hold unsent.
    ViewTablets,
    /// Enrol and revoke tablets.
    ManageTablets,
    /// Create users, give roles, reset passwords.
    ManageUsers,
    /// Load matters, rulesets and working days.
    ManageRules,
    /// Read the whole history.
    Audit,
}

use Permission as P;
use Role as R;

const EVERYBODY: &[Role] = &Role::ALL;

/// The table. What is not in a row is refused.
const TABLE: &[(Permission, &[Role])] = &[
    (P::ViewCases, EVERYBODY),
    (P::Register, &[R::Clerk]),
    (P::Accept, &[R::Clerk]),
    (P::Assign, &[R::Clerk, R::Reviewer]),
    (P::Inspect, &[R::Inspector]),
    (P::Review, &[R::Reviewer, R::Approver]),
    (P::Decide, &[R::Approver]),
    (P::Issue, &[R::Clerk, R::Approver]),
    (P::Deliver, &[R::Clerk]),
    (P::ViewTablets, &[R::Administrator, R::Auditor, R::Reviewer]),
    (P::ManageTablets, &[R::Administrator]),
    (P::ManageUsers, &[R::Administrator]),
    (P::ManageRules, &[R::Administrator]),
    (P::Audit, &[R::Administrator, R::Auditor]),
];

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] = [
        R::Clerk,
        R::Inspector,
        R::Reviewer,
        R::Approver,
        R::Administrator,
        R::Auditor,
    ];

    /// The word in the database and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            R::Clerk => "clerk",
            R::Inspector => "inspector",
            R::Reviewer => "reviewer",
            R::Approver => "approver",
            R::Administrator => "administrator",
            R::Auditor => "auditor",
        }
    }

    /// What people read.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            R::Clerk => "窗口人员",
            R::Inspector => "勘验人员",
            R::Reviewer => "审核人员",
            R::Approver => "审批人员",
            R::Administrator => "管理员",
            R::Auditor => "审计人员",
        }
    }

    /// The role with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

impl Permission {
    /// The roles that have it.
    #[must_use]
    pub fn roles(self) -> &'static [Role] {
        TABLE
            .iter()
            .find(|(permission, _)| *permission == self)
            .map_or(&[], |(_, roles)| roles)
    }

    /// Whether somebody with `roles` has it.
    #[must_use]
    pub fn is_given_to(self, roles: &BTreeSet<Role>) -> bool {
        self.roles().iter().any(|role| roles.contains(role))
    }

    /// The roles that have it, for a message.
    #[must_use]
    pub fn held_by(self) -> String {
        let names: Vec<_> = self.roles().iter().map(|role| role.chinese()).collect();
        names.join("、")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written a second time on purpose: whoever changes the table changes this too.
    const EXPECTED: &[(Permission, &str)] = &[
        (P::ViewCases, "CIRAMU"),
        (P::Register, "C"),
        (P::Accept, "C"),
        (P::Assign, "CR"),
        (P::Inspect, "I"),
        (P::Review, "RA"),
        (P::Decide, "A"),
        (P::Issue, "CA"),
        (P::Deliver, "C"),
        (P::ViewTablets, "RMU"),
        (P::ManageTablets, "M"),
        (P::ManageUsers, "M"),
        (P::ManageRules, "M"),
        (P::Audit, "MU"),
    ];

    #[test]
    fn everybody_may_do_their_own_and_nothing_else() {
        let letters = ['C', 'I', 'R', 'A', 'M', 'U'];
        for (permission, expected) in EXPECTED {
            for (role, letter) in Role::ALL.into_iter().zip(letters) {
                assert_eq!(
                    permission.is_given_to(&BTreeSet::from([role])),
                    expected.contains(letter),
                    "{permission:?} {role:?}"
                );
            }
            assert!(!permission.is_given_to(&BTreeSet::new()));
        }
        assert_eq!(EXPECTED.len(), TABLE.len());
    }

    #[test]
    fn words_come_back() {
        for role in Role::ALL {
            assert_eq!(Role::from_word(role.word()), Some(role));
        }
        assert_eq!(Role::from_word("root"), None);
    }
}
