//! From a vendor's answer to the hub.

use crate::{collect, events, read};
use postern_dialect::chat::{Annotation, Answer, Content, Event, FinishReason, Kind, Sealed};
use postern_dialect::{Dialect, Usage, openai};
use postern_fault::Kind as FaultKind;

fn whole(body: &str) -> Answer {
    openai::read_whole(body).unwrap()
}

/// One chunk of one choice.
fn delta(delta: &str) -> String {
    format!(r#"{{"id":"c","model":"m","created":7,"choices":[{{"index":0,"delta":{delta}}}]}}"#)
}

fn finish(reason: &str) -> String {
    format!(r#"{{"id":"c","choices":[{{"index":0,"delta":{{}},"finish_reason":"{reason}"}}]}}"#)
}

fn stream(deltas: &[&str], reason: &str) -> Answer {
    let mut data: Vec<String> = deltas.iter().map(|said| delta(said)).collect();
    data.push(finish(reason));
    data.push("[DONE]".to_owned());
    read(&data.iter().map(String::as_str).collect::<Vec<_>>())
}

fn message(message: &str, reason: &str) -> Answer {
    whole(&format!(
        r#"{{"id":"c","model":"m","created":7,"choices":[{{"index":0,"message":{message},"finish_reason":"{reason}"}}]}}"#
    ))
}

fn check(cases: impl IntoIterator<Item = (Vec<&'static str>, &'static str, &'static str)>) {
    for (deltas, whole, reason) in cases {
        assert_eq!(stream(&deltas, reason), message(whole, reason), "{whole}");
    }
}

#[test]
fn a_stream_of_words_and_calls_says_what_the_whole_answer_says() {
    check([
        (
            vec![
                r#"{"role":"assistant","content":""}"#,
                r#"{"content":"Hel"}"#,
                r#"{"content":"lo"}"#,
            ],
            r#"{"role":"assistant","content":"Hello","refusal":null}"#,
            "stop",
        ),
        (
            vec![
                r#"{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}"#,
                r#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]}"#,
                r#"{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}"#,
                r#"{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]}"#,
            ],
            r#"{"content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]}"#,
            "tool_calls",
        ),
        (
            vec![r#"{"refusal":"I "}"#, r#"{"refusal":"cannot."}"#],
            r#"{"content":null,"refusal":"I cannot."}"#,
            "stop",
        ),
    ]);
}

#[test]
fn a_stream_of_thoughts_sound_and_custom_calls_says_what_the_whole_answer_says() {
    check([
        (
            vec![
                r#"{"reasoning_content":"Hm"}"#,
                r#"{"reasoning_content":"m."}"#,
                r#"{"content":"Yes"}"#,
            ],
            r#"{"reasoning_content":"Hmm.","content":"Yes"}"#,
            "length",
        ),
        (
            vec![
                r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]}]}"#,
                r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"m."}]}]}"#,
                r#"{"content":"Yes"}"#,
            ],
            r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hmm."}]},{"type":"text","text":"Yes"}]}"#,
            "stop",
        ),
        (
            vec![
                r#"{"audio":{"id":"au","transcript":"Hi"}}"#,
                r#"{"audio":{"data":"AAAA"}}"#,
                r#"{"audio":{"transcript":"!","data":"BBBB"}}"#,
            ],
            r#"{"content":null,"audio":{"id":"au","data":"AAAABBBB","transcript":"Hi!"}}"#,
            "stop",
        ),
        (
            vec![
                r#"{"tool_calls":[{"index":0,"id":"a","type":"custom","custom":{"name":"sh","input":"l"}}]}"#,
                r#"{"tool_calls":[{"index":0,"custom":{"input":"s"}}]}"#,
            ],
            r#"{"tool_calls":[{"id":"a","type":"custom","custom":{"name":"sh","input":"ls"}}]}"#,
            "tool_calls",
        ),
    ]);
}

