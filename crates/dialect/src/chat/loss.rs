//! What a target cannot carry.

pub use postern_types::provider::Loss;

/// How many losses are looked through for one that was noted already: more than one field is looked at from.
const LATEST: usize = 32;

/// Everything that was lost, in the order in which it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses(pub Vec<Loss>);

impl Losses {
    /// Note a loss. The same field is noted once, as far as the latest ones tell: a request can have a hundred thousand.
    pub fn add(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        let path = path.into();
        if !self.0.iter().rev().take(LATEST).any(|loss| loss.path == path) {
            self.0.push(Loss { path, reason: reason.into() });
        }
    }
}
