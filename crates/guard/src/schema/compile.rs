//! From a schema as JSON to [`Schema`].

use super::Schema;
use super::keywords::{Index, Keywords, Node, Types};
use regex_automata::meta::Regex;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The most memory of a compiled pattern.
const MAX_PATTERN_BYTES: usize = 256 * 1024;

/// How many patterns a schema may have.
const MAX_PATTERNS: usize = 100;

/// Keywords that cannot be checked here: what they mean depends on the way by which a schema is reached.
const UNCHECKED: [&str; 4] =
    ["$dynamicRef", "$recursiveRef", "unevaluatedItems", "unevaluatedProperties"];

/// Until draft 7 nothing beside `$ref` counts.
const REFERENCE_ALONE: [&str; 3] = ["draft-04", "draft-06", "draft-07"];

struct Compiler<'s> {
    root: &'s Value,
    /// The name of the document itself.
    id: &'s str,
    reference_alone: bool,
    /// The index of each schema, by where it stands.
    known: BTreeMap<*const Value, Index>,
    /// Schemas that are not read yet.
    pending: Vec<&'s Value>,
    names: BTreeSet<String>,
    patterns: usize,
}

/// Compiles a schema.
///
/// # Errors
///
/// Why it cannot be checked.
pub fn compile(root: &Value) -> Result<Schema, String> {
    let text = |name: &str| root.get(name).and_then(Value::as_str).unwrap_or_default();
    let draft = text("$schema");
    let mut compiler = Compiler {
        root,
        id: text("$id").trim_end_matches('#'),
        reference_alone: REFERENCE_ALONE.iter().any(|known| draft.contains(known)),
        known: BTreeMap::new(),
        pending: Vec::new(),
        names: BTreeSet::new(),
        patterns: 0,
    };
    compiler.index(root);
    let mut nodes = Vec::new();
    // In the order of their indexes: each schema that is met for the first time is read after those before it.
    while let Some(schema) = compiler.pending.get(nodes.len()).copied() {
        nodes.push(match schema {
            Value::Bool(true) => Node::Any,
            Value::Bool(false) => Node::Never,
            Value::Object(members) => {
                let is_root = std::ptr::eq(schema, root);
                Node::Keywords(Box::new(compiler.keywords(members, is_root)?))
            }
            _ => return Err("a schema in it is neither an object nor true or false".to_owned()),
        });
    }
    Ok(Schema { nodes, names: compiler.names })
}

impl<'s> Compiler<'s> {
    fn index(&mut self, schema: &'s Value) -> Index {
        let next = self.pending.len();
        let index = *self.known.entry(std::ptr::from_ref(schema)).or_insert(next);
        if index == next {
            self.pending.push(schema);
        }
        index
    }

    fn keywords(
        &mut self,
        members: &'s Map<String, Value>,
        is_root: bool,
    ) -> Result<Keywords, String> {
        let mut keywords = Keywords::default();
        if let Some(unchecked) = UNCHECKED.iter().find(|name| members.contains_key(**name)) {
            return Err(format!("`{unchecked}` is not checked here"));
        }
        if !is_root && members.get("$id").is_some_and(Value::is_string) {
            return Err("`$id` within it begins another document, which is not read".to_owned());
        }
        if let Some(reference) = members.get("$ref") {
            let referred = self.referred(text("$ref", reference)?)?;
            keywords.parts.all.push(referred);
            if self.reference_alone {
                return Ok(keywords);
            }
        }
        self.values(members, &mut keywords)?;
        self.arrays(members, &mut keywords)?;
        self.objects(members, &mut keywords)?;
        self.parts(members, &mut keywords)?;
        Ok(keywords)
    }

