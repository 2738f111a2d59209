//! What no line has.

use std::collections::BTreeMap;

/// Usage that has no line since something is missing. An invoice is not issued with it unless that is said.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Unrated {
    /// Rows outside the times that were subscribed to.
    pub rows_outside: u64,
    /// Tokens of models that no charge of the plan matches, by plan and model.
    pub tokens_without_price: BTreeMap<(String, String), u128>,
    /// Rows without a known cost at a charge on cost, by plan and model.
    pub rows_without_cost: BTreeMap<(String, String), u64>,
}

impl Unrated {
    /// Whether every row is in the lines.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl std::fmt::Display for Unrated {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts = Vec::new();
        if self.rows_outside > 0 {
            parts.push(format!("{} rows outside the subscription", self.rows_outside));
        }
        for ((plan, model), tokens) in &self.tokens_without_price {
            parts.push(format!("{tokens} tokens of {model:?} without a price in {plan:?}"));
        }
        for ((plan, model), rows) in &self.rows_without_cost {
            parts.push(format!("{rows} rows of {model:?} without a known cost in {plan:?}"));
        }
        formatter.write_str(&parts.join(", "))
    }
}
