//! The product measured beside its peers: the same documents, the same bytes, the same machine, in
//! turn within one run. What counts is the ratio of the medians; the figures beside it tell how
//! far they scatter. `tests/compare` builds what is needed and calls this.

mod peers;
pub mod photos;
pub mod picture;
pub mod pull;
pub mod push;
pub mod tap;
mod world;

use std::fmt;
use std::path::PathBuf;

use crate::Failure;

pub use peers::{Peer, peers};

/// How much, and with whom.
#[derive(Debug, Clone)]
pub struct Options {
    /// Inspections that a fresh tablet pulls.
    pub documents: usize,
    /// Inspections that were edited offline and are pushed.
    pub pushed: usize,
    /// Answers in each.
    pub answers: usize,
    /// How often each measurement is taken.
    pub rounds: usize,
    /// Where stores are put; on the disk that is to be measured.
    pub folder: PathBuf,
    /// Folder of the JavaScript peers, their packages installed.
    pub js: PathBuf,
    /// The samod peer's binary.
    pub samod: PathBuf,
}

/// One figure, taken several times.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series(Vec<f64>);

impl Series {
    /// Adds one.
    pub fn add(&mut self, value: f64) {
        self.0.push(value);
        self.0.sort_by(f64::total_cmp);
    }

    /// The middle one; the upper of two. Zero when there is none.
    #[must_use]
    pub fn median(&self) -> f64 {
        self.0.get(self.0.len() / 2).copied().unwrap_or_default()
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = |one: Option<&f64>| short(one.copied().unwrap_or_default());
        write!(
            f,
            "{} ({} – {})",
            short(self.median()),
            end(self.0.first()),
            end(self.0.last())
        )
    }
}

/// Three digits that count.
fn short(value: f64) -> String {
    match value.abs() {
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        v if v >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Line {
    /// What was done.
    pub work: String,
    /// Unit of both series.
    pub unit: &'static str,
    /// The product.
    pub ours: Series,
    /// The peer's name and figures; none where a limit is the measure.
    pub peer: Option<(String, Series)>,
    /// What was aimed at.
    pub goal: &'static str,
    /// Whether less is better.
    pub less: bool,
}

impl Line {
    /// How many times better the product is than the peer.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        let (_, peer) = self.peer.as_ref()?;
        let (ours, peer) = (self.ours.median(), peer.median());
        Some(if self.less { peer / ours } else { ours / peer })
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, peer) = match &self.peer {
            Some((name, series)) => (name.as_str(), series.to_string()),
            None => ("–", "–".to_owned()),
        };
        let ratio = self
            .ratio()
            .map_or("–".to_owned(), |one| format!("{}×", short(one)));
        write!(
            f,
            "| {} | {} | {} | {name} | {peer} | {ratio} | {} |",
            self.work, self.unit, self.ours, self.goal
        )
    }
}

/// The table's head.
pub const HEAD: &str = "| work | unit | ours: median (min – max) | peer | peer: median (min – max) | ratio | goal |\n|---|---|---|---|---|---|---|";

/// Peak resident memory of a process, in MB (10⁶ bytes).
///
/// # Errors
/// The process is gone.
pub fn peak_mb(pid: u32) -> Result<f64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .ok_or("the kernel does not tell the peak")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kib * 1024.0 / 1e6)
}

#[cfg(test)]
mod tests {
    //! Ratios point the right way.

    use super::*;

    fn series(values: &[f64]) -> Series {
        let mut series = Series::default();
        values.iter().for_each(|value| series.add(*value));
        series
    }

    #[test]
    fn a_ratio_says_how_many_times_better() {
        let mut line = Line {
            work: "work".into(),
            unit: "s",
            ours: series(&[3.0, 1.0, 2.0]),
            peer: Some(("peer".into(), series(&[8.0]))),
            goal: "",
            less: true,
        };
        assert_eq!(line.ratio(), Some(4.0));
        assert_eq!(line.ours.to_string(), "2.00 (1.00 – 3.00)");
        line.less = false;
        assert_eq!(line.ratio(), Some(0.25));
    }
}
