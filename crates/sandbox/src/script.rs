//! The answer as a script: steps for the component, which has a stream and a clock.

use postern_fault::{Fault, Kind};
use std::{fmt, iter};

/// The length of silence for models that never answer: well past any deadline, yet the instance is freed one day.
const SILENCE_MS: u32 = 600_000;

/// One step of writing a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Write this, in one piece.
    Write(String),
    /// Wait this many milliseconds, unless the reader leaves.
    Pause(u32),
    /// The connection breaks: end the body here, for this reason.
    Cut(Fault),
}

impl Step {
    pub(crate) fn silence() -> Step {
        Step::Pause(SILENCE_MS)
    }

    /// Only the first half of the write.
    pub(crate) fn halved(self) -> Step {
        match self {
            Step::Write(mut text) => {
                text.truncate(text.floor_char_boundary(text.len() / 2));
                Step::Write(text)
            }
            other => other,
        }
    }

    pub(crate) fn cut() -> Step {
        Step::Cut(Fault {
            private: Some("the sandbox was told to cut the answer".to_owned()),
            ..Fault::new(
                Kind::UpstreamInvalid,
                "The vendor's answer ended before it was whole: the connection broke.",
            )
        })
    }
}

/// A vendor's answer: wait, send the head, then perform the steps. The body ends after the last step.
pub struct Script {
    /// The wait before the head.
    pub head_after_ms: u32,
    /// The status of HTTP.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Made as they are taken: a huge answer is never complete in memory.
    pub steps: Box<dyn Iterator<Item = Step>>,
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("head_after_ms", &self.head_after_ms)
            .field("status", &self.status)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

impl Script {
    pub(crate) fn new(
        status: u16,
        content_type: &str,
        steps: impl Iterator<Item = Step> + 'static,
    ) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Script { head_after_ms: 0, status, headers, steps: Box::new(steps) }
    }

    pub(crate) fn json(status: u16, body: String) -> Self {
        Script::json_steps(status, iter::once(Step::Write(body)))
    }

    pub(crate) fn json_steps(status: u16, steps: impl Iterator<Item = Step> + 'static) -> Self {
        Script::new(status, "application/json", steps)
    }

    pub(crate) fn events(steps: impl Iterator<Item = Step> + 'static) -> Self {
        Script::new(200, "text/event-stream; charset=utf-8", steps)
    }

    /// An HTML page where JSON was expected.
    pub(crate) fn html() -> Self {
        let page =
            "<!doctype html>\n<title>Sign in</title>\n<h1>This network asks you to sign in</h1>\n";
        Script::new(200, "text/html; charset=utf-8", iter::once(Step::Write(page.to_owned())))
    }

    /// The answer after silence, without even a head, past every deadline.
    pub(crate) fn after_silence(self) -> Self {
        Script { head_after_ms: SILENCE_MS, ..self }
    }

    pub(crate) fn with_header(mut self, name: &str, value: String) -> Self {
        self.headers.push((name.to_owned(), value));
        self
    }
}
