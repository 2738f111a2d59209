//! Errors of a store.

/// Why an operation failed, as the backend's message.
pub type Error = String;
