//! What Converse refuses beyond the shape, and what is asked.

use super::errors::Refusal;
use crate::vendors::story::Seen;
use crate::vendors::values::{array, text};
use crate::vendors::{decoded, seal};
use serde_json::Value;

/// Under this name thoughts are sealed.
pub(super) const SEALER: &str = "bedrock";

/// What Anthropic's models take besides.
const CLAUDE_FIELDS: [&str; 7] =
    ["thinking", "top_k", "anthropic_beta", "output_config", "tool_choice", "tools", "metadata"];

pub(super) fn check(body: &Value, model: &str) -> Result<(), Refusal> {
    if let (true, Some(fields)) =
        (model.contains("anthropic."), body["additionalModelRequestFields"].as_object())
        && let Some(key) = fields.keys().find(|key| !CLAUDE_FIELDS.contains(&key.as_str()))
    {
        return refuse(&format!(
            "The model returned the following errors: {key}: Extra inputs are not permitted"
        ));
    }
    thinking(body)?;
    let messages = array(&body["messages"]);
    if messages.first().is_some_and(|message| message["role"] != "user") {
        return refuse(
            "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
        );
    }
    if messages.windows(2).any(|pair| pair[0]["role"] == pair[1]["role"]) {
        return refuse(
            "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.",
        );
    }
    let blocks = || messages.iter().flat_map(|message| array(&message["content"]));
    if body["toolConfig"].is_null()
        && blocks().any(|block| !block["toolUse"].is_null() || !block["toolResult"].is_null())
    {
        return refuse(
            "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
        );
    }
    for (index, message) in messages.iter().enumerate() {
        content(index, message)?;
        pairs(index, message, index.checked_sub(1).and_then(|before| messages.get(before)))?;
    }
    if let Some(last) = messages.last().filter(|message| message["role"] == "assistant") {
        pairs(messages.len(), &Value::Null, Some(last))?;
    }
    choice(body)
}

fn refuse(message: &str) -> Result<(), Refusal> {
    Err(Refusal::invalid(message))
}

fn thinks(body: &Value) -> bool {
    let fields = &body["additionalModelRequestFields"];
    ["thinking", "reasoning_config", "reasoningConfig"]
        .iter()
        .any(|name| ["enabled", "adaptive"].contains(&text(&fields[*name]["type"])))
}

fn thinking(body: &Value) -> Result<(), Refusal> {
    let thinking = &body["additionalModelRequestFields"]["thinking"];
    let Some(budget) = thinking["budget_tokens"].as_u64() else { return Ok(()) };
    let inference = &body["inferenceConfig"];
    if budget < 1024 {
        return refuse(
            "The model returned the following errors: thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
        );
    }
    if inference["maxTokens"].as_u64().is_some_and(|cap| cap <= budget) {
        return refuse(
            "The model returned the following errors: `max_tokens` must be greater than `thinking.budget_tokens`.",
        );
    }
    if inference["temperature"].as_f64().is_some_and(|value| value != 1.0) {
        return refuse(
            "The model returned the following errors: `temperature` may only be set to 1 when thinking is enabled.",
        );
    }
    let forced = &body["toolConfig"]["toolChoice"];
    if !forced["any"].is_null() || !forced["tool"].is_null() {
        return refuse(
            "The model returned the following errors: Thinking may not be enabled when tool_choice forces tool use.",
        );
    }
    Ok(())
}

fn choice(body: &Value) -> Result<(), Refusal> {
    let tools = &body["toolConfig"];
    match tools["toolChoice"]["tool"]["name"].as_str() {
        Some(name) if !specs(body).any(|spec| spec["name"] == name) => {
            refuse(&format!("The tool {name} of toolChoice is not among the tools."))
        }
        _ => Ok(()),
    }
}

fn specs(body: &Value) -> impl Iterator<Item = &Value> {
    array(&body["toolConfig"]["tools"])
        .iter()
        .map(|tool| &tool["toolSpec"])
        .filter(|spec| spec.is_object())
}

