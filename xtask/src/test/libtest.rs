//! The output of a test program, one JSON object per line.
//!
//! The format is libtest's own (`--format json`, https://doc.rust-lang.org/rustc/tests/index.html), which it keeps behind
//! `-Z unstable-options`; [`UNLOCK`] makes a stable test program take that option. It is the only output of libtest
//! that says when a test begins.

use serde::Deserialize;

/// The arguments for it.
pub const ARGUMENTS: [&str; 6] =
    ["-Z", "unstable-options", "--format", "json", "--report-time", "--show-output"];

/// The variable that makes libtest accept [`ARGUMENTS`], as rustc documents it for bootstrapping.
pub const UNLOCK: (&str, &str) = ("RUSTC_BOOTSTRAP", "1");

/// The prefix with which a test reports on standard output that it could not run and has not failed.
const SKIPPED: &str = "skipped: ";

/// One line.
#[derive(Debug, PartialEq)]
pub enum Event {
    /// A test begins.
    Begun(String),
    /// A test has ended.
    Ended(Ended),
    /// All of them have.
    Finished,
    /// Another line of libtest's, such as a test that takes over a minute.
    Other,
    /// Other output of the program.
    Text(String),
}

/// How a test ended.
#[derive(Debug, PartialEq)]
pub struct Ended {
    pub name: String,
    pub outcome: Outcome,
    pub seconds: f64,
    pub output: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    Failed,
    Ignored,
}

impl Ended {
    /// A test that was not run.
    pub fn ignored(name: String, why: &str) -> Self {
        Self { name, outcome: Outcome::Ignored, seconds: 0.0, output: why.to_owned() }
    }

    /// Why the test did less than its name says, if it did.
    pub fn skipped(&self) -> Option<&str> {
        self.output.lines().find_map(|line| line.strip_prefix(SKIPPED))
    }
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    event: String,
    name: Option<String>,
    exec_time: Option<f64>,
    stdout: Option<String>,
    message: Option<String>,
}

impl Event {
    /// Reads a line; any other line is text.
    pub fn parse(text: &str) -> Self {
        let Ok(line) = serde_json::from_str::<Line>(text) else {
            return Self::Text(text.to_owned());
        };
        let outcome = match (line.kind.as_str(), line.event.as_str()) {
            ("suite", "ok" | "failed") => return Self::Finished,
            ("test", "started") => return Self::Begun(line.name.unwrap_or_default()),
            ("test", "ok") => Outcome::Passed,
            ("test", "failed") => Outcome::Failed,
            ("test", "ignored") => Outcome::Ignored,
            _ => return Self::Other,
        };
        let output = [line.stdout, line.message].into_iter().flatten().collect();
        let (name, seconds) = (line.name.unwrap_or_default(), line.exec_time.unwrap_or_default());
        Self::Ended(Ended { name, outcome, seconds, output })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_lines_of_libtest_and_leaves_others_alone() {
        let begun = r#"{ "type": "test", "event": "started", "name": "a::b" }"#;
        assert_eq!(Event::parse(begun), Event::Begun("a::b".to_owned()));
        let failed = r#"{ "type": "test", "name": "a", "event": "failed", "exec_time": 0.25, "stdout": "why\n" }"#;
        let Event::Ended(ended) = Event::parse(failed) else { panic!("not ended") };
        assert_eq!((ended.outcome, ended.output.as_str()), (Outcome::Failed, "why\n"));
        assert!((ended.seconds - 0.25).abs() < f64::EPSILON);
        let ignored = r#"{ "type": "test", "name": "a", "event": "ignored", "message": "slow" }"#;
        assert!(matches!(Event::parse(ignored), Event::Ended(e) if e.outcome == Outcome::Ignored));
        let slow = r#"{ "type": "test", "event": "timeout", "name": "a" }"#;
        assert_eq!(Event::parse(slow), Event::Other);
        let end =
            r#"{ "type": "suite", "event": "ok", "passed": 1, "failed": 0, "exec_time": 1.0 }"#;
        assert_eq!(Event::parse(end), Event::Finished);
        assert_eq!(Event::parse("a line"), Event::Text("a line".to_owned()));
        assert_eq!(Event::parse("{}"), Event::Text("{}".to_owned()));
    }

    #[test]
    fn finds_the_reason_of_a_test_that_skipped_its_work() {
        let line = r#"{"type":"test","name":"a","event":"ok","stdout":"x\nskipped: no schema\n"}"#;
        let Event::Ended(ended) = Event::parse(line) else { panic!("not ended") };
        assert_eq!(ended.skipped(), Some("no schema"));
    }
}
