//! Behaviour of the whole gateway, as its clients see it.
//!
//! The fixtures: a [`Gateway`] as a separate process, an [`Upstream`] that plays the vendor as the model's name says,
//! and a [`client`] that sees every byte. No test asserts a speed: what depends on time waits for a condition, with a
//! bound that only a defect can reach.

pub mod client;
mod events;
pub mod fleet;
mod gateway;
pub mod issuer;
pub mod ledger;
pub mod limited;
pub mod manifest;
mod programs;
mod redis;
pub mod stage;
pub mod upstream;
pub mod vendors;
mod wait;
pub mod wasm;

pub use events::{Event, events};
pub use gateway::{Gateway, Options};
pub use redis::Redis;
pub use stage::{Stage, marker, shared};
pub use upstream::Upstream;
pub use wait::{PATIENCE, eventually};
