//! What streams say, however they come.

use crate::fixtures::{
    CASES, CLIENTS, Meaning, STREAM, WHOLE, answer, decoder, heard, meaning, run, told,
};
use postern_dialect::Dialect;
use postern_dialect::chat::{Answer, Content, FinishReason};
use postern_event_stream::aws::Unframer;
use proptest::prelude::*;
use serde_json::Value;

/// Every vendor, client and case.
fn each(mut check: impl FnMut(Dialect, Dialect, &'static str)) {
    for vendor in Dialect::ALL {
        for client in CLIENTS {
            CASES.into_iter().for_each(|case| check(vendor, client, case));
        }
    }
}

#[test]
fn a_stream_means_what_the_whole_answer_means_in_every_dialect() {
    each(|vendor, client, case| {
        // A summary's pieces and its seal are several details there, and words besides: they have their own test.
        if (vendor, client, case) == (Dialect::Responses, Dialect::OpenAi, "thoughts") {
            return;
        }
        let streamed = heard(client, &told(vendor, client, case, true).output, true);
        let whole = heard(client, &told(vendor, client, case, false).output, false);
        let whole = without_late_tier(vendor, client, whole);
        let (streamed, whole) = match client {
            Dialect::OpenAi => (thoughts_first(streamed), thoughts_first(whole)),
            _ => (streamed, whole),
        };
        assert_eq!(streamed, whole, "{vendor:?} to {client:?}, {case}");
    });
}

/// A chat completion has no order of words, thoughts and calls; its stream has.
fn thoughts_first(mut answer: Answer) -> Answer {
    for choice in &mut answer.choices {
        choice.parts.sort_by_key(|part| match &part.content {
            Content::Reasoning(reasoned) => u8::from(reasoned.text.is_empty()),
            _ => 2,
        });
    }
    answer
}

/// Anthropic's streams say the tier at their beginning, where vendors that say it at the end have not said it yet.
fn without_late_tier(vendor: Dialect, client: Dialect, answer: Answer) -> Answer {
    match (vendor, client) {
        (Dialect::Responses, Dialect::Anthropic) => Answer { service_tier: None, ..answer },
        _ => answer,
    }
}

#[test]
fn a_client_of_chat_completions_is_given_the_same_details_of_thoughts_streamed_and_whole() {
    for vendor in Dialect::ALL.into_iter().filter(|vendor| *vendor != Dialect::OpenAi) {
        let streamed = told(vendor, Dialect::OpenAi, "thoughts", true).output;
        let data = streamed.lines().filter_map(|line| line.strip_prefix("data: {"));
        let deltas = data.map(|data| {
            let chunk: Value = serde_json::from_str(&format!("{{{data}")).unwrap();
            chunk.pointer("/choices/0/delta").cloned().unwrap_or_default()
        });
        let (mut words, mut details) = (String::new(), Vec::new());
        for delta in deltas {
            words += delta["reasoning_content"].as_str().unwrap_or_default();
            details.extend(delta["reasoning_details"].as_array().cloned().unwrap_or_default());
        }
        let whole: Value =
            serde_json::from_str(&told(vendor, Dialect::OpenAi, "thoughts", false).output).unwrap();
        let message = &whole["choices"][0]["message"];
        assert_eq!(message["reasoning_content"], words, "{vendor:?}");
        assert_eq!(message["reasoning_details"], Value::Array(details), "{vendor:?}");
    }
}

#[test]
fn what_the_client_hears_is_what_the_vendor_said() {
    each(|vendor, client, case| {
        for stream in [false, true] {
            let said = meaning(&heard(vendor, &answer(vendor, case, stream), stream));
            let told = told(vendor, client, case, stream);
            let heard = meaning(&heard(client, &told.output, stream));
            // Said in two ways at once: it has its own test.
            let twice = (vendor, client, case) == (Dialect::Responses, Dialect::OpenAi, "thoughts");
            let thoughts = if twice { said.thoughts.clone() } else { heard.thoughts };
            let heard = Meaning { thoughts, ..heard };
            assert_eq!(heard, said, "{vendor:?} to {client:?}, {case}, stream: {stream}");
            let usage = told
                .usage
                .map(|usage| (usage.input_tokens, usage.cached_input_tokens, usage.output_tokens));
            assert_eq!(usage, said.tokens, "{vendor:?} to {client:?}, {case}");
        }
    });
}

#[test]
fn the_fixtures_say_what_the_tests_are_about() {
    for vendor in Dialect::ALL {
        let said = |case| meaning(&heard(vendor, &answer(vendor, case, true), true));
        let text = said("text");
        assert_eq!((text.text.as_str(), text.finish), (WORDS, Some(FinishReason::Stop)));
        assert!(text.tokens.is_some_and(|(input, cached, output)| {
            (120..=127).contains(&input) && cached == 100 && output == 30
        }));
        let tools = said("tools");
        assert_eq!(tools.finish, Some(FinishReason::ToolCalls), "{vendor:?}");
        let arguments: Vec<_> = tools.calls.iter().map(|(_, _, arguments)| arguments).collect();
        assert_eq!(arguments, ARGUMENTS, "{vendor:?}");
        let thoughts = said("thoughts");
        assert_eq!(thoughts.finish, Some(FinishReason::Length), "{vendor:?}");
        assert_eq!(thoughts.text, WORDS);
        assert!(!thoughts.thoughts.is_empty(), "{vendor:?}");
    }
}

const WORDS: &str = "Grüße, “世界” 😀\n- done";

const ARGUMENTS: [&str; 3] =
    [r#"{"city":"Zürich","days":[1,2.50]}"#, r#"{"b":1,"a":{"z":null}}"#, "{}"];

#[test]
fn a_whole_answer_can_be_told_as_a_stream() {
    each(|vendor, client, case| {
        // A vendor that speaks the client's own dialect is taken at its word.
        if vendor == client {
            return;
        }
        let whole = answer(vendor, case, false);
        let outcome = run(decoder(vendor, client, true, WHOLE), [whole.as_str()]);
        assert_eq!(outcome.end, Ok(()));
        let streamed = heard(client, &told(vendor, client, case, true).output, true);
        let heard = without_late_tier(vendor, client, heard(client, &outcome.output, true));
        assert_eq!(heard, streamed, "{vendor:?} to {client:?}, {case}");
    });
}

#[test]
fn a_stream_may_be_cut_at_every_border_of_a_character() {
    each(|vendor, client, case| {
        let text = answer(vendor, case, true);
        let whole = run(decoder(vendor, client, true, STREAM), [text.as_str()]);
        let characters = text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]);
        let cut = run(decoder(vendor, client, true, STREAM), characters);
        assert_eq!(cut, whole, "{vendor:?} to {client:?}, {case}");
    });
}

