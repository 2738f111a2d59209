//! Settings, in each family's words.

use crate::given::{CLAUDE, encode, hello, strings, tool};
use postern_dialect::chat::{Effort, Logprobs, Reasoning, Request, Sampling, ToolChoice};
use serde_json::{Number, Value, json};

const OPUS_4_1: &str = "anthropic.claude-opus-4-1-20250805-v1:0";
const OPUS_4_7: &str = "global.anthropic.claude-opus-4-7";
const NOVA_2: &str = "us.amazon.nova-2-lite-v1:0";

fn number(number: f64) -> Option<Number> {
    Number::from_f64(number)
}

fn thinking(reasoning: Reasoning) -> Request {
    let mut asked = hello();
    asked.reasoning = Some(reasoning);
    asked
}

#[test]
fn what_converse_has_goes_into_its_fields() {
    let mut asked = hello();
    asked.max_output_tokens = Some(100);
    asked.stop = strings(&["END"]);
    asked.sampling =
        Sampling { temperature: number(0.5), top_k: Some(7.into()), ..Sampling::default() };
    asked.service_tier = Some("priority".into());
    asked.metadata = json!({"team": "a b", "n": 1, "é": "x"}).as_object().cloned();
    let said = encode(asked, CLAUDE);
    let expected = json!({
        "messages": [{"role": "user", "content": [{"text": "Hello"}]}],
        "inferenceConfig": {"maxTokens": 100, "temperature": 0.5, "stopSequences": ["END"]},
        "additionalModelRequestFields": {"top_k": 7},
        "additionalModelResponseFieldPaths": ["/stop_sequence"],
        "requestMetadata": {"team": "a b"},
        "serviceTier": {"type": "priority"},
    });
    assert_eq!(said.body, expected);
    assert_eq!(said.losses, strings(&["metadata"]));
}

#[test]
fn what_converse_lacks_is_told_in_the_clients_words() {
    let mut asked = hello();
    asked.choices = 2;
    asked.sampling = Sampling {
        seed: Some(1.into()),
        frequency_penalty: number(0.1),
        presence_penalty: number(0.1),
        logit_bias: Some(serde_json::Map::new()),
        temperature: number(1.5),
        ..Sampling::default()
    };
    asked.logprobs = Some(Logprobs { top: Some(2) });
    asked.parallel_tool_calls = Some(false);
    asked.user = Some("u".into());
    asked.store = Some(true);
    asked.verbosity = Some("low".into());
    asked.prompt_cache_key = Some("k".into());
    asked.service_tier = Some("scale".into());
    let said = encode(asked, CLAUDE);
    let expected = [
        "n",
        "seed",
        "frequency_penalty",
        "presence_penalty",
        "logit_bias",
        "logprobs",
        "top_logprobs",
        "parallel_tool_calls",
        "verbosity",
        "user",
        "prompt_cache_key",
        "store",
        "temperature",
        "service_tier",
    ];
    assert_eq!(said.losses, strings(&expected));
    assert_eq!(said.body["inferenceConfig"], json!({"temperature": 1}));
}

#[test]
fn temperature_and_top_p_go_as_far_as_the_family_takes_them() {
    let sampled = |model: &str| {
        let mut asked = hello();
        asked.sampling =
            Sampling { temperature: number(0.5), top_p: number(0.9), ..Sampling::default() };
        let said = encode(asked, model);
        (said.body["inferenceConfig"].clone(), said.losses)
    };
    let nova = (json!({"temperature": 0.5, "topP": 0.9}), strings(&[]));
    assert_eq!(sampled("amazon.nova-pro-v1:0"), nova);
    assert_eq!(sampled(CLAUDE), (json!({"temperature": 0.5}), strings(&["top_p"])));
    assert_eq!(sampled(OPUS_4_7), (Value::Null, strings(&["temperature", "top_p"])));
}

#[test]
fn thinking_is_asked_for_in_each_familys_words() {
    let said = |reasoning: Reasoning, model: &str| {
        let said = encode(thinking(reasoning), model);
        let effort = said.body["outputConfig"]["effort"].clone();
        (said.body["additionalModelRequestFields"].clone(), effort, said.losses)
    };
    let effort = |effort| Reasoning { effort: Some(effort), ..Reasoning::default() };
    let budget = |tokens| Reasoning { budget_tokens: Some(tokens), ..Reasoning::default() };
    let enabled = |tokens: u64| json!({"thinking": {"type": "enabled", "budget_tokens": tokens}});
    let adaptive = json!({"thinking": {"type": "adaptive"}});
    let none = strings(&[]);
    assert_eq!(said(budget(2_000), CLAUDE), (enabled(2_000), Value::Null, none.clone()));
    assert_eq!(said(effort(Effort::Medium), CLAUDE), (enabled(8_192), Value::Null, none.clone()));
    assert_eq!(said(effort(Effort::None), CLAUDE), (Value::Null, Value::Null, none.clone()));
    assert_eq!(said(effort(Effort::High), OPUS_4_7), (adaptive, json!("high"), none.clone()));
    let nova = json!({"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}});
    assert_eq!(said(effort(Effort::Low), NOVA_2), (nova, Value::Null, none.clone()));
    let oss = json!({"reasoning_effort": "high"});
    assert_eq!(said(effort(Effort::High), "openai.gpt-oss-120b-1:0"), (oss, Value::Null, none));
    let lost = strings(&["reasoning_effort"]);
    let llama = "meta.llama3-3-70b-instruct-v1:0";
    assert_eq!(said(effort(Effort::High), llama), (Value::Null, Value::Null, lost));
}

#[test]
fn thoughts_fit_under_the_cap_or_are_told_as_lost() {
    let mut asked = thinking(Reasoning { effort: Some(Effort::High), ..Reasoning::default() });
    asked.max_output_tokens = Some(4_000);
    let said = encode(asked.clone(), OPUS_4_1);
    let thought = &said.body["additionalModelRequestFields"]["thinking"];
    assert_eq!(thought["budget_tokens"], json!(2_000));
    assert_eq!(said.losses, strings(&[]));
    asked.max_output_tokens = Some(1_000);
    let said = encode(asked, OPUS_4_1);
    assert_eq!(said.body.get("additionalModelRequestFields"), None);
    assert_eq!(said.losses, strings(&["reasoning_effort"]));
}

#[test]
fn thoughts_leave_no_sampling_and_no_forced_tool_beside_them() {
    let mut asked = thinking(Reasoning { effort: Some(Effort::Low), ..Reasoning::default() });
    asked.sampling = Sampling {
        temperature: number(0.2),
        top_p: number(0.5),
        top_k: Some(5.into()),
        ..Sampling::default()
    };
    let said = encode(asked.clone(), OPUS_4_1);
    assert_eq!(said.losses, strings(&["temperature", "top_p", "top_k"]));
    assert_eq!(said.body.get("inferenceConfig"), None);
    asked.sampling = Sampling::default();
    asked.tools = vec![tool("f")];
    asked.tool_choice = Some(ToolChoice::Required);
    let said = encode(asked, OPUS_4_1);
    assert_eq!(said.body["toolConfig"]["toolChoice"], json!({"any": {}}));
    assert_eq!(said.losses, strings(&["reasoning_effort"]));
}
