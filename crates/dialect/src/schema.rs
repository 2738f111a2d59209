//! JSON schemas that a vendor holds to exactly: each takes a part of the language only.
//!
//! A schema is made to fit where an answer that follows it still follows the client's: an open object is closed, a bound that the
//! vendor does not know goes into the description, and is told. One that cannot be made to fit is not followed exactly.

use crate::chat::{Field, Format, Losses, Request, ToolKind};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What a vendor takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    /// The vendor's name.
    pub by: &'static str,
    /// Whether objects must be closed: `additionalProperties: false`.
    pub closed: bool,
    /// Whether every property must be required.
    pub all_required: bool,
    /// Keywords that it does not know: they are said in the description.
    pub unknown: &'static [&'static str],
    /// Keywords without which the schema would mean something else.
    pub refused: &'static [&'static str],
    /// The largest `minItems` that it knows.
    pub most_min_items: u64,
    /// Whether a schema may refer to itself.
    pub recursive: bool,
}

/// <https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations>
pub(crate) const ANTHROPIC: Rule = Rule {
    by: "Anthropic",
    closed: true,
    all_required: false,
    unknown: &[
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "maxItems",
        "uniqueItems",
        "contains",
        "minContains",
        "maxContains",
        "minProperties",
        "maxProperties",
        "oneOf",
    ],
    refused: REFUSED,
    most_min_items: 1,
    recursive: false,
};

/// <https://platform.openai.com/docs/guides/structured-outputs#supported-schemas>
pub(crate) const OPENAI: Rule = Rule {
    by: "OpenAI",
    closed: true,
    all_required: true,
    unknown: &[
        "minLength",
        "maxLength",
        "uniqueItems",
        "contains",
        "minContains",
        "maxContains",
        "minProperties",
        "maxProperties",
        "default",
        "oneOf",
    ],
    refused: &[
        "allOf",
        "not",
        "if",
        "then",
        "else",
        "dependentRequired",
        "dependentSchemas",
        "patternProperties",
        "propertyNames",
        "unevaluatedProperties",
    ],
    most_min_items: u64::MAX,
    recursive: true,
};

/// <https://docs.cohere.com/v2/docs/structured-outputs#unsupported-schema-features>
pub(crate) const COHERE: Rule = Rule {
    by: "Cohere",
    closed: false,
    all_required: false,
    unknown: &[
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "maxItems",
    ],
    refused: &[],
    most_min_items: 0,
    recursive: true,
};

const REFUSED: &[&str] = &[
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
    "propertyNames",
    "unevaluatedProperties",
];

/// Where schemas stand within a schema: in a member, in a list, or under names.
const WITHIN: [&str; 2] = ["items", "contains"];
const LISTS: [&str; 4] = ["anyOf", "allOf", "oneOf", "prefixItems"];
const NAMED: [&str; 3] = ["properties", "$defs", "definitions"];