#[test]
fn amazons_frames_are_cut_at_every_byte_and_come_out_as_the_same_events() {
    for case in ["text", "tools"] {
        let folder = env!("CARGO_MANIFEST_DIR");
        let path = format!("{folder}/tests/translate/answers/bedrock/{case}.bin");
        let frames = std::fs::read(path).unwrap();
        for cut in 0..frames.len() {
            let (first, second) = frames.split_at(cut);
            let mut unframer = Unframer::new(1 << 20);
            let text = unframer.push(first).unwrap() + &unframer.push(second).unwrap();
            assert_eq!(unframer.finish(), Ok(()));
            assert_eq!(text, answer(Dialect::Bedrock, case, true), "cut at {cut}");
        }
    }
}

/// Where to cut, between two characters.
fn cuts() -> impl Strategy<Value = Vec<prop::sample::Index>> {
    prop::collection::vec(any::<prop::sample::Index>(), 0..6)
}

fn pieces(text: &str, cuts: &[prop::sample::Index]) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(characters.len() + 1)).collect();
    at.extend([0, characters.len()]);
    at.sort_unstable();
    at.windows(2).map(|pair| characters[pair[0]..pair[1]].iter().collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn cutting_a_stream_changes_nothing(cuts in cuts(), end in any::<prop::sample::Index>()) {
        each(|vendor, client, case| {
            let text = answer(vendor, case, true);
            for text in [text.as_str(), &text[..text.floor_char_boundary(end.index(text.len()))]] {
                let whole = run(decoder(vendor, client, true, STREAM), [text]);
                let pieces = pieces(text, &cuts);
                let pieces = pieces.iter().map(String::as_str);
                let cut = run(decoder(vendor, client, true, STREAM), pieces);
                assert_eq!(cut, whole, "{vendor:?} to {client:?}, {case}: {text}");
            }
        });
    }

    #[test]
    fn cutting_a_whole_answer_changes_nothing(cuts in cuts()) {
        each(|vendor, client, case| {
            let text = answer(vendor, case, false);
            let whole = run(decoder(vendor, client, false, WHOLE), [text.as_str()]);
            let pieces = pieces(&text, &cuts);
            let cut = run(decoder(vendor, client, false, WHOLE), pieces.iter().map(String::as_str));
            assert_eq!(cut, whole, "{vendor:?} to {client:?}, {case}");
        });
    }
}
