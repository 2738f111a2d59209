//! A form's fields as a JSON object, and the members of such an object.

use crate::{Field, Value};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::json;
use std::fmt;

/// The fields as one object. A repeated field is a repeated member: the endpoint decides whether that is allowed.
pub fn write(fields: &[Field]) -> String {
    let mut text = String::from("{");
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&serde_json::Value::from(field.name.as_str()).to_string());
        text.push(':');
        text.push_str(&value(field).to_string());
    }
    text.push('}');
    text
}

/// The JSON value of a field.
pub fn value(field: &Field) -> serde_json::Value {
    match &field.value {
        Value::Text(text) => json!(text),
        Value::File { name, content_type } => {
            json!({ "filename": name, "content_type": content_type, "bytes": field.content.len() })
        }
    }
}

/// The members of an object, in their order.
pub struct Members(pub Vec<(String, serde_json::Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;

        impl<'de> Visitor<'de> for All {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(All)
    }
}