impl Rule {
    /// Makes a schema fit, and returns the keywords that were loosened.
    ///
    /// # Errors
    /// Why it cannot be made to fit; it is then unchanged.
    pub fn fit(&self, schema: &mut Value) -> Result<BTreeSet<&'static str>, String> {
        let mut fitted = schema.clone();
        let mut loosened = BTreeSet::new();
        if fitted.get("type").and_then(Value::as_str) != Some("object") {
            return Err("is not an object".to_owned());
        }
        if !self.recursive && is_recursive(&fitted) {
            return Err("refers to itself".to_owned());
        }
        self.node(&mut fitted, &mut loosened)?;
        *schema = fitted;
        Ok(loosened)
    }

    fn node(&self, node: &mut Value, loosened: &mut BTreeSet<&'static str>) -> Result<(), String> {
        let Some(schema) = node.as_object_mut() else { return Ok(()) };
        if let Some(keyword) = self.refused.iter().find(|keyword| schema.contains_key(**keyword)) {
            return Err(format!("has `{keyword}`"));
        }
        self.describe(schema, loosened);
        self.object(schema)?;
        for name in WITHIN {
            schema.get_mut(name).map_or(Ok(()), |node| self.node(node, loosened))?;
        }
        for name in LISTS {
            let nodes = schema.get_mut(name).and_then(Value::as_array_mut);
            nodes.into_iter().flatten().try_for_each(|node| self.node(node, loosened))?;
        }
        for name in NAMED {
            let nodes = schema.get_mut(name).and_then(Value::as_object_mut);
            nodes.into_iter().flatten().try_for_each(|(_, node)| self.node(node, loosened))?;
        }
        Ok(())
    }

    /// Says in the description what the vendor does not know.
    fn describe(&self, schema: &mut Map<String, Value>, loosened: &mut BTreeSet<&'static str>) {
        let mut said = Vec::new();
        for keyword in self.unknown {
            // Either of several is nearly one of several.
            if *keyword == "oneOf" {
                if !schema.contains_key("anyOf")
                    && let Some(either) = schema.shift_remove("oneOf")
                {
                    schema.insert("anyOf".to_owned(), either);
                    loosened.insert(keyword);
                }
            } else if let Some(value) = schema.shift_remove(*keyword) {
                said.push(format!("{keyword}: {value}"));
                loosened.insert(keyword);
            }
        }
        let many = |value: &Value| value.as_u64().is_some_and(|least| least > self.most_min_items);
        if schema.get("minItems").is_some_and(many)
            && let Some(value) = schema.shift_remove("minItems")
        {
            said.push(format!("minItems: {value}"));
            loosened.insert("minItems");
        }
        if said.is_empty() {
            return;
        }
        let said = said.join(", ");
        let text = match schema.get("description").and_then(Value::as_str) {
            Some(text) => format!("{text} ({said})"),
            None => said,
        };
        schema.insert("description".to_owned(), text.into());
    }

    fn object(&self, schema: &mut Map<String, Value>) -> Result<(), String> {
        let is_object = match schema.get("type") {
            Some(Value::String(kind)) => kind == "object",
            Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
            _ => schema.contains_key("properties"),
        };
        if !is_object || !self.closed {
            return Ok(());
        }
        match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => {}
            None if schema.contains_key("properties") => {
                schema.insert("additionalProperties".to_owned(), false.into());
            }
            _ => return Err("has an object of any members".to_owned()),
        }
        if self.all_required {
            let required = schema.get("required").and_then(Value::as_array);
            let is_required =
                |name: &String| required.is_some_and(|all| all.iter().any(|one| one == name));
            let properties = schema.get("properties").and_then(Value::as_object);
            if let Some(optional) =
                properties.and_then(|all| all.keys().find(|name| !is_required(name)))
            {
                return Err(format!("has the optional property `{optional}`"));
            }
        }
        Ok(())
    }

    /// Makes the schemas of strict tools fit; a tool whose schema cannot is not strict. Every tool takes an object.
    pub fn tools(&self, request: &mut Request, losses: &mut Losses) {
        for tool in &mut request.tools {
            let ToolKind::Function { parameters, strict, .. } = &mut tool.kind else { continue };
            let Some(schema) = parameters else { continue };
            if let Some(schema) = schema.as_object_mut() {
                schema.entry("type").or_insert_with(|| "object".into());
            }
            if *strict != Some(true) {
                continue;
            }
            // A tool without properties has no arguments.
            if let Some(schema) = schema.as_object_mut() {
                schema.entry("properties").or_insert_with(|| Map::new().into());
            }
            let path = format!("{}.strict", tool.path);
            match self.fit(schema) {
                Ok(loosened) => self.tell(&path, &loosened, losses),
                Err(why) => {
                    losses.add(path, self.not_exact(&why));
                    *strict = Some(false);
                }
            }
        }
    }

    /// Makes the schema of the answer fit. Returns why it cannot.
    pub fn answer(&self, request: &mut Request, losses: &mut Losses) -> Option<String> {
        let path = request.path(Field::Format);
        let Format::JsonSchema(schema) = &mut request.format else { return None };
        match self.fit(&mut schema.schema) {
            Ok(loosened) => {
                self.tell(path, &loosened, losses);
                None
            }
            Err(why) => Some(why),
        }
    }

    /// As [`answer`](Rule::answer), for a schema that is strict; one that cannot fit is not.
    pub fn strict_answer(&self, request: &mut Request, losses: &mut Losses) {
        let is_strict =
            matches!(&request.format, Format::JsonSchema(schema) if schema.strict == Some(true));
        if !is_strict {
            return;
        }
        if let Some(why) = self.answer(request, losses) {
            losses.add(request.path(Field::Format), self.not_exact(&why));
            if let Format::JsonSchema(schema) = &mut request.format {
                schema.strict = Some(false);
            }
        }
    }

    /// Why a schema is not followed exactly.
    pub fn not_exact(&self, why: &str) -> String {
        format!("the schema {why}, and {} cannot follow it exactly", self.by)
    }

    pub fn tell(&self, path: &str, loosened: &BTreeSet<&'static str>, losses: &mut Losses) {
        if !loosened.is_empty() {
            let names = loosened.iter().copied().collect::<Vec<_>>().join(", ");
            losses.add(path, format!("{} does not enforce {names}: said in words", self.by));
        }
    }
}

/// Whether a definition, or the schema itself, is referred to from within itself.
fn is_recursive(schema: &Value) -> bool {
    let mut all = BTreeMap::new();
    for name in ["$defs", "definitions"] {
        let definitions = schema.get(name).and_then(Value::as_object);
        for (own, definition) in definitions.into_iter().flatten() {
            let mut to = BTreeSet::new();
            references(definition, &mut to);
            all.insert(format!("#/{name}/{own}"), to);
        }
    }
    let mut to = BTreeSet::new();
    references(schema, &mut to);
    if to.contains("#") {
        return true;
    }
    // What refers to no other definition is taken away, until nothing or only rings are left.
    while !all.is_empty() {
        let names: BTreeSet<String> = all.keys().cloned().collect();
        let before = all.len();
        all.retain(|_, to| to.iter().any(|one| names.contains(*one)));
        if all.len() == before {
            return true;
        }
    }
    false
}

fn references<'a>(node: &'a Value, out: &mut BTreeSet<&'a str>) {
    match node {
        Value::Object(members) => {
            out.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|node| references(node, out));
        }
        Value::Array(items) => items.iter().for_each(|node| references(node, out)),
        _ => {}
    }
}
