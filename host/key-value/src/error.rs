//! What goes wrong with a store.

/// Why an operation failed, in the backend's words.
pub type Error = String;