    fn values(
        &mut self,
        members: &'s Map<String, Value>,
        keywords: &mut Keywords,
    ) -> Result<(), String> {
        if let Some(types) = members.get("type") {
            keywords.types = Some(types_of(types)?);
        }
        if let Some(allowed) = members.get("enum") {
            keywords.allowed = Some(list("enum", allowed)?.to_vec());
        }
        if let Some(only) = members.get("const") {
            keywords.allowed = Some(vec![only.clone()]);
        }
        let number = &mut keywords.number;
        number.minimum = number_of(members, "minimum")?;
        number.maximum = number_of(members, "maximum")?;
        // In draft 4 these are true or false, and speak of the bound beside them.
        match members.get("exclusiveMinimum") {
            Some(Value::Bool(true)) => number.above = number.minimum.take(),
            Some(Value::Bool(false)) => {}
            _ => number.above = number_of(members, "exclusiveMinimum")?,
        }
        match members.get("exclusiveMaximum") {
            Some(Value::Bool(true)) => number.below = number.maximum.take(),
            Some(Value::Bool(false)) => {}
            _ => number.below = number_of(members, "exclusiveMaximum")?,
        }
        number.multiple_of = number_of(members, "multipleOf")?;
        if number.multiple_of.is_some_and(|of| of <= 0.0) {
            return Err("`multipleOf` must be over 0".to_owned());
        }
        keywords.text.least = count(members, "minLength")?;
        keywords.text.most = count(members, "maxLength")?;
        if let Some(pattern) = members.get("pattern") {
            keywords.text.pattern = Some(self.pattern("pattern", text("pattern", pattern)?)?);
        }
        Ok(())
    }

    fn arrays(
        &mut self,
        members: &'s Map<String, Value>,
        keywords: &mut Keywords,
    ) -> Result<(), String> {
        let array = &mut keywords.array;
        array.least = count(members, "minItems")?;
        array.most = count(members, "maxItems")?;
        array.is_unique = members.get("uniqueItems") == Some(&Value::Bool(true));
        if let Some(first) = members.get("prefixItems") {
            array.first = self.all("prefixItems", first)?;
        }
        match members.get("items") {
            // Until 2019-09 a list is what `prefixItems` is now.
            Some(Value::Array(first)) => {
                array.first = first.iter().map(|schema| self.index(schema)).collect();
                array.others = members.get("additionalItems").map(|schema| self.index(schema));
            }
            others => array.others = others.map(|schema| self.index(schema)),
        }
        array.contains = members.get("contains").map(|schema| self.index(schema));
        array.least_contained = count(members, "minContains")?;
        array.most_contained = count(members, "maxContains")?;
        Ok(())
    }

    fn objects(
        &mut self,
        members: &'s Map<String, Value>,
        keywords: &mut Keywords,
    ) -> Result<(), String> {
        let object = &mut keywords.object;
        object.least = count(members, "minProperties")?;
        object.most = count(members, "maxProperties")?;
        if let Some(required) = members.get("required").filter(|value| !value.is_boolean()) {
            object.required = texts("required", required)?;
        }
        for (name, schema) in map(members, "properties")? {
            object.properties.insert(name.clone(), self.index(schema));
        }
        for (pattern, schema) in map(members, "patternProperties")? {
            let pattern = self.pattern("patternProperties", pattern)?;
            object.by_pattern.push((pattern, self.index(schema)));
        }
        object.others = members.get("additionalProperties").map(|schema| self.index(schema));
        object.names = members.get("propertyNames").map(|schema| self.index(schema));
        for keyword in ["dependentRequired", "dependencies", "dependentSchemas"] {
            for (name, needed) in map(members, keyword)? {
                match needed {
                    Value::Array(_) if keyword != "dependentSchemas" => {
                        object.with.push((name.clone(), texts(keyword, needed)?));
                    }
                    _ => object.when.push((name.clone(), self.index(needed))),
                }
            }
        }
        self.names.extend(object.properties.keys().cloned());
        self.names.extend(object.required.iter().cloned());
        self.names.extend(object.with.iter().flat_map(|(_, names)| names).cloned());
        Ok(())
    }

    fn parts(
        &mut self,
        members: &'s Map<String, Value>,
        keywords: &mut Keywords,
    ) -> Result<(), String> {
        let parts = &mut keywords.parts;
        if let Some(all) = members.get("allOf") {
            let all = self.all("allOf", all)?;
            parts.all.extend(all);
        }
        if let Some(any) = members.get("anyOf") {
            parts.any = self.all("anyOf", any)?;
        }
        if let Some(one) = members.get("oneOf") {
            parts.one = self.all("oneOf", one)?;
        }
        let mut part = |name: &str| members.get(name).map(|schema| self.index(schema));
        parts.not = part("not");
        parts.condition = part("if");
        parts.then = part("then");
        parts.otherwise = part("else");
        Ok(())
    }

