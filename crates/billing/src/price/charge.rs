//! What a unit costs, and which units.

use super::pricing::{Part, Pricing};
use crate::usage::{ModelSums, TokenKind};
use postern_policy::ModelPattern;
use serde::{Deserialize, Serialize};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Tokens of some kinds.
    Tokens,
    /// Requests that were answered.
    Requests,
    /// Nano-dollars that vendors charge.
    Cost,
}

/// A price for some of the usage. Of a plan's charges of one unit, the first that matches a model (and a kind) counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Its place in the plan, counted from 1, and the kind if it is one of several kinds' prices: `2`, `2.input`.
    pub id: String,
    /// What it counts.
    pub unit: Unit,
    /// Which models; at least one.
    pub models: Vec<ModelPattern>,
    /// Which kinds of tokens; empty for other units.
    pub kinds: Vec<TokenKind>,
    /// The price.
    pub pricing: Pricing,
}

impl Charge {
    /// Whether it counts usage of a model.
    pub fn matches(&self, model: &str) -> bool {
        self.models.iter().any(|pattern| pattern.matches(model))
    }

    /// Whether it counts a kind of tokens; none for other units.
    pub(crate) fn counts(&self, kind: Option<TokenKind>) -> bool {
        match kind {
            Some(kind) => self.kinds.contains(&kind),
            None => self.unit != Unit::Tokens,
        }
    }

    /// What is counted, in words: `input tokens`, `requests`.
    pub(crate) fn what(&self) -> String {
        match self.unit {
            Unit::Requests => "requests".to_owned(),
            Unit::Cost => "vendors' cost".to_owned(),
            Unit::Tokens if self.kinds.len() == TokenKind::ALL.len() => "tokens".to_owned(),
            Unit::Tokens => {
                // What has another kind's price is in that kind's line.
                let own =
                    |kind: &&TokenKind| !kind.fallback().is_some_and(|of| self.kinds.contains(&of));
                let words =
                    self.kinds.iter().filter(own).map(|kind| kind.as_str().replace('_', " "));
                format!("{} tokens", words.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// The price of a part, in words: `0.15 USD per million tokens`.
    pub(crate) fn price(&self, part: &Part) -> String {
        match (part.rate.fraction(), self.unit) {
            ((0, _), _) => "included".to_owned(),
            (_, Unit::Tokens) => format!("{} USD per million tokens", part.rate.usd_per_million()),
            (_, Unit::Requests) => format!("{} USD per request", part.rate.usd_per_unit()),
            (_, Unit::Cost) => format!("cost + {} %", part.rate.markup_percent()),
        }
    }
}

/// The units of each slot of a unit: of each kind of tokens, or the one number of another unit.
pub(crate) fn slots(unit: Unit, sums: &ModelSums) -> Vec<(Option<TokenKind>, u128)> {
    match unit {
        Unit::Requests => vec![(None, sums.requests)],
        Unit::Cost => vec![(None, sums.cost_nano_usd)],
        Unit::Tokens => TokenKind::ALL.into_iter().map(Some).zip(sums.tokens).collect(),
    }
}
