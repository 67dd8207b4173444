//! From ruleset to checklist: which items apply to one case.

use std::collections::BTreeSet;

use super::{Item, OutsourcingRule, Ruleset, ruleset::Term};

/// What a case asks for, in the words of its ruleset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Profile {
    /// Class of business, such as `class-2`.
    pub class: String,
    /// Scopes applied for, such as `small`.
    pub scopes: BTreeSet<String>,
    /// What adds conditions, such as `gas`.
    pub features: BTreeSet<String>,
}

/// A profile that the ruleset does not understand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// Class, scope or feature is not among those of the ruleset.
    #[error("{ruleset} knows no {what} `{id}`: known are {known}")]
    Unknown {
        /// Id of the ruleset.
        ruleset: String,
        /// "class", "scope" or "feature".
        what: &'static str,
        /// What was asked for.
        id: String,
        /// What could be asked for.
        known: String,
    },
    /// Nothing was applied for.
    #[error("no scope was chosen: choose at least one of {known}")]
    NoScope {
        /// What could be asked for.
        known: String,
    },
}

impl Profile {
    /// A profile from its words.
    pub fn new<'a>(
        class: &str,
        scopes: impl IntoIterator<Item = &'a str>,
        features: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self {
            class: class.to_owned(),
            scopes: scopes.into_iter().map(str::to_owned).collect(),
            features: features.into_iter().map(str::to_owned).collect(),
        }
    }

    /// Whether `ruleset` understands every word of it; to be asked when a case is registered, since
    /// an unknown word would silently leave items out.
    ///
    /// # Errors
    /// The first word that the ruleset does not know.
    pub fn check(&self, ruleset: &Ruleset) -> Result<(), ProfileError> {
        let ask = |what, terms: &[Term], id: &String| {
            if terms.iter().any(|term| term.id == *id) {
                return Ok(());
            }
            let (ruleset, id) = (ruleset.id.clone(), id.clone());
            Err(ProfileError::Unknown {
                ruleset,
                what,
                id,
                known: ids(terms),
            })
        };
        ask("class", &ruleset.classes, &self.class)?;
        if self.scopes.is_empty() && !ruleset.scopes.is_empty() {
            return Err(ProfileError::NoScope {
                known: ids(&ruleset.scopes),
            });
        }
        self.scopes
            .iter()
            .try_for_each(|id| ask("scope", &ruleset.scopes, id))?;
        self.features
            .iter()
            .try_for_each(|id| ask("feature", &ruleset.features, id))
    }

    /// Whether `item` applies to this case.
    pub fn needs(&self, item: &Item) -> bool {
        let applies = &item.applies;
        let any = |asked: &BTreeSet<String>, named: &BTreeSet<String>| {
            named.is_empty() || !asked.is_disjoint(named)
        };
        (applies.classes.is_empty() || applies.classes.contains(&self.class))
            && any(&self.scopes, &applies.scopes)
            && any(&self.features, &applies.features)
    }

    /// Whether this shop may give the work of `item` to another firm: only when it may for every
    /// one of its scopes for which the item is demanded. A shop for cars and lorries may not
    /// outsource what only lorry shops may.
    pub fn may_outsource(&self, item: &Item) -> bool {
        let OutsourcingRule::Allowed {
            classes, scopes, ..
        } = &item.outsourcing
        else {
            return false;
        };
        let demanded = |scope: &&String| {
            item.applies.scopes.is_empty() || item.applies.scopes.contains(*scope)
        };
        (classes.is_empty() || classes.contains(&self.class))
            && (scopes.is_empty()
                || self
                    .scopes
                    .iter()
                    .filter(demanded)
                    .all(|scope| scopes.contains(scope)))
    }
}

/// The items that apply, in the order of the checklist. None for a class that the ruleset does not
/// know: [`Profile::check`] tells.
pub fn checklist<'a>(ruleset: &'a Ruleset, profile: &Profile) -> Vec<&'a Item> {
    if !ruleset
        .classes
        .iter()
        .any(|class| class.id == profile.class)
    {
        return Vec::new();
    }
    ruleset
        .items
        .iter()
        .filter(|item| profile.needs(item))
        .collect()
}

fn ids(terms: &[Term]) -> String {
    terms
        .iter()
        .map(|term| term.id.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}
