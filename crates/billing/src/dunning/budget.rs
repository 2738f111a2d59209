//! Notices of a budget, each once.

use crate::money::NanoUsd;
use serde::{Deserialize, Serialize};

/// The shares of a budget, in percent, at which a notice is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetThresholds(Vec<u32>);

impl Default for BudgetThresholds {
    fn default() -> Self {
        Self(vec![50, 80, 100])
    }
}

impl BudgetThresholds {
    /// Thresholds in percent; none if there are none, one is 0 or over 1000, or they do not rise.
    pub fn new(percents: Vec<u32>) -> Option<Self> {
        let rises = percents.windows(2).all(|pair| pair.first() < pair.last());
        let are_possible = percents.iter().all(|percent| (1..=1_000).contains(percent));
        (!percents.is_empty() && rises && are_possible).then_some(Self(percents))
    }
}

/// A budget of a period, and which of its notices were given. A new period begins with [`Budget::new`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// The amount.
    pub amount_usd: NanoUsd,
    /// The highest threshold, in percent, of which a notice was given; 0 for none.
    pub noticed_percent: u32,
}

/// A notice that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetNotice {
    /// The threshold, in percent.
    pub percent: u32,
    /// What was spent.
    pub spent_usd: NanoUsd,
}

impl Budget {
    /// A budget of which no notice was given.
    pub fn new(amount_usd: NanoUsd) -> Self {
        Self { amount_usd, noticed_percent: 0 }
    }

    /// The notices that are due now, in order; from now on they are given. What is given back later does not take them back. Of a
    /// budget of nothing, all are due with the first nano-dollar.
    pub fn notices(
        &mut self,
        spent_usd: NanoUsd,
        thresholds: &BudgetThresholds,
    ) -> Vec<BudgetNotice> {
        let budget = self.amount_usd.nano_usd().max(0);
        // Both are below 2^90.
        let is_reached = |percent: u32| {
            spent_usd.is_positive() && spent_usd.nano_usd() * 100 >= budget * i128::from(percent)
        };
        let noticed = self.noticed_percent;
        let due = thresholds.0.iter().copied().filter(|percent| *percent > noticed);
        let due: Vec<_> = due.take_while(|percent| is_reached(*percent)).collect();
        self.noticed_percent = due.last().copied().unwrap_or(noticed);
        due.into_iter().map(|percent| BudgetNotice { percent, spent_usd }).collect()
    }
}
