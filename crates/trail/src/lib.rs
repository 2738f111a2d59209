//! What is remembered of requests: the record, its ledger, proof of it, and what is unusual in it.
//!
//! Pure: stores, time and keys are arguments. No field of any type here can hold a prompt or an answer.

pub mod anomaly;
pub mod audit;
pub mod export;
pub mod ledger;
pub mod name;
pub mod questions;
pub mod record;
pub mod recorder;
#[cfg(test)]
mod sample;

pub use name::Name;
pub use record::Record;
