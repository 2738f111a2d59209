//! The content of a choice, in a chunk's `delta` or a buffered answer's `message`: one shape for both.
//!
//! Fields of compatible servers are read besides OpenAI's own; a field of an unexpected type is ignored if the answer does not
//! depend on it.

use crate::openai::thoughts::Detail;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt;

#[derive(Debug, Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct Said<'a> {
    #[serde(default)]
    pub content: Words,
    #[serde(default)]
    pub refusal: Option<String>,
    #[serde(default)]
    pub reasoning_content: Words,
    #[serde(default)]
    pub reasoning: Words,
    #[serde(default)]
    pub reasoning_details: Option<Vec<Detail>>,
    #[serde(default)]
    pub tool_calls: Option<Vec<Call<'a>>>,
    /// The legacy form of a single call.
    #[serde(default, borrow)]
    pub function_call: Option<Function<'a>>,
    #[serde(default)]
    pub audio: Option<Audio>,
    #[serde(default)]
    pub annotations: Option<Vec<Value>>,
    #[serde(default)]
    pub images: Option<Vec<Value>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct Call<'a> {
    #[serde(default)]
    pub index: Option<u64>,
    #[serde(default)]
    pub id: Option<String>,
    #[serde(default, borrow)]
    pub function: Option<Function<'a>>,
    #[serde(default, borrow)]
    pub custom: Option<Function<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Function<'a> {
    #[serde(default)]
    pub name: Option<String>,
    /// A string, or (on some servers) the JSON that it should contain.
    #[serde(default, borrow)]
    pub arguments: Option<&'a RawValue>,
    /// The same for a custom tool.
    #[serde(default, borrow)]
    pub input: Option<&'a RawValue>,
}

impl Function<'_> {
    /// The arguments as the model wrote them.
    pub fn arguments(&self) -> String {
        let Some(raw) = self.arguments.or(self.input).map(RawValue::get) else {
            return String::new();
        };
        match serde_json::from_str(raw) {
            Ok(text) => text,
            Err(_) => raw.to_owned(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Audio {
    #[serde(default)]
    pub id: Option<String>,
    #[serde(default)]
    pub data: Option<String>,
    #[serde(default)]
    pub transcript: Option<String>,
    #[serde(default)]
    pub expires_at: Option<u64>,
}

/// A string, or Mistral's parts, some of which are thoughts: <https://docs.mistral.ai/capabilities/reasoning/>. Any other value
/// is ignored.
#[derive(Debug, Default)]
pub(super) struct Words(pub Vec<Word>);

#[derive(Debug)]
pub(super) enum Word {
    Text(String),
    Thought(String),
}

impl Words {
    fn of(text: String) -> Self {
        Words(if text.is_empty() { Vec::new() } else { vec![Word::Text(text)] })
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words without the thoughts.
    pub fn joined(self) -> String {
        let words = self.0.into_iter().map(|word| match word {
            Word::Text(text) | Word::Thought(text) => text,
        });
        words.reduce(|all, more| all + &more).unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordsVisitor)
    }
}

struct WordsVisitor;

impl<'de> Visitor<'de> for WordsVisitor {
    type Value = Words;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or parts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Words, E> {
        Ok(Words::of(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Words, E> {
        Ok(Words::of(text))
    }

    fn visit_unit<E>(self) -> Result<Words, E> {
        Ok(Words::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Words, E> {
        Ok(Words::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Words, E> {
        Ok(Words::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Words, E> {
        Ok(Words::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Words, E> {
        Ok(Words::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Words, A::Error> {
        let mut words = Vec::new();
        while let Some(part) = parts.next_element::<Words>()? {
            words.extend(part.0);
        }
        Ok(Words(words))
    }

    /// Reads a part.
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Words, A::Error> {
        let mut words = Vec::new();
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "text" => words.extend(members.next_value::<Words>()?.0),
                "thinking" => {
                    let thought = members.next_value::<Words>()?.joined();
                    words.push(Word::Thought(thought));
                }
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Words(words))
    }
}
