//! The probabilities of tokens, from chat's objects to the lists that completions have.

use serde::Serialize;
use serde_json::{Map, Value};

/// <https://platform.openai.com/docs/api-reference/completions/object#completions/object-choices>.
#[derive(Debug, Default, Serialize)]
pub(super) struct Probabilities {
    tokens: Vec<Value>,
    token_logprobs: Vec<Value>,
    top_logprobs: Vec<Map<String, Value>>,
    text_offset: Vec<usize>,
}

impl Probabilities {
    /// `at`: how many characters of the text stand before these tokens; moved on.
    pub fn of(tokens: Vec<Value>, at: &mut usize) -> Self {
        let mut lists = Probabilities::default();
        for mut token in tokens {
            let mut take = |key: &str| token.get_mut(key).map(Value::take).unwrap_or_default();
            let (text, logprob, top) = (take("token"), take("logprob"), take("top_logprobs"));
            lists.text_offset.push(*at);
            *at = at.saturating_add(text.as_str().map_or(0, |text| text.chars().count()));
            lists.tokens.push(text);
            lists.token_logprobs.push(logprob);
            lists.top_logprobs.push(alternatives(top));
        }
        lists
    }
}

fn alternatives(top: Value) -> Map<String, Value> {
    let Value::Array(top) = top else { return Map::new() };
    let one = |mut token: Value| {
        let logprob = token.get_mut("logprob").map(Value::take)?;
        Some((token.get("token")?.as_str()?.to_owned(), logprob))
    };
    top.into_iter().filter_map(one).collect()
}
