//! The conversation at the vendor that a request of Responses goes on with, and the id under which its answer can be gone on
//! with (<https://platform.openai.com/docs/guides/conversation-state>).

use crate::json::{Error, Scanner, Type};
use postern_event_stream::Parser;

/// What a request names as its past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// `conversation`: one that the vendor keeps under a name of its own.
    pub conversation: Option<String>,
    /// `previous_response_id`: an answer, which may have several continuations.
    pub previous_response: Option<String>,
    /// The vendor is to keep the answer: the default.
    pub is_stored: bool,
}

/// The past that a request names. Text that is not JSON names none.
#[must_use]
pub fn past(body: &str) -> Past {
    let mut past = Past { conversation: None, previous_response: None, is_stored: true };
    let mut scanner = Scanner::lenient(body);
    // What was read until an error still names a past.
    let _ = members(&mut scanner, |key, scanner| {
        match key {
            "conversation" => past.conversation = text_or_id(scanner)?,
            "previous_response_id" => past.previous_response = text(scanner)?,
            "store" if scanner.peek()? == Type::Boolean => past.is_stored = scanner.boolean()?,
            _ => drop(scanner.skip()?),
        }
        Ok(())
    });
    past
}

/// The id of the response, if this part of an answer has it: the answer, or complete events of its stream.
#[must_use]
pub fn response_id(part: &str, is_stream: bool) -> Option<String> {
    if !is_stream {
        return of_response(&mut Scanner::lenient(part));
    }
    let mut parser = Parser::new(usize::MAX);
    parser.push(part);
    parser.finish();
    while let Ok(Some(event)) = parser.next_event() {
        let id = event.data.as_deref().and_then(of_event);
        if id.is_some() {
            return id;
        }
    }
    None
}

fn of_event(data: &str) -> Option<String> {
    let mut id = None;
    let _ = members(&mut Scanner::lenient(data), |key, scanner| {
        match key {
            "response" => id = text_or_id(scanner)?,
            _ => drop(scanner.skip()?),
        }
        Ok(())
    });
    id
}

fn of_response(scanner: &mut Scanner<'_>) -> Option<String> {
    text_or_id(scanner).ok().flatten()
}

/// A text, or the member `id` of an object.
fn text_or_id(scanner: &mut Scanner<'_>) -> Result<Option<String>, Error> {
    if scanner.peek()? != Type::Object {
        return text(scanner);
    }
    let mut id = None;
    members(scanner, |key, scanner| {
        match key {
            "id" => id = text(scanner)?,
            _ => drop(scanner.skip()?),
        }
        Ok(())
    })?;
    Ok(id)
}

/// A text that is not empty; any other value is passed over.
fn text(scanner: &mut Scanner<'_>) -> Result<Option<String>, Error> {
    if scanner.peek()? != Type::String {
        scanner.skip()?;
        return Ok(None);
    }
    let text = scanner.string()?.decode().unwrap_or_default().into_owned();
    Ok(Some(text).filter(|text| !text.is_empty()))
}

fn members(
    scanner: &mut Scanner<'_>,
    mut member: impl FnMut(&str, &mut Scanner<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    if scanner.peek()? != Type::Object {
        return Ok(());
    }
    scanner.object()?;
    while let Some(key) = scanner.key()? {
        member(&key.decode().unwrap_or_default(), scanner)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_its_past_in_three_ways() {
        let of = |conversation: Option<&str>, previous: Option<&str>| Past {
            conversation: conversation.map(str::to_owned),
            previous_response: previous.map(str::to_owned),
            is_stored: true,
        };
        for (body, expected) in [
            (r#"{"model":"m","input":"hi"}"#, of(None, None)),
            (r#"{"previous_response_id":"resp_1","input":[]}"#, of(None, Some("resp_1"))),
            (r#"{"conversation":"conv_1"}"#, of(Some("conv_1"), None)),
            (r#"{"conversation":{"x":{"id":"no"},"id":"conv_1"}}"#, of(Some("conv_1"), None)),
            (
                r#"{"conversation":"conv\u005f1","previous_response_id":"r"}"#,
                of(Some("conv_1"), Some("r")),
            ),
            (r#"{"conversation":null,"previous_response_id":""}"#, of(None, None)),
            (r#"{"conversation":7,"previous_response_id":["r"]}"#, of(None, None)),
            (r#"{"input":{"conversation":"x","previous_response_id":"y"}}"#, of(None, None)),
            ("", of(None, None)),
            ("[]", of(None, None)),
            (r#"{"previous_response_id":"r","input":"#, of(None, Some("r"))),
        ] {
            assert_eq!(past(body), expected, "{body}");
        }
        for (body, is_stored) in [
            (r#"{"store":false}"#, false),
            (r#"{"store":true}"#, true),
            (r#"{"store":null}"#, true),
        ] {
            assert_eq!(past(body), Past { is_stored, ..of(None, None) }, "{body}");
        }
    }

    #[test]
    fn an_answer_has_one_id_of_its_own() {
        let response = r#"{"object":"response","output":[{"id":"msg_1"}],"conversation":{"id":"conv_1"},"id":"resp_1"}"#;
        let event = |data: &str| format!("event: x\ndata: {data}\n\n");
        let created = event(&format!(r#"{{"type":"response.created","response":{response}}}"#));
        let item = event(r#"{"type":"response.output_item.added","item":{"id":"msg_1"},"id":"x"}"#);
        let some = Some("resp_1".to_owned());
        assert_eq!(response_id(response, false), some);
        assert_eq!(response_id(&created, true), some);
        assert_eq!(response_id(&format!("{item}{created}"), true), some);
        for (part, is_stream) in
            [(&*item, true), ("data: [DONE]\n\n", true), ("", true), ("", false), ("[]", false)]
        {
            assert_eq!(response_id(part, is_stream), None, "{part}");
        }
    }
}
