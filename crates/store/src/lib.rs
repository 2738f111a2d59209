//! Counters that many callers share: add to several or to none, within limits.
//!
//! A limit is a [`Gate`]: a counter, the amount to add to it, and the most that it may hold then, together with other
//! counters of the same limit. [`Counters::reserve`] adds to the counters of all gates or to none, so that no request
//! is admitted over a limit; [`Counters::change`] settles reservations. The windows, scopes and units of counters are
//! the caller's choice.
//!
//! One port, three builds:
//!
//! - [`increments::Increments`]: over a store whose only atomic step is an increment (`wasi:keyvalue`);
//! - [`redis::Scripts`]: one script, one round trip (`spin:redis`);
//! - [`memory::Memory`]: for tests.
//!
//! No I/O and no clock: each build is generic over a small trait that a component or a test implements.

mod clock;
mod counters;
pub mod increments;
pub mod memory;
pub mod redis;

pub use clock::{BELIEVED_JUMP_S, Seen, seen};
pub use counters::{Change, Counter, Counters, Error, Gate, MAX_VALUE, ReserveOutcome};
