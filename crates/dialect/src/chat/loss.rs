//! What a target cannot carry.

/// A part of a request that does not reach the vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The field as the client wrote it: `messages[0].name`.
    pub path: String,
    /// Why, in a few words without any of the request's: `Anthropic has no seed`.
    pub reason: String,
}

/// Everything that was lost, in the order in which it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses(pub Vec<Loss>);

impl Losses {
    /// Note a loss; the same field is noted once.
    pub fn add(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        let path = path.into();
        if !self.0.iter().any(|loss| loss.path == path) {
            self.0.push(Loss { path, reason: reason.into() });
        }
    }
}