#[test]
fn calls_behind_which_the_vendor_says_stop_are_to_be_made() {
    let call = r#"{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]}"#;
    for reason in ["stop", "tool_calls", "function_call", "eos_token"] {
        let answer = message(call, reason);
        let finish = answer.choices[0].finish.clone().unwrap();
        assert_eq!(finish.reason, FinishReason::ToolCalls, "{reason}");
    }
    let cut = message(call, "length").choices[0].finish.clone().unwrap();
    assert_eq!(cut.reason, FinishReason::Length);
}

#[test]
fn every_word_for_an_end_is_known_or_kept() {
    for (word, reason, detail) in [
        ("stop", FinishReason::Stop, None),
        ("length", FinishReason::Length, None),
        ("content_filter", FinishReason::ContentFilter, None),
        ("model_length", FinishReason::ContextFull, None),
        ("SPII", FinishReason::ContentFilter, Some("SPII")),
        ("insufficient_system_resource", FinishReason::Other, Some("insufficient_system_resource")),
    ] {
        let finish = message(r#"{"content":"x"}"#, word).choices[0].finish.clone().unwrap();
        assert_eq!((finish.reason, finish.detail.as_deref()), (reason, detail));
    }
    let refused = message(r#"{"refusal":"no"}"#, "stop").choices[0].finish.clone().unwrap();
    assert_eq!(refused.reason, FinishReason::Refusal);
}

#[test]
fn calls_are_told_apart_without_indexes_and_by_ids_where_indexes_repeat() {
    let calls = |deltas: &[&str]| -> Vec<(String, String)> {
        let parts = stream(deltas, "tool_calls").choices.remove(0).parts;
        let call = |content| match content {
            Content::ToolCall(call) => (call.id, call.arguments),
            other => panic!("{other:?}"),
        };
        parts.into_iter().map(|part| call(part.content)).collect()
    };
    let both = [("a".to_owned(), "{}".to_owned()), ("b".to_owned(), "[1]".to_owned())];
    for deltas in [
        [
            r#"{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]}"#,
            r#"{"tool_calls":[{"id":"b","function":{"name":"f","arguments":"["}}]}"#,
            r#"{"tool_calls":[{"function":{"arguments":"1]"}}]}"#,
        ],
        [
            r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}"#,
            r#"{"tool_calls":[{"index":0,"id":"b","function":{"name":"f","arguments":"["}}]}"#,
            r#"{"tool_calls":[{"index":0,"id":"b","function":{"arguments":"1]"}}]}"#,
        ],
        [
            r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f"}},{"index":1,"id":"b"}]}"#,
            r#"{"tool_calls":[{"index":1,"function":{"arguments":"["}}]}"#,
            r#"{"tool_calls":[{"index":0,"function":{"arguments":"{}"}},{"index":1,"id":"","function":{"name":"f","arguments":"1]"}}]}"#,
        ],
    ] {
        assert_eq!(calls(&deltas), both, "{deltas:?}");
    }
}

#[test]
fn a_call_without_an_id_is_given_one_and_arguments_may_be_json_itself() {
    let answer = message(
        r#"{"tool_calls":[{"function":{"name":"f","arguments":{"b":1,"a":2}}},{"function":{"name":"g"}}]}"#,
        "stop",
    );
    let parts = &answer.choices[0].parts;
    let Content::ToolCall(first) = &parts[0].content else { panic!() };
    assert_eq!((first.id.as_str(), first.arguments.as_str()), ("call_c_0_0", r#"{"b":1,"a":2}"#));
    let Content::ToolCall(second) = &parts[1].content else { panic!() };
    assert_eq!((second.id.as_str(), second.arguments.as_str()), ("call_c_0_1", ""));
}

#[test]
fn the_pieces_of_a_call_that_had_ended_fault_instead_of_being_lost() {
    let first =
        delta(r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]}"#);
    let second =
        delta(r#"{"tool_calls":[{"index":1,"id":"b","function":{"name":"f","arguments":"{}"}}]}"#);
    let late = delta(r#"{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}"#);
    let fault = events(&[&first, &second, &late]).unwrap_err();
    assert_eq!(fault.kind, FaultKind::UpstreamInvalid);
}

#[test]
fn the_latest_usage_holds_wherever_it_is_said() {
    let usage = |prompt: u64, completion: u64| {
        format!(r#""usage":{{"prompt_tokens":{prompt},"completion_tokens":{completion}}}"#)
    };
    let chunk = |members: &str| {
        format!(
            r#"{{"id":"c","choices":[{{"index":0,"delta":{{"content":"x"}},"finish_reason":"stop"}}],{members}}}"#
        )
    };
    let alone = |members: &str| format!(r#"{{"id":"c","choices":[],{members}}}"#);
    for data in [
        vec![chunk(r#""usage":null"#), alone(&usage(9, 5))],
        vec![chunk(&usage(9, 1)), chunk(&usage(9, 5))],
        vec![chunk(&format!(r#""x_groq":{{{}}}"#, usage(9, 5)))],
        vec![chunk(&usage(9, 5)), alone(r#""usage":{"odd":1}"#)],
    ] {
        let data: Vec<&str> = data.iter().map(String::as_str).collect();
        let usage = read(&data).usage.unwrap();
        assert_eq!((usage.input_tokens, usage.output_tokens), (9, 5), "{data:?}");
    }
}

#[test]
fn every_count_of_the_usage_is_kept() {
    let answer = whole(
        r#"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,
            "prompt_tokens_details":{"cached_tokens":40,"cache_write_tokens":20,"audio_tokens":10},
            "completion_tokens_details":{"reasoning_tokens":30,"audio_tokens":5}}}"#,
    );
    let expected = Usage {
        input_tokens: 100,
        cached_input_tokens: 40,
        cache_write_tokens: 20,
        output_tokens: 50,
        reasoning_tokens: 30,
        audio_input_tokens: 10,
        audio_output_tokens: 5,
        estimated: false,
    };
    assert_eq!(answer.usage, Some(expected));
    let deepseek = whole(
        r#"{"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":10,"completion_tokens":1,"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":6}}"#,
    );
    assert_eq!(deepseek.usage.unwrap().cached_input_tokens, 4);
}

#[test]
fn azures_first_chunk_about_the_prompt_is_no_head() {
    let first = r#"{"id":"","model":"","created":0,"object":"","choices":[],"prompt_filter_results":[{"prompt_index":0}]}"#;
    let answer = read(&[first, &delta(r#"{"content":"x"}"#), &finish("stop"), "[DONE]"]);
    assert_eq!((answer.id.as_str(), answer.model.as_str()), ("c", "m"));
    assert_eq!(answer.created_unix_s, Some(7));
}

#[test]
fn several_choices_probabilities_tier_and_citations_are_kept() {
    let answer = read(&[
        r#"{"id":"c","model":"m","service_tier":"flex","choices":[{"index":1,"delta":{"content":"b"},"logprobs":{"content":[{"token":"b","logprob":-1.5}]}},{"index":0,"delta":{"content":"a"}}]}"#,
        r#"{"id":"c","service_tier":"flex","choices":[{"index":0,"delta":{"annotations":[{"type":"url_citation","url_citation":{"url":"https://x.test","title":"X","start_index":0,"end_index":1}}]},"finish_reason":"stop"},{"index":1,"delta":{},"finish_reason":"stop","stop_reason":"END"}]}"#,
        "[DONE]",
    ]);
    assert_eq!(answer.service_tier.as_deref(), Some("flex"));
    assert_eq!(answer.choices[1].logprobs[0]["logprob"], -1.5);
    let stop = answer.choices[1].finish.as_ref().unwrap().stop_sequence.as_deref();
    assert_eq!(stop, Some("END"));
    let Annotation { url, range, .. } = &answer.choices[0].parts[0].annotations[0];
    assert_eq!((url.as_deref(), *range), (Some("https://x.test"), Some((0, 1))));
}

#[test]
fn emoji_that_were_cut_between_two_events_do_not_break_the_answer() {
    let answer = stream(
        &[r#"{"content":"a\ud83d"}"#, r#"{"content":"\ude00 \\ud83d \ud83d\ude00"}"#],
        "stop",
    );
    let Content::Text(text) = &answer.choices[0].parts[0].content else { panic!() };
    assert_eq!(text, "a\u{fffd}\u{fffd} \\ud83d 😀");
}

#[test]
fn thoughts_bear_the_name_of_their_field_as_a_seal() {
    for (said, field) in [
        (r#"{"reasoning_content":"Hm","content":"x"}"#, "reasoning_content"),
        (r#"{"reasoning":"Hm","content":"x"}"#, "reasoning"),
        (r#"{"reasoning":"Hm","reasoning_content":"Hm","content":"x"}"#, "reasoning_content"),
        (
            r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]},{"type":"text","text":"x"}]}"#,
            "thinking",
        ),
    ] {
        let parts = message(said, "stop").choices.remove(0).parts;
        let Content::Reasoning(thought) = &parts[0].content else { panic!("{parts:?}") };
        let seal = Sealed { maker: Dialect::OpenAi, id: None, data: field.into() };
        assert_eq!((thought.text.as_str(), &thought.sealed), ("Hm", &Some(seal)));
        assert_eq!(parts.len(), 2);
    }
}

#[test]
fn parts_end_before_the_next_ones_begin_and_done_is_the_last() {
    let data = [
        delta(r#"{"reasoning":"a"}"#),
        delta(r#"{"content":"b"}"#),
        delta(r#"{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"}}]}"#),
        finish("tool_calls"),
    ];
    let seen = events(&data.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    let mut open = None;
    for event in &seen {
        match event {
            Event::Begun(slot, kind) => {
                assert_eq!(open.replace(*slot), None, "{kind:?}");
                assert!(!matches!(kind, Kind::Whole(_)));
            }
            Event::Ended(slot) => assert_eq!(open.take(), Some(*slot)),
            Event::Delta(slot, _) => assert_eq!(open, Some(*slot)),
            _ => {}
        }
    }
    assert_eq!((open, seen.last()), (None, Some(&Event::Done)));
    assert_eq!(collect(seen).choices[0].parts.len(), 3);
}

#[test]
fn what_is_no_answer_is_never_an_empty_success() {
    for body in [
        "",
        "{",
        "[]",
        "7",
        "{}",
        "hunter2",
        r#"{"choices":null}"#,
        r#"{"choices":[]}"#,
        r#"{"choices":[{}]}"#,
        r#"{"choices":[7]}"#,
        r#"{"choices":[{"message":"hunter2"}]}"#,
        r#"{"choices":{"a":1}}"#,
    ] {
        let fault = openai::read_whole(body).unwrap_err();
        assert_eq!(fault.kind, FaultKind::UpstreamInvalid, "{body}");
        assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");
    }
    let chunk = delta(r#"{"content":"x"}"#);
    for data in [vec![], vec!["[DONE]"], vec![chunk.as_str()], vec!["{"], vec![r#"{"choices":[]}"#]]
    {
        assert_eq!(events(&data).unwrap_err().kind, FaultKind::UpstreamInvalid, "{data:?}");
    }
}

#[test]
fn an_error_instead_of_an_answer_or_of_its_rest_is_told_as_what_it_is() {
    let error = r#"{"error":{"message":"slow down","type":"rate_limit_error"}}"#;
    assert_eq!(openai::read_whole(error).unwrap_err().kind, FaultKind::RateLimited);
    let chunk = delta(r#"{"content":"x"}"#);
    assert_eq!(events(&[&chunk, error]).unwrap_err().kind, FaultKind::RateLimited);
    let of_choice = r#"{"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error","error":{"code":502,"message":"x"}}]}"#;
    assert_eq!(events(&[of_choice]).unwrap_err().kind, FaultKind::UpstreamFailed);
}
