//! Nothing is dropped silently: whatever the hub can say is sent to a vendor, or told as a loss.

use crate::fixtures::{encode, request, vendor};
use postern_dialect::chat::{
    CacheControl, Effort, Field, Format, Logprobs, Reasoning, Request, Schema, Tool, ToolChoice,
    ToolKind,
};
use postern_dialect::{Dialect, Vendor};
use serde_json::json;
use std::fmt::Write;

/// All of them. A new one fails to compile in [`set`], and belongs here, too.
const FIELDS: [Field; 30] = [
    Field::Tools,
    Field::ToolChoice,
    Field::ParallelToolCalls,
    Field::Format,
    Field::MaxOutputTokens,
    Field::Stop,
    Field::Choices,
    Field::Temperature,
    Field::TopP,
    Field::TopK,
    Field::MinP,
    Field::Seed,
    Field::FrequencyPenalty,
    Field::PresencePenalty,
    Field::RepetitionPenalty,
    Field::LogitBias,
    Field::Logprobs,
    Field::TopLogprobs,
    Field::ReasoningEffort,
    Field::ReasoningBudget,
    Field::ReasoningSummary,
    Field::Modalities,
    Field::Audio,
    Field::Verbosity,
    Field::ServiceTier,
    Field::User,
    Field::Metadata,
    Field::PromptCacheKey,
    Field::Cache,
    Field::Store,
];

/// What must be there for the field to mean anything.
fn base(field: Field) -> Request {
    // Its names for the three settings of thoughts are three.
    let mut base = Request { client: Dialect::Responses, ..request() };
    match field {
        Field::Audio => base.modalities = vec!["text".into(), "audio".into()],
        Field::ToolChoice | Field::ParallelToolCalls => base.tools = vec![tool()],
        Field::TopLogprobs => base.logprobs = Some(Logprobs { top: None }),
        Field::ReasoningSummary => {
            let effort = Some(Effort::Low);
            base.reasoning = Some(Reasoning { effort, ..Reasoning::default() });
        }
        _ => {}
    }
    base
}

/// Ask for it, in a way that is no vendor's default.
fn set(field: Field, request: &mut Request) {
    let reasoning = |reasoning: Reasoning| Some(reasoning);
    let sampling = &mut request.sampling;
    match field {
        Field::Tools => request.tools = vec![tool()],
        Field::ToolChoice => request.tool_choice = Some(ToolChoice::Required),
        Field::ParallelToolCalls => request.parallel_tool_calls = Some(false),
        Field::Format => request.format = Format::JsonSchema(schema()),
        Field::MaxOutputTokens => request.max_output_tokens = Some(1_234),
        Field::Stop => request.stop = vec!["STOP".into()],
        Field::Choices => request.choices = 2,
        Field::Temperature => sampling.temperature = Some(number(0.25)),
        Field::TopP => sampling.top_p = Some(number(0.25)),
        Field::TopK => sampling.top_k = Some(7.into()),
        Field::MinP => sampling.min_p = Some(number(0.25)),
        Field::Seed => sampling.seed = Some(7.into()),
        Field::FrequencyPenalty => sampling.frequency_penalty = Some(number(0.25)),
        Field::PresencePenalty => sampling.presence_penalty = Some(number(0.25)),
        Field::RepetitionPenalty => sampling.repetition_penalty = Some(number(1.25)),
        Field::LogitBias => sampling.logit_bias = json!({"7": 1}).as_object().cloned(),
        Field::Logprobs => request.logprobs = Some(Logprobs { top: None }),
        Field::TopLogprobs => request.logprobs = Some(Logprobs { top: Some(3) }),
        Field::ReasoningEffort => {
            let effort = Some(Effort::Low);
            request.reasoning = reasoning(Reasoning { effort, ..Reasoning::default() });
        }
        Field::ReasoningBudget => {
            let budget_tokens = Some(2_048);
            request.reasoning = reasoning(Reasoning { budget_tokens, ..Reasoning::default() });
        }
        Field::ReasoningSummary => {
            let summary = Some("detailed".into());
            request.reasoning.get_or_insert_default().summary = summary;
        }
        Field::Modalities => request.modalities = vec!["text".into(), "image".into()],
        Field::Audio => request.audio = Some(json!({"voice": "ash", "format": "wav"})),
        Field::Verbosity => request.verbosity = Some("low".into()),
        Field::ServiceTier => request.service_tier = Some("flex".into()),
        Field::User => request.user = Some("user-7".into()),
        Field::Metadata => request.metadata = json!({"team": "seven"}).as_object().cloned(),
        Field::PromptCacheKey => request.prompt_cache_key = Some("key-7".into()),
        Field::Cache => request.cache = Some(CacheControl::default()),
        Field::Store => request.store = Some(true),
    }
}

