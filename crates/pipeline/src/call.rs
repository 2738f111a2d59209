//! A request that goes to a vendor, read.

use crate::head::Head;
use postern_dialect::needs::Needs;
use postern_policy::Gateway;
use postern_types::{Caller, Prompt, RequestFacts};

/// What every attempt has in common.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    pub head: &'a Head,
    pub caller: &'a Caller,
    pub facts: &'a RequestFacts,
    pub needs: &'a Needs,
    pub prompt: &'a Prompt,
    /// The prompt's, or with a cap on the answer that the limiter asks for.
    pub body: &'a str,
    pub policy: &'a Gateway,
    /// How the answer is guarded.
    pub guard: Option<&'a str>,
}
