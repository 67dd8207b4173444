//! Versions of the wire and why each exists.
//!
//! | version | since | why |
//! |---|---|---|
//! | 1 | 0.1.0 | the first: log and cursor, statements beside documents, receipts |

/// What this build speaks.
pub const CURRENT: u32 = 1;
/// The oldest a server still takes; an older tablet is told to update and goes on capturing.
pub const OLDEST: u32 = 1;
