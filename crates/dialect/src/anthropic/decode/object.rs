//! Objects whose fields are all optional, and which record the names of unknown fields.

use crate::chat::{Loss, Losses};
use postern_fault::Fault;
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// The name of a field, copied only if it has escapes.
#[derive(Deserialize)]
pub(super) struct Key<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// Declares a struct of optional fields, each with its name in JSON, that also collects the names of unknown fields, for
/// losses. (`flatten` would do so, but neither borrows nor carries raw JSON.) `null` counts as absent.
macro_rules! object {
    ($name:ident<$life:lifetime> { $($field:ident $key:literal: $type:ty,)* }) => {
        #[derive(Debug, Default)]
        pub(super) struct $name<$life> {
            $(pub $field: Option<$type>,)*
            pub unknown: Vec<String>,
            life: std::marker::PhantomData<&$life ()>,
        }

        impl<'de: $life, $life> serde::Deserialize<'de> for $name<$life> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields<$life>(std::marker::PhantomData<&$life ()>);
                impl<'de: $life, $life> serde::de::Visitor<'de> for Fields<$life> {
                    type Value = $name<$life>;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<M: serde::de::MapAccess<'de>>(
                        self,
                        mut map: M,
                    ) -> Result<Self::Value, M::Error> {
                        let mut object = $name::default();
                        while let Some($crate::anthropic::decode::object::Key(key)) = map.next_key()? {
                            match &*key {
                                $($key => object.$field = map.next_value()?,)*
                                _ => {
                                    if map.next_value::<Option<serde::de::IgnoredAny>>()?.is_some() {
                                        object.unknown.push(key.into_owned());
                                    }
                                }
                            }
                        }
                        Ok(object)
                    }
                }
                deserializer.deserialize_map(Fields(std::marker::PhantomData))
            }
        }
    };
}
pub(super) use object;

/// The content of `system`, of a message and of a tool's result: a string, or unread blocks.
#[derive(Debug)]
pub(in crate::anthropic) enum Written<'a> {
    Text(String),
    Blocks(Vec<&'a RawValue>),
}

impl<'de: 'a, 'a> Deserialize<'de> for Written<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrBlocks;
        impl<'de> Visitor<'de> for TextOrBlocks {
            type Value = Written<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or an array of blocks")
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Written::Text(text.to_owned()))
            }
            fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
                Ok(Written::Text(text))
            }
            fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Self::Value, S::Error> {
                let mut blocks = Vec::new();
                while let Some(block) = seq.next_element()? {
                    blocks.push(block);
                }
                Ok(Written::Blocks(blocks))
            }
        }
        deserializer.deserialize_any(TextOrBlocks)
    }
}

/// Reads the value at `path`.
///
/// # Errors
/// A value, or a field of it, that has another type. Its content is not quoted.
pub(super) fn parse<'a, T: Deserialize<'a>>(raw: &'a RawValue, path: &str) -> Result<T, Fault> {
    serde_json::from_str(raw.get()).map_err(|_| wrong(path, "has a value of the wrong type"))
}

/// The fault for an impossible value at `path`.
pub(super) fn wrong(path: &str, how: &str) -> Fault {
    Fault::invalid_request(path, format!("`{path}` {how}")).with_code("invalid_value")
}

/// A field that must be present.
pub(super) fn required<T>(field: Option<T>, path: &str, name: &str) -> Result<T, Fault> {
    field.ok_or_else(|| {
        let path = format!("{path}.{name}");
        let public = format!("`{path}` is missing");
        Fault::invalid_request(path, public).with_code("missing_required_parameter")
    })
}

/// Notes the fields that have no place in the hub. No path occurs twice: a body of nothing else is read in linear time.
pub(super) fn lose(unknown: Vec<String>, within: &str, losses: &mut Losses) {
    for name in unknown {
        let path = if within.is_empty() { name } else { format!("{within}.{name}") };
        losses.0.push(Loss { path, reason: "only Anthropic's own API has it".to_owned() });
    }
}
