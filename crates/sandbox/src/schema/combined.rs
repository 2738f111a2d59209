//! Schemas made of schemas: `allOf`, `anyOf`, `oneOf`.

use super::{Keywords, Maker};
use serde_json::{Value, json};

/// The maximum of references in a row that lead to a schema's own keywords.
const MAX_REFERENCES: usize = 8;

/// Keywords that restrict nothing.
const SILENT: &[&str] = &[
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "default",
    "definitions",
    "deprecated",
    "description",
    "examples",
    "readOnly",
    "title",
    "writeOnly",
];

impl Maker<'_> {
    /// A value for the combining keywords of `keywords`. None: there are none; `Some(None)`: no value was found.
    pub(super) fn make_combined(
        &mut self,
        keywords: &Keywords,
        variant: usize,
    ) -> Option<Option<Value>> {
        let (combining, parts) = ["allOf", "anyOf", "oneOf"]
            .into_iter()
            .find_map(|name| Some((name, keywords.get(name)?.as_array()?)))?;
        Some(match combining {
            "allOf" => self.make_all(keywords, combining, parts, variant),
            _ => parts.iter().find_map(|part| self.make_all(keywords, combining, [part], variant)),
        })
    }

    /// A value that matches `keywords`, without the one that is `combining`, and all of `parts`.
    fn make_all<'p>(
        &mut self,
        keywords: &Keywords,
        combining: &str,
        parts: impl IntoIterator<Item = &'p Value>,
        variant: usize,
    ) -> Option<Value> {
        let mut keywords = self.copy_without(keywords, combining)?;
        let mut parts = parts.into_iter().peekable();
        let silent = keywords.keys().all(|keyword| SILENT.contains(&keyword.as_str()));
        if silent && let Some(only) = parts.next_if(|_| silent) {
            if parts.peek().is_none() {
                return self.make(only, variant);
            }
            self.merge(&mut keywords, only)?;
        }
        for part in parts {
            self.merge(&mut keywords, part)?;
        }
        self.make(&Value::Object(keywords), variant)
    }

    fn copy_without(&mut self, keywords: &Keywords, left_out: &str) -> Option<Keywords> {
        let mut copy = Keywords::new();
        for (keyword, value) in keywords.iter().filter(|(keyword, _)| *keyword != left_out) {
            copy.insert(keyword.clone(), self.copy(value)?);
        }
        Some(copy)
    }

    /// Merges the constraints of `part` into `keywords`.
    fn merge(&mut self, keywords: &mut Keywords, part: &Value) -> Option<()> {
        let mut part = part.as_object()?;
        for _ in 0..MAX_REFERENCES {
            let Some(reference) = part.get("$ref").and_then(Value::as_str) else { break };
            part = self.referred(reference)?.as_object()?;
        }
        for (keyword, value) in part {
            let value = self.copy(value)?;
            let merged = match keywords.remove(keyword) {
                Some(old) => both(keyword, old, value),
                None => value,
            };
            keywords.insert(keyword.clone(), merged);
        }
        Some(())
    }
}

/// One keyword with both constraints: the stricter bound, the union of requirements.
fn both(keyword: &str, old: Value, new: Value) -> Value {
    match (keyword, old, new) {
        ("required", Value::Array(mut names), Value::Array(more)) => {
            names.extend(more);
            Value::Array(names)
        }
        ("properties", Value::Object(mut properties), Value::Object(more)) => {
            for (name, schema) in more {
                let schema = match properties.remove(&name) {
                    Some(old) => json!({ "allOf": [old, schema] }),
                    None => schema,
                };
                properties.insert(name, schema);
            }
            Value::Object(properties)
        }
        (bound, Value::Number(old), Value::Number(new)) => {
            let grows = old.as_f64() < new.as_f64();
            let upper = bound.starts_with("max") || bound == "exclusiveMaximum";
            Value::Number(if grows == upper { old } else { new })
        }
        (_, _, new) => new,
    }
}
