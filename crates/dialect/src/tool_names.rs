//! Names of tools that a vendor accepts, in place of those that it refuses. The same name yields the same result everywhere, so
//! that a conversation stays what the vendor has cached; the memo has the client's names for the answer.
//!
//! Servers of the Model Context Protocol make names of more than 64 characters, with `.`, `/` and `:`.

use crate::chat::{Content, Request, ToolChoice, ToolKind};
use crate::{Dialect, Memo};
use std::collections::BTreeMap;

/// Which names a vendor accepts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    pub max_characters: usize,
    pub takes: fn(char) -> bool,
    pub may_start_with: fn(char) -> bool,
}

/// `[a-zA-Z0-9_-]{1,64}`: `function.name` of <https://platform.openai.com/docs/api-reference/chat/create>, and Bedrock's
/// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html>.
pub(crate) const SHORT: Rule =
    Rule { max_characters: 64, takes: is_letter_digit_or_dash, may_start_with: |_| true };

/// `[a-zA-Z0-9_-]{1,128}`: <https://platform.claude.com/docs/en/api/messages>, `tools.name`.
const LONG: Rule = Rule { max_characters: 128, ..SHORT };

/// Cohere's error 400: "tool names can only contain certain characters (A-Za-z0-9_) and can't begin with a digit".
pub(crate) const COHERE: Rule = Rule {
    max_characters: 64,
    takes: |c| c.is_ascii_alphanumeric() || c == '_',
    may_start_with: |c| !c.is_ascii_digit(),
};

fn is_letter_digit_or_dash(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

impl Rule {
    /// The rule of a vendor whose dialect a client may speak, too.
    pub fn of(vendor: Dialect) -> Self {
        match vendor {
            Dialect::Anthropic => LONG,
            Dialect::Cohere => COHERE,
            _ => SHORT,
        }
    }

    /// The name to send.
    pub fn fitted(&self, name: String) -> String {
        let starts = name.starts_with(self.may_start_with);
        if starts && name.len() <= self.max_characters && name.chars().all(self.takes) {
            return name;
        }
        // Names that differ only in refused characters stay distinct.
        let mark = format!("_{:016x}", fingerprint(&name));
        let start = if starts { "" } else { "_" };
        let kept = name.chars().map(|c| if (self.takes)(c) { c } else { '_' });
        let kept = start.chars().chain(kept).take(self.max_characters - mark.len());
        kept.collect::<String>() + &mark
    }

    /// The name to send. A changed name is noted for the answer.
    pub fn sent(&self, name: &str, memo: &mut Memo) -> String {
        let sent = self.fitted(name.to_owned());
        if sent != name {
            memo.tool_names.insert(sent.clone(), name.to_owned());
        }
        sent
    }

    /// Gives the tools of a request accepted names, wherever they are named.
    pub fn apply(&self, request: &mut Request, memo: &mut Memo) {
        let mut rename = |name: &mut String| *name = self.sent(name, memo);
        for tool in &mut request.tools {
            if let ToolKind::Function { name, .. } | ToolKind::Custom { name, .. } = &mut tool.kind
            {
                rename(name);
            }
        }
        for part in request.messages.iter_mut().flat_map(|message| &mut message.parts) {
            if let Content::ToolCall(call) = &mut part.content {
                rename(&mut call.name);
            }
        }
        match &mut request.tool_choice {
            Some(ToolChoice::Tool(name)) => rename(name),
            Some(ToolChoice::Allowed { names, .. }) => names.iter_mut().for_each(rename),
            _ => {}
        }
    }
}

/// FNV-1a.
fn fingerprint(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The client's names in an answer of its own dialect, which passes. Names come whole, as JSON strings, and a name that was
/// changed has a mark that no other text has.
pub(crate) fn restored(output: String, names: &BTreeMap<String, String>) -> String {
    names.iter().fold(output, |output, (sent, own)| {
        let sent = format!("\"{sent}\"");
        match output.contains(&sent) {
            true => output.replace(&sent, &serde_json::Value::from(own.as_str()).to_string()),
            false => output,
        }
    })
}
