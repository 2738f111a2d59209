//! Unambiguous JSON: no duplicate members (RFC 7519, section 4; RFC 8259, section 4), and bounded depth.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::shown::Shown;

/// The maximum depth of nested objects and lists: Keycloak's `resource_access.<client>.roles` needs 4.
const MAX_DEPTH: usize = 16;

/// Reads one object, with no text after it.
///
/// # Errors
///
/// What is wrong, with its line and column; of the text it repeats at most a member's name, bounded.
pub(crate) fn read_object(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth_left: MAX_DEPTH }.deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    match value {
        Ok(Value::Object(members)) => Ok(members),
        Ok(other) => Err(format!("{} instead of an object", kind(&other))),
        Err(error) => Err(error.to_string()),
    }
}

/// The name of a value's type for people.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Reads a value with this many levels below it.
#[derive(Clone, Copy)]
struct Strict {
    depth_left: usize,
}

impl Strict {
    fn below<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth_left = self.depth_left.checked_sub(1);
        depth_left
            .map(|depth_left| Self { depth_left })
            .ok_or_else(|| E::custom(format_args!("more than {MAX_DEPTH} levels deep")))
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(below)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format_args!(
                    "the member {} is there twice",
                    Shown(&name)
                )));
            }
            object.insert(name, members.next_value_seed(below)?);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        read_object(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn reads_every_kind_of_value_as_serde_json_does() {
        let text = r#"{"a":[null,true,-1,18446744073709551615,1.5,"\u00e9",{"b":{}}]}"#;
        let lenient: Map<String, Value> = serde_json::from_str(text).unwrap();
        assert_eq!(read_object(text.as_bytes()).unwrap(), lenient);
    }

    #[test]
    fn refuses_a_member_twice_at_every_depth_and_however_it_is_written() {
        assert_eq!(
            refusal(r#"{"aud":1,"aud":1}"#),
            r#"the member "aud" is there twice at line 1 column 14"#
        );
        assert!(refusal(r#"{"a":[{"b":{"c":1,"c":2}}]}"#).contains("the member \"c\""));
        assert!(refusal("{\"a\":1,\"\\u0061\":2}").contains("the member \"a\""));
    }

    #[test]
    fn refuses_what_is_too_deep_no_object_or_followed_by_more() {
        let deep = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
        assert!(read_object(deep(MAX_DEPTH).as_bytes()).is_ok());
        assert!(refusal(&deep(MAX_DEPTH + 1)).contains("more than 16 levels deep"));
        assert!(refusal(&"[".repeat(100_000)).contains("more than 16 levels deep"));
        assert_eq!(refusal("[]"), "a list instead of an object");
        assert_eq!(refusal("\"x\""), "a string instead of an object");
        assert!(refusal("{}{}").contains("trailing characters"));
        assert!(refusal("").contains("EOF"));
        assert!(read_object(b"{\"a\":\"\xff\"}").is_err());
    }
}
