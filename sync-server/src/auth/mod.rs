//! Who somebody is and what they may do: passwords, sessions of browsers, tokens of tablets, the
//! table of permissions. What is decided about a case is not here.

mod attempts;
pub mod devices;
mod doors;
mod extract;
pub mod guard;
pub mod keys;
mod password;
mod permissions;
pub mod second_factor;
pub mod sessions;
mod token;
pub mod users;

pub use doors::{Access, Door, Doors};
pub use extract::{Device, Officer};
pub use permissions::{Permission, Role};
