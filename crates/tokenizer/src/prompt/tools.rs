//! The number of tokens of the tools that a model may call.

use super::files::REFERENCE_TOKENS;
use super::sum;
use crate::Encoding;
use postern_types::ToolRule;
use serde_json::{Map, Value};

/// What a function costs beside its texts (`func_init`).
const fn function_tokens(encoding: Encoding) -> u64 {
    match encoding {
        Encoding::O200kBase => 7,
        Encoding::Cl100kBase => 10,
    }
}

/// The cost of having parameters (`prop_init`), and of each of them (`prop_key`).
const PARAMETERS_TOKENS: u64 = 3;
const PARAMETER_TOKENS: u64 = 3;
/// The cost of a choice besides its text (`enum_item`); having choices at all saves as much (`enum_init`).
const CHOICE_TOKENS: u64 = 3;
/// The cost of having functions (`func_end`).
const FUNCTIONS_TOKENS: u64 = 12;

/// The prefixes of the types of tools that the client runs, at OpenAI and at Anthropic.
const CLIENT_RUN: [&str; 9] = [
    "function",
    "custom",
    "computer",
    "local_shell",
    "shell",
    "apply_patch",
    "bash_",
    "text_editor_",
    "memory_",
];

/// How a model family counts tools.
///
/// OpenAI's functions with plain parameters as its cookbook counts them, all others by their JSON.
/// <https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken>, `num_tokens_for_tools`.
///
/// Others by their JSON, and once a request what the vendor says of tools to the model. Anthropic's page has 159 to 530 tokens,
/// by model and choice. <https://docs.anthropic.com/en/docs/tool-use-pricing-and-tokens>
pub(super) trait CountTools: Copy {
    /// What having tools costs, once a request.
    fn once(self) -> u64;

    /// What the tools of this JSON cost: an array of them, or anything.
    fn count(self, json: &str, encoding: Encoding) -> u64;
}

impl CountTools for ToolRule {
    fn once(self) -> u64 {
        match self {
            Self::Functions => FUNCTIONS_TOKENS,
            Self::Json(once_tokens) => once_tokens.into(),
        }
    }

    fn count(self, json: &str, encoding: Encoding) -> u64 {
        // What nests too deep for the parser is counted as it stands, white space included.
        let Ok(value) = serde_json::from_str(json) else { return crate::count(encoding, json) };
        let found = hosted(&value).saturating_mul(REFERENCE_TOKENS);
        found.saturating_add(match (self, value) {
            (Self::Functions, Value::Array(tools)) => {
                sum(tools.iter().map(|tool| count_tool(tool, encoding)))
            }
            (_, value) => crate::count(encoding, &value.to_string()),
        })
    }
}

/// The number of tools that the vendor runs itself: their results are read with the prompt.
fn hosted(tools: &Value) -> u64 {
    let Value::Array(tools) = tools else { return 0 };
    let is_hosted = |tool: &&Value| {
        let kind = tool.get("type").and_then(Value::as_str).unwrap_or("function");
        !CLIENT_RUN.iter().any(|client_run| kind.starts_with(client_run))
    };
    tools.iter().filter(is_hosted).count() as u64
}

fn count_tool(tool: &Value, encoding: Encoding) -> u64 {
    // Chat completions have the function inside of the tool; responses and the older `functions` do not.
    let function = tool.get("function").unwrap_or(tool);
    let texts = Plain::from_function(function).map(|plain| plain.count(encoding));
    let texts = texts.unwrap_or_else(|| crate::count(encoding, &tool.to_string()));
    texts.saturating_add(function_tokens(encoding))
}

/// A function whose parameters are neither objects nor arrays.
struct Plain<'a> {
    name: &'a str,
    description: &'a str,
    parameters: Vec<Parameter<'a>>,
}

struct Parameter<'a> {
    name: &'a str,
    kind: &'a str,
    description: &'a str,
    choices: &'a [Value],
}

impl<'a> Plain<'a> {
    fn from_function(function: &'a Value) -> Option<Self> {
        let known = ["type", "name", "description", "parameters", "strict"];
        let function = with_only(function, &known)?;
        let parameters = match function.get("parameters") {
            None => Vec::new(),
            Some(schema) => {
                let known = ["type", "properties", "required", "additionalProperties"];
                let properties = match with_only(schema, &known)?.get("properties") {
                    None => return None,
                    Some(properties) => properties.as_object()?,
                };
                properties.iter().map(Parameter::from_property).collect::<Option<_>>()?
            }
        };
        let name = function.get("name")?.as_str()?;
        Some(Self { name, description: text(function, "description")?, parameters })
    }

    fn count(&self, encoding: Encoding) -> u64 {
        let line = format!("{}:{}", self.name, without_full_stop(self.description));
        let own = crate::count(encoding, &line);
        let parameters = sum(self.parameters.iter().map(|one| one.count(encoding)));
        let any = if self.parameters.is_empty() { 0 } else { PARAMETERS_TOKENS };
        sum([own, parameters, any].into_iter())
    }
}

impl<'a> Parameter<'a> {
    fn from_property((name, schema): (&'a String, &'a Value)) -> Option<Self> {
        let schema = with_only(schema, &["type", "description", "enum"])?;
        let choices = match schema.get("enum") {
            None => &[],
            Some(choices) => choices.as_array()?.as_slice(),
        };
        let kind = schema.get("type")?.as_str().filter(|kind| !["object", "array"].contains(kind));
        let plain = choices.iter().all(Value::is_string);
        let description = text(schema, "description")?;
        plain.then_some(Self { name, kind: kind?, description, choices })
    }

    fn count(&self, encoding: Encoding) -> u64 {
        let (kind, description) = (self.kind, without_full_stop(self.description));
        let line = crate::count(encoding, &format!("{}:{kind}:{description}", self.name));
        let choice = |choice: &Value| {
            let text = choice.as_str().unwrap_or_default();
            crate::count(encoding, text).saturating_add(CHOICE_TOKENS)
        };
        let choices = sum(self.choices.iter().map(choice)).saturating_sub(CHOICE_TOKENS);
        sum([line, choices, PARAMETER_TOKENS].into_iter())
    }
}

/// An object without other members than these.
fn with_only<'a>(value: &'a Value, known: &[&str]) -> Option<&'a Map<String, Value>> {
    value.as_object().filter(|object| object.keys().all(|key| known.contains(&key.as_str())))
}

/// A text, or the empty text if it is absent.
fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).map_or(Some(""), Value::as_str)
}

fn without_full_stop(text: &str) -> &str {
    text.strip_suffix('.').unwrap_or(text)
}
