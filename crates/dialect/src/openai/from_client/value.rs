//! Takes a client's JSON apart, and reports values of the wrong type with their paths. `null` counts as absent.

use crate::json::Type;
use crate::openai::refusal::{missing, wrong_type};
use postern_fault::{Fault, Kind};
use serde_json::{Map, Number, Value};

/// The members of an object.
pub(crate) type Members = Map<String, Value>;

/// A body that must be one JSON object.
pub(crate) fn body(body: &str) -> Result<Members, Fault> {
    match serde_json::from_str(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(other) => {
            let public = format!("the body must be a JSON object, but is {}", kind(&other));
            Err(Fault::new(Kind::InvalidRequest, public).with_code("invalid_type"))
        }
        Err(error) => {
            let public = format!(
                "the body is not JSON that can be read at line {} column {}",
                error.line(),
                error.column()
            );
            Err(Fault::new(Kind::InvalidRequest, public))
        }
    }
}

/// The members of an object that are not null.
pub(crate) fn said(members: Members) -> impl Iterator<Item = (String, Value)> {
    members.into_iter().filter(|(_, value)| !value.is_null())
}

pub(crate) fn object(value: Value, path: impl FnOnce() -> String) -> Result<Members, Fault> {
    match value {
        Value::Object(members) => Ok(members),
        other => Err(wrong(path(), "an object", &other)),
    }
}

pub(crate) fn array(value: Value, path: impl FnOnce() -> String) -> Result<Vec<Value>, Fault> {
    match value {
        Value::Array(elements) => Ok(elements),
        other => Err(wrong(path(), "an array", &other)),
    }
}

pub(crate) fn string(value: Value, path: impl FnOnce() -> String) -> Result<String, Fault> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(wrong(path(), "a string", &other)),
    }
}

pub(crate) fn boolean(value: Value, path: impl FnOnce() -> String) -> Result<bool, Fault> {
    match value {
        Value::Bool(boolean) => Ok(boolean),
        other => Err(wrong(path(), "true or false", &other)),
    }
}

pub(crate) fn number(value: Value, path: impl FnOnce() -> String) -> Result<Number, Fault> {
    match value {
        Value::Number(number) => Ok(number),
        other => Err(wrong(path(), "a number", &other)),
    }
}

pub(crate) fn whole(value: Value, path: impl FnOnce() -> String) -> Result<u64, Fault> {
    match value.as_u64() {
        Some(number) => Ok(number),
        None => Err(wrong(path(), "a whole number of at least 0", &value)),
    }
}

/// A value that must be present.
pub(crate) fn required<T>(
    value: Option<T>,
    path: impl FnOnce() -> String,
    wanted: &str,
) -> Result<T, Fault> {
    value.ok_or_else(|| missing(path(), wanted).into_fault(""))
}

pub(crate) fn wrong(path: String, wanted: &str, found: &Value) -> Fault {
    wrong_type(path, wanted, kind(found)).into_fault("")
}

fn kind(value: &Value) -> Type {
    match value {
        Value::Null => Type::Null,
        Value::Bool(_) => Type::Boolean,
        Value::Number(_) => Type::Number,
        Value::String(_) => Type::String,
        Value::Array(_) => Type::Array,
        Value::Object(_) => Type::Object,
    }
}
