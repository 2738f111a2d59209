//! How an answer ends before its vendor has ended it: what is open is closed, and the dialect's own finish for filtered content follows.
//!
//! What is closed is what the client has: so each dialect follows what has left, apart from what was seen.

pub mod anthropic;
pub mod chat;
mod item;
pub mod raw;
pub mod responses;

use super::memory::Memory;
use crate::Usage;
use postern_types::provider::{Notice, Place, TextKind};
use raw::string;

/// The end of a stream, as it is written.
pub(crate) struct Ending<'a> {
    pub(in crate::texts) memory: &'a mut Memory,
    pub notice: &'a Notice,
    pub usage: Usage,
    /// Where the first text belongs that does not leave.
    pub at: Place,
    /// The event that says it, which does not leave.
    pub event: &'a str,
    /// What leaves of the texts in that event.
    pub rest: Vec<(Place, String)>,
    /// The number of the next event.
    pub number: u64,
    pub out: String,
}

impl Ending<'_> {
    /// An event that has a name.
    pub fn event(&mut self, name: &str, data: &str) {
        for text in ["event: ", name, "\ndata: ", data, "\n\n"] {
            self.out.push_str(text);
        }
    }

    /// An event that has none.
    pub fn data(&mut self, data: &str) {
        for text in ["data: ", data, "\n\n"] {
            self.out.push_str(text);
        }
    }

    /// The message, if it is said as text of the answer.
    pub fn said(&self) -> Option<String> {
        self.notice.said.then(|| self.notice.message.clone()).filter(|text| !text.is_empty())
    }
}

/// A whole answer that ends early.
pub(crate) struct Cut<'a> {
    pub notice: &'a Notice,
    /// Where the first text belongs that does not leave.
    pub at: Place,
}

/// Why the answer ends, as every dialect says it beside its own words.
pub fn guardrail(notice: &Notice) -> String {
    let Notice { rule, detector, message, .. } = notice;
    let [rule, detector, message] = [rule, detector, message].map(|text| string(text));
    format!(r#"{{"rule":{rule},"detector":{detector},"message":{message}}}"#)
}

/// Texts that leave by themselves. A call of which a part does not leave had better not begin.
pub fn leaves_alone(kind: TextKind) -> bool {
    !matches!(kind, TextKind::ToolName | TextKind::ToolArguments)
}
