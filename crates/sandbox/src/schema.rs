//! Values that match a JSON schema, as far as a stand-in for a model needs them.
//!
//! Supported: `const`, `enum`, `type`, `$ref` within the document, `allOf`, `anyOf`, `oneOf` (as `anyOf`), the bounds
//! of numbers, strings, arrays and objects, `multipleOf`, `uniqueItems`, `prefixItems`, the usual `format`s. Not
//! supported: `pattern`, `not`, `if`, `contains`, `dependent*`, `patternProperties`, references to other documents. The
//! vocabulary: <https://json-schema.org/draft/2020-12/json-schema-validation>.
//!
//! A schema is untrusted: depth and work are bounded, and one that cannot be satisfied is refused by its path.

mod combined;
mod compound;
mod number;
mod string;

use crate::refusal::Refusal;
use serde_json::{Map, Value, json};

/// The keywords of one schema.
type Keywords = Map<String, Value>;

/// The maximum depth of schemas, references followed. A document cannot be deeper than 128; no useful one is half that.
const MAX_DEPTH: usize = 64;

/// The work that one value may cost: a byte of output or of a copied schema costs one. A hundred kilobytes of arguments
/// are more than a model writes.
const MAX_WORK: usize = 100_000;

/// The cost of reading a schema, with any result.
const WORK_PER_SCHEMA: usize = 32;

/// A value that matches `schema`, which is at the path `at` in the request.
pub(crate) fn value_of(schema: &Value, at: &str) -> Result<Value, Refusal> {
    Maker::new(schema).make(schema, 0).ok_or_else(|| refusal(at, "invalid_json_schema", "value"))
}

/// The same for the arguments of a function, which are always an object.
pub(crate) fn object_of(schema: &Value, at: &str) -> Result<Value, Refusal> {
    let unmet = || refusal(at, "invalid_function_parameters", "object");
    match schema.as_object() {
        Some(keywords) if keywords.is_empty() => Ok(json!({})),
        _ => Maker::new(schema).make(schema, 0).filter(Value::is_object).ok_or_else(unmet),
    }
}

fn refusal(at: &str, code: &'static str, what: &str) -> Refusal {
    let message = format!(
        "Invalid schema for '{at}': the sandbox found no {what} that matches it. \
         See docs/sandbox.md for what it heeds."
    );
    Refusal::invalid(at, code, message)
}

/// A value while it is made.
struct Maker<'s> {
    document: &'s Value,
    depth: usize,
    work_left: usize,
    /// The references being followed: a recursive one is left out, since a smallest value never needs it.
    open_references: Vec<String>,
}

impl<'s> Maker<'s> {
    fn new(document: &'s Value) -> Self {
        Maker { document, depth: 0, work_left: MAX_WORK, open_references: Vec::new() }
    }

    /// A value that matches `schema`; values of different `variant` differ where they can. None: not found.
    fn make(&mut self, schema: &Value, variant: usize) -> Option<Value> {
        self.charge(WORK_PER_SCHEMA)?;
        if self.depth == MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let value = match schema {
            Value::Bool(true) => Some(json!("sandbox")),
            Value::Object(keywords) => self.make_by_keywords(keywords, variant),
            _ => None,
        };
        self.depth -= 1;
        value
    }

    fn make_by_keywords(&mut self, keywords: &Keywords, variant: usize) -> Option<Value> {
        if let Some(value) = keywords.get("const") {
            return self.copy(value);
        }
        if let Some(values) = keywords.get("enum").and_then(Value::as_array) {
            let index = variant.checked_rem(values.len())?;
            return self.copy(values.get(index)?);
        }
        if let Some(reference) = keywords.get("$ref").and_then(Value::as_str) {
            return self.follow(reference, variant);
        }
        if let Some(combined) = self.make_combined(keywords, variant) {
            return combined;
        }
        match type_of(keywords) {
            "object" => self.make_object(keywords, variant),
            "array" => self.make_array(keywords, variant),
            "string" => self.make_string(keywords, variant),
            "integer" => number::integer(keywords, variant),
            "number" => number::decimal(keywords, variant),
            "boolean" => Some(json!(variant.is_multiple_of(2))),
            "null" => Some(Value::Null),
            _ => None,
        }
    }

    fn follow(&mut self, reference: &str, variant: usize) -> Option<Value> {
        if self.open_references.iter().any(|open| open == reference) {
            return None;
        }
        let schema = self.referred(reference)?;
        self.open_references.push(reference.to_owned());
        let value = self.make(schema, variant);
        self.open_references.pop();
        value
    }

    fn referred(&mut self, reference: &str) -> Option<&'s Value> {
        self.charge(reference.len())?;
        self.document.pointer(reference.strip_prefix('#')?)
    }

    fn copy(&mut self, value: &Value) -> Option<Value> {
        self.charge(value.to_string().len())?;
        Some(value.clone())
    }

    /// None: more work than a value may cost.
    fn charge(&mut self, work: usize) -> Option<()> {
        self.work_left = self.work_left.checked_sub(work)?;
        Some(())
    }
}

/// The number of types of JSON schema.
const TYPES: usize = 7;

/// The type to make: the first named type other than null, or else the one that the keywords are about.
fn type_of(keywords: &Keywords) -> &str {
    match keywords.get("type") {
        Some(Value::String(name)) => name,
        Some(Value::Array(names)) => {
            let mut names = names.iter().take(TYPES).filter_map(Value::as_str);
            names.find(|name| *name != "null").unwrap_or("null")
        }
        _ => inferred_type(keywords),
    }
}

fn inferred_type(keywords: &Keywords) -> &'static str {
    const TELLING: &[(&str, &str)] = &[
        ("properties", "object"),
        ("required", "object"),
        ("additionalProperties", "object"),
        ("minProperties", "object"),
        ("items", "array"),
        ("prefixItems", "array"),
        ("minItems", "array"),
        ("minimum", "number"),
        ("maximum", "number"),
        ("exclusiveMinimum", "number"),
        ("exclusiveMaximum", "number"),
        ("multipleOf", "number"),
    ];
    let told = TELLING.iter().find(|(keyword, _)| keywords.contains_key(*keyword));
    told.map_or("string", |(_, name)| name)
}

/// A bound that is a size. Sizes out of range count as the largest.
fn size(keywords: &Keywords, keyword: &str) -> Option<usize> {
    let size = keywords.get(keyword)?.as_f64().filter(|size| *size >= 0.0)?;
    // Saturates, and loses nothing that matters below 2^53.
    Some(size as usize)
}

#[cfg(test)]
mod tests;
