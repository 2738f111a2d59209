//! Whether a JSON value satisfies a JSON schema.
//!
//! Schema and value both come from outside, so the work is bounded: a schema may double the work with each level of a value
//! (`anyOf` in a schema that refers to itself), and its patterns may be of any kind. Drafts 2020-12, 2019-09 and 7 to 4 are read,
//! without references to other documents, dynamic references and `unevaluated...`; `format` is an annotation, as these drafts say.
//!
//! A message names the place and what the schema wants; nothing of the value stands in it.

mod check;
mod compile;
mod keywords;
mod values;

#[cfg(test)]
mod tests;

use check::Check;
use keywords::Node;
use serde_json::Value;
use std::collections::BTreeSet;

/// A longer schema is not checked: the largest that vendors take have some 10 KB.
pub const MAX_SCHEMA_BYTES: usize = 64 * 1024;

/// How much work one value may take: 0.1 s, or a value of 1 MB under a plain schema.
const MAX_STEPS: u64 = 2_000_000;

/// How many mismatches are reported: as many as one reads.
const MAX_MISMATCHES: usize = 5;

/// A compiled schema.
pub struct Schema {
    nodes: Vec<Node>,
    /// The names of properties in the schema: no others are shown.
    names: BTreeSet<String>,
}

/// A place of a value that the schema does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// As a JSON pointer (RFC 6901), with `*` for a name that the schema does not have.
    pub path: String,
    /// What the schema wants.
    pub message: String,
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    Valid,
    Invalid(Vec<Mismatch>),
    /// It would take more work than one value may.
    TooCostly,
}

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    ///
    /// Why it cannot be checked, with the keyword.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.len() > MAX_SCHEMA_BYTES {
            return Err(format!(
                "it has {} bytes, and at most {MAX_SCHEMA_BYTES} are checked",
                text.len()
            ));
        }
        let root: Value = serde_json::from_str(text)
            .map_err(|_| "it is not JSON, or is nested too deeply".to_owned())?;
        compile::compile(&root)
    }

    /// Checks a value.
    pub fn check(&self, value: &Value) -> Checked {
        let mut check = Check::new(self, MAX_STEPS);
        match check.root(value) {
            Err(check::TooCostly) => Checked::TooCostly,
            Ok(true) => Checked::Valid,
            Ok(false) => Checked::Invalid(check.mismatches),
        }
    }
}
