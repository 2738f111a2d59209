//! A schema as it is checked.

use regex_automata::meta::Regex;
use serde_json::Value;
use std::collections::BTreeMap;

/// A schema within a schema, by its index.
pub type Index = usize;

/// One schema.
pub enum Node {
    /// `true`.
    Any,
    /// `false`.
    Never,
    Keywords(Box<Keywords>),
}

/// The keywords of a schema.
#[derive(Default)]
pub struct Keywords {
    pub types: Option<Types>,
    pub allowed: Option<Vec<Value>>,
    pub number: NumberKeywords,
    pub text: TextKeywords,
    pub array: ArrayKeywords,
    pub object: ObjectKeywords,
    pub parts: Parts,
}

/// A set of the types of JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Types(u8);

/// The types by their names in a schema, and in a message.
pub const TYPES: [(&str, &str); 7] = [
    ("null", "null"),
    ("boolean", "true or false"),
    ("integer", "an integer"),
    ("number", "a number"),
    ("string", "a string"),
    ("array", "an array"),
    ("object", "an object"),
];

impl Types {
    pub fn add(&mut self, name: &str) -> bool {
        let at = TYPES.iter().position(|(known, _)| *known == name);
        self.0 |= at.map_or(0, |at| 1 << at);
        at.is_some()
    }

    pub fn has(self, value: &Value) -> bool {
        let is_of = |name: &str| match (name, value) {
            ("null", Value::Null)
            | ("boolean", Value::Bool(_))
            | ("number", Value::Number(_))
            | ("string", Value::String(_))
            | ("array", Value::Array(_))
            | ("object", Value::Object(_)) => true,
            // Since draft 6, 1.0 is an integer.
            ("integer", Value::Number(number)) => {
                !number.is_f64() || number.as_f64().is_some_and(|number| number.fract() == 0.0)
            }
            _ => false,
        };
        self.names().any(|(name, _)| is_of(name))
    }

    /// What a value must be, in words.
    pub fn said(self) -> String {
        let said: Vec<&str> = self.names().map(|(_, said)| said).collect();
        said.join(" or ")
    }

    fn names(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let is_in = move |(at, _): &(usize, (&str, &str))| self.0 & (1 << at) != 0;
        TYPES.into_iter().enumerate().filter(is_in).map(|(_, names)| names)
    }
}

#[derive(Default)]
pub struct NumberKeywords {
    pub minimum: Option<f64>,
    pub maximum: Option<f64>,
    pub above: Option<f64>,
    pub below: Option<f64>,
    pub multiple_of: Option<f64>,
}

#[derive(Default)]
pub struct TextKeywords {
    pub least: Option<u64>,
    pub most: Option<u64>,
    pub pattern: Option<Regex>,
}

#[derive(Default)]
pub struct ArrayKeywords {
    pub least: Option<u64>,
    pub most: Option<u64>,
    pub is_unique: bool,
    pub first: Vec<Index>,
    pub others: Option<Index>,
    pub contains: Option<Index>,
    pub least_contained: Option<u64>,
    pub most_contained: Option<u64>,
}

#[derive(Default)]
pub struct ObjectKeywords {
    pub least: Option<u64>,
    pub most: Option<u64>,
    pub required: Vec<String>,
    pub properties: BTreeMap<String, Index>,
    pub by_pattern: Vec<(Regex, Index)>,
    pub others: Option<Index>,
    pub names: Option<Index>,
    /// With the first property, these others are required.
    pub with: Vec<(String, Vec<String>)>,
    /// With this property, the object satisfies this schema.
    pub when: Vec<(String, Index)>,
}

/// Schemas for the same value.
#[derive(Default)]
pub struct Parts {
    pub all: Vec<Index>,
    pub any: Vec<Index>,
    pub one: Vec<Index>,
    pub not: Option<Index>,
    pub condition: Option<Index>,
    pub then: Option<Index>,
    pub otherwise: Option<Index>,
}
