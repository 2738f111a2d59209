//! What the policies say.

/// May it be done, and who says so.
///
/// Nothing of it is for the caller's eyes but whether it is allowed: a refusal names the action and the resource, and
/// not the policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may be done.
    pub allowed: bool,
    /// The ids of the policies that made the decision, in the order of the file: those that permit, or those that
    /// forbid, with the forbidding ones that failed. None: no policy permits it.
    pub policies: Vec<String>,
    /// What failed, a sentence each that begins with the id of the policy.
    pub errors: Vec<String>,
}

impl Decision {
    /// A refusal that no policy made: something about the question is wrong.
    pub(crate) fn refused(error: impl Into<String>) -> Self {
        Self { allowed: false, policies: Vec::new(), errors: vec![error.into()] }
    }
}
