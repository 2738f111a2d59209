//! Rust bindings of the contract between stages, made once.
