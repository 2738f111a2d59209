//! The host's interfaces, called by a component that is written with the SDK (`tests/probe`).
//!
//! Each capability has its refusal twin: the same component, to which the manifest grants nothing. It starts, as in
//! Spin, and its calls are denied.

mod counters;
mod files;
mod key_value;
mod probe;
mod redis;
mod sqlite;
mod variables;
