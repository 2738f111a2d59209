//! A block of an answer, complete or as it begins.

use crate::Dialect;
use crate::anthropic::citation;
use crate::chat::{Annotation, Content, Part, Reasoned, Sealed, ToolCall};
use crate::vendor_fault::{invalid, parsed};
use postern_fault::Fault;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

const WHAT: &str = "a block";

/// Blocks that the hub knows. All fields are optional, as a block that begins may lack some.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Known {
    Text {
        text: Option<String>,
        citations: Option<Vec<Value>>,
    },
    Thinking {
        thinking: Option<String>,
        signature: Option<String>,
    },
    RedactedThinking {
        data: Option<String>,
    },
    ToolUse {
        id: Option<String>,
        name: Option<String>,
    },
    #[serde(other)]
    Foreign,
}

/// Read separately, as a tagged enum cannot hold raw JSON.
#[derive(Debug, Deserialize)]
struct Input<'a> {
    #[serde(borrow)]
    input: Option<&'a RawValue>,
}

/// The part for a block. Its arguments are unchanged.
///
/// # Errors
/// `upstream-invalid`: the block cannot be read.
pub(super) fn read(raw: &RawValue) -> Result<Part, Fault> {
    let mut annotations = Vec::new();
    let content = match parsed(WHAT, raw.get())? {
        Known::Text { text, citations } => {
            annotations = annotated(citations);
            Content::Text(text.unwrap_or_default())
        }
        Known::Thinking { thinking, signature } => Content::Reasoning(Reasoned {
            text: thinking.unwrap_or_default(),
            sealed: signature.filter(|text| !text.is_empty()).map(sealed),
            ..Reasoned::default()
        }),
        Known::RedactedThinking { data } => Content::Reasoning(Reasoned {
            sealed: data.map(sealed),
            redacted: true,
            ..Reasoned::default()
        }),
        Known::ToolUse { id, name } => {
            let Input { input } = parsed(WHAT, raw.get())?;
            let missing = || invalid("the provider sent a call of a tool without id or name");
            Content::ToolCall(ToolCall {
                id: id.ok_or_else(missing)?,
                name: name.ok_or_else(missing)?,
                arguments: input.map_or("{}", RawValue::get).to_owned(),
                custom: false,
            })
        }
        Known::Foreign => Content::Foreign(Dialect::Anthropic, parsed(WHAT, raw.get())?),
    };
    Ok(Part { annotations, ..Part::new("", content) })
}

fn annotated(citations: Option<Vec<Value>>) -> Vec<Annotation> {
    citations.into_iter().flatten().map(citation::from_value).collect()
}

pub(super) fn sealed(data: String) -> Sealed {
    Sealed { maker: Dialect::Anthropic, id: None, data }
}
