//! One policy with its id for people, and Cedar's id for it.

use cedar_policy::{Effect, Policy as CedarPolicy, PolicyId};

use crate::statements::Statement;

/// The longest id that records repeat, in characters.
pub(crate) const MAX_ID_CHARACTERS: usize = 128;

/// The cut length of a policy's text, in characters.
const MAX_SHOWN_CHARACTERS: usize = 128;

/// A policy as it is reported to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its `@id`, else `policy@line 12`; at most 128 characters.
    pub id: String,
    /// The line it begins at, counted from 1.
    pub line: u32,
    /// Its text without annotations and comments, in one line of at most 128 characters.
    pub head: String,
    /// Whether it forbids; otherwise it permits.
    pub forbids: bool,
    /// The offset of its first token in the file, in bytes.
    pub(crate) start: usize,
    /// The offset of the text that Cedar parsed it from, which Cedar's offsets are relative to.
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

/// Cedar's id of the policy at this index of the file, counted from 0.
pub(crate) fn numbered(at: usize) -> PolicyId {
    PolicyId::new(format!("policy{at}"))
}

/// The index of the policy in the file, by the id of [`numbered`].
pub(crate) fn index(id: &PolicyId) -> Option<usize> {
    let id: &str = id.as_ref();
    id.strip_prefix("policy")?.parse().ok()
}
