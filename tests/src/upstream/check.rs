//! Checks that a vendor gets what it should, and nothing else.

use super::{CREDENTIAL, Recorded};

/// The headers of the gateway, of OpenAI's dialect, and of the tests' policies.
const FOR_VENDORS: [&str; 13] = [
    "accept",
    "authorization",
    "content-length",
    "content-type",
    "host",
    "openai-beta",
    "openai-passed",
    "traceparent",
    "tracestate",
    "user-agent",
    "x-client-request-id",
    "x-passed",
    "x-request-id",
];

/// Prefixes of headers between the client and the gateway.
pub(crate) const RESERVED: [&str; 3] = ["x-postern-", "x-forwarded-", "spin-"];

/// Every problem of a request, for the test's author.
pub(super) fn complaints(method: &str, host: &str, request: &Recorded) -> Vec<String> {
    let mut complaints = Vec::new();
    if method != "POST" {
        complaints.push(format!("the method is {method}"));
    }
    if request.header("host") != [host] {
        complaints.push(format!("host is {:?}, not {host}", request.header("host")));
    }
    // One value each, and this one. A credential that came instead may be the client's: it is not repeated.
    if request.header("authorization") != [format!("Bearer {CREDENTIAL}")] {
        complaints.push("authorization is not the vendor's credential, once".to_owned());
    }
    if request.header("content-type") != ["application/json"] {
        complaints.push(format!("content-type is {:?}", request.header("content-type")));
    }
    if request.header("content-length") != [request.body.len().to_string()] {
        complaints.push(format!("content-length is {:?}", request.header("content-length")));
    }
    for (name, _) in &request.headers {
        if !FOR_VENDORS.contains(&name.as_str()) {
            complaints.push(format!("the header {name} reached the vendor"));
        }
    }
    complaints.extend(body_complaints(request));
    complaints
        .iter_mut()
        .for_each(|complaint| complaint.insert_str(0, &format!("{}: ", request.path)));
    complaints
}

fn body_complaints(request: &Recorded) -> Vec<String> {
    let body = match request.parse() {
        Ok(body) => body,
        Err(error) => return vec![format!("the body is not JSON: {error}")],
    };
    let mut complaints = Vec::new();
    if !body["model"].is_string() {
        complaints.push("model is missing".to_owned());
    }
    match request.path.as_str() {
        "/v1/chat/completions" if !body["messages"].is_array() => {
            complaints.push("messages is missing".to_owned());
        }
        "/v1/embeddings" if body["input"].is_null() => {
            complaints.push("input is missing".to_owned())
        }
        "/v1/completions" if body["prompt"].is_null() => {
            complaints.push("prompt is missing".to_owned());
        }
        "/v1/chat/completions" | "/v1/embeddings" | "/v1/completions" | "/v1/rerank" => {}
        other => complaints.push(format!("there is nothing at {other}")),
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&str, &str)], body: &str) -> Recorded {
        let credential = format!("Bearer {CREDENTIAL}");
        let length = body.len().to_string();
        let usual = [
            ("host", "127.0.0.1:1"),
            ("authorization", credential.as_str()),
            ("content-type", "application/json"),
            ("content-length", length.as_str()),
        ];
        let headers = usual.iter().chain(headers);
        let headers =
            headers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Recorded::new("/v1/chat/completions".to_owned(), headers, body.to_owned().into())
    }

    #[test]
    fn takes_what_a_vendor_takes() {
        let right = request(&[("traceparent", "00-1-2-01")], r#"{"model":"m","messages":[]}"#);
        assert_eq!(complaints("POST", "127.0.0.1:1", &right), Vec::<String>::new());
    }

    #[test]
    fn names_everything_that_should_not_have_come() {
        let wrong = request(
            &[("cookie", "a=b"), ("x-api-key", "k"), ("x-postern-a", "")],
            r#"{"model":1}"#,
        );
        assert_eq!(complaints("POST", "127.0.0.1:1", &wrong).len(), 5);
        assert_eq!(complaints("GET", "elsewhere", &request(&[], "{")).len(), 3);
    }
}
