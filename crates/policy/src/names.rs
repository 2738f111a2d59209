//! The names that `models.toml` and `routes.toml` declare, which other files refer to.

use std::collections::BTreeSet;

/// The names that can be referred to, including those of invalid entries.
pub(crate) struct Names {
    /// All models and aliases; empty if there is no model.
    pub(crate) models: Vec<String>,
    /// The regions of all providers; `None` if there is no provider, or an invalid one whose region is not known.
    pub(crate) regions: Option<BTreeSet<String>>,
    /// Whether any deployment has a price, or an invalid model might have one.
    pub(crate) has_prices: bool,
}
