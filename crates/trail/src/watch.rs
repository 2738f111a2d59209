//! Anomalies in the ledger: series of its sums are evaluated as time passes, findings are kept, and messages about them.
//!
//! A *unit* is a metric by a dimension, as in requests by consumer. Each has a cursor: the last bucket that was evaluated. An
//! evaluation takes the unit that is furthest behind and moves it on by some buckets, in one transaction, together with what was
//! found. So a gateway that was away misses nothing, two that evaluate at once find nothing twice, and no step is long.
//!
//! A bucket is closed some minutes after its end: records of long requests arrive late.

mod evaluate;
mod explain;
mod findings;
mod notices;
mod unit;

pub use evaluate::{Evaluated, WatchPlan, evaluate};
pub use findings::anomalies;
pub use notices::{WebhookNotice, delivered, due, failed};
pub use unit::{UNITS, Unit, WatchMetric};
