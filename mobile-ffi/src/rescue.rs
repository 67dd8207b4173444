//! The rescue file, for the day when a tablet cannot sync any more.

use crate::{Tablet, TabletError};

#[uniffi::export]
impl Tablet {
    /// Everything unsent as one file, signed by this tablet, which the server takes in. It is not
    /// encrypted: whoever carries it carries photos. Nothing on the tablet changes by it.
    pub fn rescue(&self) -> Result<Vec<u8>, TabletError> {
        self.with(|core| core.rescue())
    }
}
