//! The ledger: one row a request, its attempts below it, and roll-ups that are made as rows arrive.
//!
//! Pure: a [`Store`] executes the statements. A group of records is one transaction; a record counts once, however often its
//! group is written.

mod amount;
mod error;
mod instance;
mod migrate;
mod retention;
mod rollup;
mod row;
mod sql;
mod store;
mod value;
mod write;

pub use amount::MAX_AMOUNT;
pub use error::LedgerError;
pub use instance::{InstanceState, LostInstance, find_lost, lost_records, note_instance};
pub use migrate::{Migrated, SCHEMA_VERSION, migrate};
pub use retention::{Retention, Swept, sweep};
pub use rollup::{DIMENSIONS, Grain, LATENCY_BOUNDS_US, LatencyMetric, SUMS};
pub use row::{integer, text};
pub use sql::{Sql, SqlDialect};
pub use store::{Store, StoreError};
pub use value::{Row, Value};
pub use write::{MAX_GROUP, Written, write, write_from};
