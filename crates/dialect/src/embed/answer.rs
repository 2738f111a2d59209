//! Vectors, and their form for a client of OpenAI's dialect:
//! <https://platform.openai.com/docs/api-reference/embeddings/object>.

use crate::json::{Error, Scanner};
use crate::vendor_fault::invalid;
use crate::{Usage, base64};
use postern_fault::Fault;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// An answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// One for each text, in the same order.
    pub vectors: Vec<Vector>,
    /// The usage, if the vendor reports it.
    pub usage: Option<Usage>,
    /// The model that answered, by the vendor's name for it; empty if the vendor does not say.
    pub model: String,
}

/// A vector exactly as its vendor wrote it; its digits are parsed only if necessary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vector {
    /// A JSON array of numbers, without spaces.
    json: Box<str>,
}

impl Vector {
    /// Reads a vector of an answer.
    ///
    /// # Errors
    /// `upstream-invalid` for JSON that is not an array of numbers, or is empty.
    pub fn from_json(json: &str) -> Result<Self, Fault> {
        match count_numbers(json) {
            Ok(count) if count > 0 => {
                let spaces = |c: char| !c.is_ascii_whitespace();
                let json = json.chars().filter(|c| spaces(*c)).collect::<String>();
                Ok(Vector { json: json.into() })
            }
            _ => Err(invalid("the provider sent a vector that cannot be read")),
        }
    }

    pub(super) fn all(read: Vec<&RawValue>) -> Result<Vec<Self>, Fault> {
        read.into_iter().map(|raw| Vector::from_json(raw.get())).collect()
    }

    /// The vector as 32-bit floating point, the lowest byte first, as the SDKs read it.
    fn bytes(&self) -> Vec<u8> {
        let numbers = self.json.trim_matches(['[', ']']).split(',');
        // Each is a JSON number.
        numbers.flat_map(|number| number.parse::<f32>().unwrap_or_default().to_le_bytes()).collect()
    }
}

fn count_numbers(json: &str) -> Result<usize, Error> {
    let mut scanner = Scanner::new(json);
    let mut count = 0_usize;
    scanner.peek()?;
    scanner.array()?;
    while scanner.element()? {
        scanner.peek()?;
        scanner.number()?;
        count += 1;
    }
    scanner.end()?;
    Ok(count)
}

/// Writes the client's body. `model` is used if the vendor does not report the model.
pub fn write(answer: &Answer, base64: bool, model: &str) -> String {
    let tokens = answer.usage.map_or(0, |usage| usage.input_tokens);
    let list = List {
        object: "list",
        data: (0..)
            .zip(&answer.vectors)
            .map(|(index, vector)| Item {
                object: "embedding",
                index,
                embedding: if base64 { Numbers::Base64(vector) } else { Numbers::Plain(vector) },
            })
            .collect(),
        model: if answer.model.is_empty() { model } else { &answer.model },
        usage: Tokens { prompt_tokens: tokens, total_tokens: tokens },
    };
    // Serializing strings and values that were read as JSON cannot fail.
    serde_json::to_string(&list).unwrap_or_default()
}

#[derive(Serialize)]
struct List<'a> {
    object: &'static str,
    data: Vec<Item<'a>>,
    model: &'a str,
    usage: Tokens,
}

#[derive(Serialize)]
struct Item<'a> {
    object: &'static str,
    index: usize,
    embedding: Numbers<'a>,
}

#[derive(Serialize)]
struct Tokens {
    prompt_tokens: u64,
    total_tokens: u64,
}

enum Numbers<'a> {
    Plain(&'a Vector),
    Base64(&'a Vector),
}

impl Serialize for Numbers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Numbers::Plain(vector) => {
                let json: &RawValue =
                    serde_json::from_str(&vector.json).map_err(serde::ser::Error::custom)?;
                json.serialize(serializer)
            }
            Numbers::Base64(vector) => serializer.serialize_str(&base64::encode(&vector.bytes())),
        }
    }
}
