//! A buffered answer.

use super::counts::Counts;
use super::head::Message;
use super::part;
use super::stop::{Seen, words};
use crate::chat::{Answer, Content};
use crate::{Context, Usage};

/// Writes the first choice, as this dialect has only one.
pub(super) fn write(context: &Context, answer: Answer) -> String {
    let choice = answer.choices.into_iter().next().unwrap_or_default();
    let mut seen = Seen::default();
    for part in &choice.parts {
        seen.calls |= matches!(part.content, Content::ToolCall(_));
        seen.refusal |= matches!(part.content, Content::Refusal(_));
    }
    let usage = answer.usage.unwrap_or_else(|| estimated(context));
    let usage = Counts::new(usage).served_by(answer.service_tier.as_deref());
    let mut message = Message::new(context, answer.id, answer.model, usage);
    message.content = choice.parts.into_iter().filter_map(part::block).collect();
    let (reason, sequence) = words(choice.finish, seen);
    message.stop_reason = Some(reason);
    message.stop_sequence = sequence;
    // Serializing fails only for maps whose keys are not strings, of which there are none.
    serde_json::to_string(&message).unwrap_or_default()
}

/// The usage that is known before the vendor reports it.
pub(super) fn estimated(context: &Context) -> Usage {
    let input_tokens = context.memo.estimated_input_tokens.unwrap_or_default();
    Usage { input_tokens, ..Usage::default() }
}
