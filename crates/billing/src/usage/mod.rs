//! What was used, as the ledger tells it.

mod row;
mod sums;
mod tokens;

pub use row::{UsageRow, rows};
pub use sums::{ModelSums, UsageSums};
pub use tokens::{TokenKind, Tokens};
