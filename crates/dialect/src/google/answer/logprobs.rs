//! The probabilities of the tokens: `LogprobsResult` of <https://ai.google.dev/api/generate-content#LogprobsResult>.

use super::wire::{LogprobsResult, Token};
use serde_json::{Value, json};

/// Converts them to OpenAI's objects.
pub(super) fn tokens(result: LogprobsResult) -> Vec<Value> {
    let mut top = result.top_candidates.unwrap_or_default().into_iter();
    let chosen = result.chosen_candidates.unwrap_or_default().into_iter();
    chosen
        .map(|token| {
            let alternatives = top.next().and_then(|top| top.candidates).unwrap_or_default();
            let mut object = object(&token);
            if let Value::Object(object) = &mut object {
                let top = alternatives.iter().map(self::object).collect();
                object.insert("top_logprobs".to_owned(), Value::Array(top));
            }
            object
        })
        .collect()
}

fn object(token: &Token) -> Value {
    json!({
        "token": token.token,
        "logprob": token.log_probability,
        "bytes": token.token.as_bytes(),
    })
}
