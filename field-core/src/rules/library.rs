//! All rules together: what is built in, or the folder an administrator put in its place.

use std::fs;
use std::path::Path;

use super::load::{read_matter, read_ruleset_placed, read_workdays};
use super::{Date, Matter, RuleError, Ruleset, RulesetHash, Status, WorkingDays};

/// The rules built into the program: folder and name, and text.
const EMBEDDED: &[(&str, &str)] = &[
    (
        "matters/filing.toml",
        include_str!("../../rules/matters/filing.toml"),
    ),
    (
        "matters/repair-permit.toml",
        include_str!("../../rules/matters/repair-permit.toml"),
    ),
    (
        "rulesets/gbt-16739-2023.toml",
        include_str!("../../rules/rulesets/gbt-16739-2023.toml"),
    ),
    (
        "rulesets/gbt-16739.1-2014.toml",
        include_str!("../../rules/rulesets/gbt-16739.1-2014.toml"),
    ),
    (
        "rulesets/gbt-16739.2-2014.toml",
        include_str!("../../rules/rulesets/gbt-16739.2-2014.toml"),
    ),
    ("workdays.toml", include_str!("../../rules/workdays.toml")),
];

/// The most files of one kind that a folder may hold.
const MAX_FILES: usize = 500;

/// Matters, rulesets and the working-day table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Library {
    matters: Vec<Matter>,
    rulesets: Vec<(RulesetHash, Ruleset)>,
    /// Rulesets that are no longer among the files, for the inspections pinned to them.
    retired: Vec<(RulesetHash, Ruleset)>,
    workdays: WorkingDays,
}

/// Why a case cannot be judged by any ruleset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotInForce {
    /// No edition of that part covers the day.
    #[error("no ruleset for {part} is in force on {day}: an administrator must add it")]
    None {
        /// The part of the rules.
        part: String,
        /// The day.
        day: Date,
    },
    /// The edition that covers the day may not be used yet.
    #[error("{id} is in force on {day} but may not be used yet: {what}", what = what(*status))]
    NotUsable {
        /// Id of the ruleset.
        id: String,
        /// The day.
        day: Date,
        /// Why.
        status: Status,
    },
}

fn what(status: Status) -> &'static str {
    match status {
        Status::Active => "it is active",
        Status::Inactive => "an agency must confirm its items, then set its status to active",
        Status::NumbersMissing => "an administrator must fill in its numbers first",
    }
}

impl Library {
    /// The rules built into the program.
    ///
    /// # Errors
    /// Never in a released program: the tests load it.
    pub fn embedded() -> Result<Library, RuleError> {
        let files = EMBEDDED
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        Self::from_files(files.collect())
    }

    /// The rules of a folder shaped like `field-core/rules/`: `matters/*.toml`, `rulesets/*.toml`
    /// and `workdays.toml`. It replaces the built-in rules altogether, so that what applies can be
    /// read in one place. The one function here that touches the file system.
    ///
    /// # Errors
    /// The first file that cannot be read or is not what it must be.
    pub fn load_dir(path: &Path) -> Result<Library, RuleError> {
        let mut files = Vec::new();
        for folder in ["matters", "rulesets"] {
            let refuse = |error: std::io::Error| RuleError::whole(folder, error.to_string());
            let mut names = Vec::new();
            for entry in fs::read_dir(path.join(folder)).map_err(refuse)? {
                let name = entry
                    .map_err(refuse)?
                    .file_name()
                    .to_string_lossy()
                    .into_owned();
                if name.ends_with(".toml") {
                    names.push(format!("{folder}/{name}"));
                }
            }
            if names.len() > MAX_FILES {
                return Err(RuleError::whole(
                    folder,
                    format!("more than {MAX_FILES} files"),
                ));
            }
            names.sort();
            files.extend(names);
        }
        files.push("workdays.toml".to_owned());
        let read = |name: String| match fs::read_to_string(path.join(&name)) {
            Ok(text) => Ok((name, text)),
            Err(error) => Err(RuleError::whole(&name, error.to_string())),
        };
        Self::from_files(files.into_iter().map(read).collect::<Result<_, _>>()?)
    }

    /// The rules of files given as (name, text), named as in [`Library::load_dir`].
    ///
    /// # Errors
    /// The first file that is not what it must be, in the given order.
    pub fn from_files(files: Vec<(String, String)>) -> Result<Library, RuleError> {
        let mut library = Library::default();
        for (name, text) in files {
            if name.starts_with("matters/") {
                let matter = read_matter(&name, &text)?;
                library.add_matter(&name, matter)?;
            } else if name.starts_with("rulesets/") {
                let (ruleset, from_line) = read_ruleset_placed(&name, &text)?;
                library.add_ruleset(&name, from_line, ruleset)?;
            } else if name == "workdays.toml" {
                library.workdays = read_workdays(&name, &text)?;
            } else {
                return Err(RuleError::whole(&name, "not a place for rules"));
            }
        }
        Ok(library)
    }

