//! The cases on this tablet, as the server last said. What the checklist says of a case, such as
//! the shop's name, is in [`crate::Checklist`].

use field_core::protocol::CaseRow;

use crate::{Tablet, TabletError};

/// An officer of the current assignment.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Colleague {
    /// User id.
    pub id: String,
    /// Name.
    pub name: String,
    /// 执法证号
    pub card_number: Option<String>,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Case {
    /// Its inspection of the current round: what the other methods take as `doc`.
    pub doc: String,
    /// Its number, as people write it.
    pub number: String,
    /// Its state, as the server names it.
    pub state: String,
    /// Who inspects it.
    pub officers: Vec<Colleague>,
    /// Promised date, ISO.
    pub promised_until: Option<String>,
    /// Sealed: what is added now is kept as late and changes nothing.
    pub sealed: bool,
    /// No more work is expected.
    pub closed: bool,
    /// Name and telephone of the contact at the shop.
    pub contact: Option<String>,
    /// Materials handed in at the window, by name.
    pub materials: Vec<String>,
}

impl From<CaseRow> for Case {
    fn from(row: CaseRow) -> Self {
        Self {
            doc: row.doc.to_string(),
            number: row.number,
            state: row.state,
            officers: row
                .officers
                .into_iter()
                .map(|one| Colleague {
                    id: one.id,
                    name: one.name,
                    card_number: one.card_number,
                })
                .collect(),
            promised_until: row.promised_until,
            sealed: row.sealed.is_some(),
            closed: row.closed,
            contact: row.contact,
            materials: row.materials,
        }
    }
}

#[uniffi::export]
impl Tablet {
    /// The cases on this tablet.
    pub fn cases(&self) -> Result<Vec<Case>, TabletError> {
        let rows = self.with(|core| core.cases())?;
        Ok(rows.into_iter().map(Case::from).collect())
    }
}
