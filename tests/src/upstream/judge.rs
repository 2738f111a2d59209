//! A model that is asked for its opinion on a text. A word in the text says what it does.

use super::answers;
use super::script::{Script, Step};
use serde_json::Value;

/// What the model says besides its opinion, which no client and no log may ever see.
pub const OPINION: &str = "since I am quite sure of it";

/// Answers a question of the gateway's.
pub(super) fn script(model: &str, body: &Value) -> Script {
    let asked = body["messages"][1]["content"].as_str().unwrap_or_default();
    let asked: Value = serde_json::from_str(asked).unwrap_or_default();
    let Some(text) = asked["text"].as_str() else {
        return Script::refusal(400, "invalid_request_error", "the text is no JSON");
    };
    let is_short = body["max_tokens"].as_u64().is_some_and(|cap| cap <= 16);
    if !is_short || body["temperature"] != 0 || body["stream"] == true {
        return Script::refusal(400, "invalid_request_error", "a question wants one word");
    }
    let says = |word: &str| {
        let message = answers::message(&format!("{word}, {OPINION}"));
        Script::json(answers::completion(model, &message, "stop"))
    };
    let does = |word: &str| text.contains(&format!("({word})"));
    match () {
        () if does("agree") => says("Yes"),
        () if does("disagree") => says("no"),
        () if does("unclear") => says("It depends"),
        () if does("silent") => Script::headless(Step::Silence),
        () if does("broken") => Script::headless(Step::Cut),
        () if does("failing") => Script::refusal(500, "server_error", OPINION),
        // An opinion on any text, and the same one each time.
        () if text.len().is_multiple_of(2) => says("YES"),
        () => says("No"),
    }
}
