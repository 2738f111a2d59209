//! What is known of a model's opinion on a finding, and what follows.

use postern_policy::Rule;

/// A rule that would be stricter about a finding, if its model agrees.
pub struct Asking<'r> {
    pub rule: &'r Rule,
    /// What is known of its model's opinion.
    pub heard: Option<Heard>,
}

/// Whether the stricter action is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// The model was asked; true: the action is taken.
    Asked(bool),
    /// There were too many questions: the action is taken.
    TooMany,
}

impl Heard {
    /// What follows from an opinion, or from none.
    pub fn from_opinion(rule: &Rule, agrees: Option<bool>) -> Self {
        Heard::Asked(agrees.unwrap_or(!rule.fails_open))
    }

    /// Whether the action is taken.
    pub fn takes(self) -> bool {
        matches!(self, Heard::Asked(true) | Heard::TooMany)
    }
}
