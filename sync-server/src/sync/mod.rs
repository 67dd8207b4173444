//! Exchanges with tablets: one request is one whole exchange, and there is no connection whose
//! state could be lost. The story is told in [`exchange()`]; around it, one file a question: where
//! a tablet stands ([`cursor`]), what is known of a document ([`standing`]), what becomes of what
//! was sent ([`judge`]), how it is written ([`record`]), what is new for the tablet ([`feed`]), when
//! an inspection is sealed ([`seal`]) and what is still missing for that ([`completeness()`]).
//!
//! Judging is pure: it reads a [`standing`] and nothing else. No decision of the authority is
//! made here; the one step of a case that follows from what tablets send is its seal.

mod completeness;
mod cursor;
mod events;
mod exchange;
mod failure;
mod feed;
mod http;
mod judge;
mod news;
mod originals;
mod record;
mod rescue;
mod seal;
mod standing;
mod statements;
mod wanted;
mod words;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use completeness::{Completeness, OfficerSign, SignState, TabletPhotos, completeness};
pub(crate) use exchange::exchange;
pub(crate) use failure::Failure;
pub(crate) use http::read_body;
pub use rescue::{Rescued, import};
pub(crate) use seal::settle;

use crate::auth::{Access, Doors};

/// The routes of tablets. They bring their own limits; a timeout must not cover the events.
#[must_use]
pub fn routes() -> Doors {
    Doors::new()
        .post("/sync/v1/exchange", Access::Tablet, http::exchange)
        .get("/sync/v1/events", Access::Tablet, events::events)
}
