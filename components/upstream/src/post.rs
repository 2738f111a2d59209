//! An outbound request in the host's types.

use postern_contract::transport::OutboundBody;
use postern_contract::types::Deadlines;
use postern_fault::{Fault, Kind};
use spin_sdk::wasip3::http::types::{Fields, Method, Request, RequestOptions, Scheme};
use spin_sdk::wasip3::{spawn, wit_future, wit_stream};
use spin_sdk::wit_bindgen::rt::async_support::StreamReader;

const NS_PER_MS: u64 = 1_000_000;

/// The destination of a request.
pub struct Destination<'a> {
    pub https: bool,
    pub authority: &'a str,
    pub path: &'a str,
}

/// A request with this body, which is sent in the background. `ours` are headers that the request requires.
///
/// # Errors
///
/// `unavailable` for a destination, or a header of ours, that cannot be sent.
pub fn post(
    destination: Destination<'_>,
    headers: &[(String, String)],
    ours: &[(String, String)],
    body: OutboundBody,
    deadlines: Option<Deadlines>,
) -> Result<Request, Fault> {
    let length_bytes = match &body {
        OutboundBody::Text(text) => text.len() as u64,
        OutboundBody::Bytes(bytes) => bytes.length_bytes,
    };
    let fields = fields(headers, ours, ("content-length", &length_bytes.to_string()))?;
    let options = RequestOptions::new();
    if let Some(deadlines) = deadlines {
        bound(&options, deadlines);
    }
    let contents = contents(body);
    let (no_trailers, trailers) = wit_future::new(|| Ok(None));
    let (request, _sent) = Request::new(fields, Some(contents), trailers, Some(options));
    drop(no_trailers);
    let scheme = if destination.https { Scheme::Https } else { Scheme::Http };
    let accepted = request.set_method(&Method::Post).is_ok()
        && request.set_scheme(Some(&scheme)).is_ok()
        && request.set_authority(Some(destination.authority)).is_ok()
        && request.set_path_with_query(Some(destination.path)).is_ok();
    if !accepted {
        return Err(unsendable("the URL"));
    }
    Ok(request)
}

/// The host bounds the connection. The gateway bounds the answer, so that the host's own timeouts must not be shorter. A host
/// without such a timeout reports an error, and the gateway's still applies.
fn bound(options: &RequestOptions, deadlines: Deadlines) {
    let ns = |ms: u32| Some(u64::from(ms) * NS_PER_MS);
    let longest_ms = deadlines.first_token_ms.max(deadlines.whole_ms);
    let _ = options.set_connect_timeout(ns(deadlines.connect_ms));
    let _ = options.set_first_byte_timeout(ns(longest_ms));
    let _ = options.set_between_bytes_timeout(ns(longest_ms.max(deadlines.between_tokens_ms)));
}

/// What goes out by itself: a text of ours, or the gateway's own stream, which is handed on unread.
fn contents(body: OutboundBody) -> StreamReader<u8> {
    let text = match body {
        OutboundBody::Bytes(bytes) => return bytes.content,
        OutboundBody::Text(text) => text,
    };
    let (mut writer, contents) = wit_stream::new();
    spawn(async move {
        // A vendor that has heard enough closes early; its answer says why.
        let _ = writer.write_all(text.into_bytes()).await;
    });
    contents
}

/// The client's headers, and in place of those of the same name ours, of which the last of a name counts. All of them are one call of the
/// host.
fn fields(
    headers: &[(String, String)],
    ours: &[(String, String)],
    length: (&str, &str),
) -> Result<Fields, Fault> {
    let ours = last_of_each(
        ours.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain([length]),
    );
    let is_ours = |name: &str| ours.iter().any(|(of_us, _)| name.eq_ignore_ascii_case(of_us));
    let named = |(name, value): (&str, &str)| (name.to_owned(), value.as_bytes().to_vec());
    let all: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| !is_ours(name))
        .chain(ours.iter().copied())
        .map(named)
        .collect();
    match Fields::from_list(&all) {
        Ok(fields) => Ok(fields),
        Err(_) => one_by_one(headers, &ours),
    }
}

/// Headers of which each name is there once, with its last value.
fn last_of_each<'h>(headers: impl Iterator<Item = (&'h str, &'h str)>) -> Vec<(&'h str, &'h str)> {
    let mut last: Vec<(&str, &str)> = Vec::new();
    for header in headers {
        last.retain(|(name, _)| !name.eq_ignore_ascii_case(header.0));
        last.push(header);
    }
    last
}

/// A client's header that the host does not carry is dropped; ours are required.
fn one_by_one(headers: &[(String, String)], ours: &[(&str, &str)]) -> Result<Fields, Fault> {
    let fields = Fields::new();
    for (name, value) in headers {
        let _ = fields.append(name, value.as_bytes());
    }
    for (name, value) in ours {
        set(&fields, name, value)?;
    }
    Ok(fields)
}

fn set(fields: &Fields, name: &str, value: &str) -> Result<(), Fault> {
    fields.set(name, &[value.as_bytes().to_vec()]).map_err(|_| unsendable(name))
}

/// Does not repeat the value, which may be the credential.
fn unsendable(what: &str) -> Fault {
    let public = "this model's provider is not configured on the gateway";
    let fault = Fault::new(Kind::Unavailable, public)
        .with_private(format!("{what} holds characters that HTTP does not carry"));
    Fault { retryable: true, ..fault }
}

#[cfg(test)]
mod tests {
    use super::last_of_each;

    #[test]
    fn a_header_of_ours_is_sent_once() {
        let headers =
            [("a", "1"), ("content-length", "9"), ("A", "2"), ("b", "3"), ("content-length", "5")];
        let sent = last_of_each(headers.into_iter());
        assert_eq!(sent, [("A", "2"), ("b", "3"), ("content-length", "5")]);
    }
}
