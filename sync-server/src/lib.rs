//! The server: takes in what tablets send, lets the office decide, issues the permit.
//!
//! Rooms: [`cases`] decides, [`auth`] says who may, [`door`] stands before the network, [`permit`] makes the papers and their codes,
//! [`store`] keeps, [`office`] shows, [`router`] lists what is answered; [`serve()`] runs it.

pub mod app;
pub mod auth;
pub mod cases;
pub mod cli;
pub mod clock;
pub mod config;
pub mod door;
pub mod error;
pub mod extract;
pub mod locale;
pub mod office;
pub mod permit;
pub mod photos;
pub mod random;
pub mod router;
mod serve;
pub mod setup;
pub mod store;
pub mod sync;

pub use app::App;
pub use error::AppError;
pub use serve::{Running, serve, stop_signal};
