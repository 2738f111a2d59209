//! What a request says of its answer: the schema of it, and those of its tools.

use super::Unchecked;
use crate::schema::Schema;
use postern_policy::Validation;
use postern_types::{Dialect, Operation, Prompt, SegmentKind};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The names of checks in records and messages.
pub const JSON_SCHEMA: &str = "json_schema";
pub const TOOL_ARGUMENTS: &str = "tool_arguments";

/// How many bytes the schemas of all tools may have: they travel to the answer.
const MAX_TOOLS_BYTES: usize = 512 * 1024;

/// What an answer has to look like.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    pub schema: Option<String>,
    /// The parameters of each tool, by its name.
    pub tools: Vec<(String, String)>,
    pub is_stream: bool,
    /// Nothing of the stream leaves before it is judged.
    pub is_held: bool,
    /// The end of a text is the end of its answer: chat completions and completions have one text a choice.
    pub is_one_text: bool,
    pub choices: u32,
    /// It answers a conversation.
    pub is_chat: bool,
}

impl Form {
    /// Reads the schemas that rules are about, and says which cannot be checked; those are left out.
    pub fn read(prompt: &Prompt, schema: bool, tools: bool) -> (Self, Vec<Unchecked>) {
        let facts = &prompt.facts;
        let mut form = Form {
            is_stream: facts.stream,
            is_one_text: facts.client == Dialect::OpenAi,
            is_chat: facts.operation == Operation::Chat,
            choices: facts.choices,
            ..Form::default()
        };
        let has = |kind| prompt.segments.iter().any(|segment| segment.kind == kind);
        let schema = schema && has(SegmentKind::AnswerSchema);
        let tools = tools && has(SegmentKind::ToolSchema);
        let mut unchecked = Vec::new();
        if !form.is_chat || !(schema || tools) {
            return (form, unchecked);
        }
        // The body was read before, so this fails for a member alone that is not what its dialect says.
        let body: Body<'_> = serde_json::from_str(&prompt.body).unwrap_or_default();
        if schema && let Some((text, param)) = body.schema() {
            match Schema::read(text) {
                Ok(_) => form.schema = Some(text.to_owned()),
                Err(why) => unchecked.push(Unchecked {
                    check: JSON_SCHEMA,
                    what: "the JSON schema of the answer".to_owned(),
                    why,
                    param,
                }),
            }
        }
        if tools {
            form.read_tools(&body, &mut unchecked);
        }
        (form, unchecked)
    }

    fn read_tools(&mut self, body: &Body<'_>, unchecked: &mut Vec<Unchecked>) {
        let mut bytes = 0_usize;
        for (name, text) in body.tools() {
            bytes = bytes.saturating_add(text.len());
            let checked = match bytes > MAX_TOOLS_BYTES {
                true => Err(format!("all tools have more than {MAX_TOOLS_BYTES} bytes together")),
                false => Schema::read(text).map(drop),
            };
            match checked {
                Ok(()) => self.tools.push((name, text.to_owned())),
                Err(why) => unchecked.push(Unchecked {
                    check: TOOL_ARGUMENTS,
                    what: format!("the schema of the tool {:?}", postern_fault::shown(&name)),
                    why,
                    param: "tools",
                }),
            }
        }
    }

    /// Whether a rule checks anything of such an answer.
    pub fn concerns(&self, rule: &Validation) -> bool {
        (rule.json_schema && self.schema.is_some())
            || (rule.tool_arguments && !self.tools.is_empty())
            || checks_text(rule)
    }

    /// Whether the model can be asked once more: in a conversation, about one answer.
    pub fn is_repairable(&self) -> bool {
        self.is_chat && self.choices <= 1
    }
}

/// Whether a rule says something of any text.
fn checks_text(rule: &Validation) -> bool {
    let patterns = !rule.must_match.is_empty() || !rule.must_not_match.is_empty();
    let sizes = rule.min_characters.or(rule.max_characters).is_some();
    let cites = rule.must_cite.is_some() || !rule.must_not_cite.is_empty();
    patterns || sizes || cites || rule.languages.is_some()
}

/// The members of a request that have schemas, of all dialects.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body<'b> {
    #[serde(borrow)]
    response_format: Option<&'b RawValue>,
    #[serde(borrow)]
    text: Option<&'b RawValue>,
    #[serde(borrow)]
    output_format: Option<&'b RawValue>,
    #[serde(borrow)]
    output_config: Option<&'b RawValue>,
    #[serde(borrow)]
    tools: Option<&'b RawValue>,
    #[serde(borrow)]
    functions: Option<&'b RawValue>,
}

/// A required form of the answer.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Format<'b> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow)]
    json_schema: Option<Named<'b>>,
    #[serde(borrow)]
    schema: Option<&'b RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named<'b> {
    name: Option<String>,
    #[serde(borrow)]
    schema: Option<&'b RawValue>,
    #[serde(borrow)]
    parameters: Option<&'b RawValue>,
    #[serde(borrow)]
    input_schema: Option<&'b RawValue>,
}

/// `{ "format": ... }`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Config<'b> {
    #[serde(borrow)]
    format: Option<&'b RawValue>,
}

/// OpenAI's `json_object`.
const ANY_OBJECT: &str = r#"{"type":"object"}"#;

impl<'b> Body<'b> {
    /// The schema of the answer, and the field that has it: each dialect has its own, and leaves those of others alone.
    fn schema(&self) -> Option<(&'b str, &'static str)> {
        let format_of = |config: Option<&'b RawValue>| {
            serde_json::from_str::<Config<'_>>(config?.get()).ok()?.format
        };
        let fields = [
            (self.response_format, "response_format"),
            (format_of(self.text), "text.format"),
            (self.output_format, "output_format"),
            (format_of(self.output_config), "output_config.format"),
        ];
        let (format, param) =
            fields.into_iter().find_map(|(format, param)| Some((format?, param)))?;
        let format: Format<'_> = serde_json::from_str(format.get()).ok()?;
        let schema = match format.kind.as_str() {
            "json_object" => ANY_OBJECT,
            "json_schema" => {
                let named = format.json_schema.and_then(|named| named.schema);
                named.or(format.schema)?.get()
            }
            _ => return None,
        };
        Some((schema, param))
    }

    /// The tools with parameters, by their names. Free text has none, nor do a vendor's own tools.
    fn tools(&self) -> Vec<(String, &'b str)> {
        let lists = [self.tools, self.functions].into_iter().flatten();
        let all = lists.flat_map(|list| {
            serde_json::from_str::<Vec<&RawValue>>(list.get()).unwrap_or_default()
        });
        all.filter_map(|tool| {
            if let Ok(Function { function: Some(named) }) = serde_json::from_str(tool.get()) {
                return parameters(named);
            }
            parameters(serde_json::from_str(tool.get()).ok()?)
        })
        .collect()
    }
}

/// `{ "function": ... }` of chat completions.
#[derive(Deserialize)]
struct Function<'b> {
    #[serde(borrow, default)]
    function: Option<Named<'b>>,
}

fn parameters(named: Named<'_>) -> Option<(String, &str)> {
    let schema = named.parameters.or(named.input_schema)?;
    Some((named.name?, schema.get()))
}
