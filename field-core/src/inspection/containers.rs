//! The containers of an inspection: flat maps under the root, all made in the genesis. A device
//! writes into these and nowhere else.

use automerge::transaction::Transactable;
use automerge::{AutoCommit, AutomergeError, ObjId as ExId, ObjType, ROOT, ReadDoc};

use super::InspectionError;

/// Version of the document's layout, under the root key `v`.
pub(super) const LAYOUT: u64 = 1;
pub(super) const FACTS: &str = "facts";
const VERSION: &str = "v";

/// One container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Container {
    /// item → answer.
    Answers,
    /// item/officer → text.
    Notes,
    /// actor:counter → photo.
    Photos,
    /// key of a photo → why it was taken out.
    Removed,
    /// actor:counter → stroke on a photo.
    Strokes,
    /// officer/field → course of the visit.
    Visit,
}

impl Container {
    /// In the order in which the genesis makes them; append only.
    pub const ALL: [Self; 6] = [
        Self::Answers,
        Self::Notes,
        Self::Photos,
        Self::Removed,
        Self::Strokes,
        Self::Visit,
    ];

    /// Its key under the root.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Notes => "notes",
            Self::Photos => "photos",
            Self::Removed => "removed",
            Self::Strokes => "strokes",
            Self::Visit => "visit",
        }
    }
}

/// Where the containers of one document are.
#[derive(Debug, Clone)]
pub struct Containers(Vec<(Container, ExId)>);

impl Containers {
    pub(super) fn find(doc: &AutoCommit) -> Result<Self, InspectionError> {
        let mut found = Vec::with_capacity(Container::ALL.len());
        for container in Container::ALL {
            match doc.get(ROOT, container.key())? {
                Some((automerge::Value::Object(ObjType::Map), id)) => found.push((container, id)),
                _ => return Err(InspectionError::NotAnInspection(container.key())),
            }
        }
        Ok(Self(found))
    }

    pub(super) fn object(&self, container: Container) -> &ExId {
        // `find` pushed every container in the order of its discriminant.
        &self.0[container as usize].1
    }

    /// The container that was made by the operation (counter, actor), if any.
    #[must_use]
    pub fn by_operation(&self, counter: u64, actor: &automerge::ActorId) -> Option<Container> {
        self.0.iter().find_map(|(container, id)| match id {
            ExId::Id(made, by, _) if *made == counter && by == actor => Some(*container),
            _ => None,
        })
    }
}

pub(super) fn create(doc: &mut AutoCommit, facts: &str) -> Result<(), AutomergeError> {
    doc.put(ROOT, VERSION, LAYOUT)?;
    doc.put(ROOT, FACTS, facts)?;
    for container in Container::ALL {
        doc.put_object(ROOT, container.key(), ObjType::Map)?;
    }
    Ok(())
}
