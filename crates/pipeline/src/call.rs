//! A request that goes to a vendor, read.

use crate::head::Head;
use crate::upload::Upload;
use postern_dialect::needs::Needs;
use postern_policy::Gateway;
use postern_types::{Caller, Prompt, RequestFacts};
use std::rc::Rc;

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
    /// The client's form, if the body stands for one.
    pub upload: Option<&'a Rc<Upload>>,
    /// How many bytes the client sent.
    pub body_bytes: usize,
    pub policy: &'a Gateway,
    /// How the answer is guarded.
    pub guard: Option<&'a str>,
}
