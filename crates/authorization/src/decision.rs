//! A decision of the policies.

/// Whether an action is allowed, and by which policies.
///
/// The caller sees only whether it is allowed: a refusal names the action and the resource, and not the policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// Whether it is allowed.
    pub allowed: bool,
    /// The ids of the policies that made the decision, in the order of the file: those that permit, or those that
    /// forbid, with the forbidding ones that failed. None: no policy permits it.
    pub policies: Vec<String>,
    /// The errors, a sentence each that begins with the id of the policy.
    pub errors: Vec<String>,
}

impl Decision {
    /// A refusal without a policy: the request itself is invalid.
    pub(crate) fn refused(error: impl Into<String>) -> Self {
        Self { allowed: false, policies: Vec::new(), errors: vec![error.into()] }
    }
}
