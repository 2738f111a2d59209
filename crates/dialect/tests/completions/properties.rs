//! What holds of every text.

use postern_dialect::openai::completions::{decode, read};
use proptest::prelude::*;
use serde_json::json;

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_anything_panic(text in "\\PC{0,60}|[\\[\\]{}\":,\\\\a0\r\n ]{0,60}") {
        let _ = read(&text);
        let _ = decode(&text);
        let _ = decode(&format!(r#"{{"model":"m","prompt":{text}}}"#));
    }

    #[test]
    fn what_is_read_is_decoded(prompt in "\\PC{0,40}", cap in 1_u64..100, n in 1_u32..9) {
        let body = json!({ "prompt": prompt, "model": "m", "max_tokens": cap, "n": n }).to_string();
        let facts = read(&body).unwrap().facts;
        let (request, losses) = decode(&body).unwrap();
        prop_assert_eq!(facts.output_cap_tokens, request.max_output_tokens);
        prop_assert_eq!((facts.choices, facts.model), (request.choices, request.model));
        prop_assert!(losses.0.is_empty());
    }
}
