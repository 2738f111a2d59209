//! Reads the fields of a request, with the vendor's error messages. `null` counts as absent.

use crate::refusal::Refusal;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// One object of a request, and its path.
#[derive(Clone)]
pub(crate) struct Fields<'a> {
    object: &'a Map<String, Value>,
    at: String,
}

impl<'a> Fields<'a> {
    /// The whole body.
    pub(crate) fn of_body(body: &'a Value) -> Result<Self, Refusal> {
        Fields::of(body, String::new())
    }

    /// The object at the path `at` (`messages[0]`).
    pub(crate) fn of(value: &'a Value, at: String) -> Result<Self, Refusal> {
        let name = if at.is_empty() { "the body" } else { &at };
        let object = value
            .as_object()
            .ok_or_else(|| Refusal::wrong_type(name, "an object", type_name(value)))?;
        Ok(Fields { object, at })
    }

    /// The path of the field `name`.
    pub(crate) fn path(&self, name: &str) -> String {
        if self.at.is_empty() { name.to_owned() } else { format!("{}.{name}", self.at) }
    }

    /// The names of the fields that are not null.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.object.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name.as_str())
    }

    /// A number within bounds.
    pub(crate) fn number(
        &self,
        name: &str,
        bounds: RangeInclusive<f64>,
    ) -> Result<Option<f64>, Refusal> {
        let Some(number) = self.typed(name, "a number", Value::as_f64)? else { return Ok(None) };
        let expected = format!("a number from {} to {}", bounds.start(), bounds.end());
        match bounds.contains(&number) {
            true => Ok(Some(number)),
            false => Err(Refusal::wrong_value(&self.path(name), &number.to_string(), &expected)),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn require(&self, name: &str) -> Result<&'a Value, Refusal> {
        self.get(name).ok_or_else(|| Refusal::missing(&self.path(name)))
    }

    pub(crate) fn object(&self, name: &str) -> Result<Option<Fields<'a>>, Refusal> {
        self.get(name).map(|value| Fields::of(value, self.path(name))).transpose()
    }

    pub(crate) fn require_object(&self, name: &str) -> Result<Fields<'a>, Refusal> {
        Fields::of(self.require(name)?, self.path(name))
    }

    pub(crate) fn string(&self, name: &str) -> Result<Option<&'a str>, Refusal> {
        self.typed(name, "a string", Value::as_str)
    }

    pub(crate) fn require_string(&self, name: &str) -> Result<&'a str, Refusal> {
        self.string(name)?.ok_or_else(|| Refusal::missing(&self.path(name)))
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, Refusal> {
        Ok(self.typed(name, "a boolean", Value::as_bool)?.unwrap_or(false))
    }

    pub(crate) fn array(&self, name: &str) -> Result<Option<&'a Vec<Value>>, Refusal> {
        self.typed(name, "an array", Value::as_array)
    }

    /// An integer within bounds.
    pub(crate) fn integer(
        &self,
        name: &str,
        bounds: RangeInclusive<u64>,
    ) -> Result<Option<u64>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        if !(value.is_u64() || value.is_i64()) {
            return Err(Refusal::wrong_type(&self.path(name), "an integer", type_name(value)));
        }
        let expected = format!("an integer from {} to {}", bounds.start(), bounds.end());
        value
            .as_u64()
            .filter(|number| bounds.contains(number))
            .map(Some)
            .ok_or_else(|| Refusal::wrong_value(&self.path(name), &value.to_string(), &expected))
    }

    /// The objects of the array `name`, each with its path. None: an empty list.
    pub(crate) fn objects(&self, name: &str) -> Result<Vec<Fields<'a>>, Refusal> {
        let items = self.array(name)?.into_iter().flatten().enumerate();
        items.map(|(i, item)| Fields::of(item, format!("{}[{i}]", self.path(name)))).collect()
    }

    fn typed<T>(
        &self,
        name: &str,
        expected: &str,
        read: fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        let wrong = |value| Refusal::wrong_type(&self.path(name), expected, type_name(value));
        self.get(name).map(|value| read(value).ok_or_else(|| wrong(value))).transpose()
    }
}

/// What JSON calls the type of `value`.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a decimal number",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
