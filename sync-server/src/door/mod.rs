//! What stands between the network and the routes: the listener with or without TLS, who is at
//! the other end, how many come in at once and how fast, the headers of every answer. Nothing here
//! knows an officer's rights; that is `auth`.

pub mod crowd;
pub mod headers;
pub mod listen;
pub mod pace;
pub mod peer;
pub mod tls;

pub use pace::Pace;
pub use peer::Peer;
