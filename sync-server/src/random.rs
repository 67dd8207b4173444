//! The edge where randomness is read. Names of documents and tablets, codes, tokens and the log's
//! epoch come from here; a simulation puts a seeded source in its place, so that a history can be
//! played again. Keys, salts and session tokens never do: they ask the operating system.

use std::sync::{Arc, Mutex, PoisonError};

use rand::SeedableRng;
use rand::rngs::StdRng;

/// Where randomness comes from. Cloning is cheap; all clones of a seeded source share it.
#[derive(Clone, Default)]
pub struct Random {
    seeded: Option<Arc<Mutex<StdRng>>>,
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Random").finish_non_exhaustive()
    }
}

impl Random {
    /// The operating system's.
    #[must_use]
    pub const fn system() -> Self {
        Self { seeded: None }
    }

    /// The same again for the same seed; for simulations alone.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self {
            seeded: Some(Arc::new(Mutex::new(StdRng::seed_from_u64(seed)))),
        }
    }

    /// A generator for one use.
    #[must_use]
    pub fn rng(&self) -> StdRng {
        match &self.seeded {
            None => StdRng::from_rng(&mut rand::rng()),
            Some(source) => {
                let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
                StdRng::from_rng(&mut *source)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;

    #[test]
    fn a_seed_gives_the_same_again_and_the_system_does_not() {
        let draw = |source: &Random| (source.rng().next_u64(), source.rng().next_u64());
        let (first, second) = (draw(&Random::seeded(7)), draw(&Random::seeded(7)));
        assert_eq!(first, second);
        assert_ne!(first.0, first.1);
        assert_ne!(draw(&Random::system()), draw(&Random::system()));
    }
}
