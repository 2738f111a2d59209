//! What the hub can say, a dialect that is both a client's and a vendor's keeps.

use crate::fixtures::{encode, vendor};
use crate::hub::{requests, without_paths};
use postern_dialect::chat::{Losses, Request};
use postern_dialect::{Wire, anthropic, openai, responses};
use proptest::prelude::*;

fn decode(wire: Wire, body: &str) -> (Request, Losses) {
    let decoded = match wire {
        Wire::Responses => responses::decode(body),
        Wire::Anthropic => anthropic::decode(body),
        _ => openai::decode(body),
    };
    decoded.unwrap_or_else(|fault| panic!("{fault}: {body}"))
}

/// Nothing of these requests has to be lost, so nothing is.
fn comes_back(wire: Wire, asked: Request) {
    let (body, lost) = encode(asked.clone(), &vendor(wire)).unwrap();
    assert_eq!(lost, Vec::<String>::new(), "{body}");
    let (decoded, losses) = decode(wire, &body);
    assert_eq!(losses, Losses::default(), "{body}");
    assert_eq!(without_paths(decoded), asked, "{body}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_request_said_in_chat_completions_is_read_as_it_was_meant(asked in requests(Wire::OpenAi)) {
        comes_back(Wire::OpenAi, asked);
    }

    #[test]
    fn a_request_said_in_responses_is_read_as_it_was_meant(asked in requests(Wire::Responses)) {
        comes_back(Wire::Responses, asked);
    }

    #[test]
    fn a_request_said_in_messages_is_read_as_it_was_meant(asked in requests(Wire::Anthropic)) {
        comes_back(Wire::Anthropic, asked);
    }
}
