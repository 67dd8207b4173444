//! Exchanges on a real store with real keys and documents, over the real routes.

mod feed;
mod refusals;
mod restore;
mod seal;
mod wire;
mod work;
