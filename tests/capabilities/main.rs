//! What the host offers to components, called by one that is written with the SDK (`tests/probe`).
//!
//! Each capability has its refusal twin: the same component, to which the manifest grants nothing. It starts, as Spin
//! starts it, and is denied when it asks.

mod counters;
mod files;
mod key_value;
mod probe;
mod redis;
mod sqlite;
mod variables;
