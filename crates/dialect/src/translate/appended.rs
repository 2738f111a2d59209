//! A conversation with two more turns: what the model has answered, and what the client says to it.

use crate::codec::Turns;
use crate::json::Scanner;
use crate::openai::read;
use crate::{Dialect, Operation, Span, codecs};
use serde_json::{Value, json};

/// The request with the answer to it and a further message of the user; the client's other bytes are kept. None if its dialect
/// has no further turns (legacy completions), or the conversation is kept at the vendor, which has that answer already.
pub fn appended(
    client: Dialect,
    operation: Operation,
    body: &str,
    answer: &str,
    message: &str,
) -> Option<String> {
    if operation != Operation::Chat {
        return None;
    }
    let Turns { field, kept_by } = codecs::client(client).turns.as_ref()?;
    let mut turns = Vec::new();
    // No dialect takes an empty message.
    if !answer.trim().is_empty() {
        turns.push(turn("assistant", answer));
    }
    turns.push(turn("user", message));
    if kept_by.is_some_and(|name| member(body, name).is_some()) {
        return None;
    }
    let span = member(body, field)?;
    let said = body.get(span.start as usize..span.end as usize)?;
    let with_turns = match said.strip_suffix(']') {
        Some(begun) => {
            let is_empty = begun.trim_end() == "[";
            format!("{begun}{}{}]", if is_empty { "" } else { "," }, turns.join(","))
        }
        // Responses: a text alone is a message of the user.
        None => {
            let Ok(Value::String(text)) = serde_json::from_str(said) else { return None };
            format!("[{},{}]", turn("user", &text), turns.join(","))
        }
    };
    let before = body.get(..span.start as usize)?;
    let after = body.get(span.end as usize..)?;
    Some(format!("{before}{with_turns}{after}"))
}

fn turn(role: &str, text: &str) -> String {
    json!({ "role": role, "content": text }).to_string()
}

/// The place of a member's value, unless it is null.
fn member(body: &str, name: &str) -> Option<Span> {
    let mut scanner = Scanner::new(body);
    read::enter(&mut scanner).ok()?;
    while let Some(key) = scanner.key().ok()? {
        let is_named = key.decode().is_some_and(|key| key == name);
        let value = scanner.skip().ok()?;
        if is_named {
            let said = body.get(value.start as usize..value.end as usize)?;
            return Some(value).filter(|_| said != "null");
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::appended;
    use crate::translate::read;
    use crate::{Dialect, Operation};
    use serde_json::{Value, json};

    const ANSWER: &str = "not \"JSON\"\n";
    const WRONG: &str = "It must be JSON.";

    #[test]
    fn a_conversation_goes_on_in_the_clients_dialect() {
        let turns = format!(
            r#"{{"role":"assistant","content":{}}},{{"role":"user","content":"{WRONG}"}}"#,
            json!(ANSWER)
        );
        for (client, before, said, after, first) in [
            (
                Dialect::OpenAi,
                r#"{ "messages" : "#,
                r#"[{"role":"user","content":"a ]"}"#,
                r#" ], "model":"m"}"#,
                ",",
            ),
            (
                Dialect::Anthropic,
                r#"{"model":"m","max_tokens":1,"messages":"#,
                r#"[{"role":"user","content":[{"type":"text","text":"a"}]}"#,
                "]}",
                ",",
            ),
            (
                Dialect::Responses,
                r#"{"model":"m","input":"#,
                r#"[{"role":"user","content":"a"}"#,
                "]}",
                ",",
            ),
        ] {
            let body = format!("{before}{said}{after}");
            let text = appended(client, Operation::Chat, &body, ANSWER, WRONG).unwrap();
            let space = after.find(']').unwrap();
            let (space, rest) = after.split_at(space);
            assert_eq!(text, format!("{before}{said}{space}{first}{turns}{rest}"));
            let facts = read(client, Operation::Chat, &text).unwrap().facts;
            assert_eq!(facts.texts, read(client, Operation::Chat, &body).unwrap().facts.texts + 2);
        }
    }

    #[test]
    fn a_text_alone_becomes_the_first_message() {
        let body = r#"{"input":"H\u00e9","model":"m"}"#;
        let text = appended(Dialect::Responses, Operation::Chat, body, ANSWER, WRONG).unwrap();
        let said: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(said["input"][0], json!({"role": "user", "content": "Hé"}));
        assert_eq!(said["input"][1], json!({"role": "assistant", "content": ANSWER}));
        assert_eq!(said["input"][2], json!({"role": "user", "content": WRONG}));
        assert!(read(Dialect::Responses, Operation::Chat, &text).is_ok());
    }

    #[test]
    fn a_silent_answer_has_no_turn() {
        let body = r#"{"model":"m","messages":[]}"#;
        let text = appended(Dialect::OpenAi, Operation::Chat, body, " \n", WRONG).unwrap();
        let expected =
            format!(r#"{{"model":"m","messages":[{{"role":"user","content":"{WRONG}"}}]}}"#);
        assert_eq!(text, expected);
    }

    #[test]
    fn what_has_no_further_turn_is_not_continued() {
        for (client, operation, body) in [
            (Dialect::OpenAi, Operation::Completions, r#"{"model":"m","prompt":"a"}"#),
            (Dialect::OpenAi, Operation::Embeddings, r#"{"model":"m","input":"a"}"#),
            (Dialect::OpenAi, Operation::Chat, r#"{"model":"m"}"#),
            (Dialect::Responses, Operation::Chat, r#"{"model":"m","prompt":{"id":"p"}}"#),
            (Dialect::Responses, Operation::Chat, r#"{"model":"m","input":null}"#),
            (
                Dialect::Responses,
                Operation::Chat,
                r#"{"model":"m","input":"a","conversation":"c"}"#,
            ),
        ] {
            assert_eq!(appended(client, operation, body, ANSWER, WRONG), None, "{body}");
        }
        let null = r#"{"model":"m","input":"a","conversation":null}"#;
        assert!(appended(Dialect::Responses, Operation::Chat, null, ANSWER, WRONG).is_some());
    }
}
