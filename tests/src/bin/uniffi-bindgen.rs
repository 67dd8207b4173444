//! Generates the foreign bindings.
fn main() {
    uniffi::uniffi_bindgen_main()
}
