//! The shortest history that still breaks the same invariant: steps are left out, first many at
//! once, then one by one.

use super::{History, Mutant, Step, play};
use crate::Failure;

/// Histories tried at most.
const TRIES_MAX: usize = 600;

/// Leaves out of `steps` what is not needed to break `invariant`.
///
/// # Errors
/// The simulation itself failed.
pub fn shrink(
    seed: u64,
    steps: &[Step],
    invariant: &str,
    mutant: Option<Mutant>,
) -> Result<(Vec<Step>, Option<History>), Failure> {
    let mut steps = steps.to_vec();
    let mut last = None;
    let mut tries = 0;
    let mut size = steps.len() / 2;
    while size > 0 && tries < TRIES_MAX {
        let mut at = 0;
        let mut shorter = false;
        while at < steps.len() && tries < TRIES_MAX {
            let mut fewer = steps.clone();
            fewer.drain(at..(at + size).min(steps.len()));
            tries += 1;
            // A history that the simulation cannot play is not shorter.
            let played = play(seed, &fewer, mutant).ok();
            let same = |history: &History| {
                let broken = history.broken.as_ref();
                broken.is_some_and(|broken| broken.invariant == invariant)
            };
            match played.filter(same) {
                Some(history) => {
                    steps = fewer;
                    last = Some(history);
                    shorter = true;
                }
                None => at += size,
            }
        }
        if !shorter {
            size /= 2;
        } else {
            size = size
                .min(steps.len() / 2)
                .max(usize::from(!steps.is_empty()));
        }
    }
    Ok((steps, last))
}
