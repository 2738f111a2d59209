//! Fields that a server of this dialect refuses, according to its row in the catalogue.

use super::Body;
use crate::chat::{Field, Losses, Request};
use std::mem;

/// Leaves out the `unsupported` fields, and notes as losses those that were set.
pub(super) fn leave_out(
    body: &mut Body,
    unsupported: &[String],
    request: &Request,
    losses: &mut Losses,
) {
    for name in unsupported {
        let (field, there) = match name.as_str() {
            "tools" => {
                (body.tool_choice, body.strict_tools) = (None, None);
                (Field::Tools, !mem::take(&mut body.tools).is_empty())
            }
            "tool_choice" => (Field::ToolChoice, body.tool_choice.take().is_some()),
            // Noted with the tools: in no client's dialect is strictness a setting of the request.
            "strict_tools" => (Field::Tools, body.strict_tools.take().is_some()),
            "response_format" => (Field::Format, body.response_format.take().is_some()),
            "stop_sequences" => (Field::Stop, !mem::take(&mut body.stop_sequences).is_empty()),
            "temperature" => (Field::Temperature, body.temperature.take().is_some()),
            "p" => (Field::TopP, body.p.take().is_some()),
            "k" => (Field::TopK, body.k.take().is_some()),
            "seed" => (Field::Seed, body.seed.take().is_some()),
            "frequency_penalty" => {
                (Field::FrequencyPenalty, body.frequency_penalty.take().is_some())
            }
            "presence_penalty" => (Field::PresencePenalty, body.presence_penalty.take().is_some()),
            "logprobs" => (Field::Logprobs, body.logprobs.take().is_some()),
            "thinking" => (Field::ReasoningEffort, body.thinking.take().is_some()),
            "priority" => (Field::ServiceTier, body.priority.take().is_some()),
            _ => continue,
        };
        if there {
            losses.add(request.path(field), "this vendor does not take it");
        }
    }
}
