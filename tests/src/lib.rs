//! The harness of the end-to-end tests and the demo: a server with its users, an officer at a
//! browser, tablets, a network that can be cut, and the scenario from application to permit.

pub mod chromium;
pub mod crash;
pub mod desk;
pub mod measure;
pub mod office;
pub mod officer;
pub mod painter;
pub mod pictures;
pub mod process;
pub mod proxy;
pub mod scenario;
pub mod seed;
pub mod simulate;
pub mod visit;

/// Anything that goes wrong in the harness ends the run, in words.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
