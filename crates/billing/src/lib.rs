//! What usage costs a customer: prices of plans, subscriptions, rating, invoices, usage events and dunning.
//!
//! Pure: texts, rows of the ledger and the clock are arguments; prices, states, lines and documents come out. Amounts are whole
//! nano-dollars ([`NanoUsd`], 10^-9 US dollars), times are seconds since 1970-01-01T00:00:00Z unless a name ends in `_ms`.
//! `docs/billing.md` says the rules, with examples that the tests calculate.

mod calendar;
mod exact;
mod money;
mod reading;

pub mod dunning;
pub mod events;
pub mod invoice;
pub mod price;
pub mod rating;
pub mod subscription;
pub mod usage;

pub use calendar::{Billing, Period, UnknownZone, Zone};
pub use exact::{Overflow, half_even};
pub use money::{NanoUsd, NotUsd};
