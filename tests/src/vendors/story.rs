//! The one story that all fakes tell, each in its own words.

use super::scenario::Scenario;
use serde_json::{Value, json};

/// What every good answer says.
pub const TEXT: &str =
    "The quick brown fox jumps over 13 lazy dogs \u{2013} na\u{ef}ve caf\u{e9} \u{2615}.";
/// What is left of it when it is cut short.
pub const CUT_TEXT: &str = "The quick brown fox";
/// What goes before it.
pub const THOUGHTS: &str = "First I think.";
/// A call as a text.
pub const XML_CALL: &str =
    "Let me look.\n\n<get_weather>\n<city>Paris & Rome</city>\n</get_weather>";
/// What is said instead.
pub const REFUSAL: &str = "I cannot help with that.";
/// The tool that is called; without it among the tools, their first.
pub const TOOL: &str = "get_weather";
/// The arguments of the first call, byte by byte.
pub const ARGUMENTS: &str = r#"{"city":"Paris","days":3}"#;
/// Those of the second.
pub const SECOND_ARGUMENTS: &str = r#"{"city":"Rome","days":1}"#;
/// Those of a call that was cut.
pub const CUT_ARGUMENTS: &str = r#"{"city":"Par"#;

/// What an answer costs, normalised: input counts cached and written tokens, output counts thoughts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Cost {
    pub input: u64,
    pub cached: u64,
    pub cache_write: u64,
    pub output: u64,
    pub reasoning: u64,
}

/// Of every answer without thoughts.
pub const USAGE: Cost = Cost { input: 20, cached: 0, cache_write: 0, output: 10, reasoning: 0 };
/// Of every answer with thoughts.
pub const REASONING_USAGE: Cost = Cost { output: 16, reasoning: 6, ..USAGE };
/// Of the scenario `cached`.
pub const CACHED_USAGE: Cost =
    Cost { input: 100, cached: 40, cache_write: 10, output: 30, reasoning: 12 };

/// What a vendor's checks have found in a request.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Their names and schemas.
    pub tools: Vec<(String, Value)>,
    /// The tool that must be called.
    pub forced: Option<String>,
    /// No tool may be called.
    pub no_calls: bool,
    /// Only one may be.
    pub one_call: bool,
    /// What the tools returned since the model last spoke in words, joined by ` | `.
    pub result: Option<String>,
    /// So many calls were made before.
    pub calls_before: usize,
    /// Media type and length of each image; or its address and 0.
    pub images: Vec<(String, usize)>,
    /// JSON is asked for; null: any.
    pub schema: Option<Value>,
    /// Thoughts are asked for.
    pub thinks: bool,
    pub stop: Vec<String>,
    pub streams: bool,
}

/// The answer, before any vendor's words.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub said: Vec<Said>,
    pub end: End,
    pub cost: Cost,
}

#[derive(Debug, Clone)]
pub(super) enum Said {
    Thoughts(String),
    Text(String),
    Refusal(String),
    /// The number of the call in the conversation, the tool, its arguments.
    Call(usize, String, String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    Stop,
    Sequence(String),
    Length,
    Calls,
    Refusal,
    Filter,
}

impl Told {
    fn text(text: impl Into<String>) -> Self {
        Self { said: vec![Said::Text(text.into())], end: End::Stop, cost: USAGE }
    }

