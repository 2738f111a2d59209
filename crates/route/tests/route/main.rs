//! Decisions over whole policies, and a simulated fleet.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod conditions;
mod filters;
mod fleet;
mod lifecycle;
mod random;
mod strategies;
mod world;
