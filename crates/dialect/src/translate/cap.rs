//! A cap on the answer for a request that names none.

use crate::json::Scanner;
use crate::openai::read;
use crate::{Dialect, Facts, Operation, Span, Vendor, anthropic, codecs};

/// The request with a cap on each of its answers, as the first member. None if its dialect has no field for a cap, or requires
/// one of the client.
///
/// `reasons`: the model thinks first; OpenAI's thinking models take only the newer name.
pub fn capped(
    facts: &Facts,
    body: &str,
    cap_tokens: u64,
    reasons: bool,
) -> Option<(Facts, String)> {
    if facts.operation != Operation::Chat {
        return None;
    }
    let fields = match codecs::client(facts.client).cap_fields {
        [.., newest] if reasons => std::slice::from_ref(newest),
        [] => return None,
        fields => fields,
    };
    let (said, cap_start, longer) = said(body, fields, cap_tokens)?;
    let Span { start, end } = facts.model_span;
    // What stands after the cap moves by the difference between the cap's length and that of the null it replaces.
    let moved = |at: u32| if at < cap_start { Some(at) } else { at.checked_add(longer) };
    let model_span = Span { start: moved(start)?, end: moved(end)? };
    let facts = Facts { model_span, output_cap_tokens: Some(cap_tokens), ..facts.clone() };
    Some((facts, said))
}

/// The newest name that a client's dialect has for the cap on an answer. None: the client itself must name one.
pub fn cap_name(client: Dialect) -> Option<&'static str> {
    codecs::client(client).cap_fields.last().copied()
}

/// The cap that a vendor requires and gets, if the client names none.
pub fn required_cap(vendor: &Vendor, facts: &Facts) -> Option<u64> {
    let is_added = facts.output_cap_tokens.is_none()
        && facts.operation == Operation::Chat
        && vendor.dialect == Dialect::Anthropic;
    is_added.then(|| vendor.max_output_tokens.unwrap_or(anthropic::DEFAULT_MAX_TOKENS))
}

/// The body with the cap, the cap's position, and the number of bytes that the body grows by. An existing member that is null
/// receives the cap; a second member would be a duplicate.
fn said(body: &str, fields: &[&str], cap_tokens: u64) -> Option<(String, u32, u32)> {
    let null = null_member(body, fields)?;
    let (span, text) = match null {
        Some(span) => (span, cap_tokens.to_string()),
        None => {
            // A request that was read is an object and has a model, so a member follows.
            let start = u32::try_from(body.find('{')?).ok()?.checked_add(1)?;
            let field = fields.first()?;
            (Span { start, end: start }, format!("\"{field}\":{cap_tokens},"))
        }
    };
    let gone = span.end.checked_sub(span.start)?;
    // A cap may be shorter than `null`; spaces fill the difference.
    let text = format!("{text:>width$}", width = gone as usize);
    let longer = u32::try_from(text.len()).ok()?.checked_sub(gone)?;
    let before = body.get(..span.start as usize)?;
    let after = body.get(span.end as usize..)?;
    Some((format!("{before}{text}{after}"), span.start, longer))
}

/// The position of the value of the first of these members, each of which is null if present. The inner None: none is present.
/// The outer None: the body is not an object.
fn null_member(body: &str, fields: &[&str]) -> Option<Option<Span>> {
    let mut scanner = Scanner::new(body);
    let mut found = None;
    read::enter(&mut scanner).ok()?;
    while let Some(key) = scanner.key().ok()? {
        let is_cap = key.decode().is_some_and(|key| fields.contains(&key.as_ref()));
        let value = scanner.skip().ok()?;
        if is_cap && found.is_none() {
            found = Some(value);
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::capped;
    use crate::translate::read;
    use crate::{Dialect, Operation};

    #[test]
    fn is_read_like_a_cap_of_the_clients_own() {
        for (client, body) in [
            (Dialect::OpenAi, r#" {"messages":[{"role":"user","content":"{"}],"model":"m"}"#),
            (Dialect::Responses, r#"{"model":"m","input":"{"}"#),
        ] {
            let facts = read(client, Operation::Chat, body).unwrap().facts;
            let (capped_facts, text) = capped(&facts, body, 77, true).unwrap();
            assert_eq!(read(client, Operation::Chat, &text).unwrap().facts, capped_facts);
            assert_eq!(capped_facts.output_cap_tokens, Some(77));
        }
    }

    #[test]
    fn is_said_once_whatever_else_the_body_says_of_it() {
        let chat = r#""messages":[{"role":"user","content":"\"max_completion_tokens\""}]"#;
        for (client, body) in [
            (Dialect::OpenAi, format!(r#"{{"max_tokens":null,"model":"m",{chat}}}"#)),
            (Dialect::OpenAi, format!(r#"{{"model":"m","max_completion_tokens":null,{chat}}}"#)),
            (
                Dialect::OpenAi,
                format!(
                    r#"{{"max_tokens": null , "max_completion_tokens" :null,"model":"m",{chat}}}"#
                ),
            ),
            (
                Dialect::OpenAi,
                format!(r#"{{"model":"m","metadata":{{"max_completion_tokens":"1"}},{chat}}}"#),
            ),
            (
                Dialect::OpenAi,
                format!(r#"{{"max_completion_\u0074okens":null,"model":"m",{chat}}}"#),
            ),
            (
                Dialect::Responses,
                r#"{"max_output_tokens":null,"model":"m","input":"\"max_output_tokens\""}"#
                    .to_owned(),
            ),
        ] {
            for (cap, reasons) in [(7, true), (7, false), (123_456, true), (123_456, false)] {
                let facts = read(client, Operation::Chat, &body).unwrap().facts;
                let (capped_facts, text) = capped(&facts, &body, cap, reasons).unwrap();
                let again = read(client, Operation::Chat, &text)
                    .unwrap_or_else(|fault| panic!("{text}: {fault}"));
                assert_eq!(again.facts, capped_facts, "{text}");
                assert_eq!(capped_facts.output_cap_tokens, Some(cap));
                let said: serde_json::Value = serde_json::from_str(&text).unwrap();
                let own = if client == Dialect::Responses {
                    "max_output_tokens"
                } else {
                    "max_completion_tokens"
                };
                assert!(said[own] == cap || !reasons && said["max_tokens"] == cap, "{text}");
            }
        }
    }

    #[test]
    fn is_not_said_where_the_client_must_say_it() {
        let body = r#"{"model":"m","input":"a"}"#;
        let facts = read(Dialect::OpenAi, Operation::Embeddings, body).unwrap().facts;
        assert_eq!(capped(&facts, body, 77, false), None);
    }
}
