//! Estimates token counts where the vendor reports none.
//!
//! The model's own tokenizer, which is large, is not used; the estimate is marked as such.

use super::generated::Generated;
use crate::chat::{Content, Event, Request, ToolKind};
use crate::counted::Counted;
use crate::{Dialect, Facts, Memo, Operation, Usage, Vendor, anthropic, usage};
use postern_fault::Fault;

/// The cost of each message besides its text: its role and the marks around it, as OpenAI's cookbook counts them.
const TOKENS_A_MESSAGE: u64 = 4;

/// The approximate cost of an image at any vendor: a tile or two.
const TOKENS_AN_IMAGE: u64 = 800;

/// The estimated tokens of a prompt.
pub(super) fn of_request(request: &Request) -> u64 {
    let mut counted = Counted::default();
    let mut tokens = 0_u64;
    for message in &request.messages {
        tokens = tokens.saturating_add(TOKENS_A_MESSAGE);
        for part in &message.parts {
            tokens = tokens.saturating_add(of_content(&part.content, &mut counted));
        }
    }
    for tool in &request.tools {
        let ToolKind::Function { name, description, parameters, .. } = &tool.kind else { continue };
        counted.add(name);
        counted.add(description.as_deref().unwrap_or_default());
        counted.add(&parameters.as_ref().map(ToString::to_string).unwrap_or_default());
    }
    tokens.saturating_add(counted.tokens())
}

fn of_content(content: &Content, counted: &mut Counted) -> u64 {
    match content {
        Content::Text(text) | Content::Refusal(text) => counted.add(text),
        Content::ToolCall(call) => {
            counted.add(&call.name);
            counted.add(&call.arguments);
        }
        Content::ToolResult(result) => {
            return result.parts.iter().map(|part| of_content(&part.content, counted)).sum();
        }
        Content::Reasoning(reasoned) => counted.add(&reasoned.text),
        Content::Image(_) => return TOKENS_AN_IMAGE,
        Content::File(_) | Content::Audio(_) | Content::Foreign(..) => {}
    }
    0
}

/// Counts an answer while it passes, in case its vendor does not.
#[derive(Debug, Default)]
pub(super) struct Estimate {
    input_tokens: u64,
    generated: Generated,
    /// The latest usage that the vendor reported.
    said: Option<Usage>,
}

impl Estimate {
    pub fn new(memo: &Memo) -> Self {
        let input_tokens = memo.estimated_input_tokens.unwrap_or_default();
        Estimate { input_tokens, ..Estimate::default() }
    }

    /// The count of the answer so far.
    pub fn counted(&self) -> Counted {
        self.generated.counted()
    }

    /// The usage that the vendor has reported so far.
    pub fn said(&self) -> Option<Usage> {
        self.said
    }

    /// Counts `events`. If the vendor has not reported its complete usage, the estimate is inserted before the last of them.
    pub fn events(&mut self, events: &mut Vec<Event>) {
        for event in &*events {
            if let Event::Usage(usage) = event {
                self.said = usage::latest(self.said, Some(*usage));
            }
            self.generated.see(event);
        }
        let is_known = self.said.is_some_and(|said| !said.estimated);
        events.retain(|event| !matches!(event, Event::Usage(usage) if usage.estimated));
        if events.last() == Some(&Event::Done) && !is_known {
            events.insert(events.len().saturating_sub(1), Event::Usage(self.filled()));
        }
    }

    fn filled(&self) -> Usage {
        let said = self.said.unwrap_or_default();
        let known = |said: u64, own: u64| if said > 0 { said } else { own };
        Usage {
            input_tokens: known(said.input_tokens, self.input_tokens),
            output_tokens: said.output_tokens.max(self.counted().tokens()),
            estimated: true,
            ..said
        }
    }
}

/// The answer to a client that requests a token count, for vendors that have no such endpoint.
///
/// # Errors
/// A request that cannot be read.
pub fn count(_vendor: &Vendor, facts: &Facts, body: &str) -> Result<String, Fault> {
    debug_assert!(facts.operation == Operation::CountTokens && facts.client == Dialect::Anthropic);
    let (request, _) = anthropic::decode(body)?;
    Ok(anthropic::count_answer(of_request(&request)))
}
