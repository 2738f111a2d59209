//! Settings, in Google's words or told as lost.

use crate::fixtures::{encode, hi, sent, try_encode, vendor};
use postern_dialect::chat::{CacheControl, Effort, Logprobs, Reasoning, Request, Sampling};
use postern_dialect::{Dialect, Vendor};
use serde_json::{Number, Value, json};

const OLD: &str = "gemini-2.5-flash";

fn number(written: &str) -> Option<Number> {
    Some(serde_json::from_str(written).unwrap())
}

#[test]
fn sends_every_setting_that_google_has() {
    let mut request = hi();
    request.sampling = Sampling {
        temperature: number("0.7"),
        top_p: number("0.9"),
        top_k: number("40"),
        seed: number("-7"),
        frequency_penalty: number("0.5"),
        presence_penalty: number("-0.5"),
        ..Sampling::default()
    };
    request.max_output_tokens = Some(100);
    request.stop = vec!["a".into(), "b".into()];
    request.choices = 2;
    request.logprobs = Some(Logprobs { top: Some(5) });
    request.service_tier = Some("flex".into());
    let body = sent(request, OLD);
    assert_eq!(
        body["generationConfig"],
        json!({
            "temperature": 0.7,
            "topP": 0.9,
            "topK": 40,
            "candidateCount": 2,
            "maxOutputTokens": 100,
            "stopSequences": ["a", "b"],
            "seed": -7,
            "presencePenalty": -0.5,
            "frequencyPenalty": 0.5,
            "responseLogprobs": true,
            "logprobs": 5,
        })
    );
    assert_eq!(body["serviceTier"], "flex");
}

#[test]
fn tells_every_setting_that_google_has_not() {
    let mut request = hi();
    request.sampling = Sampling {
        min_p: number("0.1"),
        repetition_penalty: number("1.1"),
        seed: number("9999999999"),
        logit_bias: Some(serde_json::Map::new()),
        ..Sampling::default()
    };
    request.stop = ["a", "b", "c", "d", "e", "f"].map(str::to_owned).into();
    request.verbosity = Some("low".into());
    request.user = Some("u".into());
    request.prompt_cache_key = Some("k".into());
    request.cache = Some(CacheControl::default());
    request.store = Some(true);
    request.service_tier = Some("scale".into());
    request.modalities = vec!["text".into(), "smell".into()];
    let sent = encode(request, OLD);
    assert_eq!(
        sent.losses,
        [
            "min_p: Google has no min_p",
            "repetition_penalty: Google has no repetition penalty",
            "logit_bias: Google has no bias of tokens",
            "verbosity: Google has no verbosity",
            "user: Google has no field for the end user",
            "prompt_cache_key: Google caches prompts by itself",
            "cache_control: Google caches prompts by itself",
            "store: Google keeps no answers for later",
            "service_tier: Google has no such tier",
            "modalities: Google has no such modality",
            "stop: Google has at most 5 stop sequences",
            "seed: Google's seeds have 32 bits",
        ]
    );
    assert_eq!(
        sent.body["generationConfig"],
        json!({ "stopSequences": ["a", "b", "c", "d", "e"] })
    );
}

#[test]
fn sends_metadata_as_labels_as_far_as_they_may_be_so_written() {
    let mut request = hi();
    let metadata = json!({ "team": "a-1", "Team": "x", "note": "Hello there", "n": 1 });
    request.metadata = metadata.as_object().cloned();
    let sent = encode(request, OLD);
    assert_eq!(sent.body["labels"], json!({ "team": "a-1" }));
    let lost: Vec<&str> = sent.losses.iter().map(|loss| loss.split(':').next().unwrap()).collect();
    assert_eq!(lost, ["metadata.Team", "metadata.note", "metadata.n"]);
}

#[test]
fn leaves_out_what_the_policy_says_that_the_vendor_refuses() {
    let mut request = hi();
    request.metadata = json!({ "team": "a" }).as_object().cloned();
    request.service_tier = Some("flex".into());
    let mut vendor = vendor(OLD);
    vendor.quirks.unsupported = vec!["labels".into(), "serviceTier".into()];
    let sent = try_encode(request, &vendor).unwrap();
    assert_eq!((sent.body.get("labels"), sent.body.get("serviceTier")), (None, None));
    assert_eq!(
        sent.losses,
        ["metadata: the provider takes no labels", "service_tier: the provider has one tier"]
    );
}

#[test]
fn asks_for_speech_in_googles_voices() {
    let speech = |voice: &str, format: &str| {
        let mut request = hi();
        request.modalities = vec!["text".into(), "audio".into()];
        request.audio = Some(json!({ "voice": voice, "format": format }));
        let sent = encode(request, "gemini-2.5-flash-preview-tts");
        (sent.body["generationConfig"].clone(), sent.losses)
    };
    let (config, losses) = speech("Kore", "pcm16");
    assert_eq!(
        config,
        json!({
            "responseModalities": ["AUDIO"],
            "speechConfig": {
                "voiceConfig": { "prebuiltVoiceConfig": { "voiceName": "Kore" } },
            },
        })
    );
    assert_eq!(losses, ["modalities: Google gives a voice without its words"]);
    let (config, losses) = speech("alloy", "wav");
    assert_eq!(config, json!({ "responseModalities": ["AUDIO"] }));
    assert_eq!(
        losses[1..],
        ["audio.format: Google answers in pcm16 only", "audio.voice: Google has voices of its own"]
    );
}

