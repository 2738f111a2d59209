//! Objects and arrays.

use super::{Keywords, Maker, size};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

impl Maker<'_> {
    /// An object with its required properties; with all properties, if it requires none.
    pub(super) fn make_object(&mut self, keywords: &Keywords, variant: usize) -> Option<Value> {
        let none = Map::new();
        let properties = keywords.get("properties").and_then(Value::as_object).unwrap_or(&none);
        let required = keywords.get("required").and_then(Value::as_array);
        let most = size(keywords, "maxProperties").unwrap_or(usize::MAX);
        let least = size(keywords, "minProperties").unwrap_or(0);
        let mut object = Map::new();
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            self.charge(name.len().max(1))?;
            if object.contains_key(name) {
                continue;
            }
            let schema = properties.get(name).or(keywords.get("additionalProperties"));
            let value = self.make(schema.unwrap_or(&json!(true)), variant)?;
            object.insert(name.to_owned(), value);
        }
        let wanted = if object.is_empty() { most } else { least };
        for (name, schema) in properties {
            if object.len() >= wanted {
                break;
            }
            self.charge(name.len().max(1))?;
            if !object.contains_key(name)
                && let Some(value) = self.make(schema, variant)
            {
                object.insert(name.clone(), value);
            }
        }
        self.fill(&mut object, keywords, least, variant)?;
        (object.len() <= most).then_some(Value::Object(object))
    }

    /// Invents properties until there are `least`, if additional properties are allowed.
    fn fill(
        &mut self,
        object: &mut Map<String, Value>,
        keywords: &Keywords,
        least: usize,
        variant: usize,
    ) -> Option<()> {
        let anything = json!(true);
        let schema = keywords.get("additionalProperties").unwrap_or(&anything);
        let mut invented = 0;
        while object.len() < least {
            invented += 1;
            let name = format!("property {invented}");
            let value = self.make(schema, variant)?;
            object.insert(name, value);
        }
        Some(())
    }

    /// An array as short as allowed, but not empty if that is allowed.
    pub(super) fn make_array(&mut self, keywords: &Keywords, variant: usize) -> Option<Value> {
        let least = size(keywords, "minItems").unwrap_or(0);
        let most = size(keywords, "maxItems").unwrap_or(usize::MAX);
        let (first, others) = item_schemas(keywords);
        let unique = keywords.get("uniqueItems") == Some(&Value::Bool(true));
        let count = least.max(first.len()).max(1).min(most);
        let mut items = Vec::new();
        let mut seen = HashSet::new();
        for i in 0..count {
            let schema = first.get(i).unwrap_or(others);
            let item = self.make(schema, variant.saturating_add(i));
            match item.filter(|item| !unique || seen.insert(item.to_string())) {
                Some(item) => items.push(item),
                None => break,
            }
        }
        (items.len() >= least && items.len() <= most).then_some(Value::Array(items))
    }
}

/// The schemas of the first items, one each, and the schema of all others.
fn item_schemas(keywords: &Keywords) -> (&[Value], &Value) {
    const ANYTHING: &Value = &Value::Bool(true);
    let array = |keyword| keywords.get(keyword).and_then(Value::as_array).map(Vec::as_slice);
    match (array("prefixItems"), array("items")) {
        (Some(first), _) => (first, keywords.get("items").unwrap_or(ANYTHING)),
        // As drafts before 2020-12 wrote it.
        (None, Some(first)) => (first, keywords.get("additionalItems").unwrap_or(ANYTHING)),
        (None, None) => (&[], keywords.get("items").unwrap_or(ANYTHING)),
    }
}
