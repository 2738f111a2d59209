//! A line of an invoice.

use crate::calendar::Period;
use crate::money::NanoUsd;
use serde::{Deserialize, Serialize};

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// The flat price of a plan.
    Flat,
    /// Seats.
    Seats,
    /// Usage.
    Usage,
    /// Prepaid credits that are bought.
    Prepaid,
    /// The difference to what an earlier invoice says of its period.
    Adjustment,
    /// Prepaid credits that are used.
    Credit,
    /// Tax at the rate that was given.
    Tax,
}

impl LineKind {
    /// The word in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Seats => "seats",
            Self::Usage => "usage",
            Self::Prepaid => "prepaid",
            Self::Adjustment => "adjustment",
            Self::Credit => "credit",
            Self::Tax => "tax",
        }
    }
}

/// What the quantity of a line counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineUnit {
    /// Tokens.
    Tokens,
    /// Requests.
    Requests,
    /// Nano-dollars of vendors' cost.
    NanoUsd,
    /// Seconds with a plan.
    Seconds,
    /// Seats that are paid for, times seconds.
    SeatSeconds,
    /// The line has an amount alone; the quantity is 1.
    Amount,
}

impl LineUnit {
    /// The word in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::Requests => "requests",
            Self::NanoUsd => "nano_usd",
            Self::Seconds => "seconds",
            Self::SeatSeconds => "seat_seconds",
            Self::Amount => "amount",
        }
    }
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// It identifies what is charged within a period: `team/charge/2.input/gpt-4o`. An adjustment has the key of what it adjusts.
    pub key: String,
    /// What it is for.
    pub kind: LineKind,
    /// In words.
    pub description: String,
    /// How much of the unit; negative where an adjustment takes back.
    pub quantity: i64,
    /// What the quantity counts.
    pub unit: LineUnit,
    /// The price in words; empty if there is none.
    pub price: String,
    /// The time that it is for.
    pub period: Period,
    /// In US dollars.
    pub amount_usd: NanoUsd,
}
