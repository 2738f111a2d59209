//! One policy, and the two names it goes by: its own, and the one that Cedar knows it by.

use cedar_policy::{Effect, Policy as CedarPolicy, PolicyId};

use crate::statements::Statement;

/// The longest id that records repeat, in characters.
pub(crate) const MAX_ID_CHARACTERS: usize = 128;

/// How much of a policy is shown, in characters.
const MAX_SHOWN_CHARACTERS: usize = 128;

/// What people know a policy by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its `@id`, else `policy@line 12`; at most 128 characters.
    pub id: String,
    /// The line it begins at, counted from 1.
    pub line: u32,
    /// What it says, without annotations and comments, in one line of at most 128 characters.
    pub head: String,
    /// Whether it forbids; else it permits.
    pub forbids: bool,
    /// Where its first token is in the file, in bytes.
    pub(crate) start: usize,
    /// Where the text began that Cedar parsed it from, so what its places count from.
    pub(crate) parsed_from: usize,
}

impl Policy {
    pub(crate) fn of(policy: &CedarPolicy, statement: &Statement<'_>, parsed_from: usize) -> Self {
        let id = match policy.annotation("id") {
            Some(id) => id.chars().take(MAX_ID_CHARACTERS).collect(),
            None => format!("policy@line {}", statement.line),
        };
        Self {
            id,
            line: statement.line,
            head: statement.head(MAX_SHOWN_CHARACTERS),
            forbids: policy.effect() == Effect::Forbid,
            start: statement.start,
            parsed_from,
        }
    }
}

/// The id that Cedar gives to the policy in this place of the file, counted from 0.
pub(crate) fn numbered(at: usize) -> PolicyId {
    PolicyId::new(format!("policy{at}"))
}

/// The place of the policy in the file, by the id of [`numbered`].
pub(crate) fn index(id: &PolicyId) -> Option<usize> {
    let id: &str = id.as_ref();
    id.strip_prefix("policy")?.parse().ok()
}
