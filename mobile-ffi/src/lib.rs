//! The FFI.
uniffi::setup_scaffolding!();
