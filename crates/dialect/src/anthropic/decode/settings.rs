//! Thinking, the form of the answer, and the end user.

use super::object::{lose, object, parse, required, wrong};
use crate::chat::{Effort, Format, Losses, Reasoning, Request, Schema};
use postern_fault::Fault;
use serde_json::Value;
use serde_json::value::RawValue;

object!(Thinking<'a> {
    kind "type": String,
    budget_tokens "budget_tokens": u64,
    display "display": String,
});

object!(Output<'a> {
    effort "effort": String,
    format "format": &'a RawValue,
});

object!(OutputFormat<'a> {
    kind "type": String,
    schema "schema": Value,
});

object!(Metadata<'a> {
    user_id "user_id": String,
});

pub(super) fn thinking(
    raw: Option<&RawValue>,
    request: &mut Request,
    losses: &mut Losses,
) -> Result<(), Fault> {
    const PATH: &str = "thinking";
    let Some(raw) = raw else { return Ok(()) };
    let thinking: Thinking<'_> = parse(raw, PATH)?;
    lose(thinking.unknown, PATH, losses);
    let mut reasoning = Reasoning::default();
    match required(thinking.kind, PATH, "type")?.as_str() {
        "disabled" => reasoning.enabled = Some(false),
        "enabled" => {
            reasoning.enabled = Some(true);
            reasoning.budget_tokens =
                Some(required(thinking.budget_tokens, PATH, "budget_tokens")?);
        }
        "adaptive" => {
            reasoning.enabled = Some(true);
            reasoning.adaptive = true;
        }
        _ => {
            losses.add("thinking.type", "only Anthropic's own API has it");
            return Ok(());
        }
    }
    // OpenAI's word for a summary of any length.
    reasoning.summary = thinking.display.map(|display| match display.as_str() {
        "summarized" => "auto".to_owned(),
        _ => display,
    });
    request.reasoning = Some(reasoning);
    Ok(())
}

/// `output_config`, and `output_format`, the older place of the format.
pub(super) fn output(
    config: Option<&RawValue>,
    format: Option<&RawValue>,
    request: &mut Request,
    losses: &mut Losses,
) -> Result<(), Fault> {
    if let Some(raw) = format {
        request.format = decode_format(raw, "output_format", losses)?;
    }
    let Some(raw) = config else { return Ok(()) };
    let config: Output<'_> = parse(raw, "output_config")?;
    lose(config.unknown, "output_config", losses);
    if let Some(raw) = config.format {
        request.format = decode_format(raw, "output_config.format", losses)?;
    }
    if let Some(word) = config.effort {
        let how = "must be `low`, `medium`, `high`, `xhigh` or `max`";
        let effort = Effort::from_name(&word).ok_or_else(|| wrong("output_config.effort", how))?;
        request.reasoning.get_or_insert_default().effort = Some(effort);
    }
    Ok(())
}

fn decode_format(raw: &RawValue, path: &str, losses: &mut Losses) -> Result<Format, Fault> {
    let format: OutputFormat<'_> = parse(raw, path)?;
    lose(format.unknown, path, losses);
    match required(format.kind, path, "type")?.as_str() {
        "json_schema" => Ok(Format::JsonSchema(Schema {
            name: String::new(),
            description: None,
            schema: required(format.schema, path, "schema")?,
            // This dialect always follows the schema.
            strict: Some(true),
        })),
        _ => Err(wrong(&format!("{path}.type"), "must be `json_schema`")),
    }
}

pub(super) fn metadata(
    raw: Option<&RawValue>,
    request: &mut Request,
    losses: &mut Losses,
) -> Result<(), Fault> {
    let Some(raw) = raw else { return Ok(()) };
    let metadata: Metadata<'_> = parse(raw, "metadata")?;
    lose(metadata.unknown, "metadata", losses);
    request.user = metadata.user_id;
    Ok(())
}
