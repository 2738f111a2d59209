//! Attempts at deployments: one after the other, again, or beside each other, until one begins to answer or time is up.
//!
//! [`attempts::in_turn`] is the way in; [`one::once`] sends one of them.

mod admitted;
mod attempted;
pub mod attempts;
mod caps;
pub mod deadline;
pub mod early;
pub mod failed;
pub mod failure;
mod failures;
mod hedge;
pub mod one;
pub mod waiting;

pub use attempted::Attempted;