fn content(index: usize, message: &Value) -> Result<(), Refusal> {
    let blocks = array(&message["content"]);
    for (at, block) in blocks.iter().enumerate() {
        let at = format!("messages.{index}.content.{at}");
        let assistants = !block["toolUse"].is_null() || !block["reasoningContent"].is_null();
        let users = ["toolResult", "image", "document"].iter().any(|kind| !block[*kind].is_null());
        if (assistants && message["role"] == "user") || (users && message["role"] == "assistant") {
            return refuse(&format!("The block at {at} is not allowed in a message of this role."));
        }
        if block["text"].as_str().is_some_and(|text| text.trim().is_empty()) {
            return refuse(&format!(
                "The text field in the ContentBlock object at {at} is blank. Add text to the text field, and try again."
            ));
        }
        if block["document"].is_object() {
            let name = text(&block["document"]["name"]);
            if !is_document_name(name) {
                return refuse(
                    "The file name provided contains characters that are not allowed. The file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets.",
                );
            }
            if !blocks.iter().any(|block| block["text"].is_string()) {
                return refuse(
                    "A text block must be included in the content of a message with a document.",
                );
            }
        }
        let reasoning = &block["reasoningContent"]["reasoningText"];
        if reasoning.is_object()
            && seal(SEALER, text(&reasoning["text"])) != text(&reasoning["signature"])
        {
            return refuse(&format!(
                "The model returned the following errors: {at}: Invalid `signature` in `thinking` block"
            ));
        }
    }
    Ok(())
}

fn is_document_name(name: &str) -> bool {
    let usual = |each: char| each.is_alphanumeric() || each == ' ' || "-()[]".contains(each);
    !name.is_empty() && name.chars().all(usual) && !name.contains("  ")
}

fn ids<'a>(message: &'a Value, kind: &str) -> Vec<&'a str> {
    let blocks = array(&message["content"]).iter().map(|block| &block[kind]);
    blocks.filter(|block| block.is_object()).map(|block| text(&block["toolUseId"])).collect()
}

/// Results answer the calls of the message before, all of them.
fn pairs(index: usize, message: &Value, before: Option<&Value>) -> Result<(), Refusal> {
    let asked = before.map(|message| ids(message, "toolUse")).unwrap_or_default();
    let answered = ids(message, "toolResult");
    if answered.len() > asked.len() {
        return refuse(&format!(
            "The number of toolResult blocks at messages.{index}.content exceeds the number of toolUse blocks of previous turn."
        ));
    }
    let open: Vec<&str> = asked.into_iter().filter(|id| !answered.contains(id)).collect();
    if !open.is_empty() {
        return refuse(&format!(
            "Expected toolResult blocks at messages.{index}.content for the following Ids: {}",
            open.join(", ")
        ));
    }
    Ok(())
}

pub(super) fn seen(body: &Value, streams: bool) -> Result<Seen, Refusal> {
    let tools: Vec<(String, Value)> = specs(body)
        .map(|spec| (text(&spec["name"]).to_owned(), spec["inputSchema"]["json"].clone()))
        .collect();
    let choice = &body["toolConfig"]["toolChoice"];
    let forced = match choice["tool"]["name"].as_str() {
        Some(name) => Some(name.to_owned()),
        None if choice["any"].is_object() => tools.first().map(|(name, _)| name.clone()),
        None => None,
    };
    let messages = array(&body["messages"]);
    let schema = body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"].as_str();
    let schema = schema
        .map(|schema| {
            serde_json::from_str(schema)
                .map_err(|_| Refusal::invalid("The schema of outputConfig is not JSON."))
        })
        .transpose()?;
    let stop = array(&body["inferenceConfig"]["stopSequences"]).iter();
    let extra = &body["additionalModelRequestFields"]["tool_choice"];
    Ok(Seen {
        forced,
        no_calls: false,
        one_call: extra["disable_parallel_tool_use"] == true,
        result: messages.last().and_then(result),
        calls_before: messages.iter().map(|message| ids(message, "toolUse").len()).sum(),
        images: messages
            .iter()
            .flat_map(|message| array(&message["content"]))
            .filter_map(image)
            .collect(),
        schema,
        thinks: thinks(body),
        stop: stop.map(|stop| text(stop).to_owned()).collect(),
        streams,
        tools,
    })
}

fn image(block: &Value) -> Option<(String, usize)> {
    let image = block["image"].as_object()?;
    let bytes = image["source"]["bytes"].as_str();
    Some(match bytes {
        Some(bytes) => {
            (format!("image/{}", text(&image["format"])), decoded(bytes).unwrap_or_default().len())
        }
        None => (text(&image["source"]["s3Location"]["uri"]).to_owned(), 0),
    })
}

fn result(message: &Value) -> Option<String> {
    let results = array(&message["content"]).iter().map(|block| &block["toolResult"]);
    let results = results.filter(|result| result.is_object()).map(|result| {
        let parts = array(&result["content"]).iter().map(|part| match &part["json"] {
            Value::Null => text(&part["text"]).to_owned(),
            json => json.to_string(),
        });
        parts.collect::<String>()
    });
    let results: Vec<String> = results.collect();
    (!results.is_empty()).then(|| results.join(" | "))
}
