//! What the server writes into a genesis: which case, which round, which items, by which
//! conditions. Nobody changes it afterwards.

use automerge::{AutoCommit, ROOT, ReadDoc};
use serde::{Deserialize, Serialize};

use super::InspectionError;
use super::containers::FACTS;
use super::edit::{Photo, Place};
use crate::digest::Sha256;
use crate::ids::DocId;

/// The facts of one inspection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The document's own name.
    pub doc: DocId,
    /// Number of the case, as people write it.
    pub case_number: String,
    /// Id of the matter.
    pub matter: String,
    /// From 1; above 1 only the failed items of the round before are looked at again.
    pub round: u32,
    /// Id of the ruleset.
    pub ruleset: String,
    /// Its content hash: the inspection is judged by this version and no other.
    pub ruleset_hash: Sha256,
    /// Class applied for.
    pub class: String,
    /// Vehicle types applied for.
    pub scopes: Vec<String>,
    /// Further features such as gas vehicles.
    pub features: Vec<String>,
    /// Name of the shop.
    pub applicant: String,
    /// Its registered address.
    pub address: String,
    /// Where that is.
    pub place: Option<Place>,
    /// The checklist: ids of the items, in order.
    pub items: Vec<String>,
    /// What the round before found for these items.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Earlier>,
}

/// What an earlier round found for an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Earlier {
    /// The item.
    pub item: String,
    /// The document of that round.
    pub doc: DocId,
    /// Its answer, canonical JSON.
    pub answer: Option<String>,
    /// Its photos.
    pub photos: Vec<Photo>,
}

impl Facts {
    /// Whether the checklist has this item.
    #[must_use]
    pub fn has_item(&self, item: &str) -> bool {
        self.items.iter().any(|one| one == item)
    }

    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("plain structs with string keys are always JSON")
    }

    pub(super) fn read(doc: &AutoCommit) -> Result<Self, InspectionError> {
        match doc.get(ROOT, FACTS)? {
            Some((value, _)) => {
                let text = value
                    .as_str()
                    .ok_or(InspectionError::NotAnInspection(FACTS))?;
                Ok(serde_json::from_str(text)?)
            }
            None => Err(InspectionError::NotAnInspection(FACTS)),
        }
    }
}