fn number(number: f64) -> serde_json::Number {
    serde_json::Number::from_f64(number).unwrap()
}

pub fn tool() -> Tool {
    Tool {
        path: "tools[0]".into(),
        kind: ToolKind::Function {
            name: "weather".into(),
            description: Some("looks".into()),
            parameters: Some(
                json!({"type": "object", "properties": {"z": {"type": "string"}, "a": {"type": "string"}}}),
            ),
            strict: None,
        },
        cache: None,
    }
}

fn schema() -> Schema {
    let schema = json!({"type": "object", "properties": {"z": {"type": "string"}}, "required": ["z"], "additionalProperties": false});
    Schema { name: "answer".into(), description: None, schema, strict: Some(true) }
}

/// What becomes of what `changed` has and `base` has not. Some models take less than others of their vendor.
pub fn fate(base: &Request, changed: &Request, vendor: &Vendor) -> (&'static str, Vec<String>) {
    let (Ok((before, lost_before)), Ok((after, lost))) =
        (encode(base.clone(), vendor), encode(changed.clone(), vendor))
    else {
        return ("refused", Vec::new());
    };
    let lost: Vec<_> = lost.into_iter().filter(|path| !lost_before.contains(path)).collect();
    let word = match (before != after, lost.is_empty()) {
        (true, true) => "sent",
        (true, false) => "partly",
        (false, false) => "lost",
        (false, true) => "SILENT",
    };
    (word, lost)
}

/// Each vendor, with a model that thinks and one that does not, and models that take more than their vendor's others.
pub fn vendors() -> Vec<(String, Vendor)> {
    let mut vendors = Vec::new();
    for wire in Dialect::ALL {
        vendors.push((wire.as_str().to_owned(), vendor(wire)));
        let plain = Vendor { reasons: false, ..vendor(wire) };
        vendors.push((format!("{}/plain", wire.as_str()), plain));
    }
    for (wire, model) in [
        (Dialect::Bedrock, "anthropic.claude-sonnet-4-5-20250929-v1:0"),
        (Dialect::Bedrock, "amazon.nova-2-lite-v1:0"),
        (Dialect::Google, "gemini-3-pro-preview"),
    ] {
        vendors.push((model.to_owned(), Vendor { model: model.to_owned(), ..vendor(wire) }));
    }
    vendors
}

#[test]
fn every_setting_is_sent_to_every_vendor_or_told_as_a_loss() {
    let mut table = String::new();
    for field in FIELDS {
        let _ = write!(table, "{:<18}", format!("{field:?}"));
        for (name, vendor) in vendors() {
            let base = base(field);
            let mut changed = base.clone();
            set(field, &mut changed);
            let (word, lost) = fate(&base, &changed, &vendor);
            let named = lost.iter().all(|path| {
                let own = changed.path(field);
                path.starts_with(own) || own.starts_with(path.as_str())
            });
            assert!(named, "{field:?} to {vendor:?}: {lost:?}");
            let _ = write!(table, " {name}:{word}");
        }
        table.push('\n');
    }
    assert!(!table.contains("SILENT"), "\n{table}");
    insta::assert_snapshot!(table);
}
