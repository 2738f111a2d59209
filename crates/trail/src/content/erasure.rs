//! What an erasure is asked with.

use crate::name::Name;

/// Whose traces are erased.
#[derive(Debug, Clone)]
pub struct Erasure<'e> {
    /// The id of the subject, as requests name it; or the name of a consumer who is a person.
    pub subject: &'e str,
    /// Who asked for it.
    pub actor: Name,
    /// What stands in place of the subject from now on. It must be new.
    pub pseudonym: Name,
    /// Now.
    pub unix_ms: u64,
}
