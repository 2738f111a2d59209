//! The request id and the W3C trace context (<https://www.w3.org/TR/trace-context/>).

use crate::stages::Platform;

/// The longest request id that is taken from a client. Ids in use are UUIDs (36) and ULIDs (26); 128 leaves room for
/// prefixes.
const MAX_REQUEST_ID_BYTES: usize = 128;

/// The longest part of a request id that names its record.
const MAX_RECORDED_BYTES: usize = 96;

/// The client's request id if it is valid, otherwise a new one of 128 random bits.
pub fn request_id(presented: Option<&str>, platform: &impl Platform) -> String {
    match presented {
        Some(id) if is_request_id(id) => id.to_owned(),
        _ => format!("{:016x}{:016x}", platform.random(), platform.random()),
    }
}

/// The id of the record of a request that is a copy, or whose client has chosen its request id: it may have chosen it before.
pub fn record_id(request_id: &str, platform: &impl Platform) -> String {
    let known: String = request_id.chars().take(MAX_RECORDED_BYTES).collect();
    format!("{known}~{:016x}", platform.random())
}

fn is_request_id(text: &str) -> bool {
    (1..=MAX_REQUEST_ID_BYTES).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// The trace context for the vendor: the client's trace, continued with a span of our own, or a new one.
#[derive(Clone)]
pub struct Trace {
    /// `traceparent`
    pub parent: String,
    /// The client's span, if it sent one.
    pub client_span: Option<String>,
    /// `tracestate`; only that of a trace that is continued (section 3.3.1).
    pub state: Option<String>,
}

impl Trace {
    /// The context from the client's headers.
    pub fn continued(
        parent: Option<&str>,
        state: Option<String>,
        platform: &impl Platform,
    ) -> Self {
        let span = platform.random().max(1);
        match parent.and_then(parse_traceparent) {
            Some((trace, client_span, sampled)) => Trace {
                parent: format!("00-{trace}-{span:016x}-{:02x}", u8::from(sampled)),
                client_span: Some(client_span.to_owned()),
                state,
            },
            None => {
                let (high, low) = (platform.random(), platform.random().max(1));
                let parent = format!("00-{high:016x}{low:016x}-{span:016x}-01");
                Trace { parent, client_span: None, state: None }
            }
        }
    }

    /// The context of a copy of the request: a span of its own below that of the request.
    pub fn below(&self, platform: &impl Platform) -> Self {
        let mut parts = self.parent.split('-').skip(1);
        let mut part = || parts.next().unwrap_or_default();
        let (trace, span, flags) = (part(), part(), part());
        Trace {
            parent: format!("00-{trace}-{:016x}-{flags}", platform.random().max(1)),
            client_span: Some(span.to_owned()),
            state: self.state.clone(),
        }
    }
}

/// The trace and the span of a valid `traceparent`, and whether it is sampled, the one flag of version 00 (section 3.2.2.5). A
/// later version is read as version 00 (section 3.2.4).
fn parse_traceparent(text: &str) -> Option<(&str, &str, bool)> {
    let mut parts = text.split('-');
    let (version, trace, parent, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let more = parts.next().is_some();
    let valid = is_hex(version, 2)
        && version != "ff"
        && !(version == "00" && more)
        && is_hex(trace, 32)
        && is_hex(parent, 16)
        && is_hex(flags, 2)
        && trace.bytes().any(|byte| byte != b'0')
        && parent.bytes().any(|byte| byte != b'0');
    let flags = u8::from_str_radix(flags, 16).unwrap_or(0);
    valid.then_some((trace, parent, flags & 1 == 1))
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_ids_in_use_and_nothing_that_could_forge_a_log_line() {
        for id in ["req_1", "0192f0c1-7c1e-7bb0-8d6f-5a0a6d9a1e11", "a", &"x".repeat(128)] {
            assert!(is_request_id(id), "{id}");
        }
        for id in ["", " ", "a b", "a\n{\"level\":\"error\"}", "é", &"x".repeat(129)] {
            assert!(!is_request_id(id), "{id}");
        }
    }

    #[test]
    fn continues_only_a_valid_trace() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let valid = format!("00-{trace}-00f067aa0ba902b7-01");
        let span = "00f067aa0ba902b7";
        assert_eq!(parse_traceparent(&valid), Some((trace, span, true)));
        assert_eq!(
            parse_traceparent(&format!("cc-{trace}-00f067aa0ba902b7-01-more")),
            Some((trace, span, true))
        );
        let unsampled = format!("00-{trace}-00f067aa0ba902b7-fe");
        assert_eq!(parse_traceparent(&unsampled), Some((trace, span, false)));
        for invalid in [
            format!("00-{trace}-00f067aa0ba902b7-01-more"),
            format!("ff-{trace}-00f067aa0ba902b7-01"),
            format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            format!("00-{trace}-0000000000000000-01"),
            format!("00-{}-00f067aa0ba902b7-01", trace.to_uppercase()),
            "garbage".to_owned(),
        ] {
            assert_eq!(parse_traceparent(&invalid), None, "{invalid}");
        }
    }
}
