//! What goes on while deployments are tried: breakers, latencies, budgets of attempts. Pure state
//! machines: time and random bits are arguments, and what replicas share is a few bytes.

mod breaker;
mod budget;
mod latency;

pub use breaker::{Admit, Breaker};
pub use budget::{AttemptBudget, AttemptPolicy, FailedAttempt, GiveUp, Next, RetryTokens};
pub use latency::Latency;
pub use postern_policy::BreakerPolicy;
