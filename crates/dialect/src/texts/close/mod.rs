//! Ends an answer before its vendor has ended it: closes what is open, and writes the dialect's own finish for filtered
//! content.
//!
//! It closes what the client has received. So each dialect tracks what has been sent, separately from what was read.

pub mod anthropic;
pub mod chat;
mod item;
pub mod raw;
pub mod responses;

use super::memory::Memory;
use crate::Usage;
use postern_types::provider::{Notice, Place, TextKind};
use raw::string;

/// The end of a stream that is being written.
pub(crate) struct Ending<'a> {
    pub(in crate::texts) memory: &'a mut Memory,
    pub notice: &'a Notice,
    pub usage: Usage,
    /// The place of the first text that is not sent.
    pub at: Place,
    /// The event of that text, which is not sent.
    pub event: &'a str,
    /// The texts of that event that are still sent.
    pub rest: Vec<(Place, String)>,
    /// The number of the next event.
    pub number: u64,
    pub out: String,
}

impl Ending<'_> {
    /// Writes an event that has a name.
    pub fn event(&mut self, name: &str, data: &str) {
        for text in ["event: ", name, "\ndata: ", data, "\n\n"] {
            self.out.push_str(text);
        }
    }

    /// Writes an event without a name.
    pub fn data(&mut self, data: &str) {
        for text in ["data: ", data, "\n\n"] {
            self.out.push_str(text);
        }
    }

    /// The message, if it is to be text of the answer.
    pub fn said(&self) -> Option<String> {
        self.notice.said.then(|| self.notice.message.clone()).filter(|text| !text.is_empty())
    }
}

/// A buffered answer that ends early.
pub(crate) struct Cut<'a> {
    pub notice: &'a Notice,
    /// The place of the first text that is not sent.
    pub at: Place,
}

/// The reason for the end, which every dialect has beside its own members.
pub fn guardrail(notice: &Notice) -> String {
    let Notice { rule, detector, message, .. } = notice;
    let [rule, detector, message] = [rule, detector, message].map(|text| string(text));
    format!(r#"{{"rule":{rule},"detector":{detector},"message":{message}}}"#)
}

/// Whether texts of this kind can be sent on their own. A tool call that cannot be sent completely must not begin.
pub fn leaves_alone(kind: TextKind) -> bool {
    let in_more =
        [TextKind::ToolName, TextKind::ToolArguments, TextKind::Citation, TextKind::ToolData];
    !in_more.contains(&kind)
}
