//! The cap on an answer: no client dialect lets one pass that is none, by whichever name it is written.

use postern_dialect::{Dialect, Operation, translate};
use postern_fault::Kind;
use serde_json::{Value, json};

/// A client's way to ask, and its own names for the cap.
const ASKED: [(Dialect, Operation, &str, &[&str]); 4] = [
    (
        Dialect::OpenAi,
        Operation::Chat,
        r#""messages":[{"role":"user","content":"hi"}]"#,
        &["max_tokens", "max_completion_tokens"],
    ),
    (Dialect::OpenAi, Operation::Completions, r#""prompt":"hi""#, &["max_tokens"]),
    (Dialect::Responses, Operation::Chat, r#""input":"hi""#, &["max_output_tokens"]),
    (
        Dialect::Anthropic,
        Operation::Chat,
        r#""messages":[{"role":"user","content":"hi"}]"#,
        &["max_tokens"],
    ),
];

/// Every spelling that some server obeys.
const SPELLINGS: [&str; 15] = [
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "max_new_tokens",
    "max_gen_len",
    "max_tokens_to_sample",
    "max_length",
    "n_predict",
    "num_predict",
    "maxTokens",
    "maxOutputTokens",
    "MaxTokens",
    "maxTokenCount",
    "max-tokens",
    "Max_Tokens",
];

/// What is no cap.
fn no_caps() -> [(&'static str, Value); 9] {
    [
        ("negative", json!(-1)),
        ("most negative", json!(i64::MIN)),
        ("fraction", json!(1.5)),
        ("whole fraction", json!(1.0)),
        ("string", json!("100")),
        ("boolean", json!(true)),
        ("array", json!([100])),
        ("object", json!({ "value": 100 })),
        ("zero", json!(0)),
    ]
}

fn refusal(client: Dialect, operation: Operation, body: &str) -> (Option<String>, Option<String>) {
    let fault = translate::read(client, operation, body)
        .map(|read| read.facts)
        .expect_err(&format!("{client:?} {operation:?} takes {body}"));
    assert_eq!(fault.kind, Kind::InvalidRequest, "{body}");
    assert_eq!(translate::error::status(client, &fault), 400, "{body}");
    assert!(translate::error::body(client, &fault).contains("must be") || fault.code.is_some());
    (fault.param, fault.code)
}

#[test]
fn a_cap_that_is_none_is_refused_by_its_name_in_every_dialect() {
    for (client, operation, said, own) in ASKED {
        for spelling in SPELLINGS {
            for (what, value) in no_caps() {
                let is_own = own.contains(&spelling);
                // Anthropic's own way to fill the prompt cache.
                if (client, is_own, what) == (Dialect::Anthropic, true, "zero") {
                    continue;
                }
                let body = format!(r#"{{"model":"m",{said},"{spelling}":{value}}}"#);
                let (param, code) = refusal(client, operation, &body);
                let named = param.unwrap_or_default();
                let is_other = own.iter().any(|own| own.eq_ignore_ascii_case(&named));
                assert!(named == spelling || is_other, "{body}: {named}");
                if !is_own {
                    assert_eq!(code.as_deref(), Some("unknown_parameter"), "{body}");
                }
            }
        }
    }
}

#[test]
fn a_number_too_large_for_any_cap_is_refused() {
    for (client, operation, said, own) in ASKED {
        for name in own {
            for huge in ["18446744073709551616", "1e30", "99999999999999999999999999999999"] {
                let body = format!(r#"{{"model":"m",{said},"{name}":{huge}}}"#);
                assert_eq!(refusal(client, operation, &body).0.as_deref(), Some(*name), "{body}");
            }
        }
    }
}

#[test]
fn another_dialects_name_for_the_cap_is_refused_whatever_it_says() {
    for (client, operation, said, own) in ASKED {
        for spelling in SPELLINGS.iter().filter(|spelling| !own.contains(spelling)) {
            let body = format!(r#"{{"model":"m",{said},"{}":9,"{spelling}":9}}"#, own[0]);
            let (_, code) = refusal(client, operation, &body);
            assert_eq!(code.as_deref(), Some("unknown_parameter"), "{body}");
        }
    }
}

#[test]
fn null_is_no_cap_by_any_name() {
    for (client, operation, said, own) in ASKED {
        for spelling in ["max_new_tokens", "n_predict", own[own.len() - 1]] {
            if client == Dialect::Anthropic && own.contains(&spelling) {
                continue;
            }
            let cap = if client == Dialect::Anthropic { r#""max_tokens":9,"# } else { "" };
            let body = format!(r#"{{"model":"m",{cap}{said},"{spelling}":null}}"#);
            translate::read(client, operation, &body).unwrap_or_else(|fault| panic!("{fault}"));
        }
    }
}

#[test]
fn what_multiplies_answers_is_a_whole_number_of_at_least_one() {
    for (client, operation, said, own) in ASKED {
        for name in ["n", "best_of"] {
            for (_, value) in no_caps() {
                let cap = format!(r#""{}":9,"#, own[0]);
                let body = format!(r#"{{"model":"m",{cap}{said},"{name}":{value}}}"#);
                assert_eq!(refusal(client, operation, &body).0.as_deref(), Some(name), "{body}");
            }
            let body = format!(r#"{{"model":"m","{}":9,{said},"{name}":3}}"#, own[0]);
            let facts = translate::read(client, operation, &body).unwrap().facts;
            assert_eq!(facts.answers, 3, "{body}");
        }
    }
}

#[test]
fn each_prompt_has_its_answers() {
    for (prompt, answers) in [
        (json!("a"), 4),
        (json!(["a"]), 4),
        (json!(["a", "b", "c"]), 12),
        (json!([1, 2, 3]), 4),
        (json!([[1, 2], [3]]), 8),
    ] {
        let body = json!({ "model": "m", "prompt": prompt, "n": 2, "best_of": 4 }).to_string();
        let facts = translate::read(Dialect::OpenAi, Operation::Completions, &body).unwrap().facts;
        assert_eq!((facts.answers, facts.choices), (answers, answers / 2), "{body}");
    }
}

#[test]
fn no_answer_is_asked_of_anthropics_dialect_alone() {
    let body = r#"{"model":"m","max_tokens":0,"messages":[{"role":"user","content":"hi"}]}"#;
    let facts = translate::read(Dialect::Anthropic, Operation::Chat, body).unwrap().facts;
    assert_eq!(facts.output_cap_tokens, Some(0));
    for wire in Dialect::ALL {
        let vendor = postern_dialect::Vendor::new(wire, "m");
        let encoded = translate::encode(&vendor, &facts, body);
        if wire == Dialect::Anthropic {
            assert!(encoded.is_ok());
            continue;
        }
        let fault = encoded.expect_err(&format!("{wire:?} is asked for no answer"));
        assert_eq!(fault.param.as_deref(), Some("max_tokens"), "{wire:?}");
    }
}