    fn add_matter(&mut self, name: &str, matter: Matter) -> Result<(), RuleError> {
        let same = |m: &&Matter| m.id == matter.id && m.division == matter.division;
        if self.matters.iter().any(|m| same(&m)) {
            return Err(RuleError::whole(
                name,
                format!("duplicate matter `{}`", matter.id),
            ));
        }
        self.matters.push(matter);
        Ok(())
    }

    fn add_ruleset(
        &mut self,
        name: &str,
        from_line: usize,
        ruleset: Ruleset,
    ) -> Result<(), RuleError> {
        for (_, other) in &self.rulesets {
            if other.id == ruleset.id {
                return Err(RuleError::whole(
                    name,
                    format!("duplicate ruleset `{}`", ruleset.id),
                ));
            }
            let shared = ruleset.parts.iter().find(|part| other.parts.contains(part));
            if let Some(part) = shared.filter(|_| overlap(other, &ruleset)) {
                let reason = format!(
                    "overlaps {} in {part}: a day must have one ruleset; end one with `until`",
                    other.id
                );
                let (file, line) = (name.to_owned(), from_line);
                return Err(RuleError { file, line, reason });
            }
        }
        self.rulesets.push((ruleset.hash(), ruleset));
        Ok(())
    }

    /// Every matter.
    pub fn matters(&self) -> &[Matter] {
        &self.matters
    }

    /// The general matter named `id`, for any division.
    pub fn matter(&self, id: &str) -> Option<&Matter> {
        self.matters
            .iter()
            .find(|matter| matter.id == id && matter.division.is_none())
    }

    /// The matter named `id` as it is handled in `division`: its own variant, else the general one.
    pub fn matter_in(&self, id: &str, division: &str) -> Option<&Matter> {
        let own = self
            .matters
            .iter()
            .find(|matter| matter.id == id && matter.division.as_deref() == Some(division));
        own.or_else(|| self.matter(id))
    }

    /// Every ruleset with its hash.
    pub fn rulesets(&self) -> impl Iterator<Item = (RulesetHash, &Ruleset)> {
        self.rulesets.iter().map(|(hash, ruleset)| (*hash, ruleset))
    }

    /// Keeps a ruleset for the inspections pinned to it, though it is no longer among the files:
    /// [`Library::ruleset`] finds it, and it is never in force. To be called with what the database
    /// holds whenever files were loaded, since an administrator may have changed or removed them.
    pub fn retain(&mut self, ruleset: Ruleset) {
        let hash = ruleset.hash();
        if self.ruleset(hash).is_none() {
            self.retired.push((hash, ruleset));
        }
    }

    /// The ruleset to which an inspection is pinned, also one that is kept by [`Library::retain`].
    pub fn ruleset(&self, hash: RulesetHash) -> Option<&Ruleset> {
        self.rulesets
            .iter()
            .chain(&self.retired)
            .find(|(other, _)| *other == hash)
            .map(|(_, ruleset)| ruleset)
    }

    /// The ruleset named `id`.
    pub fn ruleset_by_id(&self, id: &str) -> Option<&Ruleset> {
        self.rulesets
            .iter()
            .find(|(_, ruleset)| ruleset.id == id)
            .map(|(_, ruleset)| ruleset)
    }

    /// The ruleset of `part` by which a case accepted on `day` is judged.
    ///
    /// # Errors
    /// [`NotInForce`] when none covers the day, or the one that does may not be used yet.
    pub fn ruleset_in_force(&self, part: &str, day: Date) -> Result<&Ruleset, NotInForce> {
        let covering = self
            .rulesets
            .iter()
            .map(|(_, ruleset)| ruleset)
            .find(|ruleset| ruleset.covers(day) && ruleset.parts.iter().any(|other| other == part));
        match covering {
            None => Err(NotInForce::None {
                part: part.to_owned(),
                day,
            }),
            Some(ruleset) if ruleset.status == Status::Active => Ok(ruleset),
            Some(Ruleset { id, status, .. }) => Err(NotInForce::NotUsable {
                id: id.clone(),
                day,
                status: *status,
            }),
        }
    }

    /// The working-day table.
    pub fn workdays(&self) -> &WorkingDays {
        &self.workdays
    }
}

fn overlap(a: &Ruleset, b: &Ruleset) -> bool {
    let before = |first: &Ruleset, second: &Ruleset| first.until.is_some_and(|u| u <= second.from);
    !before(a, b) && !before(b, a)
}

#[cfg(test)]
#[path = "library_tests.rs"]
mod tests;
