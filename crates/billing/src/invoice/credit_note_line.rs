//! What a credit note takes back of a line.

use crate::money::NanoUsd;
use serde::{Deserialize, Serialize};

/// An amount of a line that is credited, over 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditNoteLine {
    /// The line's key; `tax` is credited by itself, in its proportion.
    pub key: String,
    /// Of an adjustment, the beginning of the period that it adjusts, in seconds since 1970; else that of the invoice's.
    pub period_start_s: i64,
    /// How much of it.
    pub amount_usd: NanoUsd,
}
