//! Each capability has its refusal twin: a stage with an import that is not granted does not start, and the error names
//! it.
//!
//! The twins are the shipped stages. Some have one grant removed; the others are the `provider`, which parses foreign
//! bytes and has no network, with one additional import. With the grant, each of them starts: the grant alone makes the
//! difference.

mod network;
mod twins;