    fn ended(self, end: End) -> Self {
        Self { end, ..self }
    }
}

/// What the fakes say of an image: its media type and how many bytes it has.
#[must_use]
pub fn image_text(media_type: &str, bytes: usize) -> String {
    format!("I see {media_type} of {bytes} bytes.")
}

/// What the fakes say when the tools have returned.
#[must_use]
pub fn result_text(results: &str) -> String {
    format!("The tool said: {results}")
}

/// The answer of this scenario to this request.
pub(super) fn tell(scenario: Scenario, seen: &Seen) -> Told {
    if let Some(result) = &seen.result
        && !matches!(scenario, Scenario::Structured)
    {
        return Told::text(result_text(result));
    }
    let may_call = !seen.tools.is_empty() && !seen.no_calls;
    match scenario {
        Scenario::Tools | Scenario::Parallel | Scenario::TruncatedArgs | Scenario::EmptyArgs
            if may_call =>
        {
            calls(scenario, seen)
        }
        Scenario::Reasoning => reasoning(seen, may_call),
        Scenario::Image => {
            let images = seen.images.iter().map(|(kind, bytes)| image_text(kind, *bytes));
            Told::text(images.collect::<Vec<_>>().join(" "))
        }
        Scenario::Structured => structured(seen),
        Scenario::Length => Told::text(CUT_TEXT).ended(End::Length),
        Scenario::Stop => match seen.stop.first() {
            Some(stop) => Told::text(CUT_TEXT).ended(End::Sequence(stop.clone())),
            None => Told::text(TEXT),
        },
        Scenario::Refusal => {
            Told { said: vec![Said::Refusal(REFUSAL.to_owned())], end: End::Refusal, cost: USAGE }
        }
        Scenario::Filter => Told::text(CUT_TEXT).ended(End::Filter),
        Scenario::XmlCall => Told::text(XML_CALL),
        Scenario::Cached => Told { cost: CACHED_USAGE, ..Told::text(TEXT) },
        _ => Told::text(TEXT),
    }
}

fn tool(seen: &Seen) -> String {
    let forced = seen.forced.clone();
    let named = seen.tools.iter().map(|(name, _)| name);
    // Agents put the name of a tool's server before it.
    let is_weather = |name: &&String| *name == TOOL || name.ends_with("__get_weather");
    forced
        .or_else(|| named.clone().find(is_weather).cloned())
        .or_else(|| named.clone().next().cloned())
        .unwrap_or_default()
}

fn calls(scenario: Scenario, seen: &Seen) -> Told {
    let arguments: &[&str] = match scenario {
        Scenario::Parallel if !seen.one_call => &[ARGUMENTS, SECOND_ARGUMENTS],
        Scenario::TruncatedArgs => &[CUT_ARGUMENTS],
        Scenario::EmptyArgs => &[""],
        _ => &[ARGUMENTS],
    };
    let said = arguments.iter().enumerate().map(|(index, arguments)| {
        Said::Call(seen.calls_before + index + 1, tool(seen), (*arguments).to_owned())
    });
    let end = if scenario == Scenario::TruncatedArgs { End::Length } else { End::Calls };
    Told { said: said.collect(), end, cost: USAGE }
}

/// Thoughts, if they are asked for; then a call, if there are tools, else text.
fn reasoning(seen: &Seen, may_call: bool) -> Told {
    let mut told = if may_call { calls(Scenario::Tools, seen) } else { Told::text(TEXT) };
    if seen.thinks {
        told.said.insert(0, Said::Thoughts(THOUGHTS.to_owned()));
        told.cost = REASONING_USAGE;
    }
    told
}

fn structured(seen: &Seen) -> Told {
    if seen.forced.is_some() {
        let name = tool(seen);
        let schema = seen.tools.iter().find(|(each, _)| *each == name).map(|(_, schema)| schema);
        let arguments = example(schema.unwrap_or(&Value::Null)).to_string();
        let said = vec![Said::Call(seen.calls_before + 1, name, arguments)];
        return Told { said, end: End::Calls, cost: USAGE };
    }
    match &seen.schema {
        Some(Value::Null) => Told::text(ARGUMENTS),
        Some(schema) => Told::text(example(schema).to_string()),
        None => Told::text(TEXT),
    }
}

/// A value that fits the schema, always the same: `Paris`, 3, 2.5, true, one item, all properties in their order.
#[must_use]
pub fn example(schema: &Value) -> Value {
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    if !schema["const"].is_null() {
        return schema["const"].clone();
    }
    if let Some(first) = schema["anyOf"].get(0) {
        return example(first);
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
    match kind.to_ascii_lowercase().as_str() {
        "string" => json!("Paris"),
        "integer" => json!(3),
        "number" => json!(2.5),
        "boolean" => json!(true),
        "null" => Value::Null,
        "array" => json!([example(&schema["items"])]),
        _ => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            properties.map(|(name, schema)| (name.clone(), example(schema))).collect()
        }
    }
}
