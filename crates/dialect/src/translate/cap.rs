//! A cap on the answer for a request that names none.

use crate::{Facts, Operation, Span, Wire};

/// The request with a cap on each of its answers, said first of all; nothing where its dialect has no place for one, or
/// wants the client to say it.
///
/// `reasons`: the model thinks first, and OpenAI's take the newer name only.
pub fn capped(
    facts: &Facts,
    body: &str,
    cap_tokens: u64,
    reasons: bool,
) -> Option<(Facts, String)> {
    let fields: &[&str] = match (facts.client, facts.operation) {
        (Wire::OpenAi, Operation::Chat) if reasons => &["max_completion_tokens"],
        (Wire::OpenAi, Operation::Chat) => &["max_tokens", "max_completion_tokens"],
        (Wire::Responses, Operation::Chat) => &["max_output_tokens"],
        _ => return None,
    };
    // One that is there and null would be there twice.
    let is_free = |field: &&&str| !body.contains(&format!("\"{field}\""));
    let field = fields.iter().find(is_free)?;
    let inserted = format!("\"{field}\":{cap_tokens},");
    let longer = u32::try_from(inserted.len()).ok()?;
    // A request that was read is an object, and has a model.
    let (before, after) = body.split_once('{')?;
    let Span { start, end } = facts.model_span;
    let model_span = Span { start: start.checked_add(longer)?, end: end.checked_add(longer)? };
    let facts = Facts { model_span, output_cap_tokens: Some(cap_tokens), ..facts.clone() };
    Some((facts, format!("{before}{{{inserted}{after}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::read;

    #[test]
    fn is_read_like_a_cap_of_the_clients_own() {
        for (client, body) in [
            (Wire::OpenAi, r#" {"messages":[{"role":"user","content":"{"}],"model":"m"}"#),
            (Wire::Responses, r#"{"model":"m","input":"{"}"#),
        ] {
            let facts = read(client, Operation::Chat, body).unwrap().facts;
            let (capped_facts, text) = capped(&facts, body, 77, true).unwrap();
            assert_eq!(read(client, Operation::Chat, &text).unwrap().facts, capped_facts);
            assert_eq!(capped_facts.output_cap_tokens, Some(77));
        }
    }

    #[test]
    fn is_not_said_where_the_client_must_say_it() {
        let body = r#"{"model":"m","input":"a"}"#;
        let facts = read(Wire::OpenAi, Operation::Embeddings, body).unwrap().facts;
        assert_eq!(capped(&facts, body, 77, false), None);
    }
}
