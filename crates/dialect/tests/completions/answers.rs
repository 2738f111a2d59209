//! Answers: <https://platform.openai.com/docs/api-reference/completions/object>.

use postern_dialect::chat::{
    Answer, Choice, Content, Event, FinishReason, Part, Reasoned, ToolCall,
};
use postern_dialect::openai::completions::Writer;
use postern_dialect::{Context, Usage, WriteAnswer};
use serde_json::{Value, json};

fn context(usage_in_stream: bool) -> Context {
    Context {
        request_id: "r1".into(),
        unix_s: 1_700_000_000,
        model: "vendors-name".into(),
        usage_in_stream,
        ..Context::default()
    }
}

fn choice(contents: Vec<Content>, reason: FinishReason) -> Choice {
    let parts = contents.into_iter().map(|content| Part::new("", content)).collect();
    Choice { parts, logprobs: Vec::new(), finish: Some(reason.into()) }
}

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn usage() -> Usage {
    Usage {
        input_tokens: 7,
        cached_input_tokens: 4,
        output_tokens: 5,
        reasoning_tokens: 2,
        ..Usage::default()
    }
}

fn answer(choices: Vec<Choice>) -> Answer {
    Answer { choices, usage: Some(usage()), ..Answer::default() }
}

fn whole(answer: Answer) -> Value {
    serde_json::from_str(&Writer::new(context(false)).whole(answer)).unwrap()
}

/// The data of the events, `[DONE]` as null.
fn streamed(answer: Answer, usage_in_stream: bool) -> Vec<Value> {
    let mut writer = Writer::new(context(usage_in_stream));
    let mut out = String::new();
    answer.into_events().into_iter().for_each(|event| writer.event(event, &mut out));
    assert!(out.ends_with("data: [DONE]\n\n"));
    let data = out.split_terminator("\n\n").map(|event| event.strip_prefix("data: ").unwrap());
    data.map(|data| serde_json::from_str(data).unwrap_or_default()).collect()
}

#[test]
fn a_whole_answer_is_a_text_completion() {
    let thought = Content::Reasoning(Reasoned { text: "hm".into(), ..Reasoned::default() });
    let said = answer(vec![
        choice(vec![thought, text("a"), text("b")], FinishReason::Stop),
        choice(vec![Content::Refusal("no".into())], FinishReason::Refusal),
    ]);
    assert_eq!(
        whole(said),
        json!({
            "id": "cmpl-r1", "object": "text_completion", "created": 1_700_000_000, "model": "vendors-name",
            "choices": [
                { "text": "ab", "index": 0, "logprobs": null, "finish_reason": "stop" },
                { "text": "no", "index": 1, "logprobs": null, "finish_reason": "content_filter" },
            ],
            "usage": {
                "prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12,
                "prompt_tokens_details": { "cached_tokens": 4 },
                "completion_tokens_details": { "reasoning_tokens": 2 },
            },
        })
    );
}

#[test]
fn what_the_vendor_says_of_itself_holds() {
    let said = Answer {
        id: "x".into(),
        model: "m".into(),
        created_unix_s: Some(3),
        usage: None,
        ..answer(vec![choice(vec![], FinishReason::Length)])
    };
    let expected = json!({
        "id": "x", "object": "text_completion", "created": 3, "model": "m",
        "choices": [{ "text": "", "index": 0, "logprobs": null, "finish_reason": "length" }],
    });
    assert_eq!(whole(said.clone()), expected);
    assert_eq!(streamed(said, false)[0], expected);
}

#[test]
fn a_stream_says_what_the_whole_answer_says() {
    let said = answer(vec![
        choice(vec![text("a"), text("b")], FinishReason::Stop),
        choice(vec![text("c")], FinishReason::Length),
    ]);
    let chunks = streamed(said.clone(), true);
    let whole = whole(said);
    for index in 0..2 {
        let of_choice = chunks.iter().filter_map(|chunk| chunk["choices"].as_array());
        let of_choice: Vec<&Value> =
            of_choice.flatten().filter(|choice| choice["index"] == index).collect();
        let text: String =
            of_choice.iter().map(|choice| choice["text"].as_str().unwrap()).collect();
        let expected = &whole["choices"][usize::try_from(index).unwrap()];
        assert_eq!(expected["text"], text);
        assert_eq!(of_choice.last().unwrap()["finish_reason"], expected["finish_reason"]);
        let reasons = of_choice.iter().filter(|choice| !choice["finish_reason"].is_null());
        assert_eq!(reasons.count(), 1);
    }
    let [.., last, done] = chunks.as_slice() else { panic!() };
    assert_eq!((&last["usage"], &last["choices"]), (&whole["usage"], &json!([])));
    assert!(done.is_null());
}

#[test]
fn usage_is_said_only_where_it_was_asked_for_and_once() {
    let said = || answer(vec![choice(vec![text("a")], FinishReason::Stop)]);
    assert!(streamed(said(), false).iter().all(|chunk| chunk.get("usage").is_none()));
    let asked = streamed(said(), true);
    let usages: Vec<bool> =
        asked[..asked.len() - 1].iter().map(|chunk| chunk["usage"].is_object()).collect();
    assert_eq!(usages, [false, false, true]);
    assert!(asked[0].as_object().unwrap().contains_key("usage"));
}

#[test]
fn only_words_are_written() {
    let call = ToolCall { id: "1".into(), name: "f".into(), arguments: "{}".into(), custom: false };
    let thought = Content::Reasoning(Reasoned { text: "hm".into(), ..Reasoned::default() });
    let said =
        answer(vec![choice(vec![thought, Content::ToolCall(call)], FinishReason::ToolCalls)]);
    let chunks = streamed(said, false);
    assert_eq!(chunks.len(), 2);
    assert_eq!(chunks[0]["choices"][0]["text"], "");
    assert_eq!(chunks[0]["choices"][0]["finish_reason"], "stop");
}

#[test]
fn probabilities_are_told_as_completions_have_them() {
    let token = |token: &str, logprob: f64| {
        json!({ "token": token, "logprob": logprob, "bytes": null,
            "top_logprobs": [{ "token": token, "logprob": logprob, "bytes": null }] })
    };
    let mut one = choice(vec![text("üb")], FinishReason::Stop);
    one.logprobs = vec![token("ü", -0.5), token("b", -1.5)];
    let expected = json!({
        "text_offset": [0, 1], "token_logprobs": [-0.5, -1.5], "tokens": ["ü", "b"],
        "top_logprobs": [{ "ü": -0.5 }, { "b": -1.5 }],
    });
    assert_eq!(whole(answer(vec![one.clone()]))["choices"][0]["logprobs"], expected);
    let mut writer = Writer::new(context(false));
    let mut out = String::new();
    for logprob in one.logprobs {
        out.clear();
        writer.event(Event::Logprobs(0, vec![logprob]), &mut out);
    }
    assert!(out.contains(r#""text_offset":[1]"#), "{out}");
}
