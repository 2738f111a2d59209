//! Sums of rows. Addition has no order: any order and any split of the rows give the same sums.

use super::row::UsageRow;
use super::tokens::TokenKind;
use std::collections::BTreeMap;

/// The sums of one model.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ModelSums {
    /// Requests that were answered.
    pub requests: u128,
    /// Tokens, in the order of [`TokenKind::ALL`].
    pub tokens: [u128; TokenKind::ALL.len()],
    /// What vendors charge, in nano-dollars, as far as it is known.
    pub cost_nano_usd: u128,
    /// Rows whose cost is not known.
    pub rows_without_cost: u64,
}

/// The sums of all models.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct UsageSums {
    by_model: BTreeMap<String, ModelSums>,
}

// Sums of 64-bit numbers fit 128 bits for 2^64 rows: saturation is never reached.
impl ModelSums {
    fn add(&mut self, row: &UsageRow<'_>) {
        self.requests = self.requests.saturating_add(u128::from(row.requests));
        for (sum, tokens) in self.tokens.iter_mut().zip(row.tokens.by_kind()) {
            *sum = sum.saturating_add(u128::from(tokens));
        }
        let cost_nano_usd = u128::from(row.cost_nano_usd.unwrap_or(0));
        self.cost_nano_usd = self.cost_nano_usd.saturating_add(cost_nano_usd);
        let unknown = u64::from(row.cost_nano_usd.is_none());
        self.rows_without_cost = self.rows_without_cost.saturating_add(unknown);
    }

    fn merge(&mut self, other: &Self) {
        self.requests = self.requests.saturating_add(other.requests);
        for (sum, tokens) in self.tokens.iter_mut().zip(other.tokens) {
            *sum = sum.saturating_add(tokens);
        }
        self.cost_nano_usd = self.cost_nano_usd.saturating_add(other.cost_nano_usd);
        self.rows_without_cost = self.rows_without_cost.saturating_add(other.rows_without_cost);
    }
}

impl UsageSums {
    /// Adds a row.
    pub fn add(&mut self, row: &UsageRow<'_>) {
        match self.by_model.get_mut(row.model) {
            Some(sums) => sums.add(row),
            None => self.by_model.entry(row.model.to_owned()).or_default().add(row),
        }
    }

    /// Adds the sums of other rows.
    pub fn merge(&mut self, other: &Self) {
        for (model, sums) in &other.by_model {
            self.by_model.entry(model.clone()).or_default().merge(sums);
        }
    }

    /// The sums of each model, by name.
    pub fn models(&self) -> impl Iterator<Item = (&str, &ModelSums)> {
        self.by_model.iter().map(|(model, sums)| (model.as_str(), sums))
    }
}
