//! The parts of a request that a target cannot carry.

pub use postern_types::provider::Loss;

/// The number of latest losses that are searched for a duplicate: more than one part of the code can report the same field.
const LATEST: usize = 32;

/// All losses, in the order in which they were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses(pub Vec<Loss>);

impl Losses {
    /// Notes a loss, unless one of the latest has the same path. A request can have a hundred thousand losses.
    pub fn add(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        let path = path.into();
        if !self.0.iter().rev().take(LATEST).any(|loss| loss.path == path) {
            self.0.push(Loss { path, reason: reason.into() });
        }
    }
}