    fn all(&mut self, keyword: &str, value: &'s Value) -> Result<Vec<Index>, String> {
        Ok(list(keyword, value)?.iter().map(|schema| self.index(schema)).collect())
    }

    /// The schema that a reference names; it must be in this document.
    fn referred(&mut self, reference: &str) -> Result<Index, String> {
        let within = reference.strip_prefix(self.id).unwrap_or(reference);
        let elsewhere = "`$ref` names another document, which is not fetched";
        let pointer = match within {
            "" => "",
            _ => within.strip_prefix('#').ok_or(elsewhere)?,
        };
        let schema = match pointer {
            "" => Some(self.root),
            _ if pointer.starts_with('/') => self.root.pointer(&pointer.replace("%25", "%")),
            anchor => anchored(self.root, anchor),
        };
        let schema = schema.ok_or("`$ref` names a schema that is not there")?;
        Ok(self.index(schema))
    }

    fn pattern(&mut self, keyword: &str, pattern: &str) -> Result<Regex, String> {
        self.patterns += 1;
        if self.patterns > MAX_PATTERNS {
            return Err(format!("it has more than {MAX_PATTERNS} patterns"));
        }
        let config = Regex::config()
            .nfa_size_limit(Some(MAX_PATTERN_BYTES))
            .onepass(false)
            .hybrid_cache_capacity(MAX_PATTERN_BYTES);
        Regex::builder().configure(config).build(pattern).map_err(|_| {
            format!("a pattern of `{keyword}` has look-around or a backreference, is too large, or is none")
        })
    }
}

/// The schema of this name.
fn anchored<'s>(schema: &'s Value, anchor: &str) -> Option<&'s Value> {
    match schema {
        Value::Object(members) => {
            let is_named = members.get("$anchor").and_then(Value::as_str) == Some(anchor);
            is_named
                .then_some(schema)
                .or_else(|| members.values().find_map(|one| anchored(one, anchor)))
        }
        Value::Array(items) => items.iter().find_map(|one| anchored(one, anchor)),
        _ => None,
    }
}

fn types_of(value: &Value) -> Result<Types, String> {
    let mut types = Types::default();
    let names = match value {
        Value::Array(names) => names.as_slice(),
        name => std::slice::from_ref(name),
    };
    let is_known = names.iter().all(|name| name.as_str().is_some_and(|name| types.add(name)));
    match is_known {
        true => Ok(types),
        false => Err("`type` is not one of JSON's types, or a list of them".to_owned()),
    }
}

fn number_of(members: &Map<String, Value>, keyword: &str) -> Result<Option<f64>, String> {
    let Some(value) = members.get(keyword) else { return Ok(None) };
    value.as_f64().map(Some).ok_or_else(|| format!("`{keyword}` must be a number"))
}

fn count(members: &Map<String, Value>, keyword: &str) -> Result<Option<u64>, String> {
    let Some(number) = number_of(members, keyword)? else { return Ok(None) };
    let is_count = number >= 0.0 && number.fract() == 0.0;
    match is_count {
        true => Ok(Some(number as u64)),
        false => Err(format!("`{keyword}` must be a whole number")),
    }
}

fn text<'v>(keyword: &str, value: &'v Value) -> Result<&'v str, String> {
    value.as_str().ok_or_else(|| format!("`{keyword}` must be a string"))
}

fn list<'v>(keyword: &str, value: &'v Value) -> Result<&'v [Value], String> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| format!("`{keyword}` must be a list"))
}

fn texts(keyword: &str, value: &Value) -> Result<Vec<String>, String> {
    list(keyword, value)?.iter().map(|one| text(keyword, one).map(str::to_owned)).collect()
}

fn map<'v>(
    members: &'v Map<String, Value>,
    keyword: &str,
) -> Result<impl Iterator<Item = (&'v String, &'v Value)>, String> {
    let found = match members.get(keyword) {
        None => None,
        Some(Value::Object(map)) => Some(map),
        Some(_) => return Err(format!("`{keyword}` must be an object")),
    };
    Ok(found.into_iter().flatten())
}
