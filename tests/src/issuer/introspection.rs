//! Introspection, RFC 7662: who may ask, and how.

use super::text_of_form;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::Method;
use hyper::http::request::Parts;

/// A client's id and secret with all characters that must be escaped (RFC 6749, 2.3.1; appendix B), and a colon, by
/// which HTTP separates them (RFC 7617, 2).
pub const CLIENT_ID: &str = "postern gateway:1+%";
/// The secret.
pub const CLIENT_SECRET: &str = "s3cret +%/:&=?9vWq2Lx7Nd";

/// The token of the question, or the problem of the question: status and message.
pub(super) fn question(head: &Parts, body: &[u8]) -> Result<String, (u16, String)> {
    let wrong = |what: &str| Err((400, what.to_owned()));
    if head.method != Method::POST {
        return Err((405, format!("the method is {}, not POST", head.method)));
    }
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    if header("content-type") != Some("application/x-www-form-urlencoded") {
        return wrong("the content is no form");
    }
    let (id, secret) = header("authorization").and_then(client).unwrap_or_default();
    if (id.as_str(), secret.as_str()) != (CLIENT_ID, CLIENT_SECRET) {
        return Err((401, "the client is not who it must be".to_owned()));
    }
    let form: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    let mut tokens = form.iter().filter(|(name, _)| name == "token");
    match (tokens.next(), tokens.next()) {
        (Some((_, token)), None) if !token.is_empty() => Ok(token.clone()),
        _ => wrong("the form has not one token"),
    }
}

/// The client of an `Authorization: Basic`.
fn client(header: &str) -> Option<(String, String)> {
    let encoded = header.strip_prefix("Basic ")?;
    let plain = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = plain.split_once(':')?;
    Some((text_of_form(id)?, text_of_form(secret)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    fn asked(method: &str, content: &str, credential: &str, body: &str) -> Result<String, u16> {
        let request = Request::builder().method(method).header("content-type", content);
        let request = request.header("authorization", credential).body(()).unwrap();
        question(&request.into_parts().0, body.as_bytes()).map_err(|(status, _)| status)
    }

    fn basic(id: &str, secret: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
    }

    #[test]
    fn takes_a_form_of_the_one_client_and_refuses_all_else() {
        let form = "application/x-www-form-urlencoded";
        let escape =
            |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
        let right = basic(&escape(CLIENT_ID), &escape(CLIENT_SECRET));
        assert_eq!(asked("POST", form, &right, "token=a%2Bb+c&x=y"), Ok("a+b c".to_owned()));
        let unescaped = basic(CLIENT_ID, CLIENT_SECRET);
        for (method, content, credential, body, status) in [
            ("GET", form, &right, "token=a", 405),
            ("POST", "application/json", &right, "token=a", 400),
            ("POST", form, &unescaped, "token=a", 401),
            ("POST", form, &basic("postern", "x"), "token=a", 401),
            ("POST", form, &"Bearer x".to_owned(), "token=a", 401),
            ("POST", form, &right, "tokens=a", 400),
            ("POST", form, &right, "token=a&token=b", 400),
        ] {
            assert_eq!(asked(method, content, credential, body), Err(status), "{body}");
        }
    }
}
