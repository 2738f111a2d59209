//! When an answer has begun: with the first of what the model has generated, and with nothing of what stands before it.

use crate::fixtures::{CASES, CLIENTS, STREAM, answer, decoder};
use postern_dialect::Dialect;

const VENDORS: [Dialect; 6] = [
    Dialect::OpenAi,
    Dialect::Responses,
    Dialect::Anthropic,
    Dialect::Bedrock,
    Dialect::Google,
    Dialect::Cohere,
];

/// How the model's words, thoughts and calls begin in the answers.
const FIRST: [&str; 6] = ["Grüße", "Two cities", "**Citie", "Both.", "\"Bo\"", "weather"];

#[test]
fn an_answer_begins_with_the_first_token_in_every_dialect() {
    for vendor in VENDORS {
        for case in CASES {
            let stream = answer(vendor, case, true);
            let events: Vec<&str> = stream.split_inclusive("\n\n").collect();
            let says = |event: &&str| FIRST.iter().any(|first| event.contains(first));
            let first = events.iter().position(says).unwrap();
            for client in CLIENTS {
                let mut decoder = decoder(vendor, client, true, STREAM);
                // A comment is no token.
                assert!(!decoder.push(": waiting\n\n").unwrap().begun);
                for (at, event) in events.iter().enumerate() {
                    let begun = decoder.push(event).unwrap().begun;
                    let case = format!("{vendor:?} to {client:?}, {case}: {event}");
                    assert_eq!(begun, at >= first, "{case}");
                }
            }
        }
    }
}

#[test]
fn a_call_is_a_beginning_without_words_before_it() {
    for vendor in [Dialect::OpenAi, Dialect::Anthropic, Dialect::Bedrock, Dialect::Google] {
        let stream = answer(vendor, "tools", true);
        let events = stream.split_inclusive("\n\n").filter(|event| !event.contains("Both."));
        let events: Vec<&str> = events.collect();
        let first = events.iter().position(|event| event.contains("weather")).unwrap();
        for client in CLIENTS {
            let mut decoder = decoder(vendor, client, true, STREAM);
            for (at, event) in events.iter().enumerate() {
                let begun = decoder.push(event).unwrap().begun;
                assert_eq!(begun, at >= first, "{vendor:?} to {client:?}: {event}");
            }
        }
    }
}

#[test]
fn an_error_before_the_first_token_is_no_beginning() {
    let errors = [
        (Dialect::OpenAi, "data: {\"error\":{\"message\":\"m\",\"type\":\"server_error\"}}\n\n"),
        (
            Dialect::Responses,
            "event: error\ndata: {\"type\":\"error\",\"sequence_number\":1,\"code\":\"server_error\",\"message\":\"m\",\"param\":null}\n\n",
        ),
        (
            Dialect::Anthropic,
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
        ),
        (Dialect::Bedrock, "event: throttlingException\ndata: {\"message\":\"m\"}\n\n"),
        (
            Dialect::Google,
            "data: {\"error\":{\"code\":503,\"message\":\"m\",\"status\":\"UNAVAILABLE\"}}\n\n",
        ),
        (
            Dialect::Cohere,
            "event: message-end\ndata: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"ERROR\"}}\n\n",
        ),
    ];
    for vendor in VENDORS {
        let (_, error) = errors.iter().find(|(of, _)| *of == vendor).unwrap();
        let stream = answer(vendor, "text", true);
        let events: Vec<&str> = stream.split_inclusive("\n\n").collect();
        let first = events.iter().position(|event| event.contains("Grüße")).unwrap();
        for client in CLIENTS {
            let mut decoder = decoder(vendor, client, true, STREAM);
            for event in &events[..first] {
                assert!(!decoder.push(event).unwrap().begun);
            }
            // Earlier output of the same chunk may come first.
            let failed = decoder.push(error).and_then(|decoded| {
                assert!(!decoded.begun, "{vendor:?} to {client:?}");
                decoder.finish()
            });
            let fault = failed.unwrap_err();
            assert!(fault.retryable, "{vendor:?} to {client:?}: {fault:?}");
        }
    }
}
