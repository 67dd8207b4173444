//! A limit on everything that crosses the wire.

/// Body of an exchange, after decompression, in bytes.
pub const MAX_BODY_BYTES: usize = 8 << 20;
/// One change, in bytes. A tap takes about 160, a photo about 700.
pub const MAX_CHANGE_BYTES: usize = 16 << 10;
/// Changes in one exchange.
pub const MAX_CHANGES: usize = 1_500;
/// Statements in one exchange.
pub const MAX_STATEMENTS: usize = 200;
/// What a tablet asks the server to send in one page by default, in bytes.
pub const PAGE_BYTES: u64 = 1 << 20;
/// Evidence files named in one `have` request.
pub const MAX_HAVE: usize = 500;
/// One evidence file, in bytes; an original may be larger than a rendition.
pub const MAX_BLOB_BYTES: u64 = 64 << 20;
/// A snapshot, in bytes. One with a hundred answers takes about 4,000.
pub const MAX_SNAPSHOT_BYTES: usize = 7 << 20;
/// Changes of one document. An inspection has a few hundred.
pub const MAX_CHANGES_PER_DOC: u64 = 100_000;
