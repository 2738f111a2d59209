//! A request for a vendor, as it was read.

use crate::head::Head;
use crate::originals::Keeper;
use crate::upload::Upload;
use postern_dialect::needs::Needs;
use postern_policy::Gateway;
use postern_types::guardrail::Judging;
use postern_types::{Caller, Prompt, RequestFacts};
use std::rc::Rc;

/// The common parts of all attempts.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    pub head: &'a Head,
    pub caller: &'a Caller,
    pub facts: &'a RequestFacts,
    pub needs: &'a Needs,
    pub prompt: &'a Prompt,
    /// The prompt's body, or the body with the cap on the answer that the limiter requires.
    pub body: &'a str,
    /// The client's form, if the body stands for one.
    pub upload: Option<&'a Rc<Upload>>,
    /// How many bytes the client sent.
    pub body_bytes: usize,
    pub policy: &'a Gateway,
    /// How the answer is guarded.
    pub guard: Option<&'a str>,
    /// Keeps the originals of its conversation.
    pub keeper: Option<&'a Keeper>,
    /// How the complete answer is judged, if it is.
    pub judging: Option<Judging>,
}
