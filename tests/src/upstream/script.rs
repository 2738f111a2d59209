//! One answer, step by step.

use super::answers;
use bytes::Bytes;
use serde_json::Value;
use std::time::Duration;

/// The steps of an answer.
pub(crate) struct Script {
    /// None: no head is ever sent.
    pub status: Option<u16>,
    pub headers: Vec<(&'static str, String)>,
    /// None: the body goes in chunks.
    pub content_length: Option<u64>,
    pub steps: Vec<Step>,
}

/// One step of a body.
#[derive(Clone)]
pub(crate) enum Step {
    Write(Bytes),
    /// Writes this for as long as it is read, each time after a pause.
    Endless(Bytes, Duration),
    Pause(Duration),
    /// Waits for [`super::Upstream::release`].
    Gate,
    /// Sends nothing until the peer leaves.
    Silence,
    /// Breaks the connection.
    Cut,
}

impl Script {
    pub(crate) fn whole(status: u16, content_type: &str, body: String) -> Self {
        Self {
            status: Some(status),
            headers: vec![("content-type", content_type.to_owned())],
            content_length: Some(body.len() as u64),
            steps: vec![Step::Write(body.into())],
        }
    }

    pub(crate) fn json(body: String) -> Self {
        Self::whole(200, "application/json", body)
    }

    pub(super) fn refusal(status: u16, error_type: &str, message: &str) -> Self {
        Self::whole(status, "application/json", answers::error(error_type, message))
    }

    pub(crate) fn stream(steps: Vec<Step>) -> Self {
        let headers = vec![("content-type", "text/event-stream; charset=utf-8".to_owned())];
        Self { status: Some(200), headers, content_length: None, steps }
    }

    pub(super) fn headless(step: Step) -> Self {
        Self { status: None, headers: Vec::new(), content_length: None, steps: vec![step] }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// Whether the request asks for a stream.
pub(super) fn is_streamed(body: &Value) -> bool {
    body["stream"] == true
}