fn thinking(request: Request, model: &str) -> (Value, Vec<String>) {
    let sent = encode(request, model);
    (sent.body["generationConfig"]["thinkingConfig"].clone(), sent.losses)
}

fn effort(effort: Effort) -> Request {
    let mut request = hi();
    request.reasoning = Some(Reasoning { effort: Some(effort), ..Reasoning::default() });
    request
}

#[test]
fn tells_each_model_how_hard_to_think_in_its_own_way() {
    let lossless = |asked: Effort, model: &str| {
        let (config, losses) = thinking(effort(asked), model);
        assert!(losses.is_empty(), "{losses:?}");
        config
    };
    assert_eq!(
        lossless(Effort::Low, OLD),
        json!({ "thinkingBudget": 1024, "includeThoughts": true })
    );
    assert_eq!(lossless(Effort::None, OLD), json!({ "thinkingBudget": 0 }));
    assert_eq!(
        lossless(Effort::High, "gemini-2.5-pro"),
        json!({ "thinkingBudget": 24576, "includeThoughts": true })
    );
    let flash = "gemini-3-flash-preview";
    assert_eq!(
        lossless(Effort::Minimal, flash),
        json!({ "thinkingLevel": "MINIMAL", "includeThoughts": true })
    );
    assert_eq!(
        lossless(Effort::High, flash),
        json!({ "thinkingLevel": "HIGH", "includeThoughts": true })
    );
    assert_eq!(
        lossless(Effort::Low, "gemini-3-pro-preview"),
        json!({ "thinkingLevel": "LOW", "includeThoughts": true })
    );
}

#[test]
fn takes_the_next_effort_that_a_model_has_and_tells_it() {
    for (asked, model, config, loss) in [
        (
            Effort::Medium,
            "gemini-3-pro-preview",
            json!({ "thinkingLevel": "HIGH", "includeThoughts": true }),
            "reasoning_effort: the model has no such effort: the next one was taken",
        ),
        (
            Effort::Max,
            "gemini-3.1-pro-preview",
            json!({ "thinkingLevel": "HIGH", "includeThoughts": true }),
            "reasoning_effort: the model has no such effort: the next one was taken",
        ),
        (
            Effort::None,
            "gemini-3.8-flash",
            json!({ "thinkingLevel": "LOW" }),
            "reasoning_effort: the model always thinks: as little as it can",
        ),
        (
            Effort::None,
            "gemini-2.5-pro",
            json!({ "thinkingBudget": 128 }),
            "reasoning_effort: the model always thinks: as little as it can",
        ),
    ] {
        assert_eq!(thinking(effort(asked), model), (config, vec![loss.to_owned()]), "{model}");
    }
}

#[test]
fn thinks_within_a_budget_and_shows_the_thoughts_to_those_who_see_them() {
    let mut request = hi();
    request.client = Dialect::Anthropic;
    request.reasoning =
        Some(Reasoning { enabled: Some(true), budget_tokens: Some(2048), ..Reasoning::default() });
    assert_eq!(
        thinking(request.clone(), OLD),
        (json!({ "thinkingBudget": 2048, "includeThoughts": true }), vec![])
    );
    let (config, losses) = thinking(request.clone(), "gemini-3-flash-preview");
    assert_eq!(config, json!({ "thinkingLevel": "MEDIUM", "includeThoughts": true }));
    assert_eq!(losses.len(), 1);
    request.reasoning = Some(Reasoning { adaptive: true, ..Reasoning::default() });
    assert_eq!(
        thinking(request.clone(), OLD).0,
        json!({ "thinkingBudget": -1, "includeThoughts": true })
    );
    request.reasoning = Some(Reasoning { enabled: Some(false), ..Reasoning::default() });
    assert_eq!(thinking(request, OLD).0, json!({ "thinkingBudget": 0 }));
}

#[test]
fn shows_the_thoughts_to_clients_of_responses_that_want_a_summary() {
    let mut request = effort(Effort::Low);
    request.client = Dialect::Responses;
    request.reasoning.as_mut().unwrap().summary = Some("auto".into());
    assert_eq!(
        thinking(request, OLD),
        (json!({ "thinkingBudget": 1024, "includeThoughts": true }), vec![])
    );
}

#[test]
fn does_not_ask_a_model_to_think_that_cannot() {
    let model = Vendor { reasons: false, ..vendor("gemini-2.0-flash") };
    let sent = try_encode(effort(Effort::Low), &model).unwrap();
    assert_eq!(sent.body["generationConfig"], json!({}));
    assert_eq!(sent.losses, ["reasoning_effort: the model does not think before it answers"]);
    assert!(try_encode(effort(Effort::None), &model).unwrap().losses.is_empty());
}
